"""The turn in hand, as it was told to us, for a socket that opens in the middle of it. Pure."""

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    ContinueAnswer,
    DiscardTurn,
    ToolCall,
    ToolRan,
    ToolResult,
)
from appliance.errors import FailureCategory, ProviderError
from appliance.providers.kept_turn import MAX_CALLS, KeptCall

# The longest turn (120 s) in blocks of 32 ms, twice; the chain, which keeps the same blocks, is not told
# of more either.
MAX_COMMANDS = 8192


class Turn:
    """The commands of one turn, at most `MAX_COMMANDS`, in order; those that were overtaken are left out.

    A call that one socket made is a `ToolRan` to the next. The next is told nothing of the turn before each
    call of another socket has its result: it would make the call again. Of more than `MAX_CALLS` by one
    socket the oldest is forgotten.
    """

    def __init__(self) -> None:
        self._commands: list[Command] = []
        self._told = 0  # of the commands, to the socket in use
        self._calls: dict[str, KeptCall] = {}  # that the socket in use made
        self._left: dict[str, KeptCall] = {}  # that one before it made, and that have no result
        self._first: int | None = None
        self._begun: int | None = None
        self._over = False

    @property
    def wants_session(self) -> bool:
        """Whether somebody talks, or waits for an answer."""
        return bool(self._commands) and not self._over

    @property
    def first(self) -> int | None:
        """The first answer that was asked for in it."""
        return None if self._over else self._first

    def again(self) -> list[Command]:
        """Another socket opens: what it must be told before anything else."""
        if self._over:
            return []
        for call, kept in self._calls.items():
            if kept.output is None:
                self._left[call] = kept
            else:
                self._insert(kept)
        self._calls.clear()
        # It may call while it hears the turn.
        self._commands.sort(key=lambda command: not isinstance(command, ToolRan))
        self._told = 0
        return self._due()

    def note(self, command: Command) -> list[Command]:
        """Keep what belongs to the turn; what the socket in use is told because of it, in order.

        Raises `ProviderError` (timed out) when the turn is full.
        """
        match command:
            case AppendAudio() | ToolRan():
                self._keep(command)
                return self._due()
            case CommitTurn(answer=answer) | ContinueAnswer(answer=answer) | AskText(answer=answer):
                self._keep(command)
                self._first = answer if self._first is None else self._first
                return self._due()
            case CancelAnswer():
                return self._cancel(command)
            case ToolResult():
                return self._take(command)
            case DiscardTurn():
                self._begin()
        return [command]

    def begins(self, answer: int) -> bool:
        """`answer` begins; False where it did on another socket."""
        begun, self._begun = self._begun, answer
        return begun != answer

    def called(self, call: ToolCall) -> None:
        """The socket in use made this call."""
        if self._asks(call.answer) and not self._over:
            if len(self._calls) == MAX_CALLS:
                self._calls.pop(next(iter(self._calls)))
            self._calls[call.call] = KeptCall(call)

    def done(self, answer: int) -> None:
        """`answer` was given, or never will be."""
        if self._asks(answer):
            self._over = True

    def _due(self) -> list[Command]:
        if self._left:
            return []
        due = self._commands[self._told :]
        self._told = len(self._commands)
        return due

    def _keep(self, command: Command) -> None:
        if self._over:
            self._begin()
        self._bounded()
        self._commands.append(command)

    def _insert(self, kept: KeptCall) -> None:
        self._bounded()
        call = kept.call
        self._commands.insert(0, ToolRan(call.call, call.name, call.arguments, kept.output or ""))

    def _bounded(self) -> None:
        if len(self._commands) == MAX_COMMANDS:
            raise ProviderError(FailureCategory.TIMED_OUT, "the session did not become ready")

    def _take(self, result: ToolResult) -> list[Command]:
        if (left := self._left.pop(result.call, None)) is not None:
            left.output = result.output
            self._insert(left)
            return self._due()
        if (own := self._calls.get(result.call)) is not None:
            own.output = result.output
        return [result]

    def _cancel(self, cancel: CancelAnswer) -> list[Command]:
        if not self._asks(cancel.answer):
            return [cancel]
        if cancel.heard_ms:
            self._over = True
            return [cancel]
        if isinstance(self._commands[-1], AskText):
            self._commands.append(cancel)  # what was asked in writing stays asked
            return self._due()
        self._commands.pop()
        if self._told <= len(self._commands):
            return []  # it was never told
        self._told = len(self._commands)
        return [cancel]

    def _asks(self, answer: int) -> bool:
        last = self._commands[-1] if self._commands else None
        return isinstance(last, CommitTurn | ContinueAnswer | AskText) and last.answer == answer

    def _begin(self) -> None:
        self._commands.clear()
        self._calls.clear()
        self._left.clear()
        self._told = 0
        self._first, self._begun, self._over = None, None, False
