"""From the events of a log to the story they tell."""

from bisect import bisect_right
from collections.abc import Iterable

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

    def take(self, at_ms: float, event: Event) -> None:
        """Add what `event`, which happened at `at_ms`, tells."""
        kind = text(event, "event")
        conversation = text(event, "conversation")
        if conversation and conversation not in self._story.conversations[-1:]:
            self._story.conversations.append(conversation)
        key = conversation, turn_number(event)
        if kind == "phase":
            self._take_phase(at_ms, event)
        elif kind == "provider":
            self._take_link(at_ms, event)
        elif kind in ("failover", "error", "tool_call"):
            self._story.marks.append(_mark(at_ms, kind, event))
        elif kind == "turn_opened":
            self._open_turn(key, at_ms, event)
        elif (turn := self._turns.get(key)) is not None:
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
        story.turns = sorted(self._turns.values(), key=lambda turn: turn.start_ms)
        starts = [turn.start_ms for turn in story.turns]
        for turn in story.turns:
            following = bisect_right(starts, turn.end_ms)
            next_ms = starts[following] if following < len(starts) else story.end_ms
            turn.over_ms = next_ms if turn.done_ms is None else turn.done_ms
        return story

    def _take_phase(self, at_ms: float, event: Event) -> None:
        before = self._phase or Span(min(at_ms, 0.0), at_ms, text(event, "from"))
        self._story.phases.append(before._replace(end_ms=at_ms))
        self._phase = Span(at_ms, at_ms, text(event, "to"), text(event, "cause"))

    def _take_link(self, at_ms: float, event: Event) -> None:
        name = text(event, "name")
        spans = self._story.links.setdefault(name, [])
        if (before := self._link.get(name)) is not None:
            spans.append(before._replace(end_ms=at_ms))
        self._link[name] = Span(at_ms, at_ms, text(event, "link"), text(event, "reason"))

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
                onset_ms = number(event, "onset_ms")
                onset_ms = at_ms if onset_ms is None else min(onset_ms, at_ms)
                confirmed = event.get("decision") == "confirmed"
                turn.interruptions.append(Interruption(onset_ms, at_ms, confirmed, text(event, "cause")))
            case "answer_done":
                turn.done_ms, turn.heard_ms = at_ms, duration(event, "heard_ms")
                turn.complete = event.get("complete") is True


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
    if kind == "error":
        return Mark(at_ms, MarkKind.ERROR, text(event, "category") or "error", text(event, "message"))
    outcome = "" if event.get("ok") is True else ": failed"
    return Mark(at_ms, MarkKind.TOOL, f"{text(event, 'name')}{outcome}", "tool call")
