"""The picture of a conversation: complete, legible, and well-formed whatever the log says."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.timeline import LevelProfile, draw, level_profile
from appliance.conversation.timeline.rows import MAX_ROWS
from appliance.conversation.timeline.style import ANSWER, INTERRUPTION, LEFT, RIGHT, WAIT_PARTS, WIDTH
from tests.service.event_schema import MEMBERS

Event = dict[str, object]
LOG = Path(__file__).with_name("two_turns.jsonl")
NAMESPACE = "{http://www.w3.org/2000/svg}"


def log() -> list[Event]:
    return [json.loads(line) for line in LOG.read_text().splitlines()]


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{NAMESPACE}text")]


def tooltips(picture: str) -> str:
    return "\n".join(
        element.text or "" for element in ElementTree.fromstring(picture).iter(f"{NAMESPACE}title")
    )


def spoken(number: int, start_ms: float) -> list[Event]:
    """A turn of 2 s and its answer of 3 s."""

    def event(at_ms: float, kind: str, **members: object) -> Event:
        return {"t_ms": start_ms + at_ms, "event": kind, "conversation": "c-1", "turn": number, **members}

    return [
        event(300, "turn_opened", onset_ms=start_ms + 300, prefix_ms=300),
        event(2000, "turn_committed", audio_ms=2000, cause="silence"),
        event(2100, "answer_started", provider="offline"),
        event(2200, "answer_audible"),
        event(5200, "answer_done", heard_ms=3000, complete=True),
    ]


# --------------------------------------------------------------------------- what it shows


def test_what_both_said_is_there_to_be_read() -> None:
    shown = " ".join(texts(draw(log())))
    assert "What is the weather going to be like in Lisbon tomorrow" in shown
    assert "Ten minutes, starting now." in shown


def test_every_share_of_a_wait_is_named_with_its_milliseconds() -> None:
    shown = texts(draw(log()))
    assert {"1.24 s", "endpoint 800 ms", "provider 382 ms", "playout 62 ms"} <= set(shown)
    assert {"2.37 s", "provider 1504 ms", "playout 66 ms"} <= set(shown)


def test_interruptions_are_told_with_their_decision() -> None:
    shown = texts(draw(log()))
    assert "false alarm, 384 ms" in shown
    assert any(text.startswith("interrupted: ducked ") and text.endswith(", cut 512 ms") for text in shown)


def over_an_answer(decision: str) -> list[Event]:
    """A turn, and speech over its answer from 3.0 s: ducked at 3.1 s, still at 3.25 s, decided at 3.6 s."""
    speech = {"event": "interruption", "conversation": "c-1", "turn": 1, "decision": decision}
    instants = {"t_ms": 3600, "onset_ms": 3000, "ducked_ms": 3100, "hushed_ms": 3250}
    return [*spoken(1, 0), {**speech, **instants, "cause": "x", "heard_ms": 700}]


def lines_at(picture: str, at_ms: float) -> list[str]:
    """The colours of the upright lines at an instant of a conversation of 6 s."""
    x = LEFT + at_ms * (RIGHT - LEFT) / 6000
    lines = ElementTree.fromstring(picture).iter(f"{NAMESPACE}line")
    return [
        line.get("stroke", "")
        for line in lines
        if line.get("x1") == line.get("x2") and abs(float(line.get("x1", "")) - x) < 0.1
    ]


@pytest.mark.parametrize(
    ("decision", "colour", "words"),
    [
        ("confirmed", INTERRUPTION, "interrupted: ducked 100, still 250, cut 600 ms"),
        ("rejected", ANSWER, "false alarm: ducked 100, still 250, on again 600 ms"),
    ],
)
def test_duck_hush_and_decision_are_drawn_at_their_instants(decision: str, colour: str, words: str) -> None:
    picture = draw(over_an_answer(decision))
    assert INTERRUPTION in lines_at(picture, 3100)
    assert INTERRUPTION in lines_at(picture, 3250)
    assert colour in lines_at(picture, 3600)
    assert words in texts(picture)
    assert f"3.0 s {words}" in texts(picture)


def test_the_shares_of_a_wait_are_drawn_one_after_the_other_and_add_up() -> None:
    wait = {"endpoint_ms": 800, "provider_ms": 300, "playout_ms": 100, "total_ms": 1200}
    latency = {"t_ms": 2200, "event": "latency", "conversation": "c-1", "turn": 1, **wait}
    picture = draw([*spoken(1, 0), latency])
    rects = list(ElementTree.fromstring(picture).iter(f"{NAMESPACE}rect"))
    bars = [next(rect for rect in rects if rect.get("fill") == part.colour) for part in WAIT_PARTS]
    edges = [(float(bar.get("x", "")), float(bar.get("width", ""))) for bar in bars]
    px_per_ms = (RIGHT - LEFT) / 6000
    at = LEFT + 1000 * px_per_ms  # 1200 ms before the first sound
    for (x, wide), ms in zip(edges, (800, 300, 100), strict=True):
        assert x == pytest.approx(at, abs=0.1)
        assert wide == pytest.approx(ms * px_per_ms, abs=0.1)
        at += ms * px_per_ms


def test_every_wait_of_a_busy_row_is_named() -> None:
    events: list[Event] = []
    for number in range(5):
        start_ms = number * 3900
        wait = {"endpoint_ms": 800, "provider_ms": 20 + number, "playout_ms": 40, "total_ms": 860 + number}
        latency = {"t_ms": start_ms + 2200, "event": "latency", "conversation": "c-1", "turn": number, **wait}
        events += [event for event in spoken(number, start_ms) if event["event"] != "answer_done"] + [latency]
    shown = " ".join(texts(draw(events)))
    for number in range(5):
        assert f"provider {20 + number} ms" in shown or f"800 + {20 + number} + 40 ms" in shown


def test_mute_button_and_a_lost_device_are_drawn_and_unknown_events_are_not() -> None:
    around: list[Event] = [
        {"t_ms": 500, "event": "button", "down": True},
        {"t_ms": 900, "event": "button", "down": False},
        {"t_ms": 5300, "event": "mute", "muted": True},
        {
            "t_ms": 5400,
            "event": "device",
            "device": "microphone",
            "state": "lost",
            "name": "usb",
            "reason": "x",
        },
    ]
    picture = draw([*spoken(1, 0), *around, {"t_ms": 2500, "event": "from the future", "what": [1]}])
    assert {"muted", "microphone lost", "usb: x"} <= set(texts(picture))
    assert "button held for 400 ms" in tooltips(picture)
    assert "future" not in picture


def test_a_discarded_turn_says_why() -> None:
    assert "turn 3 discarded: 90 ms of speech" in texts(draw(log()))


def test_failures_and_failovers_are_marked() -> None:
    shown = texts(draw(log()))
    assert {"connection_failed", "openai → gemini", "set_timer"} <= set(shown)


def test_who_is_asked_as_well_is_marked() -> None:
    hedge: Event = {"t_ms": 900, "event": "hedge", "turn": 1, "first": "openai", "second": "gemini"}
    shown = texts(draw([*spoken(1, 0), {**hedge, "replayed_ms": 1000}]))
    assert {"gemini is asked as well", "openai lets the person wait"} <= set(shown)


def test_an_answer_that_never_came_is_shown_as_waited_for() -> None:
    events = [event for event in spoken(1, 0) if event["event"] not in ("answer_audible", "answer_started")]
    shown = texts(draw(events))
    assert "no answer, 3.20 s" in shown
    assert "3.20 s for an answer that never came" in shown


def test_a_turn_begins_at_its_prefix_padding() -> None:
    picture = ElementTree.fromstring(draw(spoken(1, 1000)))
    hatched = [e for e in picture.iter(f"{NAMESPACE}rect") if e.get("fill") == "url(#prefix)"]
    px_per_ms = (RIGHT - LEFT) / 6200
    assert float(hatched[0].get("x", "")) == pytest.approx(LEFT + 1000 * px_per_ms, abs=0.1)
    assert float(hatched[0].get("width", "")) == pytest.approx(300 * px_per_ms, abs=0.1)


def test_the_picture_explains_itself_to_those_who_do_not_see_it() -> None:
    picture = ElementTree.fromstring(draw(log()))
    assert picture.get("role") == "img"
    assert picture.findtext(f"{NAMESPACE}title") == "Conversation c-5d1e07"
    assert "Turn 1, interrupted. The person said: What is the weather" in (
        picture.findtext(f"{NAMESPACE}desc") or ""
    )


def test_nothing_is_fetched_from_elsewhere() -> None:
    picture = draw(log()).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|href|@import|<style|<script|<image", picture)


# --------------------------------------------------------------------------- sound


def bars(picture: str, colour: str) -> int:
    """How many bars of a waveform have `colour`."""
    paths = ElementTree.fromstring(picture).iter(f"{NAMESPACE}path")
    return sum((path.get("d") or "").count("M") for path in paths if path.get("stroke") == colour)


def test_a_recording_is_drawn_in_the_colour_of_what_it_was_part_of() -> None:
    rng = np.random.default_rng(0)
    pcm = rng.integers(-8000, 8000, 6 * 16_000).astype(np.int16)
    picture = draw(spoken(1, 0), input_profile=level_profile(pcm, 16_000))
    shares = bars(picture, "#1b5fa7"), bars(picture, "#b4bec8")
    assert shares[0] / sum(shares) == pytest.approx(2 / 6, abs=0.01)


def test_silence_is_a_line_and_no_bars() -> None:
    picture = draw(spoken(1, 0), output_profile=level_profile(np.zeros(96_000, np.int16), 16_000))
    assert "V" not in "".join(re.findall(r' d="([^"]*)"', picture))


# --------------------------------------------------------------------------- long conversations


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


# --------------------------------------------------------------------------- any log


def test_no_events_make_a_picture() -> None:
    assert "nobody spoke" in " ".join(texts(draw([])))


def test_hostile_text_is_text() -> None:
    events = log()
    for event in events:
        if event["event"] == "transcript":
            event["text"] = "</text><script>alert('&')</script>\x00\x1b\ud800\uffff"
    picture = draw(events)
    assert "script" not in {element.tag for element in ElementTree.fromstring(picture).iter()}
    assert "<script" not in picture


def test_the_order_of_the_events_does_not_matter() -> None:
    events = [event for event in log() if event["event"] in ("provider", "transcript", "error", "latency")]
    assert draw(events[::-1]) == draw(events)


INSTANTS: st.SearchStrategy[object] = st.one_of(
    st.floats(),
    st.integers(-3000, 90_000),
    st.integers(),
    st.sampled_from([None, True, "12", 1e300, 10**400, [], {}]),
)
WORDS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["idle", "interrupted", "ready", "down", "lost", "user", "confirmed", "silence", "c-1", "\x00<&>"]
    ),
)
VALUES = st.one_of(INSTANTS, WORDS, st.booleans(), st.lists(st.none(), max_size=1))
FIELDS: dict[str, list[str]] = {kind: list(members) for kind, members in MEMBERS.items()}
FIELDS |= {"device": ["device", "state", "name", "reason"], "mute": ["muted"], "button": ["down"]}
FIELDS["interruption"] += ["ducked_ms", "hushed_ms"]
MEMBER_NAMES = sorted({name for names in FIELDS.values() for name in names} | {"was_ms", "conversation"})
KINDS = st.one_of(st.sampled_from(sorted(FIELDS)), st.text(max_size=5), st.none())


@st.composite
def events(draw_from: st.DrawFn) -> Event:
    """An event of the right shape, with members that may be anything."""
    event: Event = {"t_ms": draw_from(INSTANTS), "event": draw_from(KINDS)}
    kind = event["event"]
    names = list(FIELDS.get(kind, [])) if isinstance(kind, str) else []
    names += draw_from(st.lists(st.sampled_from(MEMBER_NAMES), max_size=2))
    event.update({name: draw_from(VALUES) for name in names})
    if "turn" in event:
        event["turn"] = draw_from(st.one_of(st.integers(1, 3), VALUES))
    return event


@settings(deadline=None, max_examples=300)
@given(st.lists(events(), max_size=25), st.booleans(), st.booleans())
def test_any_events_make_a_well_formed_picture(some: list[Event], heard: bool, played: bool) -> None:
    profile = level_profile(np.tile(np.array([0, 900, -20_000], np.int16), 8000), 16_000)
    picture = draw(some, profile if heard else None, profile if played else None)
    root = ElementTree.fromstring(picture)
    assert root.get("width") == str(WIDTH)
    assert "nan" not in re.sub(r">[^<]*<", "><", picture)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_log_with_a_few_wrong_members_makes_a_well_formed_picture(data: st.DataObject) -> None:
    some = log()
    for _ in range(data.draw(st.integers(1, 12))):
        event = data.draw(st.sampled_from(some))
        event[data.draw(st.sampled_from(sorted(event)))] = data.draw(VALUES)
    ElementTree.fromstring(draw(some))
