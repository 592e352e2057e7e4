"""How a provider's words go with their sound: what is learned of it, and what a stream itself shows. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, pstdev

# Lengths are `spoken_length`s: a pace is what a plain character takes, pauses being counted by themselves.
#
# Readers of books take 62…83 ms a character with all their pauses, which is 55…74 ms here; espeak-ng takes
# 55, Piper 51. Of a voice that nobody knows too little is rather told than too much.
CAUTIOUS_PACE_MS = 75.0
# Nobody is quicker (half of espeak-ng: it can speak at twice its speed), or slower than half a slow reader.
QUICKEST_MS, SLOWEST_MS = 25.0, 170.0
# Text that grows quicker with its sound than this runs away from it: the quickest voice in step with its
# text, a fifth quicker than Piper.
IN_STEP_QUICKEST_MS = 43.0
# Text from which a pace is learned: a sentence or two; shorter ones are mostly pause. And from which no more
# is needed: a minute of speech, the newest.
MIN_LENGTH, ENOUGH_LENGTH = 60.0, 900.0
# Of one stream so much shows a pace: one and a half to two seconds.
MIN_STRETCH = 25.0
# Fewer marks than this do not show how far they are off their line themselves; then it is about a pause.
ENOUGH_MARKS = 5
JITTER_MS = 500.0
# A stretch of speech is quicker than the voice's usual pace by no more than this.
QUICKER = 1.25
# Words and sound go in step while the one grows with the other as much as the voice's pace says, or so much
# more or less: pauses, and words that are long for their letters.
STEADY = 0.2
# For an answer of which more may come words are taken to come this many standard deviations of their lead
# further ahead than they did: one that is placed too early is lost.
CAUTIOUS_DEVIATIONS = 1.0
# Words less far ahead or behind are as good as in step: half a word, and a word that is not over yet.
MIN_LEAD_MS, MIN_LAG_MS = 200.0, 400.0

Mark = tuple[float, float]  # (ms of sound that came, length of the text that was taken to be said by then)


@dataclass(frozen=True, slots=True)
class Delivery:
    """`pace_ms` a length of 1 takes; words come `lead_ms` before their sound (below 0: after it), which is
    None where it is not always the same, or not known. `learned`: from answers that came whole."""

    pace_ms: float = CAUTIOUS_PACE_MS
    lead_ms: float | None = None
    learned: bool = False


UNKNOWN = Delivery()


@dataclass(frozen=True, slots=True)
class Whole:
    """One message that came whole: its length, all of its sound, and the marks that were made."""

    length: float
    ms: float
    marks: Sequence[Mark]

    @property
    def pace_ms(self) -> float:
        """What a length of 1 took."""
        return self.ms / self.length


def learned_from(newest_first: Iterable[Whole]) -> Delivery:
    """What the messages of one provider tell of the next one; `UNKNOWN` where they are too few."""
    length = ms = 0.0
    leads: list[float | None] = []
    for whole in newest_first:
        length, ms = length + whole.length, ms + whole.ms
        leads.append(steady_lead_ms(whole.marks, whole.pace_ms, CAUTIOUS_DEVIATIONS))
        if length >= ENOUGH_LENGTH:
            break
    if length < MIN_LENGTH:
        return UNKNOWN
    steady = [lead for lead in leads if lead is not None]
    lead_ms = fmean(steady) if 2 * len(steady) > len(leads) else None
    return Delivery(min(max(ms / length, QUICKEST_MS), SLOWEST_MS), lead_ms, learned=True)


def shown_by(marks: Sequence[Mark]) -> Delivery | None:
    """What the marks of a stream that goes on show, on the side of caution; None where they are too few, or
    text runs away from its sound."""
    line = _line(marks)
    if line is None or not IN_STEP_QUICKEST_MS <= line.slope_ms <= SLOWEST_MS:
        return None
    pace_ms = line.slope_ms + line.error_ms
    if not (lead_ms := _lead_ms(marks, line.slope_ms, 0.0)) or lead_ms < 0.0:
        return Delivery(pace_ms, 0.0)
    return Delivery(pace_ms, _lead_ms(marks, pace_ms, CAUTIOUS_DEVIATIONS))


def steady_lead_ms(marks: Sequence[Mark], pace_ms: float, deviations: float = 0.0) -> float | None:
    """By how much the words came ahead of their sound, at a pace that is known, and so many standard
    deviations more; None where that grew or shrank, or nothing shows it."""
    line, lead_ms = _line(marks), _lead_ms(marks, pace_ms, deviations)
    if line is None:
        return lead_ms if lead_ms == 0.0 else None
    return lead_ms if abs(line.slope_ms / pace_ms - 1) <= STEADY else None


def runs_away(marks: Sequence[Mark], pace_ms: float) -> bool:
    """Whether the text grows quicker with its sound than a voice of that pace could follow."""
    line = _line(marks)
    return line is not None and line.slope_ms * QUICKER < pace_ms


@dataclass(frozen=True, slots=True)
class _Line:
    """How much sound came for each length of 1, and by how much that may be wrong: a standard deviation."""

    slope_ms: float
    error_ms: float


def _line(marks: Sequence[Mark]) -> _Line | None:
    """The least squares' one through the marks where text had come, so that no single pause decides; None
    where they span too little."""
    told = [mark for mark in marks if mark[1] > 0.0]
    if not told or told[-1][1] - told[0][1] < MIN_STRETCH:
        return None
    mean_ms, mean = fmean(ms for ms, _ in told), fmean(length for _, length in told)
    spread = sum((length - mean) ** 2 for _, length in told)
    slope_ms = sum((ms - mean_ms) * (length - mean) for ms, length in told) / spread
    off_ms = JITTER_MS
    if len(told) >= ENOUGH_MARKS:
        squares = sum((ms - mean_ms - slope_ms * (length - mean)) ** 2 for ms, length in told)
        off_ms = sqrt(squares / (len(told) - 2))
    return _Line(slope_ms, off_ms / sqrt(spread))


def _lead_ms(marks: Sequence[Mark], pace_ms: float, deviations: float) -> float | None:
    told = [length * pace_ms - ms for ms, length in marks if length > 0.0]
    if not told:
        return None
    lead_ms = fmean(told)
    if -MIN_LAG_MS < lead_ms < MIN_LEAD_MS:
        return 0.0
    return lead_ms + deviations * pstdev(told)
