"""The picture is well formed whatever the log says."""

import re
from xml.etree import ElementTree

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.timeline import draw, level_profile
from appliance.conversation.timeline.style import WIDTH
from tests.conversation.timeline_log import Event, log, texts
from tests.service.event_schema import MEMBERS


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
