"""The chain: one session to the conversation, any number of providers behind it.

It keeps the turn's audio until the next turn opens, so that another provider can be told
everything again. Exactly one provider holds a session at a time.
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
    AppendAudio,
    CancelAnswer,
    ChainEvent,
    CloseSession,
    Command,
    CommitTurn,
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
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.providers.health import BACKOFF_CAP_S, LONG_SESSION_S, Health
from appliance.providers.kept_turn import KeptTurn

# A preferred provider that failed is asked again after this long without a turn: long enough
# that a flapping link does not swallow turns, short enough that nobody stays offline for long.
FAILBACK_AFTER_S = 30.0
# … doubled with every failure in a row, up to this: each try takes the session in use away.
FAILBACK_CAP_S = 600.0
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
        self._health = [Health() for _ in providers]
        self._index = 0
        self._session: Session | None = None
        self._ready = False
        self._ready_at_s = 0.0
        self._in_use: str | None = None  # who was ready last
        self._lost: tuple[str, FailureCategory] | None = None
        self._turn = KeptTurn()
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
        """Take one command; never blocks."""
        match command:
            case OpenTurn():
                last, self._turn = self._turn, KeptTurn()
                if not last.owed:
                    return
                command = DiscardTurn()  # the last turn was cancelled for good: it must not go on in this one
            case AppendAudio(pcm=pcm):
                self._turn.append(pcm)
            case CommitTurn(answer=answer):
                self._turn.ask(answer)
                if self._session is None:
                    self._say_nobody_answers(self._choose())
            case CancelAnswer():
                self._turn.cancel()
            case CloseSession():
                self._closing.set()
                self._leave.set()
                return
        if self._session is not None and self._ready:
            self._session.send(command)

    def abandon(self) -> None:
        """The provider in use lets the person wait for too long: go on with one who has not failed
        this turn and may be tried now, else give the turn up."""
        late = Failure(FailureCategory.TIMED_OUT, "no answer before the deadline")
        if self._session is not None:
            self._on_event(late)
        now_s = self._now_s()
        others = [h for i, h in enumerate(self._health) if i not in self._turn.tried]
        if self._turn.committed is not None and not any(h.pause_s(now_s) == 0 for h in others):
            self._give_up_turn(late)

    def _choose(self) -> float:
        """Point `_index` at who is tried next; how long that must wait.

        The first that may be tried now and has not failed this turn; else one that has; else the one
        that may soonest.
        """
        now_s = self._now_s()
        waits = [
            (pause_s, index in self._turn.tried, index)
            for index, pause_s in enumerate(health.pause_s(now_s) for health in self._health)
        ]
        pause_s, _, index = min(waits)
        if self._session is None:
            self._index = index
        return pause_s

    async def _hold_session(self, provider: Provider) -> None:
        session = provider.open()
        self._session, self._ready = session, False
        self._leave.clear()
        self._link(provider.name, LinkState.CONNECTING)
        task = asyncio.create_task(
            session.run(self._config, self._history(self._replayed()), self._guard(session))
        )
        leave = asyncio.create_task(self._leave.wait())
        timeout_s = self._failback_after_s()
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

    def _failback_after_s(self) -> float | None:
        """How long to stay with this provider although a better one exists; None: for good."""
        now_s = self._now_s()
        waits = [
            max(health.pause_s(now_s), min(FAILBACK_CAP_S, FAILBACK_AFTER_S * 2 ** min(health.failures, 10)))
            for health in self._health[: self._index]
        ]
        return min(waits, default=None)

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
            case AnswerAudio():
                self._turn.answered = True
                self._emit(event)
            case AnswerDone():
                self._health[self._index] = Health()
                if event.answer == self._turn.committed:
                    self._turn.complete = True
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
        session = self._session
        if session is None or not self._turn.owed:
            return
        for pcm in self._turn.audio():
            session.send(AppendAudio(pcm))
        if self._turn.committed is not None:
            session.send(CommitTurn(self._turn.committed))

    def _on_failure(self, provider: str, failure: Failure) -> None:
        """The session is given up, whether it died or only this answer did."""
        now_s = self._now_s()
        ended_in_age = self._ready and now_s - self._ready_at_s >= LONG_SESSION_S
        if failure.category is not FailureCategory.SESSION_CLOSED or not ended_in_age:
            self._health[self._index] = self._health[self._index].failed(
                failure.category, now_s, self._chance(), failure.retry_after_s
            )
            if self._turn.owed:
                self._turn.tried.add(self._index)
        self._lost = self._lost or (provider, failure.category)
        self._session, self._ready = None, False
        self._leave.set()
        self._link(provider, LinkState.DOWN, failure.category, failure.message)
        if self._turn.owed and self._turn.answered:
            # Some of the answer came: the turn cannot be asked again as if nothing had been said.
            self._give_up_turn(failure)

    def _say_nobody_answers(self, pause_s: float) -> None:
        """Nobody may be tried for `pause_s`; a person does not wait longer than the back-off's cap."""
        if pause_s == 0:
            return
        if self._lost is not None:
            self._link(self._lost[0], LinkState.BACKING_OFF, self._lost[1])
        if pause_s > BACKOFF_CAP_S and self._turn.owed and self._turn.committed is not None:
            category = self._lost[1] if self._lost else FailureCategory.CONNECTION_FAILED
            self._give_up_turn(Failure(category, "no provider can answer"))

    def _give_up_turn(self, failure: Failure) -> None:
        answer = self._turn.committed
        self._turn = KeptTurn()
        self._emit(replace(failure, answer=answer))

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
