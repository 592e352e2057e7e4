"""When turns are held to be over: `python -m tests.bench.turn_ends [--half development|held-out]`.

Silence alone against the end-of-turn model, on sentences with a pause of 300…700 ms inside and on whole
ones. The model's parameters were chosen on the development half.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from appliance.conversation.vocabulary import TurnEnded
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.smart_turn import SmartTurn
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import Pcm, ms_of_samples
from appliance.service.punctual_judge import VERDICT_TAKES_MS
from tests.bench.turn_ends_cases import Spoken, sentences
from tests.hearing.listening import Ear, blocks_of
from tests.hearing.turns.turn_models import ModelledJudge
from tests.listening.cases import Half
from tests.listening.intervals import of_percentile, wilson

# From the question to the first sound of the answer, of a fast provider.
PROVIDER_MS: Final = 300.0
SILENCES_MS: Final = (300, 400, 500, 600, 700, 800, 900)
HEAD: Final = (
    *("rule", "asked in the pause", "answered in the pause", "asked after p50", "asked after p95"),
    *("first sound p50", "pauses, ends"),
)
WITH_MODEL: Final = TurnOptions(asks_model=True)


@dataclass(frozen=True)
class Ended:
    """When the turn of one sentence was held to be over, and when an answer to that would be heard."""

    sentence: Spoken
    ends: tuple[tuple[float, float], ...]

    @property
    def early(self) -> bool:
        """It was held to be over in its pause."""
        pause = self.sentence.pause
        return pause is not None and any(_ms(pause[0]) <= at < _ms(pause[1]) for at, _ in self.ends)

    @property
    def aloud(self) -> bool:
        """And an answer would have been heard before the person went on."""
        pause = self.sentence.pause
        return pause is not None and any(
            _ms(pause[0]) <= at and heard < _ms(pause[1]) for at, heard in self.ends
        )

    @property
    def delays_ms(self) -> tuple[float, float] | None:
        """From the last word to the end, and to the answer's first sound; None: never ended."""
        last = _ms(self.sentence.end)
        after = [end for end in self.ends if end[0] >= last - 100]
        return (after[0][0] - last, after[0][1] - last) if after else None


class Bench:
    """Hears every sentence of one half by different rules; what the models said of it is asked once."""

    def __init__(self, half: Half) -> None:
        self.sentences = list(sentences(half))
        self._smart_turn = SmartTurn()
        detector = SileroDetector()
        self._probabilities = [_probabilities(detector, sentence.pcm) for sentence in self.sentences]
        self._completeness: dict[bytes, float] = {}

    def hear(self, options: TurnOptions, says: Callable[[Pcm], float] | None = None) -> list[Ended]:
        """Each sentence from a fresh start; `says` judges in place of the model."""
        return [
            self._hear(sentence, known, options, says or self._judge)
            for sentence, known in zip(self.sentences, self._probabilities, strict=True)
        ]

    def _hear(
        self, sentence: Spoken, known: list[float], options: TurnOptions, says: Callable[[Pcm], float]
    ) -> Ended:
        ear = Ear(
            _Known(known),
            options=options,
            judged_by=lambda history: ModelledJudge(history, says, VERDICT_TAKES_MS),
        )
        ends = [event for event in ear.hear(blocks_of(sentence.pcm)) if isinstance(event, TurnEnded)]
        return Ended(sentence, tuple((_ms(e.at), max(_ms(e.at) + PROVIDER_MS, _ms(e.sure_at))) for e in ends))

    def _judge(self, pcm: Pcm) -> float:
        key = pcm.tobytes()
        if key not in self._completeness:
            self._completeness[key] = self._smart_turn.completeness(pcm)
        return self._completeness[key]


class _Known:
    """A detector that has heard it before."""

    window_samples = SileroDetector.window_samples

    def __init__(self, probabilities: Sequence[float]) -> None:
        self._next = iter(probabilities)

    def probability(self, window: Pcm) -> float:
        return next(self._next)

    def reset(self) -> None:
        pass


def _probabilities(detector: SileroDetector, pcm: Pcm) -> list[float]:
    size = detector.window_samples
    detector.reset()
    return [detector.probability(pcm[at : at + size]) for at in range(0, len(pcm) - size + 1, size)]


def _ms(sample: int) -> float:
    return ms_of_samples(sample, 16_000)


def line(name: str, heard: Iterable[Ended]) -> str:
    """Cut-offs of the sentences with a pause, delays of those that were not cut off."""
    heard = list(heard)
    paused = [one for one in heard if one.sentence.pause is not None]
    early, aloud = (sum(getattr(one, which) for one in paused) for which in ("early", "aloud"))
    delays = [one.delays_ms for one in heard if not one.early and one.delays_ms is not None]
    ended, sounded = ([delay[which] for delay in delays] for which in (0, 1))
    cells = [name, _share(early, len(paused)), _share(aloud, len(paused))]
    cells += [_percentile(ended, 50), _percentile(ended, 95), _percentile(sounded, 50)]
    cells.append(f"{len(paused)}, {len(delays)}")
    return "| " + " | ".join(cells) + " |"


def _share(hits: int, tried: int) -> str:
    low, high = wilson(hits, tried)
    return f"{100 * hits / max(tried, 1):.1f} % ({100 * low:.1f}…{100 * high:.1f})"


def _percentile(values: Sequence[float], percent: float) -> str:
    if not values:
        return "-"
    low, high = of_percentile(values, percent)
    return f"{np.percentile(values, percent):.0f} ms ({low:.0f}…{high:.0f})"


def main() -> None:
    """Print a table for each half and kind of voice."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.turn_ends", description=__doc__)
    parser.add_argument("--half", choices=("development", "held-out"), action="append")
    halves: list[Half] = parser.parse_args().half or ["development", "held-out"]
    for half in halves:
        bench = Bench(half)
        rules = [
            (f"silence alone, {ms} ms", TurnOptions(end_silence_ms=ms, end_silence_min_ms=ms))
            for ms in SILENCES_MS
        ]
        results = [(name, bench.hear(options)) for name, options in rules]
        results.append(("with the model", bench.hear(WITH_MODEL)))
        results.append(("as if it always said yes", bench.hear(WITH_MODEL, lambda pcm: 1.0)))
        for kinds in (("recorded",), ("recorded", "asset"), ("made",)):
            print(f"\n{half}, {' and '.join(kinds)} voices (95 % intervals)\n")
            print(f"| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}")
            for name, heard in results:
                print(line(name, [one for one in heard if one.sentence.kind in kinds]), flush=True)


if __name__ == "__main__":
    main()
