"""The picture of a long conversation: bounded, and what is left out is said."""

import re
from xml.etree import ElementTree

import numpy as np

from appliance.conversation.timeline import LevelProfile, draw
from appliance.conversation.timeline.rows import MAX_ROWS
from tests.conversation.timeline_log import NAMESPACE, Event, spoken, texts


def cards(picture: str) -> int:
    rects = ElementTree.fromstring(picture).iter(f"{NAMESPACE}rect")
    return sum(rect.get("fill") == "#ffffff" and rect.get("rx") == "8" for rect in rects)


def test_a_long_conversation_is_split_into_rows_and_every_turn_is_there() -> None:
    events = [event for number in range(8) for event in spoken(number, number * 7000)]
    picture = draw(events)
    assert cards(picture) == 3
    assert texts(picture).count("committed: silence") == 8


def test_silence_in_which_nothing_happened_is_left_out_and_said() -> None:
    picture = draw([*spoken(1, 0), *spoken(2, 3_600_000)])
    assert cards(picture) == 2
    assert any(text.endswith("in which nothing happened") for text in texts(picture))


def test_the_picture_of_a_day_is_bounded_and_says_so() -> None:
    events = [event for number in range(1, 4000) for event in spoken(number, number * 20_000)]
    picture = draw(events)
    assert cards(picture) == MAX_ROWS
    ending = next(text for text in texts(picture) if text.startswith("The picture ends here"))
    assert "the log 22 h" in ending
    assert len(picture) < 1_000_000
    further = re.search(r"--from-s (\d+)", ending)
    assert further is not None
    later = draw(events, start_ms=int(further[1]) * 1000)
    assert any(text.startswith("The picture begins") for text in texts(later))
    assert cards(later) == MAX_ROWS


def test_hours_of_silence_are_left_out_of_a_picture_with_recordings_too() -> None:
    room = LevelProfile(5.0, np.full(7_200_000, -20, np.int16), np.full(7_200_000, 20, np.int16))
    picture = draw([*spoken(1, 0), *spoken(2, 35_000_000)], room, room)
    assert cards(picture) < 5
    assert any(text.endswith("more, in which nothing happened.") for text in texts(picture))


def test_a_picture_that_begins_after_the_log_is_empty_and_well_formed() -> None:
    assert "The picture begins" in " ".join(texts(draw(spoken(1, 0), start_ms=9e9)))


def test_many_events_in_one_place_are_not_all_drawn() -> None:
    phases = ("listening", "idle")
    events: list[Event] = [
        {
            "t_ms": at,
            "event": "phase",
            "from": phases[(at + 1) % 2],
            "to": phases[at % 2],
            "cause": "x",
            "turn": 1,
        }
        for at in range(20_000)
    ]
    events += [
        {"t_ms": at, "event": "error", "category": "timed_out", "message": "x" * 500} for at in range(20_000)
    ]
    assert len(draw(events)) < 1_000_000
