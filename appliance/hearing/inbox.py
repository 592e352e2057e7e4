"""What other threads ask of hearing."""

import threading


class Inbox:
    """Wishes between two pumps, from any thread. Bounded, because equal wishes fall together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget = False
        self._ignore_before = 0

    def forget(self) -> None:
        """Ask to forget what was said."""
        with self._lock:
            self._forget = True

    def ignore_before(self, index: int) -> None:
        """Ask to ignore what was heard before this 16 kHz sample; the latest instant wins."""
        with self._lock:
            self._ignore_before = max(self._ignore_before, index)

    def take(self) -> tuple[bool, int]:
        """Whether to forget, and before which sample to ignore. The first is asked for only once."""
        with self._lock:
            forget, self._forget = self._forget, False
            return forget, self._ignore_before
