"""The rows of a long picture."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.timeline.rows import LONG_SILENCE_MS, MAX_ROWS, MIN_ROW_MS, ROW_MS, Row, paginate
from appliance.conversation.timeline.story import Span
from appliance.conversation.timeline.style import LEFT, RIGHT


def spans_of(lengths: list[tuple[int, int]]) -> list[Span]:
    """Busy spans from pairs of a gap and a length."""
    spans: list[Span] = []
    at_ms = 0.0
    for gap, length in lengths:
        at_ms += gap
        spans.append(Span(at_ms, at_ms + length))
        at_ms += length
    return spans


BUSY = st.lists(st.tuples(st.integers(1, 60_000), st.integers(0, 40_000)), max_size=20).map(spans_of)


@given(BUSY, st.integers(0, 30_000), st.booleans())
def test_rows_follow_one_another_on_one_scale(busy: list[Span], tail_ms: int, keep_silence: bool) -> None:
    end_ms = (busy[-1].end_ms if busy else 0.0) + tail_ms
    rows = paginate(busy, end_ms, keep_silence=keep_silence)
    assert 1 <= len(rows) <= MAX_ROWS
    assert len({row.px_per_ms for row in rows}) == 1
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(rows))
    assert all(row.start_ms <= row.end_ms and row.right <= RIGHT + 0.1 for row in rows)
    if len(rows) < MAX_ROWS:
        assert rows[-1].end_ms == max(end_ms, MIN_ROW_MS)


@given(BUSY, st.integers(0, 30_000))
def test_with_silence_kept_no_instant_is_missing(busy: list[Span], tail_ms: int) -> None:
    rows = paginate(busy, (busy[-1].end_ms if busy else 0.0) + tail_ms, keep_silence=True)
    assert rows[0].start_ms == 0
    assert all(before.end_ms == after.start_ms for before, after in pairwise(rows))


@given(BUSY)
def test_what_is_left_out_is_long_silence(busy: list[Span]) -> None:
    rows = paginate(busy, busy[-1].end_ms if busy else 0.0, keep_silence=False)
    left_out = [Span(before.end_ms, after.start_ms) for before, after in pairwise(rows)]
    for silence in (span for span in left_out if span.start_ms < span.end_ms):
        assert all(span.end_ms <= silence.start_ms or span.start_ms >= silence.end_ms for span in busy)
        assert silence.end_ms - silence.start_ms >= LONG_SILENCE_MS


def test_a_row_is_cut_where_nothing_happens() -> None:
    turns = [Span(at, at + 5000) for at in range(1000, 100_000, 7000)]
    for row in paginate(turns, 101_000, keep_silence=True)[:-1]:
        assert not any(turn.start_ms < row.end_ms < turn.end_ms for turn in turns)


def test_a_row_in_which_something_always_happens_is_cut_at_its_end() -> None:
    rows = paginate([Span(0, 50_000)], 50_000, keep_silence=True)
    assert [row.end_ms for row in rows] == [ROW_MS, 2 * ROW_MS, 50_000]


def test_only_what_lies_within_is_visible_and_only_what_can_be_told_apart() -> None:
    row = Row(10_000, 20_000, (RIGHT - LEFT) / 10_000)
    before, across, close, within, after = (
        Span(0, 9999),
        Span(9000, 11_000),
        Span(11_001, 11_002),
        Span(15_000, 15_000),
        Span(20_000, 21_000),
    )
    visible = [span for span, _, _ in row.visible([before, across, close, within, after])]
    assert visible == [across, within]
