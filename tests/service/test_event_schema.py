"""The judge of event logs: silent on a valid one, and not deaf to any mistake."""

import json
from pathlib import Path

import pytest

from tests.service.event_schema import problems

Event = dict[str, object]
LOG = Path(__file__).parents[1] / "conversation" / "two_turns.jsonl"


def valid_log() -> list[Event]:
    return [json.loads(line) for line in LOG.read_text().splitlines()]


def find(events: list[Event], kind: str, nth: int = 0) -> Event:
    return [event for event in events if event["event"] == kind][nth]


def without(events: list[Event], kind: str, nth: int = 0) -> list[Event]:
    unwanted = find(events, kind, nth)
    return [event for event in events if event is not unwanted]


def test_a_valid_log_has_no_problems() -> None:
    assert problems(valid_log()) == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("session", {"state": "running"}),
        ("phase", {"to": "asleep"}),
        ("phase", {"turn": 0}),
        ("turn_opened", {"onset_ms": "soon"}),
        ("turn_opened", {"prefix_ms": -1}),
        ("turn_committed", {"cause": "boredom"}),
        ("turn_committed", {"turn": None}),
        ("provider", {"link": "up"}),
        ("failover", {"replayed_ms": None}),
        ("interruption", {"decision": "maybe"}),
        ("answer_done", {"complete": 1}),
        ("answer_done", {"shares_ms": {}}),
        ("transcript", {"role": "system"}),
        ("latency", {"total_ms": float("nan")}),
        ("error", {"category": "bad_luck"}),
        ("error", {"colour": "red"}),
        ("answer_audible", {"event": "answer_loud"}),
        ("answer_audible", {"t_ms": "now"}),
        ("answer_audible", {"conversation": 7}),
    ],
)
def test_a_wrong_member_is_found(kind: str, change: Event) -> None:
    events = valid_log()
    find(events, kind).update(change)
    assert len(problems(events)) == 1


@pytest.mark.parametrize(
    ("kind", "member"), [("phase", "cause"), ("latency", "playout_ms"), ("phase", "conversation")]
)
def test_a_missing_member_is_found(kind: str, member: str) -> None:
    events = valid_log()
    del find(events, kind)[member]
    assert len(problems(events)) == 1


@pytest.mark.parametrize(
    ("kind", "nth", "problem"),
    [
        ("session", 0, "is not running"),
        ("phase", 1, "from thinking to speaking after listening"),
        ("turn_opened", 0, "turn 1 had no turn_opened"),
        ("turn_committed", 0, "turn 1 had no turn_committed"),
        ("answer_started", 0, "turn 1 had no answer_started"),
        ("answer_done", 0, "confirmed interruptions and 0 answer_done"),
        ("answer_done", 1, "turn 2: neither answer_done nor turn_discarded"),
        ("latency", 0, "turn 1: audible without latency"),
    ],
)
def test_a_missing_event_is_found(kind: str, nth: int, problem: str) -> None:
    assert problem in "\n".join(problems(without(valid_log(), kind, nth)))


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({"openai": 1}, ["of 5030 ms that were heard the shares are", "nobody else began to answer"]),
        ({"openai": 5030}, ["nobody else began to answer"]),
    ],
)
def test_shares_that_cannot_be_are_found(shares: Event, words: list[str]) -> None:
    events = valid_log()
    find(events, "answer_done")["shares_ms"] = shares
    assert len(problems(events)) == len(words)
    assert all(word in problem for word, problem in zip(words, problems(events), strict=True))


@pytest.mark.parametrize(
    "kind", ["turn_opened", "answer_audible", "answer_done", "latency", "turn_discarded"]
)
def test_what_may_come_once_a_turn_is_found_when_it_comes_twice(kind: str) -> None:
    events = valid_log()
    again = find(events, kind)
    events.insert(events.index(again), dict(again))
    assert "had one already" in "\n".join(problems(events))


def test_time_that_goes_back_is_found() -> None:
    events = valid_log()
    find(events, "answer_audible")["t_ms"] = 1
    assert "time goes back" in "\n".join(problems(events))


def test_a_late_event_is_judged_by_its_true_instant() -> None:
    events = valid_log()
    audible = find(events, "answer_audible")
    audible.update(t_ms=6000, was_ms=audible["t_ms"])
    events.sort(key=lambda event: float(str(event["t_ms"])))
    assert problems(events) == []


def test_a_latency_that_does_not_add_up_is_found() -> None:
    events = valid_log()
    find(events, "latency")["endpoint_ms"] = 803
    assert problems(events) == ["turn 1: latency adds up to 1247.0, not 1244"]


def test_a_latency_that_disagrees_with_the_log_is_found() -> None:
    events = valid_log()
    find(events, "latency").update(playout_ms=112.5, total_ms=1294)
    assert problems(events) == ["turn 1: audible 444.0 ms after the commit, but latency says 494.0"]


def test_an_interrupted_answer_is_not_complete() -> None:
    events = valid_log()
    find(events, "answer_done")["complete"] = True
    assert problems(events) == ["turn 1: a confirmed interruption, and yet complete"]


def test_the_last_turn_may_be_cut_off() -> None:
    events = valid_log()
    assert problems(events[: events.index(find(events, "turn_committed", 1))]) == []
