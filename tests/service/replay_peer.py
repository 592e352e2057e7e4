"""One provider with a strict server of its own, scripted for one conversation (`test_replay_every_provider`).

The person says five things, and the server is told six: it is lost over the first one, which is told again.
Then comes a plain question, one for which a tool is called, one with a long answer, and what is said over it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from appliance.pcm.formats import Pcm
from tests.simulators.in_thread import InThread

SHORT = "Very well."
LONG = (
    "This is a long answer, of many words, to a short question. It goes on and on, and then some more. "
    "There is hardly anything in it, and still it does not end. Whoever listens has to be very patient. "
    "Most people are not, and say something before it is over."
)
HEARD = "Well?"
TOOL = "get_time"
# What the replay finds every key under.
KEY_NAME, KEY = "BENCH_KEY", "a-key"


@dataclass(frozen=True)
class Peer:
    """The servers of one provider while they run, and what came of it.

    `tables` are `[[providers]]`, the second to go on where the first is lost. `heard` is the sound of the
    person that arrived, with its rate, without what went to the lost connection; nothing where it stays on
    this machine. `knows` whether the long answer was cut short; None where nothing is remembered. `says_ms`
    is how long the plain answer sounds; None: as long as the voice of this machine takes.
    """

    tables: tuple[str, ...]
    violations: Callable[[], list[str]]
    heard: Callable[[], list[tuple[Pcm, int]]] = list
    knows: Callable[[], bool] | None = None
    says_ms: int | None = None


@dataclass(frozen=True)
class Kind:
    """One provider, as a person configures it."""

    name: str
    open: Callable[[], AbstractContextManager[Peer]]
    tool: str = TOOL


def toml(**values: str) -> str:
    """The inside of a table."""
    return ",".join(f'{name}="{value}"' for name, value in values.items())


def both(settings: str) -> tuple[str, ...]:
    """Two providers that are the same."""
    return tuple(f'{{name="{name}",{settings}}}' for name in ("one", "two"))


@contextmanager
def running(*servers: AbstractAsyncContextManager[object]) -> Iterator[None]:
    """Each in a thread of its own, until the block is left."""
    with ExitStack() as stack:
        for server in servers:
            stack.enter_context(InThread(server, f"{type(server).__module__} of a replay"))
        yield
