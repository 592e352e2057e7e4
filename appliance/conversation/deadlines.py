"""Which waits are running and when they are over, in stream time."""

from collections.abc import Set
from enum import StrEnum


class Deadline(StrEnum):
    """The waits of a conversation; each has at most one instance running."""

    ANSWER = "answer"
    STALL = "stall"
    CONFIRM = "confirm"
    HEARING = "hearing"
    BREATH = "breath"
    MOUTH = "mouth"
    TOOL = "tool"
    SURE = "sure"
    FOLLOW_UP = "follow-up"
    SIGN = "sign"


class Deadlines:
    """A handful of waits, in milliseconds of stream time. Starting one again moves it.

    Some can be made to stand still: what was left of them, and all of those started meanwhile, is left
    when they go on.
    """

    def __init__(self) -> None:
        self._due_ms: dict[Deadline, float] = {}
        self._standing: Set[Deadline] = frozenset()
        self._since_ms = 0.0

    def start(self, deadline: Deadline, now_ms: float, wait_ms: float) -> None:
        """Let `deadline` pass `wait_ms` from now."""
        since_ms = self._since_ms if deadline in self._standing else now_ms
        self._due_ms[deadline] = since_ms + wait_ms

    def clear(self, deadline: Deadline) -> None:
        """Forget `deadline`; it is fine if it is not running."""
        self._due_ms.pop(deadline, None)

    def runs(self, deadline: Deadline) -> bool:
        """Whether it was started and has not passed."""
        return deadline in self._due_ms

    def stand_still(self, deadlines: Set[Deadline], now_ms: float) -> None:
        """Let none of `deadlines` pass until `go_on`."""
        self.go_on(now_ms)
        self._standing, self._since_ms = deadlines, now_ms

    def go_on(self, now_ms: float) -> None:
        """What stood still is due later by as long as it stood."""
        for deadline in self._standing & self._due_ms.keys():
            self._due_ms[deadline] += now_ms - self._since_ms
        self._standing = frozenset()

    def next_ms(self) -> float | None:
        """When the next one passes; None while none is running."""
        return min((due for d, due in self._due_ms.items() if d not in self._standing), default=None)

    def pass_until(self, now_ms: float) -> list[Deadline]:
        """Take out those that passed by `now_ms`, earliest first."""
        passed = sorted(
            (d for d, due in self._due_ms.items() if due <= now_ms and d not in self._standing),
            key=self._due_ms.__getitem__,
        )
        for deadline in passed:
            del self._due_ms[deadline]
        return passed
