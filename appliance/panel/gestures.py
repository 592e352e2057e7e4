"""From the edges of a button to what a hand did with it.

Instants are milliseconds of any clock that never goes back; the gestures depend on them alone and not on
when `pass_time` is called. That a button goes down is told at once, for it has to act at once; that it came
up is told when it has stayed up for `BOUNCE_MS`, with the instant at which it came up. So a contact that
bounces, or opens for a moment while it is held, is one press.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

# The contacts of tactile switches bounce for 10 ms at most, worn ones for 20.
BOUNCE_MS: Final = 25.0
# A shorter press is a tap, which opens a turn that silence ends. People who push to talk hold for
# longer than they need for a word; a deliberate tap takes 100 to 250 ms.
TAP_MAX_MS: Final = 400
# The next tap of a burst begins so soon after the last one, as with a mouse's double click, and a little
# longer: fingers on a box are slower than on a mouse.
TAP_GAP_MS: Final = 350.0
# Nobody means anything by more taps than this: a child plays, or a contact is loose.
MAX_TAPS: Final = 5
# After that nothing is taken for a press before the button was left alone for so long.
CALM_MS: Final = 1000.0
# Longer than anybody holds for a short word by mistake.
AFFIRMED_MS: Final = 2000.0
# Asked for in so many words: ten seconds.
VERY_LONG_MS: Final = 10_000.0


class Gesture(StrEnum):
    """What a hand did."""

    DOWN = "down"  # at once
    TAPPED = "tapped"  # it came up soon
    HELD = "held"  # it is down for longer than a tap
    AFFIRMED = "affirmed"  # it is down for `AFFIRMED_MS`
    HELD_VERY_LONG = "held very long"  # it is down for `VERY_LONG_MS`
    LET_GO = "let go"  # it came up after it was held
    TWO_TAPS = "two taps"  # and no third one followed
    THREE_TAPS = "three taps"  # and no fourth one followed
    PLAYED_WITH = "played with"  # more taps than mean anything: the rest of them is passed over
    STUCK = "stuck"  # it is down for longer than anybody speaks: passed over until it comes up
    FREED = "freed"  # it was stuck, and came up


@dataclass(frozen=True, slots=True)
class Told:
    """A gesture and when it was made."""

    gesture: Gesture
    at_ms: float


class _State(StrEnum):
    UP = "up"
    DOWN = "down"
    HELD = "held"
    STUCK = "stuck"
    PASSED_OVER = "passed over"  # it is played with


class _Turn(StrEnum):
    WENT_DOWN = "went down"
    CAME_UP = "came up"
    TAP_OVER = "no tap any more"
    AFFIRMED = "affirmed"
    VERY_LONG = "very long"
    TOO_LONG = "too long"
    BURST_OVER = "burst over"
    TOO_MANY = "too many"  # it went down once more often than means anything
    CALM = "calm"


_S, _T, _G = _State, _Turn, Gesture
_TABLE: Final[Mapping[tuple[_State, _Turn], tuple[_State, Gesture | None]]] = {
    (_S.UP, _T.WENT_DOWN): (_S.DOWN, _G.DOWN),
    (_S.UP, _T.TOO_MANY): (_S.PASSED_OVER, _G.PLAYED_WITH),
    (_S.UP, _T.BURST_OVER): (_S.UP, None),  # `_OF_BURST` says what it was
    (_S.DOWN, _T.CAME_UP): (_S.UP, _G.TAPPED),
    (_S.DOWN, _T.TAP_OVER): (_S.HELD, _G.HELD),
    (_S.HELD, _T.AFFIRMED): (_S.HELD, _G.AFFIRMED),
    (_S.HELD, _T.VERY_LONG): (_S.HELD, _G.HELD_VERY_LONG),
    (_S.HELD, _T.TOO_LONG): (_S.STUCK, _G.STUCK),
    (_S.HELD, _T.CAME_UP): (_S.UP, _G.LET_GO),
    (_S.STUCK, _T.CAME_UP): (_S.UP, _G.FREED),
    (_S.PASSED_OVER, _T.CALM): (_S.UP, None),
}
_OF_BURST: Final[Mapping[int, Gesture]] = {2: Gesture.TWO_TAPS, 3: Gesture.THREE_TAPS}


class _Mark(NamedTuple):
    at_ms: float
    turn: _Turn


class Gestures:
    """The machine of one button; keeps four instants and two counts, whatever comes."""

    def __init__(self, stuck_ms: float, *, down: bool = False) -> None:
        """`stuck_ms` (above `VERY_LONG_MS`) is longer than the longest turn. A button that is `down` already
        is stuck, and nothing is told of that: the caller knows."""
        self._while_down = (
            (float(TAP_MAX_MS), _Turn.TAP_OVER),
            (AFFIRMED_MS, _Turn.AFFIRMED),
            (VERY_LONG_MS, _Turn.VERY_LONG),
            (stuck_ms, _Turn.TOO_LONG),
        )
        self._state = _State.STUCK if down else _State.UP
        self._raw = down
        self._rises_ms: float | None = None  # when it came up, unless it only bounces
        self._down_ms = 0.0
        self._up_ms = 0.0
        self._reached = 0  # how many of `_while_down`
        self._passed_ms = float("-inf")
        self._taps = 0

    @property
    def is_down(self) -> bool:
        """Whether somebody has a finger on it."""
        return self._state in (_State.DOWN, _State.HELD)

    def edge(self, down: bool, at_ms: float) -> list[Told]:
        """The contact is closed (`down`), or open, from `at_ms` on."""
        at_ms = max(at_ms, self._passed_ms)
        told = self.pass_time(at_ms)
        if down is self._raw:
            return told
        self._raw = down
        if not down:
            self._rises_ms = at_ms
        elif self._rises_ms is not None:
            self._rises_ms = None  # it bounced
        else:
            self._down_ms, self._reached = at_ms, 0
            too_many = self._state is _State.UP and self._taps >= MAX_TAPS
            told += self._take(_Turn.TOO_MANY if too_many else _Turn.WENT_DOWN, at_ms)
        return told

    def pass_time(self, now_ms: float) -> list[Told]:
        """It is `now_ms`: what is due by then, in the order in which it was."""
        told: list[Told] = []
        while (mark := self._next_mark()) is not None and mark.at_ms <= now_ms:
            self._passed_ms = max(self._passed_ms, mark.at_ms)
            told += self._pass(mark)
        self._passed_ms = max(self._passed_ms, now_ms)
        return told

    @property
    def due_ms(self) -> float | None:
        """When `pass_time` has to be called next; None: not before the next edge."""
        mark = self._next_mark()
        return mark.at_ms if mark is not None else None

    def _pass(self, mark: _Mark) -> list[Told]:
        if mark.turn is not _Turn.CAME_UP:
            self._reached += self.is_down
            return self._take(mark.turn, mark.at_ms)
        assert self._rises_ms is not None
        self._up_ms, self._rises_ms = self._rises_ms, None
        return self._take(_Turn.CAME_UP, self._up_ms)

    def _take(self, turn: _Turn, at_ms: float) -> list[Told]:
        row = _TABLE.get((self._state, turn))
        if row is None:
            return []  # it is passed over, or was stuck
        self._state, gesture = row
        if turn is _Turn.BURST_OVER:
            gesture, self._taps = _OF_BURST.get(self._taps), 0
        elif gesture is Gesture.TAPPED:
            self._taps += 1
        elif gesture not in (None, Gesture.DOWN):
            self._taps = 0
        return [Told(gesture, at_ms)] if gesture is not None else []

    def _next_mark(self) -> _Mark | None:
        """What comes next if no edge does. While it may only bounce, nothing is due that lies after the
        instant at which it may have come up."""
        rises_ms = self._rises_ms
        marks = [mark for mark in self._marks() if rises_ms is None or mark.at_ms <= rises_ms]
        if rises_ms is not None:
            marks.append(_Mark(rises_ms + BOUNCE_MS, _Turn.CAME_UP))
        return min(marks, default=None, key=lambda mark: mark.at_ms)

    def _marks(self) -> Iterator[_Mark]:
        passed_ms = self._passed_ms
        if self.is_down:
            after_ms, turn = self._while_down[self._reached]
            yield _Mark(max(self._down_ms + after_ms, passed_ms), turn)
        elif self._state is _State.UP and self._taps:
            yield _Mark(max(self._up_ms + TAP_GAP_MS, passed_ms), _Turn.BURST_OVER)
        elif self._state is _State.PASSED_OVER and not self._raw and self._rises_ms is None:
            yield _Mark(max(self._up_ms + CALM_MS, passed_ms), _Turn.CALM)
