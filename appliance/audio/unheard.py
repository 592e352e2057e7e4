"""What was given to a loudspeaker that was lost before it played."""

import threading
from collections.abc import Iterator
from typing import Final

from appliance.pcm.fade import Gain
from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.pcm.ring import SampleRing

# More than a device and the converter before it ever hold: 60 ms and 82 ms.
_KEPT_MS: Final = 200.0
# It goes on in the middle of a word: a start without a click.
_FADE_MS: Final = 5.0


class Unheard:
    """The newest 200 ms rendered, and how many of them still have to be heard. Older ones are overwritten.

    `forget` may be called from any thread; the rest belongs to one.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._rendered = SampleRing.allocate(samples_of_ms(_KEPT_MS, rate_hz))
        self._lock = threading.Lock()
        self._unheard = 0

    def rendered(self, block: Pcm) -> None:
        """`block` goes to the loudspeaker."""
        self._rendered.write(block)

    def keep(self, samples: int) -> None:
        """The loudspeaker is gone, and did not play the last `samples` that it was given."""
        with self._lock:
            kept = min(self._rendered.written, self._rendered.capacity)
            self._unheard = min(self._unheard + samples, kept)

    def forget(self) -> None:
        """Nobody wants to hear them any more."""
        with self._lock:
            self._unheard = 0

    def take(self, block_samples: int) -> Iterator[Pcm]:
        """What was kept, block by block, for the next loudspeaker; ends early when it is forgotten."""
        fade = Gain(self._rate_hz)
        fade.mute(0)
        fade.set_db(0.0, _FADE_MS)
        while len(piece := self._next(block_samples)):
            fade.apply(piece)
            yield piece

    def _next(self, block_samples: int) -> Pcm:
        with self._lock:
            count = min(self._unheard, block_samples)
            piece = self._rendered.read(self._rendered.written - self._unheard, count)[1]
            self._unheard -= count
            return piece
