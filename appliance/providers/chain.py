"""The chain: one session to the conversation, any number of providers behind it.

It keeps the turn until the next one opens, so that another provider can be told everything again, or can
go on with an answer that broke off. Exactly one provider holds a session at a time.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerBrokeOff,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    ChainEvent,
    CloseSession,
    ClosingSoon,
    Command,
    CommitTurn,
    Configure,
    ContinueAnswer,
    DiscardTurn,
    Failure,
    HistoryItem,
    LinkChanged,
    LinkState,
    OpenTurn,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolCall,
    ToolRan,
    ToolResult,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.providers.health import BACKOFF_CAP_S
from appliance.providers.held_session import Closings, HeldSession, Provider
from appliance.providers.kept_answer import MAX_BREAKS
from appliance.providers.kept_turn import KeptTurn, Stage
from appliance.providers.probe import Probes
from appliance.providers.standing import Standing
from appliance.providers.tenure import Tenure

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
    ) -> None:
        """`history(before)` is what was said before that answer's turn, or all of it for None; `said(answer)`
        are the words that came of an answer that broke off, as far as their sound came; `resting` tells that
        no answer is being played."""
        self._providers = providers
        self._config = config
        self._history = history
        self._said = said
        self._emit = emit
        self._now_s = now_s
        self._resting = resting
        self._standing = Standing(providers, now_s, chance)
        self._held: HeldSession | None = None
        self._closings = Closings()
        self._probes = Probes(providers, self._standing, self._closings, self._link, now_s)
        self._again: int | None = None  # the provider whose session is replaced by another one with it
        self._turn = KeptTurn()
        self._last_word_s = 0.0
        self._closing = asyncio.Event()

    @property
    def provider(self) -> str:
        """The name of the one who was ready last; before that of the one who is asked first."""
        held = self._held or self._providers[0]
        return self._standing.in_use or held.name

    # ------------------------------------------------------------------ one session after the other

    async def run(self) -> None:
        """Keep one session open until `CloseSession`; ends only then."""
        try:
            while not self._closing.is_set():
                index, pause_s = self._choose()
                self._again = None
                if pause_s > 0:
                    self._say_nobody_answers(pause_s)
                    await self._closes_within(pause_s)
                else:
                    await self._hold(index)
        finally:
            self._probes.stop()
            await self._closings.all()

    async def _hold(self, index: int) -> None:
        """Be with this provider until its session is lost or left; its last one is closed first."""
        self._probes.stop()
        await self._closings.of(index)
        tenure = Tenure()
        tenure.probe_after(self._standing.failback_after_s(index), self._now_s())
        held = HeldSession(index, self._providers[index], self._config, self._turn, self._said, tenure)
        self._held = held
        self._link(held.name, LinkState.CONNECTING)
        history = self._history(self._turn.first if self._turn.owed else None)
        question = self._turn.question
        if question is not None and held.told.needs_question_as_history(self._turn):
            history += (HistoryItem("user", question.text),)
        stands_in = self._standing.stands_in(index)
        try:
            if not self._closing.is_set():
                await held.hold(history, stands_in, self._guard(held), self._now_s, self._is_time_to_change)
        finally:
            self._drop(held)
            self._closings.begin(held)

    def _choose(self) -> tuple[int, float]:
        """Who is tried next, and how long that must wait."""
        if self._again is not None:
            return self._again, 0.0
        return self._standing.next(self._turn.tried if self._turn.owed else ())

    def _is_time_to_change(self, held: HeldSession) -> bool:
        """Whether the session is left for a younger or a better one: never in mid-turn or mid-answer."""
        now_s = self._now_s()
        if held.tenure.probe_is_due(now_s):
            self._probes.start(held, self._config)
        if self._turn.owed or not self._resting():
            return False
        if held.tenure.renewal_is_due(now_s):
            self._again = held.index
            return True
        return held.tenure.failback_is_due(now_s, self._last_word_s)

    def _drop(self, held: HeldSession) -> None:
        """What the session says from here on is nobody's business."""
        if self._held is held:
            self._held = None
        held.leave()

    async def _closes_within(self, pause_s: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), pause_s)

    # ------------------------------------------------------------------ what the conversation says

    def send(self, command: Command | OpenTurn) -> None:
        """Take one command; never blocks. `AskText` opens a turn by itself, also without `OpenTurn`."""
        self._last_word_s = self._now_s()
        match command:
            case OpenTurn() | DiscardTurn():
                self._open_turn(discard=isinstance(command, DiscardTurn))
            case AppendAudio(pcm=pcm):
                self._turn.append(pcm)
                self._catch_up()
            case CommitTurn(answer=answer):
                self._turn.ask(answer)
                self._want_answer()
            case AskText():
                self._open_turn(discard=False)
                self._turn.write(command)
                self._want_answer()
            case CancelAnswer():
                self._cancel(command)
            case ToolResult():
                self._take_result(command)
            case Configure(config=config):
                self._config = config
                self._tell(command)
            case ToolRan() | ContinueAnswer():
                pass  # what the chain itself tells
            case CloseSession():
                self._closing.set()
                if self._held is not None:
                    self._held.leave()

    def abandon(self) -> None:
        """The provider in use lets the person wait for too long: go on with one who has not failed
        this turn and may be tried now, else give the turn up."""
        late = Failure(FailureCategory.TIMED_OUT, "no answer before the deadline")
        if self._held is not None:
            self._on_failure(self._held, late)
        if self._turn.wanted and not self._standing.anybody_but(self._turn.tried):
            self._give_up_turn(late)

    def _open_turn(self, *, discard: bool) -> None:
        """Whatever was kept is over. What a session has of it must not go on in the next turn."""
        last, self._turn = self._turn, KeptTurn()
        held = self._held
        if held is not None and held.told.knows(last) and (discard or last.owed):
            held.tell(DiscardTurn())
        if not discard and held is not None and (out := self._standing.out_of_money(held.index)) is not None:
            self._drop(held)
            self._emit(out)

    def _want_answer(self) -> None:
        if self._held is None:
            self._say_nobody_answers(self._choose()[1])
        self._catch_up()

    def _cancel(self, cancel: CancelAnswer) -> None:
        """Who goes on with another's answer is told what was heard of its own part. Where its session
        knows of the answer otherwise than it was heard, another one takes its place."""
        turn, held = self._turn, self._held
        turn.cancel(cancel.answer, cancel.heard_ms)
        if cancel.answer != turn.answer or not turn.came.gone_on_with or held is None:
            self._tell(cancel)
        elif held.told.is_misinformed(turn, cancel.heard_ms):
            self._again = held.index
            self._drop(held)
        else:
            held.tell(replace(cancel, heard_ms=turn.came.of_the_last_ms(cancel.heard_ms)))

    def _take_result(self, result: ToolResult) -> None:
        kept = self._turn.ran(result)
        if kept is None or (self._held is not None and self._held.told.is_own(kept)):
            self._tell(result)
        else:
            self._catch_up()

    def _tell(self, command: Command) -> None:
        if self._held is not None:
            self._held.tell(command)

    def _catch_up(self) -> None:
        """Let the session in use know all that is kept of the turn."""
        held, turn = self._held, self._turn
        if held is None or not held.ready:
            return
        if turn.wanted and not held.capabilities.continues and held.index in turn.came.broken_by:
            # It would say the beginning once more, and break off where it did.
            self._give_up_turn(Failure(FailureCategory.SESSION_CLOSED, f"{held.name} broke off its answer"))
            return
        for command in held.told.catch_up(turn):
            if isinstance(command, AskText) and not held.capabilities.text_in:
                message = f"{self.provider} takes no questions in writing"
                self._give_up_turn(Failure(FailureCategory.MODEL_UNAVAILABLE, message))
                return
            if held.capabilities.tools or not isinstance(command, ToolRan):
                held.tell(command)

    # ------------------------------------------------------------------ what the providers say

    def _guard(self, held: HeldSession) -> Callable[[ProviderEvent], None]:
        """What a session says after it was given up is nobody's business."""

        def emit(event: ProviderEvent) -> None:
            if held is self._held:
                self._on_event(held, event)

        return emit

    def _on_event(self, held: HeldSession, event: ProviderEvent) -> None:
        self._last_word_s = self._now_s()
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
                self._turn.received(answer, len(pcm), held.capabilities.output_rate_hz)
            case AnswerTranscript(answer=answer, written=True):
                self._turn.begin(answer)
            case ToolCall(answer=answer) if answer == self._turn.answer:
                held.told.made(self._turn.call(event))
            case AnswerDone(answer=answer):
                self._standing.answered(held.index)
                self._turn.complete(answer)
                held.look()
            case ClosingSoon(remaining_s=remaining_s):
                held.tenure.closing_soon(remaining_s, self._now_s())
                held.look()
        self._emit(event)

    def _on_ready(self, held: HeldSession) -> None:
        held.ready_at_s = self._now_s()
        self._link(held.name, LinkState.READY)
        self._emit(Ready())
        samples = self._turn.samples if self._turn.owed else 0
        failover = self._standing.ready(held.index, round(ms_of_samples(samples, NEAR_RATE_HZ)))
        if failover is not None:
            self._emit(failover)
        if self._config != held.opened_with:
            held.tell(Configure(self._config))
        if self._turn.owed:
            self._catch_up()

    def _on_failure(self, held: HeldSession, failure: Failure) -> None:
        """The session is given up, whether it died or only this answer did."""
        others_first = self._standing.failed(held.index, failure, held.ready_at_s, self._turn.tried)
        if others_first and self._turn.owed:
            self._turn.tried.add(held.index)
        self._drop(held)
        self._link(held.name, LinkState.DOWN, failure.category, failure.message)
        if self._turn.stage is Stage.BEGUN:
            self._let_another_go_on(held, failure)

    def _let_another_go_on(self, held: HeldSession, failure: Failure) -> None:
        """Some of the answer came: what is missing of it is wanted from somebody else, or from the same
        provider if it goes on with answers; what came is played meanwhile."""
        turn = self._turn
        assert turn.answer is not None
        others = self._standing.anybody_but(turn.tried | {held.index})
        if len(turn.came.broken_by) + 1 >= MAX_BREAKS or not (others or held.capabilities.continues):
            self._give_up_turn(failure)
            return
        self._emit(AnswerBrokeOff(turn.answer))
        turn.broke_off(held.index)

    def _say_nobody_answers(self, pause_s: float) -> None:
        """Nobody may be tried for `pause_s`; a person does not wait longer than the back-off's cap."""
        if pause_s > 0 and (lost := self._standing.lost) is not None:
            self._link(lost[0], LinkState.BACKING_OFF, lost[1])
        if pause_s > BACKOFF_CAP_S and self._turn.wanted:
            self._give_up_turn(Failure(self._standing.why_nobody, "no provider can answer"))

    def _give_up_turn(self, failure: Failure) -> None:
        self._turn.give_up()
        self._emit(replace(failure, answer=self._turn.answer))

    def _link(self, provider: str, link: LinkState, reason: str = "", message: str = "") -> None:
        self._emit(LinkChanged(provider, link, reason, message))
