"""The session in use, from opening it until it is left."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from appliance.conversation.session import Emit, Session
from appliance.conversation.vocabulary import (
    CloseSession,
    Command,
    Configure,
    Failure,
    HistoryItem,
    Reach,
    SessionConfig,
)
from appliance.errors import FailureCategory
from appliance.providers.kept_turn import KeptTurn
from appliance.providers.tenure import Tenure
from appliance.providers.told import Told

# How often a change that is due looks whether the turn is over; nobody notices a second.
MID_TURN_CHECK_S = 1.0
# A session closes its connection within a second by contract; the rest is scheduling.
CLOSE_TIMEOUT_S = 1.5


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider by name, and how to open a fresh session with it."""

    name: str
    open: Callable[[], Session]
    last_resort: bool = False  # who nobody would prefer to a second's wait for somebody else
    may_use: Callable[[], bool] = lambda: True  # whether the owner's limits allow that it is asked now
    distance: Reach = Reach.MACHINE  # without a network that goes so far it cannot be reached


class HeldSession:
    """A session with the provider of this index, and what it knows. It is used once."""

    def __init__(
        self,
        index: int,
        provider: Provider,
        config: SessionConfig,
        turn: KeptTurn,
        said: Callable[[int], str],
        tenure: Tenure,
    ) -> None:
        """`said` as for `Told`."""
        self.index = index
        self.name = provider.name
        self.session = provider.open()
        self.capabilities = self.session.capabilities
        self._config = config  # as it was told last
        self.told = Told(turn, said, continues=self.capabilities.continues)
        self.tenure = tenure
        self.ready_at_s: float | None = None
        self._left = asyncio.Event()
        self._looked_at = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        """It takes commands."""
        return self.ready_at_s is not None

    @property
    def over(self) -> bool:
        """Its `run` came to an end."""
        return self._task is not None and self._task.done()

    def tell(self, command: Command) -> None:
        """Let the session carry out `command`, if it takes any."""
        if self.ready:
            self.session.send(command)

    def configure(self, config: SessionConfig) -> None:
        """Let the session go on with `config`, if it takes commands and goes by another one."""
        if self.ready and config != self._config:
            self._config = config
            self.tell(Configure(config))

    def leave(self) -> None:
        """`watch` ends."""
        self._left.set()
        self._looked_at.set()

    def look(self) -> None:
        """What `tenure` says has changed."""
        self._looked_at.set()

    def start(
        self,
        history: tuple[HistoryItem, ...],
        stands_in: bool,
        emit: Emit,
        closing: "Collection[asyncio.Task[None]]",
    ) -> None:
        """Run the session, once those with the same provider that are `closing` are closed."""
        config = replace(self._config, stands_in=stands_in)
        self._task = asyncio.create_task(self._run(config, history, emit, closing))
        self._task.add_done_callback(lambda task: self._looked_at.set())

    async def _run(
        self,
        config: SessionConfig,
        history: tuple[HistoryItem, ...],
        emit: Emit,
        closing: "Collection[asyncio.Task[None]]",
    ) -> None:
        if closing:
            await asyncio.wait(closing)
        await self.session.run(config, history, emit)
        # Nobody listens by then, unless it ended without a word.
        emit(Failure(FailureCategory.SESSION_CLOSED, "the session ended"))

    async def watch(self, now_s: Callable[[], float], is_over: Callable[["HeldSession"], bool]) -> None:
        """Until the session ends, is left, or `is_over`, which is asked when its tenure is due."""
        while not self.over and not self._left.is_set():
            self._looked_at.clear()
            await self._look_or(self._pause_s(now_s()))
            due_s = self.tenure.due_s()
            if due_s is not None and now_s() >= due_s and is_over(self):
                break

    def _pause_s(self, now_s: float) -> float | None:
        due_s = self.tenure.due_s()
        if due_s is None:
            return None
        return due_s - now_s if due_s > now_s else MID_TURN_CHECK_S

    async def _look_or(self, pause_s: float | None) -> None:
        try:
            async with asyncio.timeout(pause_s):
                await self._looked_at.wait()
        except TimeoutError:
            pass

    async def end(self) -> None:
        """Close the session; see `end_session`."""
        if self._task is not None:
            await end_session(self.session, self._task)


async def end_session(session: Session, task: "asyncio.Task[None]") -> None:
    """Close a session in its own way, or cancel it when it does not end in time. Raises what its `run`
    raised, which is a mistake of ours."""
    if not task.done():
        session.send(CloseSession())
        await asyncio.wait({task}, timeout=CLOSE_TIMEOUT_S)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CLOSE_TIMEOUT_S)
    if task.done() and not task.cancelled():
        task.result()


class Closings:
    """The sessions that are on their way out, by provider; only who opens the next one waits for them.

    Each is gone within twice `CLOSE_TIMEOUT_S`, so that there are never more than a turn or two leave behind.
    """

    def __init__(self) -> None:
        self._tasks: dict[int, list[asyncio.Task[None]]] = {}

    def begin(self, held: HeldSession) -> None:
        """Close this one."""
        self.add(held.index, asyncio.create_task(held.end()))

    def add(self, index: int, task: "asyncio.Task[None]") -> None:
        """The session of the provider of this index is closed when `task` is done."""
        before = self._tasks.get(index, [])
        self._tasks[index] = [*(one for one in before if not one.done()), task]
        _raise_mistakes(one for one in before if one.done())

    def under_way(self, index: int) -> "tuple[asyncio.Task[None], ...]":
        """The sessions with this provider that are not closed yet."""
        return tuple(task for task in self._tasks.get(index, ()) if not task.done())

    async def of(self, index: int) -> None:
        """Until every session with this provider is closed. Raises what `end_session` does."""
        tasks = self._tasks.pop(index, None)
        if tasks:
            await asyncio.wait(tasks)
            _raise_mistakes(tasks)

    async def all(self) -> None:
        """Until every session is closed."""
        for index in list(self._tasks):
            await self.of(index)


def _raise_mistakes(closed: "Iterable[asyncio.Task[None]]") -> None:
    for task in closed:
        if not task.cancelled():
            task.result()
