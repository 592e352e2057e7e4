"""The handle by which a session can be gone on with in another connection; it outlives the session. Pure."""

from dataclasses import dataclass

from appliance.conversation.vocabulary import HistoryItem


@dataclass(frozen=True, slots=True)
class Handle:
    """`handle` names the state of a conversation when `last_said` was what the person had said last."""

    handle: str
    last_said: str


class Handles:
    """The newest handle of one provider; at most one is kept.

    It is taken out when a session is asked for and put back once that worked. So one that is refused is not
    tried twice, and one that never got to the server is not lost.
    """

    def __init__(self) -> None:
        self._newest: Handle | None = None

    def keep(self, handle: Handle) -> None:
        """The newest state that can be gone on with."""
        self._newest = handle

    def of(self, history: tuple[HistoryItem, ...]) -> Handle | None:
        """The handle, if the conversation behind it is `history`; else what was said elsewhere is missing
        in it, and the session begins afresh with `history` as text."""
        said = next((item.text for item in reversed(history) if item.role == "user"), "")
        return self._newest if self._newest is not None and self._newest.last_said == said else None

    def take_out(self) -> None:
        """A session is asked for, by the handle or afresh."""
        self._newest = None
