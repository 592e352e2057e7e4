"""How often noise and music are taken for a turn: `python -m tests.bench.false_turns [HOURS]`.

Hours of sounds without a voice go through hearing in virtual time, as streams that are never reset,
one in each process. A false turn is one that would have been committed: a TurnEnded. Every now and
then a person speaks in the quiet room, because a detector that went deaf has no false turns either.
"""

import multiprocessing
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from appliance.conversation.vocabulary import SpeechPossible, TurnEnded
from appliance.hearing.speech.energy import EnergyDetector
from appliance.hearing.speech.silero import SileroDetector
from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm
from tests.bench.false_turns_music import music
from tests.bench.false_turns_noise import NOISES, Sound, Source, pink
from tests.bench.table import Row
from tests.hearing.listening import Ear, blocks_of
from tests.recordings import recordings

HOURS = 10.0
FALSE_TURNS_AN_HOUR = 1.0
PIECE_S = 118
REST_S = 2  # of the room alone: a turn ends in the piece that began it
MUSIC_SHARE = 0.5
PIECES_BETWEEN_WORDS = 10
LEVEL_DBFS = (-45.0, -12.0)  # from the next room to a loudspeaker beside the microphone
ROOMS_DBFS = (-68.0, -57.0)  # one for each process: a quiet one, and one with a street


@dataclass
class Taken:
    """What one detector made of the sounds, by kind, and of the words between them."""

    pieces: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    possible: Counter[str] = field(default_factory=Counter)
    words: Counter[bool] = field(default_factory=Counter)  # whether an utterance was one turn

    def add(self, other: "Taken") -> None:
        self.pieces.update(other.pieces)
        self.turns.update(other.turns)
        self.possible.update(other.possible)
        self.words.update(other.words)

    def hours(self, kind: str | None = None) -> float:
        """How long sounds of this kind, or all of them, were heard."""
        pieces = self.pieces.total() if kind is None else self.pieces[kind]
        return pieces * (PIECE_S + REST_S) / 3600


def piece(number: int, room_dbfs: float) -> tuple[str, Pcm]:
    """The kind of a piece and its sound, in a room; the same number is the same piece."""
    chance = np.random.default_rng((3, number))
    kinds: dict[str, Source] = {**NOISES, "music": music}
    kind = "music" if chance.uniform() < MUSIC_SHARE else list(NOISES)[number % len(NOISES)]
    sound = kinds[kind](PIECE_S * NEAR_RATE_HZ, chance) * _level(chance.uniform(*LEVEL_DBFS))
    heard = pink((PIECE_S + REST_S) * NEAR_RATE_HZ, chance) * _level(room_dbfs)
    heard[: len(sound)] += sound
    return kind, _pcm(heard)


def words(number: int, room_dbfs: float) -> Pcm:
    """An utterance in a room, with two seconds before and after it."""
    said = recordings()[number % len(recordings())].pcm
    chance = np.random.default_rng((4, number))
    heard = pink(len(said) + 4 * NEAR_RATE_HZ, chance) * _level(room_dbfs)
    heard[2 * NEAR_RATE_HZ :][: len(said)] += said
    return _pcm(heard)


def _level(rms_dbfs: float) -> float:
    return float(FULL_SCALE * 10 ** (rms_dbfs / 20))


def _pcm(sound: Sound) -> Pcm:
    return np.clip(np.rint(sound), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def listen(numbers: range, room_dbfs: float) -> dict[str, Taken]:
    """Hear these pieces one after the other in one room, with both detectors."""
    ears = {"Silero": Ear(SileroDetector()), "energy detector": Ear(EnergyDetector())}
    taken = {name: Taken() for name in ears}
    for nth, number in enumerate(numbers, start=1):
        kind, pcm = piece(number, room_dbfs)
        for name, ear in ears.items():
            turns, possible = _heard(ear, pcm)
            taken[name].pieces[kind] += 1
            taken[name].turns[kind] += turns
            taken[name].possible[kind] += possible
            if nth % PIECES_BETWEEN_WORDS == 0:
                taken[name].words[_heard(ear, words(nth, room_dbfs))[0] == 1] += 1
    return taken


def _heard(ear: Ear, pcm: Pcm) -> tuple[int, int]:
    """How many turns, and how many possible ones."""
    events = ear.hear(blocks_of(pcm, NEAR_RATE_HZ))
    turns = sum(isinstance(event, TurnEnded) for event in events)
    possible = sum(isinstance(event, SpeechPossible) for event in events)
    events.clear()
    return turns, possible


def run(hours: float = HOURS) -> dict[str, Taken]:
    """Hear so many hours; each takes two cores some 20 s."""
    pieces = round(hours * 3600 / (PIECE_S + REST_S))
    shares = [range(first, pieces, len(ROOMS_DBFS)) for first in range(len(ROOMS_DBFS))]
    taken = {"Silero": Taken(), "energy detector": Taken()}
    with ProcessPoolExecutor(len(ROOMS_DBFS), multiprocessing.get_context("spawn")) as pool:
        for part in pool.map(listen, shares, ROOMS_DBFS):
            for name, of_part in part.items():
                taken[name].add(of_part)
    return taken


def rows(taken: dict[str, Taken]) -> list[Row]:
    """False turns an hour; the promise is Silero's."""
    return [_row(name, of_name, promised=name == "Silero") for name, of_name in taken.items()]


def _row(name: str, taken: Taken, *, promised: bool) -> Row:
    turns, hours = taken.turns.total(), taken.hours()
    an_hour = turns / hours
    by_kind = [f"{kind} {n} in {taken.hours(kind):.2g} h" for kind, n in taken.turns.most_common() if n]
    utterances = taken.words.total()
    return Row(
        f"false turns in {hours:.3g} h of noise and music, {name}",
        f"{an_hour:.2g} an hour ({', '.join(by_kind) or 'none'});"
        f" {taken.words[True]} of {utterances} utterances between them heard",
        f"≤ {FALSE_TURNS_AN_HOUR:g} an hour, all utterances heard" if promised else "-",
        an_hour <= FALSE_TURNS_AN_HOUR and not taken.words[False] if promised and utterances else None,
        {
            "hours": round(hours, 3),
            "turns": turns,
            "possible": taken.possible.total(),
            "utterances": utterances,
            "utterances_heard": taken.words[True],
        },
    )


def main() -> None:
    """Print the rows, and what each kind of sound was taken for."""
    taken = run(float(sys.argv[1]) if len(sys.argv) > 1 else HOURS)
    for row in rows(taken):
        print(f"{row.name}: {row.measured}")
    for name, of_name in taken.items():
        for kind in sorted(of_name.pieces):
            print(
                f"  {name}, {kind}: {of_name.hours(kind):.2f} h, {of_name.turns[kind]} turns,"
                f" {of_name.possible[kind]} times possible speech"
            )


if __name__ == "__main__":
    main()
