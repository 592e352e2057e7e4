"""While the loudspeaker sounds, nothing is heard: for strategy `ignore`, and where echo is not cancelled."""

from collections.abc import Callable
from typing import Protocol

from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms

# A room rings, and the device's queue plays on, for so long after the last sound.
RING_OUT_MS = 150.0


class Ears(Protocol):
    """What hearing is told (`Hearing`)."""

    def ignore_before(self, index: int) -> None: ...


class HalfDuplex:
    """Keeps `ears` from hearing while something sounds, and `RING_OUT_MS` longer.

    `written()` is the newest 16 kHz index of the near end. Whoever drives it calls `look` at least
    every `look_every_ms`. Only where it is `wanted`, which may change at any time.
    """

    def __init__(
        self,
        ears: Ears,
        written: Callable[[], int],
        sounds: Callable[[], bool],
        look_every_ms: float,
        wanted: Callable[[], bool],
    ) -> None:
        self._ears = ears
        self._written = written
        self._sounds = sounds
        self._wanted = wanted
        self._deaf_samples = samples_of_ms(look_every_ms + RING_OUT_MS, NEAR_RATE_HZ)

    def begin(self) -> None:
        """Something is about to sound."""
        if self._wanted():
            self._ears.ignore_before(self._written() + self._deaf_samples)

    def look(self) -> None:
        """Go on while it sounds."""
        if self._sounds():
            self.begin()
