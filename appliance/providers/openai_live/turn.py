"""The turn in hand, as it was told to us, for a socket that opens in the middle of it. Pure."""

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    ContinueAnswer,
    DiscardTurn,
    ToolRan,
)
from appliance.errors import FailureCategory, ProviderError

# The longest turn (120 s) in blocks of 32 ms, twice; the chain, which keeps the same blocks, is not told
# of more either.
MAX_COMMANDS = 8192


class Turn:
    """The commands of one turn, at most `MAX_COMMANDS`, in order; those that were overtaken are left out."""

    def __init__(self) -> None:
        self._commands: list[Command] = []
        self._first: int | None = None
        self._over = False

    @property
    def wants_session(self) -> bool:
        """Whether somebody talks, or waits for an answer."""
        return bool(self._commands) and not self._over

    @property
    def first(self) -> int | None:
        """The first answer that was asked for in it."""
        return None if self._over else self._first

    def commands(self) -> list[Command]:
        """What another socket must be told."""
        return [] if self._over else list(self._commands)

    def note(self, command: Command) -> None:
        """Keep what belongs to the turn. Raises `ProviderError` (timed out) when it is full."""
        match command:
            case AppendAudio() | ToolRan():
                self._keep(command)
            case CommitTurn(answer=answer) | ContinueAnswer(answer=answer) | AskText(answer=answer):
                self._keep(command)
                self._first = answer if self._first is None else self._first
            case CancelAnswer(answer=answer, heard_ms=heard_ms):
                self._cancel(command, answer, heard_ms)
            case DiscardTurn():
                self._begin()
            case _:
                pass

    def done(self, answer: int) -> None:
        """`answer` was given, or never will be."""
        if self._asks(answer):
            self._over = True

    def _keep(self, command: Command) -> None:
        if self._over:
            self._begin()
        if len(self._commands) == MAX_COMMANDS:
            raise ProviderError(FailureCategory.TIMED_OUT, "the session did not become ready")
        self._commands.append(command)

    def _cancel(self, command: Command, answer: int, heard_ms: int) -> None:
        if not self._asks(answer):
            return
        if heard_ms:
            self._over = True
        elif isinstance(self._commands[-1], AskText):
            self._commands.append(command)  # what was asked in writing stays asked
        else:
            self._commands.pop()

    def _asks(self, answer: int) -> bool:
        last = self._commands[-1] if self._commands else None
        return isinstance(last, CommitTurn | ContinueAnswer | AskText) and last.answer == answer

    def _begin(self) -> None:
        self._commands.clear()
        self._first, self._over = None, False
