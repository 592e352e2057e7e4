"""How long a session may last is told as soon as it is open."""

import json
from typing import Any

import pytest

from appliance.conversation.vocabulary import ClosingSoon, Ready
from appliance.providers.openai.codec import LONGEST_SESSION_S, OpenAiCodec
from tests.simulators.openai_pair import CONFIG, VOICE

NOW_S = 1_800_000_000.0


def told(session: dict[str, Any]) -> list[object]:
    codec = OpenAiCodec(VOICE, CONFIG, (), opened_at_s=NOW_S)
    frames = ({"type": "session.created", "session": session}, {"type": "session.updated", "session": {}})
    return [event for frame in frames for event in codec.events(json.dumps(frame))]


def test_the_servers_deadline_is_told_right_after_ready() -> None:
    assert told({"expires_at": NOW_S + 1500}) == [Ready(), ClosingSoon(1500)]


@pytest.mark.parametrize(
    "session",
    [
        {},
        {"expires_at": None},
        {"expires_at": 0},
        {"expires_at": "soon"},
        {"expires_at": True},
        {"expires_at": NOW_S - 1},  # our clock is ahead by an hour or more
        {"expires_at": NOW_S + 10**9},  # … or behind by years
        {"expires_at": float("inf")},
        {"expires_at": float("nan")},
        {"expires_at": 10**400},
        {"expires_at": -(10**400)},
    ],
)
def test_without_a_deadline_that_makes_sense_it_is_the_vendors_longest(session: dict[str, Any]) -> None:
    assert told(session) == [Ready(), ClosingSoon(LONGEST_SESSION_S)]
