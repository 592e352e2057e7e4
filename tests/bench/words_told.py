"""Words told to the next provider against words heard: `python -m tests.bench.words_told [--each N]`.

A pure calculation on speech of known alignment: voices of 45…95 ms a character, with and without pauses;
text in words, clauses or sentences; sound in small pieces or in bursts; text in step with its sound, behind
it, or ahead of it by a little, ever more, or all at once. At any moment the line breaks or the person
interrupts: how many words too many (lost to the person) or too few (said to them twice) are told? In the
first answer of a provider, in the one after one that came whole, and after all of it came. Exit 1 when a
promise is missed.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product

from appliance.conversation.history import History
from appliance.conversation.vocabulary import AnswerTranscript, UserTranscript
from tests.bench.table import Row, percentiles, render
from tests.bench.words_told_speech import DELTAS, MANNERS, Manner, Sound, Stream, Text, Word, speech, stream

PACES_MS = (45.0, 55.0, 62.0, 70.0, 83.0, 95.0)
# What readers take, and the voices here (espeak-ng 60, Piper 57); the others are quicker or slower than any.
USUAL_MS = (55.0, 83.0)
CHUNKS_MS = (40, 400, 2000)
EACH = 6
RATE_HZ = 24_000
WORDS_OFF = 1.0
NEARLY_ALL = 0.9


class Known(Enum):
    """What there is to know of the answer, or of the voice, when it is lost."""

    NOTHING = "first answer"
    VOICE = "after a whole answer"
    ALL = "all of it came"


@dataclass(frozen=True)
class Case:
    """A voice, and how its provider sends."""

    pace_ms: float
    manner: Manner
    delta: str
    chunk_ms: int
    pauses: bool
    seed: int

    def answer(self, number: int) -> tuple[list[Word], Stream]:
        """The words of its answer of that number, and the events in which it comes."""
        chance = random.Random(f"{self} {number}")
        words = speech(chance, self.pace_ms, pauses=self.pauses)
        return words, stream(words, self.manner, self.delta, self.chunk_ms)

    @property
    def is_usual(self) -> bool:
        """Whether many voices are like this one."""
        return USUAL_MS[0] <= self.pace_ms <= USUAL_MS[1]


@dataclass(frozen=True)
class Told:
    """How many words were told of those that were heard, the last one in part; `came` had come as text."""

    case: Case
    known: Known
    heard: float
    came: int
    told: int

    @property
    def too_many(self) -> float:
        """Words that nobody will ever say."""
        return max(0.0, self.told - self.heard)

    @property
    def too_few(self) -> float:
        """Words that will be said twice, though their text had come: nobody could tell the others."""
        return max(0.0, min(self.heard, self.came) - self.told)


def cases(each: int, seed: int) -> Iterator[Case]:
    """The whole grid."""
    seeds = range(seed, seed + each)
    for pace, manner, delta, chunk, pauses, number in product(
        PACES_MS, MANNERS, DELTAS, CHUNKS_MS, (True, False), seeds
    ):
        yield Case(pace, manner, delta, chunk, pauses, number)


def told(case: Case, known: Known) -> Iterator[Told]:
    """What is told when the person interrupts, and when the line breaks a little later."""
    chance = random.Random(f"loss {case}")
    history = History("c-bench")
    if known is Known.VOICE:
        _take(history, 1, case.answer(1)[1])
        history.all_came(1)
    words, events = case.answer(2)
    pieces = sum(isinstance(event, Sound) for event in events)
    came_ms = _take(history, 2, events, None if known is Known.ALL else chance.randint(1, max(1, pieces - 1)))
    came = len(history.reply(2).split())
    if known is Known.ALL:
        history.all_came(2)
    heard_ms = int(chance.uniform(0.2, 1.0) * came_ms)
    history.heard(2, heard_ms)
    spoken = [item.text for item in history.items() if item.role == "assistant"]  # nothing of another one
    yield Told(case, known, _heard(words, heard_ms), came, len(" ".join(spoken).split()))
    if known is not Known.ALL:
        history.broke_off(2)
        yield Told(case, known, _heard(words, came_ms), came, len(history.reply(2).split()))


def _take(history: History, answer: int, events: Stream, pieces: int | None = None) -> float:
    """Let the events come until so many pieces of sound have; how much sound that is."""
    history.opened(answer, answer)
    history.asked(UserTranscript(answer, "?", final=True))
    history.begun(answer)
    came = count = 0
    for event in events:
        match event:
            case Text(text, until_ms):
                history.answered(AnswerTranscript(answer, text, final=False, said_by_ms=until_ms))
            case Sound(ms):
                samples = round(ms * RATE_HZ / 1000)
                history.received(answer, None, samples, RATE_HZ)
                came, count = came + samples, count + 1
                if count == pieces:
                    break
    return came * 1000 / RATE_HZ


def _heard(words: Sequence[Word], ms: float) -> float:
    """How many words were said by then, the last one in part."""
    whole = sum(word.until_ms <= ms for word in words)
    if whole == len(words):
        return float(whole)
    word = words[whole]
    return whole + min(1.0, max(0.0, ms - word.from_ms) / (word.until_ms - word.from_ms))


def run(each: int = EACH, seed: int = 0) -> list[Told]:
    """All of the grid."""
    return [one for case in cases(each, seed) for known in Known for one in told(case, known)]


def rows(all_told: Sequence[Told]) -> list[Row]:
    """By what is known, and by how the text goes with its sound."""
    found = []
    for known, manner in product(Known, MANNERS):
        some = [t for t in all_told if t.case.manner is manner and t.known is known]
        usual = [t for t in some if t.case.is_usual]
        promised = known is not Known.NOTHING or not manner.passes_for_in_step
        name = f"words {manner.name}, {known.value}"
        found.append(_row(name, usual, promised=promised))
        found.append(_row(f"{name}, a very quick or slow voice", [t for t in some if t not in usual]))
    return found


def _row(name: str, some: Sequence[Told], *, promised: bool = False) -> Row:
    many = percentiles([one.too_many for one in some])
    few = percentiles([one.too_few for one in some])
    within = sum(one.too_many <= WORDS_OFF for one in some)
    measured = (
        f"too many: ≤ {WORDS_OFF:g} in {within / len(some):.1%}, p95 {many['p95']:g}, max {many['max']:g}; "
        f"too few: p50 {few['p50']:g}, p95 {few['p95']:g}, max {few['max']:g} (n = {len(some)})"
    )
    values = {f"many_{key}": value for key, value in many.items()}
    values |= {f"few_{key}": value for key, value in few.items()}
    met = within >= NEARLY_ALL * len(some) if promised else None
    promise = f"too many: ≤ {WORDS_OFF:g} in {NEARLY_ALL:.0%}" if promised else "-"
    return Row(name, measured, promise, met, values)


def main() -> None:
    """Exit 1 when a promise is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.words_told", description=__doc__)
    parser.add_argument("--each", type=int, default=EACH, help="moments for each place of the grid")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    found = rows(run(arguments.each, arguments.seed))
    print(render(found))
    sys.exit(0 if all(row.met is not False for row in found) else 1)


if __name__ == "__main__":
    main()
