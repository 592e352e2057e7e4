"""What a log tells, turn by turn."""

import json
from itertools import pairwise
from pathlib import Path

from appliance.conversation.timeline.story import Fate, Span, Story
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
