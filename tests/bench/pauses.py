"""Pauses inside a sentence: `python -m tests.bench.pauses`.

Two utterances of one voice, with the room of the first between them: where the pause is and how long
it lasts is known from the construction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from appliance.conversation.vocabulary import SpeechPossible, TurnEnded
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.speech.energy import EnergyDetector
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from tests.bench.speech_edges import Sound, noise_like, quietest
from tests.bench.table import Row
from tests.hearing.listening import Ear, blocks_of
from tests.recordings import AUSTEN, Recording, recordings

VOICES = ("cards/", AUSTEN)  # five utterances each: twenty ordered pairs
SENTENCES = 40
PAUSES_MS = (300.0, 700.0)
END_SILENCE_MS = 800
LEAD_MS = 1000.0
TAIL_MS = 2500.0
JOINT_MS = 5.0  # faded, so that a joint is no click
# A turn whose beginning or end is further from the label than this has lost a word.
WHOLE_MS = 350.0


@dataclass(frozen=True)
class Sentence:
    """Two utterances with a pause between them, and the samples in which somebody speaks."""

    words: str
    pause_ms: float
    pcm: Pcm
    start: int
    end: int


def sentences() -> Iterator[Sentence]:
    """All pairs of one voice, the pauses spread evenly between the shortest and the longest."""
    voices = [[r for r in recordings() if r.name.startswith(voice)] for voice in VOICES]
    pairs = [pair for voice in voices for pair in permutations(voice, 2)]
    chance = np.random.default_rng(11)
    pauses = chance.permutation(np.linspace(*PAUSES_MS, len(pairs)))
    for (first, second), pause_ms in zip(pairs, pauses, strict=True):
        yield _join(first, second, float(pause_ms), chance)


def _join(first: Recording, second: Recording, pause_ms: float, chance: np.random.Generator) -> Sentence:
    before, after = _speech(first), _speech(second)
    lead, pause, tail = (samples_of_ms(ms, NEAR_RATE_HZ) for ms in (LEAD_MS, pause_ms, TAIL_MS))
    sound = np.concatenate([np.zeros(lead), before, np.zeros(pause), after, np.zeros(tail)])
    room = noise_like(quietest(first.pcm.astype(np.float64)), len(sound), chance)
    room[lead : lead + len(before)] = 0  # a recording has its own
    room[lead + len(before) + pause : len(sound) - tail] = 0
    pcm = np.clip(np.rint(sound + room), -32768, 32767).astype(np.int16)
    return Sentence(f"{first.text} … {second.text}", pause_ms, pcm, lead, len(sound) - tail)


def _speech(recording: Recording) -> Sound:
    """From its first to its last sample of speech by the label, faded at both."""
    speech = recording.pcm[recording.speech_start : recording.speech_end].astype(np.float64)
    fade = np.linspace(0, 1, samples_of_ms(JOINT_MS, NEAR_RATE_HZ))
    speech[: len(fade)] *= fade
    speech[-len(fade) :] *= fade[::-1]
    return speech


@dataclass(frozen=True)
class Heard:
    """What hearing made of one sentence."""

    sentence: Sentence
    turns: int
    whole: bool  # the turn reaches from the first word to the last

    @property
    def kept_together(self) -> bool:
        return self.turns == 1 and self.whole


def hear(sentence: Sentence, detector: SpeechDetector) -> Heard:
    """Hear one sentence from a fresh start."""
    detector.reset()
    events = Ear(detector, options=TurnOptions(end_silence_ms=END_SILENCE_MS)).hear(blocks_of(sentence.pcm))
    onsets = [event.onset for event in events if isinstance(event, SpeechPossible)]
    ends = [event.last_speech for event in events if isinstance(event, TurnEnded)]
    near = samples_of_ms(WHOLE_MS, NEAR_RATE_HZ)
    whole = bool(ends and abs(onsets[0] - sentence.start) <= near and abs(ends[-1] - sentence.end) <= near)
    return Heard(sentence, len(ends), whole)


def run() -> dict[str, list[Heard]]:
    """Hear all sentences with both detectors; some ten seconds."""
    detectors: dict[str, SpeechDetector] = {"Silero": SileroDetector(), "energy detector": EnergyDetector()}
    return {
        name: [hear(sentence, detector) for sentence in sentences()] for name, detector in detectors.items()
    }


def rows(heard_by: dict[str, list[Heard]]) -> list[Row]:
    """Sentences that stayed one turn; the promise is Silero's."""
    return [_row(name, heard, promised=name == "Silero") for name, heard in heard_by.items()]


def _row(name: str, heard: list[Heard], *, promised: bool) -> Row:
    shortest, longest = PAUSES_MS
    kept = sum(h.kept_together for h in heard)
    return Row(
        f"pauses of {shortest:g}…{longest:g} ms inside a sentence are one turn, {name}",
        f"{kept} of {len(heard)}",
        f"{SENTENCES} of {SENTENCES}" if promised else "-",
        kept == len(heard) == SENTENCES if promised else None,
        {"sentences": len(heard), "kept_together": kept},
    )


def main() -> None:
    """Print the rows and every sentence that fell apart."""
    heard_by = run()
    for row in rows(heard_by):
        print(f"{row.name}: {row.measured}")
    for name, heard in heard_by.items():
        for h in heard:
            if not h.kept_together:
                print(f"  {name}: {h.turns} turns, {h.sentence.pause_ms:.0f} ms: {h.sentence.words}")


if __name__ == "__main__":
    main()
