"""The rows of a long conversation, all on one scale, and where an instant lies in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from appliance.conversation.timeline.story import Span
from appliance.conversation.timeline.style import LEFT, RIGHT

ROW_MS = 20_000.0
# Shorter conversations are drawn on the scale of this one: larger says nothing more.
MIN_ROW_MS = 6_000.0
# Ten minutes of conversation: a page to scroll through, of a megabyte. What follows is another picture.
MAX_ROWS = 30
# Silence that is left out between two rows.
LONG_SILENCE_MS = 5_000.0
_LEAD_MS = 600.0
# Things of one lane that are closer than this are one thing to the eye.
_DISTINCT_PX = 3.0


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of time and its place on the page."""

    start_ms: float
    end_ms: float
    px_per_ms: float

    def x(self, at_ms: float) -> float:
        """Where an instant lies; outside the row, its edge."""
        return LEFT + (min(max(at_ms, self.start_ms), self.end_ms) - self.start_ms) * self.px_per_ms

    @property
    def right(self) -> float:
        """Where the row ends."""
        return self.x(self.end_ms)

    def holds(self, at_ms: float) -> bool:
        """Whether an instant lies within."""
        return self.start_ms <= at_ms < self.end_ms

    def overlap_ms(self, span: Span) -> float:
        """How much of `span` lies within; negative where nothing does."""
        return min(span.end_ms, self.end_ms) - max(span.start_ms, self.start_ms)

    def touches(self, span: Span) -> bool:
        """Whether any of `span` lies within."""
        return span.start_ms < self.end_ms and (span.end_ms > self.start_ms or self.holds(span.start_ms))

    def visible(self, spans: Iterable[Span]) -> Iterator[tuple[Span, float, float]]:
        """Those of `spans` (sorted) that lie within, with their edges.

        Of spans too close to be told apart only the first is given: a bound on what is drawn.
        """
        drawn_to = LEFT - _DISTINCT_PX
        for span in spans:
            if self.touches(span):
                left, right = self.x(span.start_ms), self.x(span.end_ms)
                if right >= drawn_to + _DISTINCT_PX:
                    drawn_to = right
                    yield span, left, right


def paginate(busy: Sequence[Span], turns: Sequence[float], start_ms: float, end_ms: float) -> list[Row]:
    """At most `MAX_ROWS` rows from `start_ms` to `end_ms`, cut where nothing happens or else before a turn.

    `busy` is sorted and merged; `turns` are the instants where one begins. Where nothing happens for
    long a row begins later than the last ended, or none follows.
    """
    length_ms = min(max(end_ms - start_ms, MIN_ROW_MS), ROW_MS)
    scale = (RIGHT - LEFT) / length_ms
    rows: list[Row] = []
    at_ms = start_ms
    while len(rows) < MAX_ROWS:
        if rows and is_silent(busy, at_ms) and end_ms - at_ms >= LONG_SILENCE_MS:
            break
        at_ms = _skip_silence(busy, at_ms, end_ms)
        if at_ms + length_ms >= end_ms:
            rows.append(Row(at_ms, end_ms if rows else max(end_ms, at_ms + MIN_ROW_MS), scale))
            break
        cut_ms = _cut(busy, turns, at_ms, length_ms)
        rows.append(Row(at_ms, cut_ms, scale))
        at_ms = cut_ms
    return rows


def is_silent(busy: Sequence[Span], at_ms: float) -> bool:
    """Whether nothing happens any more from `at_ms` on."""
    return not busy or busy[-1].end_ms < at_ms


def _skip_silence(busy: Sequence[Span], at_ms: float, end_ms: float) -> float:
    """`at_ms`, or shortly before what happens next when that is long after it."""
    next_ms = next((span.start_ms for span in busy if span.end_ms >= at_ms), at_ms)
    skipped_ms = min(next_ms - _LEAD_MS, end_ms - MIN_ROW_MS)
    return skipped_ms if skipped_ms - at_ms >= LONG_SILENCE_MS else at_ms


def _cut(busy: Sequence[Span], turns: Sequence[float], at_ms: float, length_ms: float) -> float:
    """The last instant in the second half of the row that cuts nothing in two, else no turn; else its end."""
    earliest_ms, latest_ms = at_ms + length_ms / 2, at_ms + length_ms
    cut_ms = latest_ms
    for span in busy:
        if span.start_ms - _LEAD_MS / 2 < latest_ms < span.end_ms + _LEAD_MS / 2:
            cut_ms = span.start_ms - _LEAD_MS / 2
    if cut_ms >= earliest_ms:
        return cut_ms
    before_turns = (start_ms - _LEAD_MS / 4 for start_ms in turns)
    return max((at for at in before_turns if earliest_ms <= at <= latest_ms), default=latest_ms)
