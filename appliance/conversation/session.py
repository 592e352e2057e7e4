"""The seam between the conversation and whoever answers."""

from collections.abc import Callable
from typing import Protocol

from appliance.conversation.vocabulary import Capabilities, Command, HistoryItem, ProviderEvent, SessionConfig

Emit = Callable[[ProviderEvent], None]


class Session(Protocol):
    """One session with one provider, from connecting to closing; it is used once.

    `run` and `send` belong to the event loop's thread.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do; known before `run`."""

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """Connect, emit `Ready`, then every event, until `CloseSession` or a failure.

        Ends after emitting `Failure` without an `answer` when the session is lost; what it cost that no
        answer told (`UsageTold`) may come last. Never raises for what a peer did; a cancelled task closes
        its connection within a second.
        """

    def send(self, command: Command) -> None:
        """Put a command into the session's bounded queue; never blocks.

        A queue that is full means a dead peer: the session ends with `Failure(timed_out)`.
        After `CancelAnswer` no event of that answer is emitted any more but its `UsageTold`; what the
        person said before it is not the answer's, and its transcript may still come.
        """
