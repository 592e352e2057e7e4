"""What becomes of the network and the clock: written down, heard, and told to the chain."""

from collections.abc import Callable
from typing import Final, Protocol

from appliance.conversation.vocabulary import ClockSet, NetworkChanged, Reach

NetworkEvent = NetworkChanged | ClockSet

# How far the network goes, for the event log.
_WORDS: Final = {Reach.MACHINE: "machine", Reach.HOUSE: "house", Reach.INTERNET: "internet"}


class Chain(Protocol):
    """Who has to know (`providers.chain`)."""

    def network(self, reach: Reach) -> None: ...
    def clock_set(self) -> None: ...


class NetworkNews:
    """Takes the events of `NetworkWatch`. Belongs to the event loop."""

    def __init__(
        self,
        needed: Reach,
        write: Callable[..., None],
        let_be_heard: Callable[[], None],
        chain: Chain,
    ) -> None:
        """`needed` is how far the preferred provider is away; `write(event, **fields)` is the log;
        `let_be_heard()` gives a sign that the network is gone."""
        self._needed = needed
        self._write = write
        self._let_be_heard = let_be_heard
        self._chain = chain
        self.suffices = True

    def take(self, event: NetworkEvent) -> None:
        """It has happened."""
        match event:
            case NetworkChanged():
                self._change(event)
            case ClockSet(step_s=step_s):
                self._write("clock_set", step_ms=round(step_s * 1000))
                self._chain.clock_set()

    def _change(self, event: NetworkChanged) -> None:
        before, self.suffices = self.suffices, event.reach >= self._needed
        self._write("network", state="up" if self.suffices else "down", reach=_WORDS[event.reach])
        if (
            before and not self.suffices and not event.from_the_start
        ):  # a router takes its time after power-on
            self._let_be_heard()
        self._chain.network(event.reach)
