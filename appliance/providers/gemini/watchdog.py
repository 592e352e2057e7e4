"""A session that took an interruption for one that nobody made, and then falls silent. Pure."""

# The vendor's model may answer a noise with nothing once; twice in a row, after such a sign, it is stuck.
SILENT_TURNS = 2


class Watchdog:
    """Counts answers without anything in them after a phantom `interrupted`."""

    def __init__(self) -> None:
        self._silent_turns: int | None = None  # None: no phantom since something was last said

    def phantom(self) -> None:
        """The server says that it was interrupted, and nobody did."""
        self._silent_turns = self._silent_turns or 0

    def spoke(self) -> None:
        """Something of an answer came."""
        self._silent_turns = None

    def fell_silent(self) -> bool:
        """An answer ended with nothing in it; True where the session is stuck."""
        if self._silent_turns is None:
            return False
        self._silent_turns += 1
        return self._silent_turns >= SILENT_TURNS
