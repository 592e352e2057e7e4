"""What a log tells, turn by turn."""

import json
from itertools import pairwise
from pathlib import Path

from appliance.conversation.timeline.story import Fate, Interruption, Span, Story
from appliance.conversation.timeline.telling import tell

Event = dict[str, object]
LOG = Path(__file__).with_name("two_turns.jsonl")


def story(without: str = "") -> Story:
    events: list[Event] = [json.loads(line) for line in LOG.read_text().splitlines()]
    return tell([event for event in events if event["event"] != without])


def test_every_turn_has_its_fate() -> None:
    assert [turn.fate for turn in story().turns] == [Fate.INTERRUPTED, Fate.ANSWERED, Fate.DISCARDED]


def test_a_turn_runs_from_its_prefix_to_its_commit() -> None:
    assert [(turn.start_ms, turn.end_ms) for turn in story().turns] == [
        (884, 4704),
        (9908, 13248),
        (21620, 22810),
    ]


def test_an_answer_runs_from_its_first_sound_to_its_end() -> None:
    assert [turn.heard for turn in story().turns] == [Span(5148, 10720), Span(14818, 19118), None]


def test_an_answer_without_an_end_ends_with_the_next_turn_or_the_log() -> None:
    assert [turn.heard for turn in story("answer_done").turns[:2]] == [Span(5148, 9908), Span(14818, 21620)]


def test_a_turn_that_was_never_audible_waited_in_vain() -> None:
    told = story("answer_audible").turns
    assert [turn.fate for turn in told[:2]] == [Fate.UNANSWERED, Fate.UNANSWERED]
    assert [turn.fruitless_wait for turn in told[:2]] == [Span(4704, 10720), Span(13248, 19118)]


def test_a_turn_that_is_neither_committed_nor_discarded_is_open_to_the_end() -> None:
    turn = story("turn_discarded").turns[2]
    assert (turn.fate, turn.end_ms) == (Fate.OPEN, 24500)


def test_a_wait_ends_at_the_first_sound() -> None:
    waits = [turn.wait for turn in story().turns if turn.wait]
    assert [(wait.start_ms, wait.end_ms) for wait in waits] == [(3904, 5148), (12448, 14818)]


def test_phases_and_links_follow_one_another_without_a_gap() -> None:
    told = story()
    for spans in (told.phases, *told.links.values()):
        assert all(before.end_ms == after.start_ms for before, after in pairwise(spans))
        assert spans[-1].end_ms == 24500


def test_an_event_that_was_logged_late_stands_where_it_happened() -> None:
    late: Event = {"t_ms": 900, "was_ms": 100, "event": "error", "category": "timed_out", "message": "late"}
    assert [mark.at_ms for mark in tell([late]).marks] == [100]


def test_turns_of_two_conversations_are_two_turns() -> None:
    opened: Event = {"t_ms": 1, "event": "turn_opened", "turn": 1, "onset_ms": 1, "prefix_ms": 0}
    assert len(tell([{**opened, "conversation": "c-1"}, {**opened, "conversation": "c-2"}]).turns) == 2


# --------------------------------------------------------------------------- interruptions


def interrupted(*events: Event) -> list[Interruption]:
    """Those of a turn that was opened at 0."""
    opened: Event = {"t_ms": 0, "event": "turn_opened", "turn": 1, "onset_ms": 0, "prefix_ms": 0}
    return tell([opened, *events]).turns[0].interruptions


DECIDED: Event = {"t_ms": 2600, "event": "interruption", "turn": 1, "onset_ms": 2000, "decision": "rejected"}
PHASE: Event = {"t_ms": 2080, "event": "phase", "from": "speaking", "to": "interrupted", "turn": 1}


def test_duck_and_hush_are_where_the_log_says() -> None:
    assert interrupted(PHASE, {**DECIDED, "ducked_ms": 2040, "hushed_ms": 2190}) == [
        Interruption(2000, 2600, confirmed=False, cause="", ducked_ms=2040, hushed_ms=2190)
    ]


def test_an_answer_that_never_stood_still_has_no_hush() -> None:
    (only,) = interrupted(PHASE, {**DECIDED, "ducked_ms": 2040, "hushed_ms": None})
    assert (only.ducked_ms, only.hushed_ms) == (2040, None)


def test_a_log_without_them_is_told_by_its_phases() -> None:
    (only,) = interrupted(PHASE, DECIDED)
    assert (only.ducked_ms, only.hushed_ms) == (2080, None)


def test_a_phase_of_another_interruption_does_not_count() -> None:
    (only,) = interrupted({**PHASE, "t_ms": 1000}, DECIDED)
    assert only.ducked_ms is None


# --------------------------------------------------------------------------- devices, mute, button


def test_mute_and_button_are_spans_and_end_with_the_log() -> None:
    told = tell(
        [
            {"t_ms": 100, "event": "mute", "muted": True},
            {"t_ms": 150, "event": "mute", "muted": True},
            {"t_ms": 200, "event": "button", "down": True},
            {"t_ms": 300, "event": "button", "down": False},
            {"t_ms": 350, "event": "button", "down": False},
            {"t_ms": 400, "event": "mute", "muted": False},
            {"t_ms": 500, "event": "mute", "muted": True},
            {"t_ms": 900, "event": "from the future", "turn": {}},
        ]
    )
    assert told.muted == [Span(100, 400), Span(500, 900)]
    assert told.held == [Span(200, 300)]


def test_a_lost_device_is_marked_and_has_a_line() -> None:
    device: Event = {"event": "device", "device": "microphone", "name": "usb"}
    told = tell(
        [
            {**device, "t_ms": 100, "state": "lost", "reason": "unplugged"},
            {**device, "t_ms": 400, "state": "ready"},
            {"t_ms": 900, "event": "mute", "muted": False},
        ]
    )
    assert [(span.start_ms, span.end_ms, span.name) for span in told.links["microphone"]] == [
        (0, 100, "ready"),
        (100, 400, "lost"),
        (400, 900, "ready"),
    ]
    assert [(mark.at_ms, mark.label, mark.detail) for mark in told.marks] == [
        (100, "microphone lost", "usb: unplugged")
    ]


def test_a_timer_that_rings_and_a_limit_are_marked() -> None:
    limit: Event = {"event": "money_limit", "period": "day", "spent": 1.614, "limit": 2, "currency": "EUR"}
    told = tell(
        [
            {"t_ms": 100, "event": "timer", "number": 2, "state": "ended"},
            {"t_ms": 200, "event": "timer", "number": None, "state": "missed"},
            {**limit, "t_ms": 300, "level": "near"},
            {"t_ms": 400, "event": "money_limit", "period": "month", "level": "reached", "spent": "much"},
        ]
    )
    assert [(mark.kind, mark.label, mark.detail) for mark in told.marks] == [
        ("note", "timer 2 rings", ""),
        ("note", "a timer was missed", ""),
        ("note", "limit of the day is near", "1.61 EUR of 2.00 EUR"),
        ("note", "limit of the month is reached", "? of ?"),
    ]
