"""The chain: one session to the conversation, any number of providers behind it.

It keeps the turn until the next one opens, so that another provider can be told everything again, or can
go on with an answer that broke off. One provider has the turn at a time; while it is unhealthy another one
stands by (`standby`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerGenerated,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    CancelAnswer,
    ChainEvent,
    CloseSession,
    ClosingSoon,
    Command,
    Configure,
    Failure,
    HistoryItem,
    LinkState,
    OpenTurn,
    ProviderEvent,
    Reach,
    Ready,
    SessionConfig,
    ToolCall,
    ToolResult,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.providers.asking import Asking
from appliance.providers.held_session import Closings, HeldSession, Provider
from appliance.providers.kept_turn import Stage
from appliance.providers.opening import Opening
from appliance.providers.probe import Probes
from appliance.providers.standby import NOTHING_TO_SAY, Standby, slower_than
from appliance.providers.standing import Standing
from appliance.providers.succession import Succession

__all__ = ["Chain", "Provider"]


class Chain:
    """Speaks the session vocabulary to the conversation; tries `providers` in their order.

    `run` and `send` belong to the event loop's thread; `emit` is called from there, also while
    `send` runs.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        config: SessionConfig,
        history: Callable[[int | None], tuple[HistoryItem, ...]],
        emit: Callable[[ProviderEvent | ChainEvent], None],
        *,
        said: Callable[[int], str],
        now_s: Callable[[], float],
        chance: Callable[[], float],
        resting: Callable[[], bool],
        hedges: bool = True,
    ) -> None:
        """`history(before)` is what was said before that answer's turn, or all of it for None; `said(answer)`
        are the words that came of an answer that broke off, as far as their sound came; `resting` tells that
        no answer is being played; with `hedges` another provider stands by for one that is unhealthy."""
        self._providers = providers
        self._emit = emit
        self._now_s = now_s
        self._standing = Standing(providers, now_s, chance)
        self._asking = Asking(self._standing, emit)
        closings = Closings()
        probes = Probes(providers, self._standing, closings, self._asking, now_s)
        self._opening = Opening(
            providers, config, history, said, self._asking, self._standing, closings, self._hear
        )
        self._standby = Standby(
            self._asking, self._standing, self._opening, closings, emit, now_s, hedges=hedges
        )
        self._succession = Succession(
            self._asking, self._standing, self._opening, self._standby, probes, closings, now_s, resting
        )

    @property
    def dropped_samples(self) -> int:
        """How much of what was said is lost, because nobody was there to be told for too long."""
        return self._asking.dropped_samples + self._asking.turn.dropped_samples

    @property
    def provider(self) -> str:
        """The name of the one who was ready last; before that of the one who is asked first."""
        held = self._asking.held or self._providers[0]
        return self._standing.in_use or held.name

    async def run(self) -> None:
        """Keep one session open until `CloseSession`; ends only then."""
        await self._succession.run()

    # ------------------------------------------------------------------ what the conversation says

    def send(self, command: Command | OpenTurn) -> None:
        """Take one command; never blocks. `AskText` opens a turn by itself, also without `OpenTurn`."""
        self._succession.word()
        match command:
            case Configure(config=config):
                self._opening.config = config
                for held in (self._asking.held, self._standby.held):
                    if held is not None:
                        held.configure(config)
            case AppendAudio() if self._asking.turn.owed:
                self._asking.take(command)  # nothing that a standby depends on changes
            case CloseSession():
                self._succession.close()
            case _:
                if isinstance(command, CancelAnswer):
                    self._standby.cancelled(command.answer)
                self._asking.take(command)
                self._standby.look()

    def forget(self) -> None:
        """What was said is to be forgotten, and `history` has forgotten it: so does every session."""
        self._succession.word()
        self._standby.let_go()
        self._asking.forget()

    def abandon(self) -> None:
        """The provider in use lets the person wait for too long: go on with one who has not failed
        this turn and may be tried now, else give the turn up."""
        lost = self._standing.lost if self._asking.held is None else None
        cause = None if lost is None else lost.cause
        late = Failure(FailureCategory.TIMED_OUT, "no answer before the deadline", cause=cause)
        self._standby.late(late)
        if self._asking.held is not None:
            self._on_failure(self._asking.held, late)
        else:
            self._take_over()
        if self._asking.turn.wanted and not self._standing.anybody_but(self._asking.turn.tried):
            self._asking.give_up(late)

    # ------------------------------------------------------------------ what the machine says

    def network(self, reach: Reach) -> None:
        """The network goes as far as `reach` from now on: who is beyond it is given up at once, and who is in
        reach again is tried at once."""
        self._standing.network(reach)
        self._standby.network_changed()
        held = self._asking.held
        gone = None if held is None else self._standing.out_of_reach(held.index)
        if held is not None and gone is not None:
            self._on_failure(held, gone)
        self._succession.look_again()

    def clock_set(self) -> None:
        """The clock was set: certificates that were from another time may be good now."""
        self._standing.way_is_back()
        self._succession.look_again()

    # ------------------------------------------------------------------ what the providers say

    def _hear(self, held: HeldSession, event: ProviderEvent) -> None:
        """What a session says after it was given up is nobody's business."""
        if held is self._asking.held:
            self._on_event(held, event)
            self._standby.look()
        elif held is self._standby.held and self._standby.take(event):
            self._prefer(held)
            self._hear(held, event)

    def _prefer(self, second: HeldSession) -> None:
        """Who was asked beside the first one answers before it: the first one has lost the turn."""
        first = self._asking.held
        if first is None:
            self._take_over()
            return
        self._on_failure(first, slower_than(second.name))

    def _take_over(self) -> None:
        """Who stands by, if there is somebody, is in use from here on; what it said before is told."""
        second = self._standby.release()
        if second is None:
            return
        self._asking.again = None
        self._asking.held = held = second.held
        if held.ready:
            self._enter(held)
        else:  # from here on it is waited for
            self._asking.link(held.name, LinkState.CONNECTING)
        for event in second.said.values():
            self._hear(held, event)

    def _on_event(self, held: HeldSession, event: ProviderEvent) -> None:
        self._succession.word()
        match event:
            case Ready():
                self._on_ready(held)
                return
            case Failure():
                self._on_failure(held, event)
                return
            case AnswerStarted():
                event = replace(event, provider=held.name, output_rate_hz=held.capabilities.output_rate_hz)
            case UserTranscript():
                event = replace(event, first=held.told.where_it_began(event))
            case AnswerAudio(answer=answer, pcm=pcm):
                self._asking.turn.received(answer, len(pcm), held.capabilities.output_rate_hz)
            case AnswerTranscript(answer=answer, text=text, written=True) if text:
                self._asking.turn.begin(answer)
            case ToolCall(answer=answer) if answer == self._asking.turn.answer:
                kept = self._asking.turn.call(event)
                held.told.made(kept)
                if kept.output is not None:  # it ran when another session called it so
                    held.tell(ToolResult(answer, event.call, kept.output))
                    return
            case AnswerGenerated(answer=answer):
                self._asking.turn.generated(answer)
                return
            case AnswerDone() if self._asking.turn.unanswered and self._standby.asked:
                self._on_failure(held, NOTHING_TO_SAY)
                return
            case AnswerDone(answer=answer):
                self._standing.answered(held.index)
                self._asking.turn.complete(answer)
                held.look()
            case ClosingSoon(remaining_s=remaining_s):
                held.tenure.closing_soon(remaining_s, self._now_s())
                held.look()
        self._emit(event)

    def _on_ready(self, held: HeldSession) -> None:
        held.ready_at_s = self._now_s()
        self._asking.link(held.name, LinkState.READY)
        self._enter(held)

    def _enter(self, held: HeldSession) -> None:
        """It takes the turn, and those after it."""
        turn = self._asking.turn
        self._emit(Ready())
        samples = turn.samples if turn.owed and not held.told.knows(turn) else 0
        failover = self._standing.ready(held.index, round(ms_of_samples(samples, NEAR_RATE_HZ)))
        if failover is not None:
            self._emit(failover)
        held.configure(self._opening.config)
        if self._asking.turn.owed:
            self._asking.catch_up()

    def _on_failure(self, held: HeldSession, failure: Failure) -> None:
        """The session is given up, whether it died or only this answer did. Of an answer that came whole
        nothing is lost with it but the word that it did."""
        turn, failure = self._asking.turn, self._standing.named(held.index, failure)
        if turn.stage is Stage.GENERATED and turn.answer is not None:
            self._on_event(held, AnswerDone(turn.answer, complete=True))
        others_first = self._standing.failed(
            held.index, failure, held.ready_at_s, turn.tried, asked=turn.wanted
        )
        if others_first and self._asking.turn.owed:
            self._asking.turn.tried.add(held.index)
        self._asking.drop(held)
        self._asking.down(held.name, failure)
        if self._asking.turn.stage is Stage.BEGUN:
            self._asking.let_another_go_on(held, failure)
        self._take_over()
