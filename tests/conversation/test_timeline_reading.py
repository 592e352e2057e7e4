"""Reading an event log, and the levels and words of its picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.timeline import level_profile, read_events, streamed_profile
from appliance.conversation.timeline.story import Span
from appliance.conversation.timeline.text import Font, fit, width, wrap
from appliance.errors import InputFileError
from appliance.pcm.formats import Pcm

FONT = Font(13)


def test_events_are_read_and_empty_lines_skipped() -> None:
    assert read_events(['{"t_ms":1}\n', "\n", ' {"t_ms":2}']) == [{"t_ms": 1}, {"t_ms": 2}]


@pytest.mark.parametrize("line", ["{", "[1]", "7", "null", "[" * 100_000, "RIFF\x00", "1" * 10_000])
def test_a_line_that_is_no_json_object_is_named_by_its_number(line: str) -> None:
    with pytest.raises(InputFileError) as caught:
        read_events(['{"t_ms":1}\n', "\n", line + "\n"])
    assert str(caught.value) == "Line 3 is no JSON object, so this is no event log."


def test_a_last_line_that_was_cut_off_is_no_event() -> None:
    assert read_events(['{"t_ms":1}\n', '{"t_ms":']) == [{"t_ms": 1}]


@given(st.integers(0, 30_000), st.sampled_from([1000, 8000, 12_345]))
def test_a_recording_in_pieces_has_the_profile_of_the_whole(samples: int, rate_hz: int) -> None:
    pcm = np.random.default_rng(0).integers(-999, 999, samples).astype(np.int16)
    rest = pcm

    def read(count: int) -> Pcm:
        nonlocal rest
        block, rest = rest[:count], rest[count:]
        return block

    whole, streamed = level_profile(pcm, rate_hz), streamed_profile(read, rate_hz)
    assert streamed.step_ms == whole.step_ms
    assert np.array_equal(streamed.low, whole.low)
    assert np.array_equal(streamed.high, whole.high)


def test_what_is_audible_is_told_with_short_pauses_and_without_long_ones() -> None:
    pcm = np.zeros(10_000, np.int16)
    pcm[1000:2000] = pcm[2500:3000] = pcm[6000:6100] = -4000
    pcm[8000:9000] = 200
    assert level_profile(pcm, 1000).audible() == [Span(1000, 3000), Span(6000, 6100)]
    assert level_profile(pcm[:900], 1000).audible() == []


@given(st.lists(st.integers(-32768, 32767), max_size=300), st.integers(1, 40))
def test_a_profile_holds_the_extremes_of_each_step(samples: list[int], step: int) -> None:
    pcm = np.array(samples, np.int16)
    profile = level_profile(pcm, 1000, step_ms=step)
    steps = [samples[at : at + step] for at in range(0, len(samples), step)]
    assert profile.low.tolist() == [min(each) for each in steps]
    assert profile.high.tolist() == [max(each) for each in steps]
    assert profile.peak == max([abs(each) for each in samples], default=0) / 32768


def test_columns_hold_the_extremes_of_their_time() -> None:
    pcm = np.zeros(1000, np.int16)
    pcm[[250, 251]] = 16384, -8192
    columns = level_profile(pcm, 1000, step_ms=5).columns(200, 50, 4)
    assert columns.tolist() == [[0, 0], [-0.25, 0.5], [0, 0], [0, 0]]


@given(st.floats(-2000, 2000), st.floats(0.1, 500), st.integers(0, 50), st.integers(0, 400))
def test_columns_outside_the_recording_are_silent(
    start_ms: float, column_ms: float, count: int, samples: int
) -> None:
    columns = level_profile(np.full(samples, 16384, np.int16), 1000).columns(start_ms, column_ms, count)
    assert columns.shape == (count, 2)
    starts = np.floor((start_ms + column_ms * np.arange(count)) / 5) * 5
    inside = (starts >= 0) & (starts < samples)
    assert columns[:, 1].tolist() == np.where(inside, 0.5, 0.0).tolist()


@given(st.text(), st.floats(0, 300))
def test_a_text_that_was_made_to_fit_does(text: str, room: float) -> None:
    shown = fit(text, room, FONT)
    assert width(shown, FONT) <= room
    assert shown == text or shown == "" or shown.endswith("…")


@given(st.text(), st.floats(0, 300), st.integers(1, 4))
def test_wrapped_lines_fit(text: str, room: float, max_lines: int) -> None:
    lines = wrap(text, room, FONT, max_lines)
    assert len(lines) <= max_lines
    assert all(width(line, FONT) <= room for line in lines)


def test_lines_are_broken_between_words_and_the_last_is_cut_off() -> None:
    assert wrap("one two three four five six seven", 80, FONT, 2) == ["one two", "three four…"]


def test_a_text_without_spaces_is_broken_anyway() -> None:
    assert "".join(wrap("明日は雨が降りますか", 60, FONT, 9)) == "明日は雨が降りますか"
