"""The picture of a conversation: complete and legible."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from appliance.conversation.timeline import draw, level_profile
from appliance.conversation.timeline.style import ANSWER, INTERRUPTION, LEFT, RIGHT, WAIT_PARTS
from tests.conversation.timeline_log import NAMESPACE, Event, log, spoken, texts, tooltips

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
