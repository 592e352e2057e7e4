"""An echo that comes late, put where a canceller of limited reach finds it."""

from typing import Final

import numpy as np

from appliance.hearing.echo.canceller import EchoCanceller
from appliance.hearing.echo.common_delay import CommonDelay
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms

# A filter of 320 ms that meets the echo outside of these leaves too little of the room to it, or is about to
# miss its beginning. It is moved to where so much is left before it, for what a clock may still be wrong.
_EARLIEST: Final = samples_of_ms(8, NEAR_RATE_HZ)
_LATEST: Final = samples_of_ms(120, NEAR_RATE_HZ)
_BEFORE: Final = samples_of_ms(30, NEAR_RATE_HZ)
_REACH: Final = samples_of_ms(512, NEAR_RATE_HZ)  # CommonDelay's

# Three looks that agree on a delay, to 5 ms.
_LOOK_EVERY_MS: Final = 200.0
_AGREEING: Final = 3
_AGREE: Final = samples_of_ms(5, NEAR_RATE_HZ)


class DelayFollower:
    """Gives `canceller` what was played so much later as the echo comes (`EchoCanceller`), up to 512 ms.

    The delay is looked for in what is captured, all the time: a Bluetooth loudspeaker is 200 ms late, and
    nobody has told. Where it is another one the canceller begins anew. Bound: 512 ms of what was played.
    """

    def __init__(self, canceller: EchoCanceller) -> None:
        self._canceller = canceller
        self._delay = CommonDelay(_LOOK_EVERY_MS)
        self._agreeing = 0
        self._agreed = 0  # the delay that the last looks agree on
        self._shift = 0
        self._played: Pcm = np.zeros(_REACH + canceller.frame_samples, np.int16)

    @property
    def frame_samples(self) -> int:
        """As EchoCanceller."""
        return self._canceller.frame_samples

    @property
    def delay_samples(self) -> int:
        """As EchoCanceller."""
        return self._canceller.delay_samples

    def cancel(self, near: Pcm, far: Pcm) -> Pcm:
        """As EchoCanceller."""
        frame = len(far)
        self._played[:-frame] = self._played[frame:]
        self._played[-frame:] = far
        if self._delay.hear(far, near) and self._delay.found:
            self._follow(self._delay.delay_samples)
        end = len(self._played) - self._shift
        return self._canceller.cancel(near, self._played[end - frame : end])

    def strict(self, given: Pcm) -> Pcm:
        """As EchoCanceller."""
        return self._canceller.strict(given)

    @property
    def own_voice(self) -> bool:
        """As EchoCanceller."""
        return self._canceller.own_voice

    def reset(self) -> None:
        """As EchoCanceller; the delay stays known."""
        self._canceller.reset()

    def _follow(self, delay: int) -> None:
        self._agreeing = self._agreeing + 1 if abs(delay - self._agreed) <= _AGREE else 1
        self._agreed = delay
        if self._agreeing < _AGREEING or _EARLIEST <= delay - self._shift <= _LATEST:
            return
        shift = max(delay - _BEFORE, 0)
        if shift != self._shift:
            self._shift = shift
            self._canceller.reset()
