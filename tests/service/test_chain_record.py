"""A provider that fails for ever is seen at once and for ever, and fills no log."""

import io
import json
from typing import Any

from appliance.conversation.vocabulary import LinkChanged, LinkState
from appliance.service.chain_record import ChainRecord
from appliance.service.event_log import EventLog
from appliance.service.network.clock import TickerClock
from appliance.service.record import Record

WHY = "model_unavailable"


class Chain:
    """Tries one provider again and again."""

    def __init__(self) -> None:
        self._lines, self._clock = io.StringIO(), TickerClock()
        self._log = EventLog(self._lines)
        self._record = ChainRecord(Record(self._log, self._clock, "c-1", keep_transcripts=True))

    def tries_in_vain(self, *at_s: float, reason: str = WHY, message: str = "It knows English only.") -> None:
        for second in at_s:
            self._clock.move_to(second * 1000)
            self._record.link(LinkChanged("offline", LinkState.CONNECTING))
            self._record.link(LinkChanged("offline", LinkState.DOWN, reason, message))
            self._record.link(LinkChanged("offline", LinkState.BACKING_OFF, reason))

    def has_it(self, at_s: float) -> None:
        self._clock.move_to(at_s * 1000)
        self._record.link(LinkChanged("offline", LinkState.CONNECTING))
        self._record.link(LinkChanged("offline", LinkState.READY))

    def events(self) -> list[dict[str, Any]]:
        self._log.close()
        return [json.loads(line) for line in self._lines.getvalue().splitlines()]


def test_the_first_tries_are_written_as_they_are() -> None:
    chain = Chain()
    chain.tries_in_vain(0, 1)
    events = chain.events()
    assert [event["link"] for event in events if event["event"] == "provider"] == [
        "connecting",
        "down",
        "backing_off",
    ] * 2
    assert [event for event in events if event["event"] == "error"] == [
        {
            "t_ms": 0,
            "event": "error",
            "conversation": "c-1",
            "category": WHY,
            "provider": "offline",
            "message": "It knows English only.",
        }
    ]


def test_what_fails_for_an_hour_takes_two_lines_a_minute_and_none_is_uncounted() -> None:
    chain = Chain()
    chain.tries_in_vain(*range(3600))
    events = chain.events()
    errors = [event for event in events if event["event"] == "error"]
    assert 3600 - 60 <= sum(event.get("times", 1) for event in errors) <= 3600
    assert len([event for event in events if event["t_ms"] > 1_800_000]) <= 2 * 31


def test_when_it_is_back_that_is_written_and_so_is_what_follows() -> None:
    chain = Chain()
    chain.tries_in_vain(*range(100))
    chain.has_it(100)
    chain.tries_in_vain(400)
    found = [(e["t_ms"], e["event"], e.get("link")) for e in chain.events() if e["t_ms"] >= 100_000]
    assert found == [
        (100_000, "provider", "ready"),
        (400_000, "provider", "connecting"),
        (400_000, "provider", "down"),
        (400_000, "error", None),
        (400_000, "provider", "backing_off"),
    ]


def test_who_was_ready_and_is_lost_again_is_not_shown_as_ready_or_connecting() -> None:
    chain = Chain()
    chain.tries_in_vain(*range(100))
    chain.has_it(101)
    chain.tries_in_vain(103)
    links = [(e["t_ms"], e["link"]) for e in chain.events() if e["event"] == "provider"]
    assert links[-3:] == [(101_000, "ready"), (103_000, "connecting"), (103_000, "down")]


def test_another_reason_is_written_at_once() -> None:
    chain = Chain()
    chain.tries_in_vain(*range(100))
    chain.tries_in_vain(100, reason="timed_out")
    assert [e["category"] for e in chain.events() if e["event"] == "error"][-1] == "timed_out"


def test_another_message_is_written_at_once_though_nothing_follows() -> None:
    """A certificate that has expired is not the network that was away before."""
    chain = Chain()
    chain.tries_in_vain(*range(100), message="api.openai.com cannot be found")
    chain.has_it(101)
    chain.tries_in_vain(120, message="its certificate has expired")
    chain.has_it(121)
    last = [event for event in chain.events() if event["event"] == "error"][-1]
    assert (last["t_ms"], last["message"]) == (120_000, "its certificate has expired")
