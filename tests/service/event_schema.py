"""What a valid event log is (public contract, DESIGN §7.2): the fields of every event, and their order.

`problems(events)` is empty for a valid log, so that any test can assert just that.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from appliance.conversation.machine import Phase
from appliance.conversation.spending import Level, Period
from appliance.conversation.vocabulary import DeviceState, TurnEnd, UsageUnit
from appliance.errors import Cause, FailureCategory
from appliance.hearing.echo.echo_measure import EchoVerdict
from appliance.hearing.microphone_meter import MicrophoneFault
from appliance.service.duplex.echo_ladder import Rung
from appliance.service.liveness import Part

Event = Mapping[str, object]
Check = Callable[[object], bool]

ROUNDING_MS = 2.0  # what rounding each part of a latency may add up to
AGREEMENT_MS = 30.0  # what the log may disagree with itself, and with the sound


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _duration(value: object) -> bool:
    return _number(value) and value >= 0  # type: ignore[operator]


def _share(value: object) -> bool:
    return _duration(value) and value <= 1  # type: ignore[operator]


def _turn(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _many(value: object) -> bool:
    return _turn(value) and value != 1


def _name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _text(value: object) -> bool:
    return isinstance(value, str)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _counts(value: object) -> bool:
    return isinstance(value, dict) and all(unit in list(UsageUnit) and _turn(n) for unit, n in value.items())


def _shares(value: object) -> bool:
    return (
        isinstance(value, dict) and len(value) > 0 and all(_name(n) and _turn(ms) for n, ms in value.items())
    )


def _one_of(*values: str) -> Check:
    return lambda value: isinstance(value, str) and value in values


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


_PHASE = _one_of(*Phase)
_CATEGORY = _one_of(*FailureCategory)

# The members of each event beside `t_ms` and `event`.
MEMBERS: Mapping[str, Mapping[str, Check]] = {
    "session": {"state": _one_of("started", "ended"), "conversation": _name, "provider": _name},
    "phase": {"from": _PHASE, "to": _PHASE, "cause": _name, "turn": _or_null(_turn)},
    "turn_opened": {"turn": _turn, "onset_ms": _number, "prefix_ms": _duration},
    "turn_committed": {"turn": _turn, "audio_ms": _duration, "cause": _one_of(*TurnEnd)},
    "turn_discarded": {
        "turn": _turn,
        "speech_ms": _duration,
        "cause": _one_of("too_short", "muted", "stop", "wake_word", "room_talk"),
    },
    "provider": {
        "name": _name,
        "link": _one_of("connecting", "ready", "down", "backing_off"),
        "reason": _or_null(_text),
    },
    "failover": {
        "turn": _or_null(_turn),
        "from": _name,
        "to": _name,
        "reason": _name,
        "replayed_ms": _duration,
    },
    "hedge": {"turn": _turn, "first": _name, "second": _name, "replayed_ms": _duration},
    "answer_started": {"turn": _turn, "provider": _name},
    "answer_audible": {"turn": _turn},
    "interruption": {
        "turn": _turn,
        "onset_ms": _number,
        "decision": _one_of("confirmed", "rejected"),
        "cause": _name,
        "heard_ms": _duration,
    },
    "answer_done": {"turn": _turn, "heard_ms": _duration, "complete": _flag},
    "transcript": {"turn": _turn, "role": _one_of("user", "assistant"), "text": _text, "final": _flag},
    "tool_call": {"turn": _turn, "name": _name, "ok": _flag},
    "latency": {
        "turn": _turn,
        "endpoint_ms": _duration,
        "provider_ms": _duration,
        "playout_ms": _duration,
        "total_ms": _duration,
    },
    "error": {"category": _CATEGORY, "message": _name},
    "usage": {
        "turn": _or_null(_turn),
        "provider": _name,
        "counts": _counts,
        "cost": _or_null(_duration),
        "currency": _name,
    },
    "money_limit": {
        "period": _one_of(*Period),
        "level": _one_of(*Level),
        "spent": _duration,
        "limit": _duration,
        "currency": _name,
    },
    "say": {"duration_ms": _duration},
    "timer": {"number": _or_null(_turn), "state": _one_of("ended", "missed")},
    "alarm": {"number": _turn, "state": _one_of("set", "cancelled", "rings", "snoozed", "missed")},
    "button": {"down": _flag},
    "wake_word": {"name": _name, "probability": _share, "end_ms": _number},
    "follow_up": {"turn": _turn, "lasts_ms": _duration, "left": _turn},
    "mute": {"muted": _flag},
    "network": {"state": _one_of("up", "down"), "reach": _one_of("machine", "house", "internet")},
    "clock_set": {"step_ms": _number},
    "configuration": {"state": _one_of("applied", "refused"), "reason": _text},
    "quiet_hours": {"state": _one_of("began", "ended", "refused"), "until": _name},
    "liveness": {"part": _one_of(*Part), "state": _one_of("stuck", "moving"), "still_ms": _duration},
    "microphone": {
        "state": _one_of(*MicrophoneFault),
        **dict.fromkeys(("speech_dbfs", "noise_dbfs", "hum_dbfs"), _or_null(_number)),
        **dict.fromkeys(("clipped_percent", "offset_percent"), _number),
    },
    "echo": {
        "state": _one_of(*EchoVerdict),
        **dict.fromkeys(("echo_db", "erle_db", "residual_dbfs", "noise_dbfs"), _or_null(_number)),
    },
    "duplex": {
        "state": _one_of(*(rung.word for rung in Rung)),
        "reason": _text,
        **dict.fromkeys(("needed_dbfs", "voice_dbfs", "erle_db"), _or_null(_number)),
    },
    "device": {
        "device": _one_of("microphone", "loudspeaker"),
        "state": _one_of(*DeviceState),
        "name": _name,
        "reason": _text,
    },
}

# Members that may be there; every event may have the first two.
_EVERYWHERE: Mapping[str, Check] = {"was_ms": _number, "conversation": _name}
_ITEM: Mapping[str, Check] = {"item": _name}
OPTIONAL: Mapping[str, Mapping[str, Check]] = {
    "error": {"provider": _or_null(_name), "times": _many, "cause": _one_of(*Cause)},
    "provider": {"cause": _one_of(*Cause)},
    "say": {"text": _name},
    "interruption": {"ducked_ms": _or_null(_number), "hushed_ms": _or_null(_number), **_ITEM},
    **dict.fromkeys(("answer_started", "answer_audible"), _ITEM),
    "answer_done": {"shares_ms": _shares, **_ITEM},
    **dict.fromkeys(("transcript", "tool_call"), _ITEM),
}


def problems(events: Sequence[Event]) -> list[str]:
    """One sentence for everything that is wrong with the log; empty when it is valid."""
    found = [problem for event in events for problem in _wrong_members(event)]
    if found:
        return found  # the order of events is judged on well-formed ones only
    return [*_wrong_times(events), *_wrong_phases(events), *_wrong_sessions(events), *_wrong_turns(events)]


def _wrong_members(event: Event) -> Iterator[str]:
    kind = event.get("event")
    where = f"{kind} at {event.get('t_ms')}"
    if not _number(event.get("t_ms")):
        yield f"{where}: t_ms is no number"
    required = MEMBERS.get(kind) if isinstance(kind, str) else None
    if required is None:
        yield f"{where}: no such event"
        return
    if event.get("turn") is not None and "conversation" not in event:
        yield f"{where}: conversation is missing"
    for name in required.keys() - event.keys():
        yield f"{where}: {name} is missing"
    allowed = {**_EVERYWHERE, **OPTIONAL.get(str(kind), {}), **required}
    for name, value in event.items():
        if name in ("t_ms", "event"):
            continue
        if name not in allowed:
            yield f"{where}: {name} does not belong here"
        elif not allowed[name](value):
            yield f"{where}: {name} cannot be {value!r}"


def _at(event: Event, name: str = "t_ms") -> float:
    value = event[name]
    assert isinstance(value, int | float)
    return value


def happened_ms(event: Event) -> float:
    """The true instant of `event`, also when it was logged too late to be sorted in."""
    return _at(event, "was_ms" if "was_ms" in event else "t_ms")


def _wrong_times(events: Sequence[Event]) -> Iterator[str]:
    for before, event in pairwise(events):
        if _at(event) < _at(before):
            yield f"{event['event']} at {event['t_ms']}: time goes back from {before['t_ms']}"
    for event in events:
        if "was_ms" in event and _at(event, "was_ms") >= _at(event):
            yield f"{event['event']} at {event['t_ms']}: was_ms is not earlier"


def _wrong_phases(events: Sequence[Event]) -> Iterator[str]:
    phase: object = Phase.IDLE
    for event in events:
        if event["event"] == "phase":
            if event["from"] != phase or event["to"] == phase:
                yield f"phase at {event['t_ms']}: from {event['from']} to {event['to']} after {phase}"
            phase = event["to"]


def _wrong_sessions(events: Sequence[Event]) -> Iterator[str]:
    running: set[object] = set()
    ended: set[object] = set()
    for event in events:
        conversation, where = event.get("conversation"), f"{event['event']} at {event['t_ms']}"
        if event["event"] == "session":
            started = event["state"] == "started"
            if started == (conversation in running) or conversation in ended:
                yield f"{where}: {conversation} has {event['state']} out of order"
            (running.add if started else running.discard)(conversation)
            ended.update() if started else ended.add(conversation)
        elif event.get("turn") is not None and conversation not in running:
            yield f"{where}: {conversation} is not running"


@dataclass
class _Turn:
    """What a turn did, by name of event."""

    happened: dict[object, list[Event]] = field(default_factory=dict)

    def of(self, kind: str) -> list[Event]:
        return self.happened.get(kind, [])


# What has to have been in the turn before.
_NEEDS = {
    "turn_committed": "turn_opened",
    "turn_discarded": "turn_opened",
    "interruption": "answer_started",
    "answer_started": "turn_committed",
    "answer_audible": "answer_started",
    "latency": "turn_committed",
    "answer_done": "turn_committed",
    "transcript": "turn_opened",
    "tool_call": "turn_committed",
    "usage": "turn_committed",
    "hedge": "turn_committed",
}
_ONCE = ("turn_opened", "turn_discarded", "answer_audible", "latency", "answer_done")


def _wrong_turns(events: Sequence[Event]) -> Iterator[str]:
    turns: dict[tuple[object, object], _Turn] = {}
    newest: dict[object, int] = {}
    for event in events:
        number, kind = event.get("turn"), event["event"]
        if number is None or kind in ("phase", "failover"):
            continue
        turn = turns.setdefault((event["conversation"], number), _Turn())
        where = f"{kind} at {event['t_ms']}: turn {number}"
        needed = _NEEDS.get(str(kind))
        if needed and not turn.of(needed):
            yield f"{where} had no {needed}"
        if kind in _ONCE and turn.of(str(kind)):
            yield f"{where} had one already"
        if kind == "turn_opened":
            assert isinstance(number, int)
            if number <= newest.get(event["conversation"], 0):
                yield f"{where} opened after turn {newest[event['conversation']]}"
            newest[event["conversation"]] = number
        turn.happened.setdefault(kind, []).append(event)
    for (conversation, number), turn in turns.items():
        last = number == newest.get(conversation)
        yield from (f"turn {number}: {problem}" for problem in _wrong_turn(turn, last))


def _wrong_turn(turn: _Turn, last: bool) -> Iterator[str]:
    done, discarded, audible = turn.of("answer_done"), turn.of("turn_discarded"), turn.of("answer_audible")
    if not done and not discarded and not last:  # the last one may be cut off by the end of the log
        yield "neither answer_done nor turn_discarded"
    if discarded and done:
        yield "both answered and discarded"
    if audible and not turn.of("latency"):
        yield "audible without latency"
    confirmed = [event for event in turn.of("interruption") if event["decision"] == "confirmed"]
    if confirmed and any(event["complete"] for event in done):
        yield "a confirmed interruption, and yet complete"
    if len(confirmed) > 1 or (confirmed and not done):
        yield f"{len(confirmed)} confirmed interruptions and {len(done)} answer_done"
    for event in done:
        shares = event.get("shares_ms")
        if isinstance(shares, dict) and sum(shares.values()) != event["heard_ms"]:
            yield f"of {event['heard_ms']} ms that were heard the shares are {shares}"
        if isinstance(shares, dict) and len({begun["provider"] for begun in turn.of("answer_started")}) < 2:
            yield f"nobody else began to answer, and yet the shares are {shares}"
    for latency in turn.of("latency"):
        yield from _wrong_latency(latency, turn)


def _wrong_latency(latency: Event, turn: _Turn) -> Iterator[str]:
    answer_ms = _at(latency, "provider_ms") + _at(latency, "playout_ms")
    total_ms = _at(latency, "endpoint_ms") + answer_ms
    if abs(total_ms - _at(latency, "total_ms")) > ROUNDING_MS:
        yield f"latency adds up to {total_ms:.1f}, not {latency['total_ms']}"
    commits = [happened_ms(event) for event in turn.of("turn_committed")]
    for audible in turn.of("answer_audible") if commits else ():
        seen_ms = happened_ms(audible) - max(commits)
        if abs(seen_ms - answer_ms) > AGREEMENT_MS:
            yield f"audible {seen_ms:.1f} ms after the commit, but latency says {answer_ms:.1f}"
