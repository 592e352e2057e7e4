"""Which words of a message were said by which instant of its sound. Pure.

Providers send words and sound in no promised order. Words are placed by the vendor's own timestamps where it
gives any; else by what of the sound had come when they came, moved back by what they ran ahead; and what
neither places, by its length at the pace of the voice.
"""

from bisect import bisect_right
from collections.abc import Sequence
from enum import Enum, auto

from appliance.conversation.delivery import (
    IN_STEP_QUICKEST_MS,
    MIN_STRETCH,
    QUICKER,
    QUICKEST_MS,
    SLOWEST_MS,
    Delivery,
    Mark,
    Whole,
    runs_away,
    shown_by,
    steady_lead_ms,
)
from appliance.conversation.spoken_length import place_of, spoken_lengths

# Marks kept of one message: a delta every 100 ms for 50 s; beyond that every other one is let go.
MAX_MARKS = 512
# What only the pace of a voice places is placed a little later: a word too few is said twice, a word too many
# by nobody.
CAUTION = 1.12
# A message that came whole has its own pace, and its words less doubt.
WHOLE_DEVIATIONS = 0.5
# Words that follow their sound seem to be ahead of it by less than this, where it had its pauses early.
SEEMING_LEAD_MS = 700.0


class _Placing(Enum):
    """By what the words of a message are placed."""

    NOTHING = auto()  # neither sound nor words came yet
    SOUND_BEFORE = auto()  # sound came first: words follow what they are about
    SOUND_AFTER = auto()  # words came first: they come just before what they are about
    VENDOR = auto()  # by timestamps of the vendor's, from the first one on for good


class SaidWords:
    """Instants of one message's sound, and how many characters of its text were said by them.

    Told what comes in its order: `sound`, and `text` with the whole text so far. Where sound came first,
    words are taken to follow the sound that they are about; else to come just before it.
    """

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []  # (ms, characters), both ascending
        self._characters = 0
        self._placing = _Placing.NOTHING

    def sound(self) -> None:
        """Some of the message's sound came."""
        if self._placing is _Placing.NOTHING:
            self._placing = _Placing.SOUND_BEFORE

    def text(self, characters: int, received_ms: float, until_ms: float | None = None) -> None:
        """The text is so long, `received_ms` of the sound having come; by the vendor, all of this text
        has been said `until_ms` into the sound."""
        before, self._characters = min(self._characters, characters), characters
        if self._placing is _Placing.NOTHING:
            self._placing = _Placing.SOUND_AFTER
        while self._marks and self._marks[-1][1] > characters:
            self._marks.pop()  # the text was taken back
        if until_ms is not None:
            if self._placing is not _Placing.VENDOR:
                self._placing = _Placing.VENDOR
                self._marks.clear()
            self._mark(until_ms, characters)
        elif self._placing is not _Placing.VENDOR and characters > before:
            self._mark(received_ms, characters if self._placing is _Placing.SOUND_BEFORE else before)

    def _mark(self, ms: float, characters: int) -> None:
        if self._marks:
            last_ms, last_characters = self._marks[-1]
            if ms < last_ms or characters < last_characters:
                return
            if ms == last_ms:
                if self._placing is _Placing.SOUND_AFTER:
                    return  # these words and those before them come before the same sound
                self._marks.pop()
        self._marks.append((ms, characters))
        if len(self._marks) > MAX_MARKS:
            del self._marks[1:-1:2]

    def whole(self, text: str, received_ms: float) -> Whole:
        """What the message, all of which came, tells of the next one; `text` is not empty."""
        lengths = spoken_lengths(text)
        return Whole(lengths[-1], received_ms, self._marks_in(lengths))

    def heard(self, text: str, heard_ms: float, received_ms: float, usual: Delivery, *, closed: bool) -> str:
        """The words of `text` that were said within the first `heard_ms` of the sound, whole words only.

        `closed`: the `received_ms` are all of the sound there will ever be, and the text is all of its words.
        Else the text may be ahead of its sound, and what the marks do not place is by what is `usual` of who
        sends it.
        """
        if not text or (closed and heard_ms >= received_ms):
            return text
        lengths = spoken_lengths(text)
        marks, exact = self._marks_in(lengths), self._placing is _Placing.VENDOR
        if closed:
            lead_ms = 0.0 if exact else self._lead_ms(marks, received_ms / lengths[-1])
            within = _of_all(
                marks if lead_ms is not None else (), lead_ms or 0.0, (received_ms, lengths[-1]), heard_ms
            )
        elif exact:
            within = _by_marks(marks, 0.0, _pace_after(marks, usual), heard_ms)
        else:
            # Where words come first, all of the sound that came is about these.
            follows = self._placing is _Placing.SOUND_BEFORE
            least_pace_ms = 0.0 if follows else received_ms / lengths[-1]
            within = _of_some(marks, usual, heard_ms, least_pace_ms)
        return words_within(text, place_of(within, lengths))

    def _lead_ms(self, marks: Sequence[Mark], pace_ms: float) -> float | None:
        """`steady_lead_ms` of a message that came whole."""
        lead_ms = steady_lead_ms(marks, pace_ms, WHOLE_DEVIATIONS)
        follows = self._placing is _Placing.SOUND_BEFORE
        seems = follows and lead_ms is not None and 0.0 < lead_ms < SEEMING_LEAD_MS
        return 0.0 if seems else lead_ms

    def _marks_in(self, lengths: Sequence[float]) -> list[Mark]:
        return [(ms, lengths[min(characters, len(lengths) - 1)]) for ms, characters in self._marks]


def _of_all(marks: Sequence[Mark], lead_ms: float, end: Mark, heard_ms: float) -> float:
    """The length that was heard of a message of which all came, up to its `end`."""
    return _interpolated([*(mark for mark in _moved(marks, lead_ms) if mark[0] < end[0]), end], heard_ms)


def _of_some(marks: Sequence[Mark], usual: Delivery, heard_ms: float, least_pace_ms: float) -> float:
    """The length that was heard of a message of which more may come, or would have; a length of 1 took no
    less than that on the whole."""
    seen = usual if usual.learned else shown_by(marks)
    if seen is None or seen.lead_ms is None or runs_away(marks, seen.pace_ms):
        pace_ms = max(usual.pace_ms * (CAUTION if usual.learned else 1.0), least_pace_ms)
        return min(heard_ms / pace_ms, _by_marks(marks, 0.0, pace_ms, heard_ms))
    quickest_ms = seen.pace_ms / QUICKER if usual.learned else IN_STEP_QUICKEST_MS
    quickest_ms = max(quickest_ms, least_pace_ms / QUICKER)
    return min(_by_marks(marks, seen.lead_ms, seen.pace_ms, heard_ms), heard_ms / quickest_ms)


def _by_marks(marks: Sequence[Mark], lead_ms: float, pace_ms: float, heard_ms: float) -> float:
    placed = _moved(marks, lead_ms)
    last_ms, last = placed[-1] if placed else (0.0, 0.0)
    if heard_ms >= last_ms:
        return last + (heard_ms - last_ms) / pace_ms
    return _interpolated(placed, heard_ms)


def _pace_after(marks: Sequence[Mark], usual: Delivery) -> float:
    """The pace after the last of a vendor's own marks: theirs, where there are enough."""
    if not marks or marks[-1][1] < MIN_STRETCH:
        return usual.pace_ms
    return min(max(marks[-1][0] / marks[-1][1], QUICKEST_MS), SLOWEST_MS)


def _moved(marks: Sequence[Mark], lead_ms: float) -> list[Mark]:
    return [(ms + lead_ms, length) for ms, length in marks if ms + lead_ms > 0.0 and length > 0.0]


def _interpolated(marks: Sequence[Mark], heard_ms: float) -> float:
    """The length at `heard_ms`, from nothing at 0 over ascending marks after it to the last one."""
    after = bisect_right(marks, heard_ms, key=lambda mark: mark[0])
    if after == len(marks):
        return marks[-1][1]
    before_ms, before = marks[after - 1] if after else (0.0, 0.0)
    at_ms, length = marks[after]
    return before + (heard_ms - before_ms) / (at_ms - before_ms) * (length - before)


# Of a word that is cut so much may be missing for it to be known: "afternoo".
_MISSING_SHARE = 0.25


def words_within(text: str, characters: float) -> str:
    """The words of `text` that lie within its first `characters`, as good as wholly: one that was cut had
    better be said twice than by nobody."""
    start = end = min(max(int(characters), 0), len(text))
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    known = end - characters <= _MISSING_SHARE * (end - start)
    return text[: end if known else start].rstrip()
