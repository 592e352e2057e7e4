"""What is counted is what the log says, and a log of any length takes the same memory."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.counters import LATENCY_PARTS, MAX_LABELS, OTHER, Counters

TWO_TURNS = Path(__file__).parent / "two_turns.jsonl"


def counted(*events: dict[str, object]) -> dict[str, int | float]:
    counters = Counters()
    for event in events:
        counters.take(event)
    return counters.snapshot()


def started(provider: str) -> dict[str, object]:
    return {"event": "session", "state": "started", "provider": provider}


def opened(turn: int) -> dict[str, object]:
    return {"event": "turn_opened", "turn": turn}


def committed(turn: int, audio_ms: float) -> dict[str, object]:
    return {"event": "turn_committed", "turn": turn, "audio_ms": audio_ms, "cause": "silence"}


def failover(to: str, replayed_ms: float) -> dict[str, object]:
    return {"event": "failover", "turn": 1, "from": "x", "to": to, "replayed_ms": replayed_ms}


def test_a_real_log_is_counted_to_the_last_event() -> None:
    found = counted(*(json.loads(line) for line in TWO_TURNS.read_text().splitlines()))
    expected = {
        "turns_opened": 3,
        "turns_committed": 2,
        "turns_discarded": 1,
        "answers_started": 2,
        "answers_started.openai": 1,
        "answers_started.gemini": 1,
        "answers_complete": 1,
        "answers_broken_off": 1,
        "interruptions_confirmed": 1,
        "interruptions_confirmed.speech_confirmed": 1,
        "interruptions_rejected": 1,
        "interruptions_rejected.speech_ended": 1,
        "failovers": 1,
        "errors": 1,
        "errors.connection_failed": 1,
        "device_losses": 0,
        "speech_sent_s": 10.5,
        "speech_sent_s.openai": 7.16,
        "speech_sent_s.gemini": 3.34,
        "answers_heard_s": 9.33,
        "answers_heard_s.openai": 5.03,
        "answers_heard_s.gemini": 4.3,
        "latencies": 2,
        "latency_total_last_ms": 2370,
        "latency_total_mean_ms": 1807,
        "latency_total_max_ms": 2370,
        "latency_playout_mean_ms": 64.2,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["latency_total_p50_ms"] == pytest.approx(1244, rel=0.02)
    assert found["latency_total_p95_ms"] == pytest.approx(2370, rel=0.02)


def test_a_device_that_comes_back_was_opened_again() -> None:
    lost: dict[str, object] = {
        "event": "device",
        "device": "microphone",
        "state": "lost",
        "name": "USB",
        "reason": "unplugged",
    }
    found = counted(lost, {**lost, "state": "ready"}, lost)
    assert (found["device_losses.microphone"], found["devices_reopened.microphone"]) == (2, 1)


def test_a_turn_that_is_committed_again_is_sent_once() -> None:
    found = counted(started("openai"), opened(1), committed(1, 2000), committed(1, 3500))
    assert found["turns_committed"] == 2
    assert found["speech_sent_s"] == 3.5


def test_what_is_told_to_the_next_provider_counts_for_it() -> None:
    found = counted(started("a"), opened(1), committed(1, 2000), failover("b", 2000), committed(1, 3000))
    assert (found["speech_sent_s.a"], found["speech_sent_s.b"]) == (2, 3)


def test_what_is_told_to_two_at_once_counts_for_both_and_once() -> None:
    hedge: dict[str, object] = {"event": "hedge", "turn": 1, "first": "a", "second": "b", "replayed_ms": 2000}
    asked = (started("a"), opened(1), committed(1, 2000), hedge)
    found = counted(*asked, failover("b", 0), committed(1, 3000))
    assert (found["hedges"], found["hedges.b"], found["failovers"]) == (1, 1, 1)
    assert (found["speech_sent_s.a"], found["speech_sent_s.b"]) == (2, 3)
    assert counted(*asked, committed(1, 3000))["speech_sent_s.a"] == 3


def test_an_answer_that_two_gave_counts_for_both_by_what_was_heard_of_each() -> None:
    done: dict[str, object] = {"event": "answer_done", "turn": 1, "heard_ms": 3000, "complete": True}
    begun: dict[str, object] = {"event": "answer_started", "turn": 1, "provider": "a"}
    found = counted(begun, {**begun, "provider": "b"}, {**done, "shares_ms": {"a": 1000, "b": 2000}})
    assert (found["answers_heard_s"], found["answers_heard_s.a"], found["answers_heard_s.b"]) == (3, 1, 2)
    assert counted(begun, done)["answers_heard_s.a"] == 3
    assert counted(begun, {**done, "shares_ms": {"a": "much"}})["answers_heard_s"] == 0


def test_an_error_that_stands_for_many_counts_for_all_of_them() -> None:
    error: dict[str, object] = {"event": "error", "category": "timed_out", "message": "late"}
    assert counted(error, {**error, "times": 12})["errors.timed_out"] == 13


def test_a_turn_told_again_before_its_commit_is_not_counted_twice() -> None:
    found = counted(started("a"), opened(1), failover("b", 800), committed(1, 2000))
    assert found["speech_sent_s"] == 2
    assert "speech_sent_s.a" not in found


def test_the_next_turn_is_counted_from_its_own_start() -> None:
    found = counted(started("a"), opened(1), committed(1, 3000), opened(2), committed(2, 1000))
    assert found["speech_sent_s.a"] == 4


def test_lost_devices_are_counted_by_which() -> None:
    lost: dict[str, object] = {"event": "device", "device": "microphone", "state": "lost", "name": "USB"}
    found = counted(lost, {**lost, "state": "ready"}, lost)
    assert (found["device_losses"], found["device_losses.microphone"]) == (2, 2)


def test_every_name_without_a_label_is_there_from_the_start() -> None:
    names = set(Counters().snapshot())
    assert {"turns_opened", "errors", "speech_sent_s", "answers_heard_s", "latencies"} <= names
    for part in LATENCY_PARTS:
        assert {f"latency_{part}_{stat}_ms" for stat in ("last", "mean", "max", "p95")} <= names


def test_more_labels_than_there_can_be_share_one() -> None:
    errors: list[dict[str, object]] = [{"event": "error", "category": f"c{n}"} for n in range(1000)]
    found = counted(*errors)
    labels = [name for name in found if name.startswith("errors.")]
    assert len(labels) == MAX_LABELS + 1
    assert found[f"errors.{OTHER}"] == 1000 - MAX_LABELS
    assert found["errors"] == 1000


VALUES = st.none() | st.booleans() | st.integers(-10, 10**6) | st.text(max_size=80) | st.floats(0, 1e6)
EVENTS = st.dictionaries(
    st.sampled_from(
        ["turn", "audio_ms", "heard_ms", "complete", "provider", "to", "second", "replayed_ms", "decision"]
    )
    | st.sampled_from(["cause", "category", "device", "state", *(f"{part}_ms" for part in LATENCY_PARTS)]),
    VALUES,
)
KINDS = st.sampled_from(
    [
        "session",
        "turn_opened",
        "turn_committed",
        "turn_discarded",
        "failover",
        "hedge",
        "answer_started",
        "answer_done",
        "interruption",
        "error",
        "device",
        "latency",
        "dance",
    ]
)


@given(st.lists(st.tuples(KINDS, EVENTS), max_size=60))
def test_no_event_breaks_the_count(events: list[tuple[str, dict[str, object]]]) -> None:
    found = counted(*({**fields, "event": kind} for kind, fields in events))
    assert all(isinstance(value, int | float) for value in found.values())
    json.dumps(found, allow_nan=False)
