"""What other threads ask of hearing."""

import threading
from collections.abc import Callable
from typing import Final

from appliance.conversation.vocabulary import SpeechEvent
from appliance.hearing.turns.turn_detector import TurnDetector

Wish = Callable[[TurnDetector], list[SpeechEvent] | None]

# A conversation has a handful of wishes a second, and hearing looks four times a second at least.
MAX_WISHES: Final = 256


class Inbox:
    """Wishes between two pumps, from any thread, carried out in their order.

    Bounded: `MAX_WISHES`, beyond which hearing is dead and `put` raises OverflowError.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wishes: list[Wish] = []
        self._ignore_before = 0

    def put(self, wish: Wish) -> None:
        """Ask for `wish`, which belongs to hearing's thread from here on."""
        with self._lock:
            if len(self._wishes) >= MAX_WISHES:
                raise OverflowError(f"hearing has not looked at {MAX_WISHES} wishes")
            self._wishes.append(wish)

    def ignore_before(self, index: int) -> None:
        """Ask to ignore what was heard before this 16 kHz sample; the latest instant wins."""
        with self._lock:
            self._ignore_before = max(self._ignore_before, index)

    def take(self) -> tuple[list[Wish], int]:
        """What to do, each once, and before which sample to ignore."""
        with self._lock:
            wishes = self._wishes
            if wishes:
                self._wishes = []
            return wishes, self._ignore_before
