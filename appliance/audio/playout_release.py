"""The short fade of what was cut off, so that nothing ends in a click."""

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Pcm


class Release:
    """Fading tails of sounds that are gone already, mixed into whatever plays next.

    Bound: one fade; a tail that comes while another one sounds is mixed into it.
    """

    def __init__(self, fade_samples: int) -> None:
        self._tail = np.zeros(fade_samples, np.int32)
        self._left = 0

    def add(self, tail: Pcm) -> None:
        """Sound `tail` from the next rendered sample on; it must be no longer than the fade."""
        self._tail[: len(tail)] += tail
        self._left = max(self._left, len(tail))

    def mix_into(self, out: Pcm) -> None:
        """Add the next samples of the tails to `out`, saturating."""
        count = min(self._left, len(out))
        if not count:
            return
        mixed = out[:count] + self._tail[:count]
        out[:count] = np.clip(mixed, -FULL_SCALE, FULL_SCALE - 1)
        self._left -= count
        self._tail[: self._left] = self._tail[count : count + self._left]
        self._tail[self._left :] = 0
