"""How much the loudspeaker's device has queued, kept low."""

import time
from collections.abc import Callable
from typing import Final

from appliance.audio.seam import SpeakerDevice
from appliance.errors import DeviceError

# Queued in the device at most: two blocks. One plays while the next one is rendered, on a machine
# that wakes a thread late by up to 20 ms; and an interruption is heard no later than this.
MAX_QUEUED_MS: Final = 40

# A queue that has not moved for as long as all of it lasts does not play yet: some devices begin
# only when more is queued. They get it, and it is counted.
_STANDSTILL_S: Final = MAX_QUEUED_MS / 1000

# A queue that has not moved for so long is a lost loudspeaker. Kernel drivers that were unplugged
# report the same free space for ever, and no error.
STALL_S: Final = 1.0

# Shortest wait: devices report what they have played in steps, and are not to be asked in a loop.
_SHORTEST_WAIT_S: Final = 0.002


class Pacer:
    """Waits until the next block may be written. `clock` and `sleep` are in seconds.

    Counts `underruns` (the device had run dry before a block came) and `beyond_limit` (blocks that a
    device needed beyond MAX_QUEUED_MS before it would play).
    """

    def __init__(
        self,
        device: SpeakerDevice,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._device = device
        self._clock = clock
        self._sleep = sleep
        self._limit_samples = device.rate_hz * MAX_QUEUED_MS // 1000
        self._started = False
        self.underruns = 0
        self.beyond_limit = 0

    def wait_for_room(self, block_samples: int) -> int:
        """Return the device's delay as soon as a block may be written, which then does not block.

        Raises DeviceError when the device is gone, or has not played for STALL_S.
        """
        queued = self._device.delay_samples()
        if self._started and queued == 0:
            self.underruns += 1
        self._started = True
        last_moved_s = self._clock()
        while queued + block_samples > self._limit_samples:
            standstill_s = self._clock() - last_moved_s
            if standstill_s > _STANDSTILL_S and queued + block_samples <= self._device.capacity_samples:
                self.beyond_limit += 1
                return queued
            if standstill_s > STALL_S:
                raise DeviceError(f"the loudspeaker {self._device.name!r} has stopped playing")
            excess_s = (queued + block_samples - self._limit_samples) / self._device.rate_hz
            self._sleep(max(excess_s - standstill_s, _SHORTEST_WAIT_S))
            before, queued = queued, self._device.delay_samples()
            if queued < before:
                last_moved_s = self._clock()
        return queued

    def drain(self) -> None:
        """Wait until what is queued has been played, no longer than that lasts."""
        self._sleep(min(self._device.delay_samples(), self._limit_samples) / self._device.rate_hz)
