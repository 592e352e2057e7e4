"""The rows of a long picture."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.timeline.rows import LONG_SILENCE_MS, MAX_ROWS, ROW_MS, Row, is_silent, paginate
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


STARTS = st.lists(st.integers(0, 200_000), max_size=20)


@given(BUSY, STARTS, st.integers(0, 100_000), st.integers(0, 30_000))
def test_rows_follow_one_another_on_one_scale(
    busy: list[Span], turns: list[float], start_ms: int, tail_ms: int
) -> None:
    end_ms = max((busy[-1].end_ms if busy else 0.0) + tail_ms, start_ms)
    rows = paginate(busy, turns, start_ms, end_ms)
    assert 1 <= len(rows) <= MAX_ROWS
    assert len({row.px_per_ms for row in rows}) == 1
    assert rows[0].start_ms >= start_ms
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(rows))
    assert all(row.start_ms <= row.end_ms and row.right <= RIGHT + 0.1 for row in rows)
    if len(rows) < MAX_ROWS and rows[-1].end_ms < end_ms:
        assert is_silent(busy, rows[-1].end_ms)
        assert end_ms - rows[-1].end_ms >= LONG_SILENCE_MS


@given(BUSY, STARTS)
def test_what_is_left_out_is_long_silence(busy: list[Span], turns: list[float]) -> None:
    rows = paginate(busy, turns, 0, busy[-1].end_ms if busy else 0.0)
    left_out = [Span(before.end_ms, after.start_ms) for before, after in pairwise(rows)]
    for silence in (span for span in left_out if span.start_ms < span.end_ms):
        assert all(span.end_ms <= silence.start_ms or span.start_ms >= silence.end_ms for span in busy)
        assert silence.end_ms - silence.start_ms >= LONG_SILENCE_MS


def test_a_row_is_cut_where_nothing_happens() -> None:
    turns = [Span(at, at + 5000) for at in range(1000, 100_000, 7000)]
    for row in paginate(turns, [turn.start_ms for turn in turns], 0, 101_000)[:-1]:
        assert not any(turn.start_ms < row.end_ms < turn.end_ms for turn in turns)


def test_a_row_in_which_something_always_happens_is_cut_before_a_turn() -> None:
    rows = paginate([Span(0, 50_000)], [3000, 17_000, 19_000, 21_000], 0, 50_000)
    assert 18_500 < rows[0].end_ms < 19_000


def test_a_row_in_which_one_turn_goes_on_is_cut_at_its_end() -> None:
    rows = paginate([Span(0, 50_000)], [0], 0, 50_000)
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
