"""The chain: one session to the conversation, any number of providers behind it.

It keeps the turn until the next one opens, so that another provider can be told everything again.
Exactly one provider holds a session at a time.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    ChainEvent,
    CloseSession,
    Command,
    CommitTurn,
    Configure,
    DiscardTurn,
    FailedOver,
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
from appliance.providers.health import BACKOFF_CAP_S, LONG_SESSION_S
from appliance.providers.kept_turn import KeptTurn, Stage
from appliance.providers.roster import Roster
from appliance.providers.told import Told

# How often a due failback looks whether the turn is over; nobody notices a second.
MID_TURN_CHECK_S = 1.0


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider by name, and how to open a fresh session with it."""

    name: str
    open: Callable[[], Session]


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
        now_s: Callable[[], float],
        chance: Callable[[], float],
        resting: Callable[[], bool],
    ) -> None:
        """`history(before)` is what was said before that answer's turn, or all of it for None;
        `resting` tells that no answer is being played."""
        self._providers = providers
        self._config = config
        self._history = history
        self._emit = emit
        self._now_s = now_s
        self._chance = chance
        self._resting = resting
        self._roster = Roster(len(providers))
        self._index = 0
        self._session: Session | None = None
        self._ready = False
        self._ready_at_s = 0.0
        self._in_use: str | None = None  # who was ready last
        self._lost: tuple[str, FailureCategory] | None = None
        self._turn = KeptTurn()
        self._told = Told(self._turn)
        self._opened_with = config
        self._leave = asyncio.Event()
        self._closing = asyncio.Event()

    @property
    def provider(self) -> str:
        """The name of the one who was ready last; before that of the one who is asked first."""
        return self._in_use or self._providers[self._index].name

    async def run(self) -> None:
        """Keep one session open until `CloseSession`; ends only then."""
        while not self._closing.is_set():
            pause_s = self._choose()
            if pause_s > 0:
                self._say_nobody_answers(pause_s)
                await self._closes_within(pause_s)
            else:
                await self._hold_session(self._providers[self._index])

    def send(self, command: Command | OpenTurn) -> None:
        """Take one command; never blocks. `AskText` opens a turn by itself, also without `OpenTurn`."""
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
            case CancelAnswer(answer=answer, heard_ms=heard_ms):
                self._turn.cancel(answer, heard_ms)
                self._tell(command)
            case ToolResult():
                self._take_result(command)
            case Configure(config=config):
                self._config = config
                self._tell(command)
            case ToolRan():
                pass  # what the chain itself tells
            case CloseSession():
                self._closing.set()
                self._leave.set()

    def _open_turn(self, *, discard: bool) -> None:
        """Whatever was kept is over. What a session has of it must not go on in the next turn."""
        last, self._turn = self._turn, KeptTurn()
        if self._told.knows(last) and (discard or last.owed):
            self._tell(DiscardTurn())

    def _want_answer(self) -> None:
        if self._session is None:
            self._say_nobody_answers(self._choose())
        self._catch_up()

    def _take_result(self, result: ToolResult) -> None:
        kept = self._turn.ran(result)
        if kept is None or self._told.is_own(kept):
            self._tell(result)
        else:
            self._catch_up()

    def _tell(self, command: Command) -> None:
        if self._session is not None and self._ready:
            self._session.send(command)

    def _catch_up(self) -> None:
        """Let the session in use know all that is kept of the turn."""
        session = self._session
        if session is None or not self._ready:
            return
        for command in self._told.catch_up(self._turn):
            if isinstance(command, AskText) and not session.capabilities.text_in:
                message = f"{self.provider} takes no questions in writing"
                self._give_up_turn(Failure(FailureCategory.MODEL_UNAVAILABLE, message))
                return
            if session.capabilities.tools or not isinstance(command, ToolRan):
                session.send(command)

    def abandon(self) -> None:
        """The provider in use lets the person wait for too long: go on with one who has not failed
        this turn and may be tried now, else give the turn up."""
        late = Failure(FailureCategory.TIMED_OUT, "no answer before the deadline")
        if self._session is not None:
            self._on_event(late)
        if self._turn.wanted and not self._roster.anybody_but(self._turn.tried, self._now_s()):
            self._give_up_turn(late)

    def _choose(self) -> float:
        """Point `_index` at who is tried next; how long that must wait."""
        index, pause_s = self._roster.next(self._turn.tried, self._now_s())
        if self._session is None:
            self._index = index
        return pause_s

    async def _hold_session(self, provider: Provider) -> None:
        session = provider.open()
        self._session, self._ready = session, False
        self._told, self._opened_with = Told(self._turn), self._config
        self._leave.clear()
        self._link(provider.name, LinkState.CONNECTING)
        task = asyncio.create_task(
            session.run(self._config, self._history(self._replayed()), self._guard(session))
        )
        leave = asyncio.create_task(self._leave.wait())
        timeout_s = self._roster.failback_after_s(self._index, self._now_s())
        try:
            while not task.done() and not self._leave.is_set():
                await asyncio.wait({task, leave}, return_when=asyncio.FIRST_COMPLETED, timeout=timeout_s)
                if timeout_s is not None and not self._turn.owed and self._resting():
                    break  # failback, never in mid-turn and never in mid-answer
                timeout_s = timeout_s and MID_TURN_CHECK_S
        finally:
            leave.cancel()
            if self._session is session:
                self._session, self._ready = None, False
            await _end(session, task)

    def _replayed(self) -> int | None:
        """The first answer of the turn that this session will be told again, if there is one."""
        return self._turn.first if self._turn.owed else None

    async def _closes_within(self, pause_s: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), pause_s)

    def _guard(self, session: Session) -> Callable[[ProviderEvent], None]:
        """What a session says after it was given up is nobody's business."""

        def emit(event: ProviderEvent) -> None:
            if session is self._session:
                self._on_event(event)

        return emit

    def _on_event(self, event: ProviderEvent) -> None:
        provider = self._providers[self._index].name
        match event:
            case Ready():
                self._on_ready(provider)
            case AnswerStarted():
                session = self._session
                rate_hz = session.capabilities.output_rate_hz if session else event.output_rate_hz
                self._emit(replace(event, provider=provider, output_rate_hz=rate_hz))
            case UserTranscript():
                self._emit(replace(event, first=self._told.where_it_began(event)))
            case AnswerAudio():
                self._turn.begin(event.answer)
                self._emit(event)
            case AnswerTranscript(written=written):
                if written:
                    self._turn.begin(event.answer)
                self._emit(event)
            case ToolCall():
                if event.answer == self._turn.answer:
                    self._told.made(self._turn.call(event))
                self._emit(event)
            case AnswerDone():
                self._roster.answered(self._index)
                self._turn.complete(event.answer)
                self._emit(event)
            case Failure():
                self._on_failure(provider, event)
            case _:
                self._emit(event)

    def _on_ready(self, provider: str) -> None:
        self._ready, self._ready_at_s = True, self._now_s()
        self._link(provider, LinkState.READY)
        self._emit(Ready())
        origin, reason = self._lost or (self._in_use or provider, "failback")
        self._in_use, self._lost = provider, None
        if origin != provider:
            samples = self._turn.samples if self._turn.owed else 0
            replayed_ms = round(ms_of_samples(samples, NEAR_RATE_HZ))
            self._emit(FailedOver(origin, provider, reason, replayed_ms))
        if self._config != self._opened_with:
            self._tell(Configure(self._config))
        if self._turn.owed:
            self._catch_up()

    def _on_failure(self, provider: str, failure: Failure) -> None:
        """The session is given up, whether it died or only this answer did."""
        now_s = self._now_s()
        ended_in_age = self._ready and now_s - self._ready_at_s >= LONG_SESSION_S
        if failure.category is not FailureCategory.SESSION_CLOSED or not ended_in_age:
            self._roster.failed(self._index, failure.category, now_s, self._chance(), failure.retry_after_s)
            if self._turn.owed:
                self._turn.tried.add(self._index)
        self._lost = self._lost or (provider, failure.category)
        self._session, self._ready = None, False
        self._leave.set()
        self._link(provider, LinkState.DOWN, failure.category, failure.message)
        if self._turn.stage is Stage.BEGUN:
            # Some of the answer came: the turn cannot be asked again as if nothing had been said.
            self._give_up_turn(failure)

    def _say_nobody_answers(self, pause_s: float) -> None:
        """Nobody may be tried for `pause_s`; a person does not wait longer than the back-off's cap."""
        if pause_s == 0:
            return
        if self._lost is not None:
            self._link(self._lost[0], LinkState.BACKING_OFF, self._lost[1])
        if pause_s > BACKOFF_CAP_S and self._turn.wanted:
            category = self._lost[1] if self._lost else FailureCategory.CONNECTION_FAILED
            self._give_up_turn(Failure(category, "no provider can answer"))

    def _give_up_turn(self, failure: Failure) -> None:
        self._turn.give_up()
        self._emit(replace(failure, answer=self._turn.answer))

    def _link(self, provider: str, link: LinkState, reason: str = "", message: str = "") -> None:
        self._emit(LinkChanged(provider, link, reason, message))


# A session closes its connection within a second by contract; the rest is scheduling.
_CLOSE_TIMEOUT_S = 1.5


async def _end(session: Session, task: "asyncio.Task[None]") -> None:
    """Close a session in its own way, or cancel it when it does not end in time."""
    if not task.done():
        session.send(CloseSession())
        await asyncio.wait({task}, timeout=_CLOSE_TIMEOUT_S)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_CLOSE_TIMEOUT_S)
    if task.done() and not task.cancelled():
        task.result()
