"""A chain of scripted providers, with a clock that stands still."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AppendAudio,
    Capabilities,
    ChainEvent,
    CloseSession,
    Command,
    CommitTurn,
    Failure,
    HistoryItem,
    OpenTurn,
    ProviderEvent,
    Reach,
    Ready,
    SessionConfig,
)
from appliance.errors import FailureCategory
from appliance.providers.chain import Chain, Provider

SOUND = np.arange(320, dtype=np.int16)
GONE = Failure(FailureCategory.SESSION_CLOSED, "bye")


class ScriptedSession:
    """A session that does what the test says, and remembers what it was told."""

    capabilities = Capabilities(
        input_rate_hz=16_000,
        output_rate_hz=24_000,
        discards=True,
        tools=True,
        text_in=True,
        text_out=True,
        continues=True,
    )

    def __init__(self) -> None:
        self.opened_with = SessionConfig("")
        self.history: tuple[HistoryItem, ...] = ()
        self.told: list[Command] = []
        self.running = asyncio.Event()
        self.lingers = False  # takes its time to close
        self._mistake: Exception | None = None
        self._over = asyncio.Event()
        self._emit: Emit = lambda event: None

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        self._emit = emit
        self.opened_with = config
        self.history = history
        self.running.set()
        await self._over.wait()
        if self._mistake is not None:
            raise self._mistake

    def send(self, command: Command) -> None:
        self.told.append(command)
        if isinstance(command, CloseSession) and not self.lingers:
            self._over.set()

    def says(self, event: ProviderEvent) -> None:
        self._emit(event)
        if isinstance(event, Failure) and event.answer is None:
            self._over.set()

    def breaks(self, mistake: Exception) -> None:
        """There is a bug in it."""
        self._mistake = mistake
        self._over.set()

    def ends(self) -> None:
        """It is over, and says nothing about it."""
        self._over.set()

    @property
    def heard(self) -> list[int]:
        return [len(command.pcm) for command in self.told if isinstance(command, AppendAudio)]

    @property
    def asked(self) -> list[int]:
        return [command.answer for command in self.told if isinstance(command, CommitTurn)]


class Stage:
    """A chain of scripted providers, with a clock that stands still."""

    def __init__(
        self,
        names: tuple[str, ...],
        last_resort: str | None = None,
        *,
        hedges: bool = False,
        far: tuple[str, ...] = (),
    ) -> None:
        """Without `hedges` there is a session with one provider at a time, whatever its health; those who are
        `far` are in the internet, the others on this machine."""
        self.sessions: dict[str, list[ScriptedSession]] = {name: [] for name in names}
        self.out_of_money: set[str] = set()
        self.events: list[ProviderEvent | ChainEvent] = []
        self.now_s = 0.0
        self.resting = True
        self.told_before: list[int | None] = []
        self._changed = asyncio.Event()
        self.chain = Chain(
            [
                Provider(
                    name,
                    self._opener(name),
                    name == last_resort,
                    self._is_in_money(name),
                    Reach.INTERNET if name in far else Reach.MACHINE,
                )
                for name in names
            ],
            SessionConfig("be brief"),
            history=self._history,
            emit=self.events.append,
            said=lambda answer: f"what was said of {answer}",
            now_s=lambda: self.now_s,
            chance=lambda: 1.0,
            resting=lambda: self.resting,
            hedges=hedges,
        )

    def _history(self, before: int | None) -> tuple[HistoryItem, ...]:
        self.told_before.append(before)
        return ()

    def _is_in_money(self, name: str) -> Callable[[], bool]:
        return lambda: name not in self.out_of_money

    def _opener(self, name: str) -> Callable[[], ScriptedSession]:
        def open_session() -> ScriptedSession:
            session = ScriptedSession()
            self.sessions[name].append(session)
            self._changed.set()
            return session

        return open_session

    async def session(self, name: str, nth: int = 1) -> ScriptedSession:
        """The nth session with `name`, once it runs."""
        async with asyncio.timeout(2):
            while len(self.sessions[name]) < nth:
                self._changed.clear()
                await self._changed.wait()
            session = self.sessions[name][nth - 1]
            await session.running.wait()
        return session

    def turn(self, answer: int, chunks: int = 2) -> None:
        self.chain.send(OpenTurn())
        for _ in range(chunks):
            self.chain.send(AppendAudio(SOUND))
        self.chain.send(CommitTurn(answer))

    def of(self, kind: type) -> list[ProviderEvent | ChainEvent]:
        return [event for event in self.events if isinstance(event, kind)]


@asynccontextmanager
async def stage(
    *names: str, last_resort: str | None = None, hedges: bool = False, far: tuple[str, ...] = ()
) -> AsyncIterator[Stage]:
    stage = Stage(names, last_resort, hedges=hedges, far=far)
    task = asyncio.create_task(stage.chain.run())
    yield stage
    stage.chain.send(CloseSession())
    async with asyncio.timeout(4):
        await task


def spoken(session: ScriptedSession) -> list[Command]:
    """What the session was told, but for the sound."""
    return [command for command in session.told if not isinstance(command, AppendAudio)]


async def ready(s: Stage, name: str, nth: int = 1) -> ScriptedSession:
    session = await s.session(name, nth)
    session.says(Ready())
    return session


async def settle() -> None:
    """Let everything happen that happens without time."""
    for _ in range(20):
        await asyncio.sleep(0)
