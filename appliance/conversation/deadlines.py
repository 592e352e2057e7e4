"""Which waits are running and when they are over, in stream time."""

from enum import StrEnum


class Deadline(StrEnum):
    """The waits of a conversation; each has at most one instance running."""

    ANSWER = "answer"
    STALL = "stall"
    CONFIRM = "confirm"


class Deadlines:
    """A handful of instants, in milliseconds of stream time. Setting one again moves it."""

    def __init__(self) -> None:
        self._due_ms: dict[Deadline, float] = {}

    def set(self, deadline: Deadline, due_ms: float) -> None:
        """Let `deadline` pass at `due_ms`."""
        self._due_ms[deadline] = due_ms

    def clear(self, deadline: Deadline) -> None:
        """Forget `deadline`; it is fine if it is not running."""
        self._due_ms.pop(deadline, None)

    def pass_until(self, now_ms: float) -> list[Deadline]:
        """Take out those that passed by `now_ms`, earliest first."""
        passed = sorted((d for d, due in self._due_ms.items() if due <= now_ms), key=self._due_ms.__getitem__)
        for deadline in passed:
            del self._due_ms[deadline]
        return passed
