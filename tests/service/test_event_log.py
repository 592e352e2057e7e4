"""The event log is valid whatever happens, and time never goes back in it."""

import io
import json
import math
import os
import random
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import InputFileError
from appliance.service.event_log import MAX_WAITING, WINDOW_MS, EventLog

LOG_TIMES = st.lists(st.floats(-1e6, 1e6), max_size=40)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_events_within_the_window_are_sorted() -> None:
    stream = io.StringIO()
    with EventLog(stream) as log:
        log.write(1000, "b")
        log.write(1100, "c")
        log.advance(1100)
        log.write(101, "a")
    assert [event["event"] for event in lines(stream)] == ["a", "b", "c"]
    assert "was_ms" not in stream.getvalue()


def test_an_event_waits_for_the_window_and_no_longer() -> None:
    stream = io.StringIO()
    log = EventLog(stream)
    log.write(500, "a")
    log.advance(500 + WINDOW_MS - 1)
    assert lines(stream) == []
    log.advance(500 + WINDOW_MS)
    assert lines(stream) == [{"t_ms": 500, "event": "a"}]


def test_what_comes_too_late_keeps_its_instant_in_a_field() -> None:
    stream = io.StringIO()
    with EventLog(stream) as log:
        log.write(3000, "on time")
        log.advance(5000)
        log.write(1000.25, "late", turn=1)
    assert lines(stream)[1] == {"t_ms": 3000, "was_ms": 1000.2, "event": "late", "turn": 1}


def test_events_of_one_instant_stay_in_their_order() -> None:
    stream = io.StringIO()
    with EventLog(stream) as log:
        for number in range(20):
            log.write(7, "same", number=number)
    assert [event["number"] for event in lines(stream)] == list(range(20))


@given(LOG_TIMES, st.lists(st.floats(-1e6, 1e6), max_size=10), st.randoms(use_true_random=False))
def test_time_never_goes_back_and_nothing_is_lost(
    times: list[float], advances: list[float], order: random.Random
) -> None:
    stream = io.StringIO()
    with EventLog(stream) as log:
        steps = [(True, t) for t in times] + [(False, t) for t in advances]
        order.shuffle(steps)
        for is_event, t_ms in steps:
            if is_event:
                log.write(t_ms, "x", true_ms=t_ms)
            else:
                log.advance(t_ms)
    events = lines(stream)
    logged = [event["t_ms"] for event in events]
    assert logged == sorted(logged)  # type: ignore[type-var]
    assert all(event.get("was_ms", event["t_ms"]) == event["true_ms"] for event in events)
    assert sorted(event["true_ms"] for event in events) == sorted(round(t, 1) for t in times)  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("given_ms", "written"), [(12.0, "12"), (12.04, "12"), (12.25, "12.2"), (-0.04, "0")]
)
def test_instants_are_written_to_a_tenth(given_ms: float, written: str) -> None:
    stream = io.StringIO()
    with EventLog(stream) as log:
        log.write(given_ms, "a", heard_ms=given_ms)
    assert stream.getvalue() == f'{{"t_ms":{written},"event":"a","heard_ms":{written}}}\n'


@pytest.mark.parametrize("t_ms", [math.nan, math.inf, -math.inf])
def test_what_is_no_instant_is_refused(t_ms: float) -> None:
    stream = io.StringIO()
    with EventLog(stream) as log, pytest.raises(ValueError, match="no instant"):
        log.write(t_ms, "a")
    assert stream.getvalue() == ""


def test_what_is_no_json_is_refused_and_leaves_the_file_valid() -> None:
    stream = io.StringIO()
    with EventLog(stream) as log:
        log.write(1, "a")
        with pytest.raises(TypeError):
            log.write(2, "b", what=object())
        with pytest.raises(ValueError, match="JSON"):
            log.write(2, "c", level=math.nan)
        log.write(3, "d")
    assert [event["event"] for event in lines(stream)] == ["a", "d"]


def test_counts_from_numpy_are_numbers() -> None:
    stream = io.StringIO()
    with EventLog(stream) as log:
        log.write(np.float64(1.5), "a", samples=np.int64(7), heard_ms=np.float32(2.25))
    assert lines(stream) == [{"t_ms": 1.5, "event": "a", "samples": 7, "heard_ms": 2.2}]


@given(st.text())
def test_any_text_is_one_line_and_comes_back(text: str) -> None:
    stream = io.StringIO()
    with EventLog(stream) as log:
        log.write(1, "transcript", text=text)
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["text"] == text


def test_listeners_hear_at_once_and_unsorted() -> None:
    heard: list[object] = []
    with EventLog(io.StringIO()) as log:
        log.subscribe(heard.append)
        log.write(200.0, "b", turn=1)
        log.write(100, "a")
        assert heard == [{"t_ms": 200, "event": "b", "turn": 1}, {"t_ms": 100, "event": "a"}]


def test_a_caller_that_never_advances_does_not_fill_the_memory() -> None:
    stream = io.StringIO()
    log = EventLog(stream)
    for t_ms in range(MAX_WAITING + 5):
        log.write(t_ms, "x")
    assert [event["t_ms"] for event in lines(stream)] == list(range(5))


def test_the_file_is_there_and_valid_after_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with suppress(RuntimeError), EventLog(path) as log:
        log.write(1, "a")
        raise RuntimeError
    assert path.read_text() == '{"t_ms":1,"event":"a"}\n'


def test_a_file_that_cannot_be_made_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"events\.jsonl cannot be written: No such file or directory\."):
        EventLog(tmp_path / "missing" / "events.jsonl")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs the device that is always full")
def test_a_full_disk_is_told_once_and_the_log_goes_on_for_its_listeners() -> None:
    heard: list[object] = []
    log = EventLog(Path("/dev/full"))
    log.subscribe(heard.append)
    log.write(1, "a")
    with pytest.raises(InputFileError, match="No space left"):
        log.advance(2000)
    log.write(2, "b")
    log.close()
    assert len(heard) == 2


def test_closing_twice_writes_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.write(1, "a")
    log.close()
    log.close()
    assert path.read_text().count("\n") == 1
