"""From the events of a log to the story they tell."""

from bisect import bisect_right
from collections.abc import Iterable
from math import inf

from appliance.conversation.machine import Phase
from appliance.conversation.timeline.reading import Event, duration, instant_ms, number, text, turn_number
from appliance.conversation.timeline.story import Interruption, Mark, MarkKind, Span, Story, Turn, Wait


def tell(events: Iterable[Event]) -> Story:
    """The story of a log, whatever its events are: what has no instant or no sense is left out."""
    timed = [(at_ms, event) for event in events if (at_ms := instant_ms(event)) is not None]
    timed.sort(key=lambda pair: pair[0])
    teller = _Teller()
    for at_ms, event in timed:
        teller.take(at_ms, event)
    return teller.finish(max((at_ms for at_ms, _ in timed), default=0.0))


_TurnKey = tuple[str, int | None]  # its conversation and its number there


class _Teller:
    """Takes the events of a log in their order."""

    def __init__(self) -> None:
        self._story = Story()
        self._turns: dict[_TurnKey, Turn] = {}
        self._open: dict[int, Turn] = {}  # by identity
        self._phase: Span | None = None
        self._link: dict[str, Span] = {}
        self._interrupted: list[float] = []  # when these phases began, in order

    def take(self, at_ms: float, event: Event) -> None:
        """Add what `event`, which happened at `at_ms`, tells."""
        kind = text(event, "event")
        conversation = text(event, "conversation")
        if conversation and conversation not in self._story.conversations[-1:]:
            self._story.conversations.append(conversation)
        key = conversation, turn_number(event)
        match kind:
            case "phase":
                self._take_phase(at_ms, event)
            case "provider":
                self._take_link(at_ms, text(event, "name"), text(event, "link"), event)
            case "device":
                self._take_device(at_ms, event)
            case "mute":
                _switch(self._story.muted, at_ms, event.get("muted"))
            case "button":
                _switch(self._story.held, at_ms, event.get("down"))
            case "failover" | "hedge" | "error" | "tool_call" | "timer" | "alarm" | "money_limit" | "say":
                self._story.marks.append(_mark(at_ms, kind, event))
            case "turn_opened":
                self._open_turn(key, at_ms, event)
            case _ if (turn := self._turns.get(key)) is not None:
                self._take_of_turn(turn, at_ms, kind, event)

    def finish(self, end_ms: float) -> Story:
        """The story, ended where the log ends."""
        story = self._story
        story.end_ms = max(end_ms, 0.0)
        for turn in self._open.values():
            turn.end_ms = max(story.end_ms, turn.onset_ms)
        if self._phase is not None:
            story.phases.append(self._phase._replace(end_ms=story.end_ms))
        for name, link in self._link.items():
            story.links[name].append(link._replace(end_ms=story.end_ms))
        for switch in (story.muted, story.held):
            _switch(switch, story.end_ms, on=False)
        story.turns = sorted(self._turns.values(), key=lambda turn: turn.start_ms)
        starts = [turn.start_ms for turn in story.turns]
        for turn in story.turns:
            following = bisect_right(starts, turn.end_ms)
            next_ms = starts[following] if following < len(starts) else story.end_ms
            turn.over_ms = next_ms if turn.done_ms is None else turn.done_ms
            turn.interruptions = [self._with_duck(each) for each in turn.interruptions]
        return story

    def _with_duck(self, each: Interruption) -> Interruption:
        """`each`, ducked when its phase began where the log does not say it otherwise."""
        if each.ducked_ms is not None:
            return each
        starts = self._interrupted
        latest = bisect_right(starts, each.decided_ms) - 1
        began_ms = starts[latest] if latest >= 0 else each.decided_ms
        return each._replace(ducked_ms=began_ms) if each.onset_ms <= began_ms < each.decided_ms else each

    def _take_phase(self, at_ms: float, event: Event) -> None:
        before = self._phase or Span(min(at_ms, 0.0), at_ms, text(event, "from"))
        self._story.phases.append(before._replace(end_ms=at_ms))
        self._phase = Span(at_ms, at_ms, text(event, "to"), text(event, "cause"))
        if self._phase.name == Phase.INTERRUPTED:
            self._interrupted.append(at_ms)

    def _take_device(self, at_ms: float, event: Event) -> None:
        device, state = text(event, "device") or "device", text(event, "state")
        if state == "lost" and device not in self._link:  # until then it was there
            self._link[device] = Span(min(at_ms, 0.0), at_ms, "ready")
        self._take_link(at_ms, device, state, event)
        if state == "lost":
            detail = ": ".join(filter(None, (text(event, "name"), text(event, "reason"))))
            self._story.marks.append(Mark(at_ms, MarkKind.DEVICE, f"{device} lost", detail))

    def _take_link(self, at_ms: float, name: str, state: str, event: Event) -> None:
        spans = self._story.links.setdefault(name, [])
        if (before := self._link.get(name)) is not None:
            spans.append(before._replace(end_ms=at_ms))
        self._link[name] = Span(at_ms, at_ms, state, text(event, "reason"))

    def _open_turn(self, key: _TurnKey, at_ms: float, event: Event) -> None:
        if key[1] is None or key in self._turns:
            return
        onset_ms = number(event, "onset_ms")
        onset_ms = at_ms if onset_ms is None else onset_ms
        start_ms = onset_ms - (duration(event, "prefix_ms") or 0.0)
        turn = Turn(key[1], start_ms, onset_ms, max(at_ms, onset_ms))
        self._turns[key] = self._open[id(turn)] = turn

    def _take_of_turn(self, turn: Turn, at_ms: float, kind: str, event: Event) -> None:
        match kind:
            case "turn_committed" | "turn_discarded":
                turn.end_ms = max(at_ms, turn.onset_ms)
                self._open.pop(id(turn), None)
                if kind == "turn_discarded":
                    turn.discarded, turn.speech_ms = True, duration(event, "speech_ms")
                else:
                    turn.commits.append(Span(turn.end_ms, turn.end_ms, text(event, "cause")))
            case "answer_started":
                turn.providers.append(text(event, "provider"))
            case "answer_audible":
                turn.audible_ms = at_ms if turn.audible_ms is None else turn.audible_ms
            case "latency":
                turn.wait = _wait(at_ms, event) or turn.wait
            case "transcript" if event.get("role") == "user":
                turn.question = text(event, "text") or turn.question
            case "transcript":
                turn.answer = text(event, "text") or turn.answer
            case "interruption":
                turn.interruptions.append(_interruption(at_ms, event))
            case "answer_done":
                turn.done_ms, turn.heard_ms = at_ms, duration(event, "heard_ms")
                turn.complete = event.get("complete") is True


def _switch(spans: list[Span], at_ms: float, on: object) -> None:
    """Note in `spans` that something was switched on or off; one without an end ends at infinity."""
    is_on = bool(spans) and spans[-1].end_ms == inf
    if on is True and not is_on:
        spans.append(Span(at_ms, inf))
    elif on is False and is_on:
        spans[-1] = spans[-1]._replace(end_ms=at_ms)


def _interruption(at_ms: float, event: Event) -> Interruption:
    onset_ms = number(event, "onset_ms")
    onset_ms = at_ms if onset_ms is None else min(onset_ms, at_ms)
    confirmed = event.get("decision") == "confirmed"
    ducked_ms, hushed_ms = (
        None if instant is None else min(max(instant, onset_ms), at_ms)
        for instant in (number(event, "ducked_ms"), number(event, "hushed_ms"))
    )
    return Interruption(onset_ms, at_ms, confirmed, text(event, "cause"), ducked_ms, hushed_ms)


def _wait(at_ms: float, event: Event) -> Wait | None:
    parts = [duration(event, f"{part}_ms") for part in ("endpoint", "provider", "playout")]
    endpoint_ms, provider_ms, playout_ms = parts
    if endpoint_ms is None or provider_ms is None or playout_ms is None:
        return None
    return Wait(at_ms - endpoint_ms - provider_ms - playout_ms, endpoint_ms, provider_ms, playout_ms)


def _mark(at_ms: float, kind: str, event: Event) -> Mark:
    if kind == "failover":
        label = f"{text(event, 'from')} → {text(event, 'to')}"
        replayed_ms = duration(event, "replayed_ms")
        replayed = "" if replayed_ms is None else f"; {replayed_ms / 1000:.1f} s of the turn replayed"
        return Mark(at_ms, MarkKind.FAILOVER, label, f"{text(event, 'reason')}{replayed}")
    if kind == "hedge":
        asked = f"{text(event, 'second')} is asked as well"
        return Mark(at_ms, MarkKind.NOTE, asked, f"{text(event, 'first')} lets the person wait")
    if kind == "error":
        return Mark(at_ms, MarkKind.ERROR, text(event, "category") or "error", text(event, "message"))
    if kind == "say":
        return Mark(at_ms, MarkKind.NOTE, "the device says", text(event, "text"))
    if kind == "timer":
        number = event.get("number")
        label = f"timer {number} rings" if text(event, "state") == "ended" else "a timer was missed"
        return Mark(at_ms, MarkKind.NOTE, label)
    if kind == "alarm":
        return Mark(at_ms, MarkKind.NOTE, f"alarm {event.get('number')}: {text(event, 'state')}")
    if kind == "money_limit":
        label = f"limit of the {text(event, 'period')} is {text(event, 'level')}"
        return Mark(at_ms, MarkKind.NOTE, label, f"{_amount(event, 'spent')} of {_amount(event, 'limit')}")
    outcome = "" if event.get("ok") is True else ": failed"
    return Mark(at_ms, MarkKind.TOOL, f"{text(event, 'name')}{outcome}", "tool call")


def _amount(event: Event, key: str) -> str:
    amount = duration(event, key)  # a number like any other
    return "?" if amount is None else f"{amount:.2f} {text(event, 'currency')}"
