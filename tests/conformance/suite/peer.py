"""The one narrow seam between the suite and a provider with its simulator."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from appliance.conversation.session import Session
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.conformance.suite.plan import HEARD, Plan
from tests.conformance.suite.wire import Wire
from tests.simulators.openai_script import chirp

# Somebody says something (every instant sounds different), and pauses as people do before the turn ends.
_PAUSE: Pcm = np.zeros(round(0.8 * NEAR_RATE_HZ), np.int16)
QUESTION: Pcm = np.concatenate((chirp(1.0)[: NEAR_RATE_HZ // 2], _PAUSE))
MORE: Pcm = np.concatenate((chirp(1.0)[NEAR_RATE_HZ // 2 : 0 : -1], _PAUSE))


@dataclass(frozen=True)
class Told:
    """What a peer was told so far, and what it made of it."""

    sound: Pcm  # of the person, in order
    rate_hz: int  # of that
    words: str  # everything in writing: settings, instructions, history, questions, results
    made: Pcm  # the sound of its answers, in order
    asked: int  # how many answers it was asked for
    heard: tuple[str, ...] = ()  # of answers that were cut off: how far they were heard, in ms or words
    violations: tuple[str, ...] = ()  # what a correct client never does


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Peer:
    """A fresh session of one provider, and its simulator on the other end of `wire`.

    Where a loss is not the end, `told_next` is what the one was told who answers instead. Without
    `one_connection` for all of the session a loss is known only when something is wanted. `reads`:
    questions in writing reach it as such. `open_turn` is called before each turn. `lose` loses
    everything that the session has of its peer; without it the wire is cut.
    """

    session: Session
    wire: Wire
    told: Callable[[], Told]
    question: Pcm = field(default_factory=QUESTION.copy)
    more: Pcm = field(default_factory=MORE.copy)
    understood: str = HEARD
    told_next: Callable[[], Told] | None = None
    one_connection: bool = True
    reads: bool = True
    open_turn: Callable[[], None] = _nothing
    lose: Callable[[], None] = _nothing

    @property
    def goes_on(self) -> bool:
        """A loss is not the end: somebody else answers."""
        return self.told_next is not None

    def cut(self) -> None:
        """The session loses its peer."""
        self.wire.cut()
        self.lose()


@asynccontextmanager
async def _nothing_shared() -> AsyncIterator[None]:
    yield None


@dataclass(frozen=True)
class Kind:
    """One column of the table. `shared` is made once for all runs of a kind, which then run one by one."""

    name: str
    title: str
    open: Callable[[Plan, Any], AbstractAsyncContextManager[Peer]]
    shared: Callable[[], AbstractAsyncContextManager[Any]] = _nothing_shared
    one_by_one: bool = False
