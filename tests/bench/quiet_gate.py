"""Whether the gate ahead of the speech detector loses anything: `python -m tests.bench.quiet_gate [EVERY]`.

Every recording is spoken into a silence long enough for the gate to close, at several levels, in its own room
and in steady noise of several colours, and heard with and without the gate. With EVERY = 5 only every fifth.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from appliance.conversation.vocabulary import SpeechEvent, SpeechPossible, SpeechSustained, TurnEnded
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.speech.quiet_gate import QuietGate
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm, ms_of_samples
from tests.bench.false_turns_noise import Source, brown, coloured, pink, unit, white
from tests.bench.speech_edges import noise_like, quietest
from tests.hearing.listening import Ear, blocks_of
from tests.recordings import Recording, recordings

LEVELS_DBFS = (-6.0, -26.0, -38.0, -50.0)  # of the speech
SNRS_DB = (25.0, 10.0, 5.0)
LEAD_SAMPLES = 5 * NEAR_RATE_HZ  # the gate closes after two seconds
TAIL_SAMPLES = 3 * NEAR_RATE_HZ
PREFIX_MS = 300.0


def fan(samples: int, chance: np.random.Generator) -> np.ndarray:
    """Rumble with some air."""
    return unit(coloured(samples, chance, -9) + 0.3 * white(samples, chance))


NOISES: dict[str, Source] = {"white": white, "pink": pink, "brown": brown, "fan": fan}


@dataclass(frozen=True)
class Spoken:
    """One recording in one room, and where its speech begins in it. `snr_db` is None in its own room."""

    name: str
    level_dbfs: float
    noise: str
    snr_db: float | None
    pcm: Pcm
    start: int


def spoken(recording: Recording, level_dbfs: float, noise: str, snr_db: float | None, nth: int) -> Spoken:
    """The recording, its speech at this level, amid steady noise."""
    chance = np.random.default_rng((nth, round(snr_db or 99)))
    speech = recording.pcm.astype(np.float64)
    rms = float(np.sqrt(np.mean(speech[recording.speech_start : recording.speech_end] ** 2)))
    lead = LEAD_SAMPLES + 37 * nth  # at another place in the detector's windows each
    sound = np.zeros(lead + len(speech) + TAIL_SAMPLES)
    if snr_db is None:
        sound += noise_like(quietest(speech), len(sound), chance)
        sound[lead : lead + len(speech)] = 0
    else:
        sound += NOISES[noise](len(sound), chance) * rms * 10 ** (-snr_db / 20)
    sound[lead : lead + len(speech)] += speech
    sound *= FULL_SCALE * 10 ** (level_dbfs / 20) / rms
    pcm = np.clip(np.rint(sound), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return Spoken(recording.name, level_dbfs, noise, snr_db, pcm, lead + recording.speech_start)


def all_spoken(every: int = 1) -> Iterator[Spoken]:
    """Each recording at each level in each room, or every so many of them."""
    rooms = [("own", None), *((noise, snr_db) for noise in NOISES for snr_db in SNRS_DB)]
    number = 0
    for nth, recording in enumerate(recordings()):
        for level_dbfs in LEVELS_DBFS:
            for noise, snr_db in rooms:
                if number % every == 0:
                    yield spoken(recording, level_dbfs, noise, snr_db, nth)
                number += 1


@dataclass(frozen=True)
class Heard:
    """What was made of one piece, in 16 kHz samples; of the first word, or None without one."""

    turns: tuple[tuple[int, int], ...]  # when the speech of each turn began and ended
    noticed: int | None
    sustained: int | None


def hear(pcm: Pcm, detector: SpeechDetector) -> Heard:
    """Hear one piece from a fresh start."""
    detector.reset()
    events = Ear(detector, options=TurnOptions()).hear(blocks_of(pcm, NEAR_RATE_HZ // 50))
    onset, turns = 0, []
    first_of_turn = True
    for event in events:
        if isinstance(event, SpeechPossible) and first_of_turn:
            onset, first_of_turn = event.onset, False
        elif isinstance(event, TurnEnded):
            turns.append((onset, event.last_speech))
        first_of_turn = first_of_turn or type(event).__name__ in ("TurnEnded", "TurnTooShort")
    return Heard(tuple(turns), _first(events, SpeechPossible), _first(events, SpeechSustained))


def _first(events: list[SpeechEvent], kind: type[SpeechPossible | SpeechSustained]) -> int | None:
    return next((event.at for event in events if isinstance(event, kind)), None)


@dataclass(frozen=True)
class Compared:
    """One piece without and with the gate."""

    piece: Spoken
    open: Heard
    gated: Heard

    @property
    def same_turns(self) -> bool:
        """As many turns, and none begins or ends elsewhere by more than a window."""
        pairs = [
            pair
            for a, b in zip(self.open.turns, self.gated.turns, strict=False)
            for pair in zip(a, b, strict=True)
        ]
        return len(self.open.turns) == len(self.gated.turns) and all(abs(a - b) <= 512 for a, b in pairs)

    def lost_ms(self, heard: Heard) -> float:
        """How much of the speech is not in its first turn, prefix included; all of it counts as 1000 ms."""
        if not heard.turns:
            return 1000.0
        return max(0.0, ms_of_samples(heard.turns[0][0] - self.piece.start, NEAR_RATE_HZ) - PREFIX_MS)

    @property
    def later_ms(self) -> float | None:
        """How much later an answer would have been hushed with the gate."""
        if self.open.sustained is None or self.gated.sustained is None:
            return None
        return ms_of_samples(self.gated.sustained - self.open.sustained, NEAR_RATE_HZ)


def run(every: int = 1) -> list[Compared]:
    """Hear all of it, in some three minutes."""
    silero = SileroDetector()
    gate = QuietGate(silero)
    return [Compared(piece, hear(piece.pcm, silero), hear(piece.pcm, gate)) for piece in all_spoken(every)]


def main() -> None:
    """Print what the gate changed."""
    compared = run(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    same = [one for one in compared if one.same_turns]
    as_many = [one for one in compared if len(one.open.turns) == len(one.gated.turns)]
    print(f"{len(compared)} pieces: {len(same)} with the same turns, {len(as_many)} with as many")
    for name in ("open", "gated"):
        losses = [one.lost_ms(getattr(one, name)) for one in compared]
        print(f"{name}: onset lost in {sum(lost > 0 for lost in losses)}, at most {max(losses):.0f} ms")
    later = np.array([one.later_ms for one in compared if one.later_ms is not None])
    print(
        f"noticed later with the gate: median {np.median(later):.0f} ms, p95 {np.percentile(later, 95):.0f}, "
        f"earliest {later.min():.0f}, latest {later.max():.0f}"
    )
    for one in compared:
        if not one.same_turns:
            piece = one.piece
            print(
                f"  {piece.name} {piece.level_dbfs:g} dBFS, {piece.noise} {piece.snr_db}:"
                f" speech from {piece.start},"
                f" open {one.open.turns} {one.open.noticed}, gated {one.gated.turns} {one.gated.noticed}"
            )


if __name__ == "__main__":
    main()
