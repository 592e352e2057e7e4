"""Who may take the place of a device that was lost. Pure: instants, and who is there, are arguments."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from appliance.audio.cards import Card, Identity

# What was there beside a lost device, such as the microphone of a camera, takes its place only after this.
# Who pulled a plug by mistake, or puts it into another port, needs less.
REPLACE_AFTER_S: Final = 10.0
# A try starts a process, half a second of a small machine's. For so long after a loss, and after anything was
# plugged in or out, every try is made: the device may take some seconds to be ready.
EAGER_S: Final = 10.0
# Later, and until the kernel tells of a change, one try in so long: a device of a sound server comes back
# untold, and is to be armed within 5 s.
IDLE_PAUSE_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Previous:
    """The device that was lost and is to be opened again: the name under which it was opened, what it is
    known by on the USB, and the `bystanders`, which must not take its place yet."""

    name: str = ""
    identity: Identity | None = None
    bystanders: frozenset[Identity] = field(default=frozenset())


class Search:
    """Of one microphone or one loudspeaker. Belongs to the thread that opens it again."""

    def __init__(self, identity: Identity | None = None) -> None:
        """`identity` is that of the device which is open."""
        self._identity = identity
        self._since_s: float | None = None
        self._bystanders: frozenset[Identity] = frozenset()
        self._cards: frozenset[Card] = frozenset()
        self._changed_s = self._tried_s = 0.0

    def is_worth_a_try(self, cards: Collection[Card], now_s: float) -> bool:
        """Whether to try now, where there are these cards."""
        if self._since_s is None or frozenset(cards) != self._cards:
            self._cards, self._changed_s = frozenset(cards), now_s
        if now_s - self._changed_s >= EAGER_S and now_s - self._tried_s < IDLE_PAUSE_S:
            return False
        self._tried_s = now_s
        return True

    def previous(self, name: str, cards: Collection[Card], now_s: float) -> Previous:
        """What is looked for at this try; the first one after the device was lost sees the bystanders."""
        if self._since_s is None:
            self._since_s = now_s
            there = frozenset(card.identity for card in cards if card.identity is not None)
            self._bystanders = there - {self._identity}
        waits = now_s - self._since_s < REPLACE_AFTER_S
        return Previous(name, self._identity, self._bystanders if waits else frozenset())

    def found(self, identity: Identity | None) -> None:
        """It is open again, or another one in its place, which is known by this."""
        self._identity, self._since_s = identity, None
