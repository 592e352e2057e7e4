"""How much the loudspeaker's device has queued, kept low."""

import time
from collections.abc import Callable
from typing import Final

from appliance.audio.outlet import Outlet
from appliance.errors import DeviceError

# Queued in the device at most: two blocks. One plays while the next one is rendered, on a machine
# that wakes a thread late by up to 20 ms; and an interruption is heard no later than this.
MAX_QUEUED_MS: Final = 40

# A queue that has not moved for as long as all of it lasts does not play yet: some devices begin
# only when more is queued. They get it, and it is counted.
_STANDSTILL_S: Final = MAX_QUEUED_MS / 1000

# A queue that has not moved for so long is a lost loudspeaker. Kernel drivers that were unplugged
# report the same free space for ever, and no error.
STALL_S: Final = 0.7

# Sound that is gone faster than time goes by is not played: ALSA's `null`, or a sink with nothing behind
# it. A sound server may take so much more than its queue before it plays, and no device's clock is
# off by a tenth.
SWALLOWED_S: Final = 0.5
_FASTEST: Final = 1.1

# Many devices report what they have played in steps of 10 or 20 ms, and what they report is true only
# as a step is made. So we look this often around the time when the next block is due, and write as its
# step is made; to sleep through to that time would drift to where the queue is a step shorter than told.
_LOOK_EVERY_S: Final = 0.002
_LOOK_EARLY_S: Final = 0.002


class Pacer:
    """Waits until the next block may be written. `clock` and `sleep` are in seconds.

    Counts `underruns` (the device had run dry before a block came) and `beyond_limit` (blocks that a
    device needed beyond MAX_QUEUED_MS before it would play). `queued_samples` is what was queued when it
    last looked, with every block since for which it said there was room. `ahead_samples` is by how much what
    was written is ahead of what can have been played; beyond the device's capacity, it was not played.
    """

    def __init__(
        self,
        device: Outlet,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._device = device
        self._clock = clock
        self._sleep = sleep
        self._rate_hz = device.rate_hz
        self._limit_samples = device.rate_hz * MAX_QUEUED_MS // 1000 + device.held_samples
        self._room_told_s = 0.0
        self._queued_then = 0  # with the block for which there was room
        self.queued_samples = 0
        self.ahead_samples = 0.0
        self.underruns = 0
        self.beyond_limit = 0

    def wait_for_room(self, block_samples: int) -> int:
        """Return the device's delay as soon as a block may be written, which then does not block.

        Raises DeviceError when the device is gone, has not played for STALL_S, or swallows sound.
        """
        queued = self._device.delay_samples()
        if queued <= self._device.held_samples and self._queued_then:
            self.underruns += 1
        now_s = moved_s = self._clock()
        due_s = self._room_told_s + (self._queued_then + block_samples - self._limit_samples) / self._rate_hz
        while queued + block_samples > self._limit_samples:
            if self._wants_more(now_s - moved_s, queued + block_samples):
                break
            self._sleep(max(due_s - _LOOK_EARLY_S - now_s, _LOOK_EVERY_S))
            before, queued = queued, self._device.delay_samples()
            self.queued_samples = queued
            now_s = self._clock()
            if queued < before:
                moved_s = now_s
        self._look_ahead(now_s - self._room_told_s, block_samples)
        self._room_told_s = now_s
        self._queued_then = self.queued_samples = queued + block_samples
        return queued

    def _wants_more(self, standstill_s: float, wanted_samples: int) -> bool:
        """Whether the device, after so long a standstill, is to get more than the limit."""
        if standstill_s > STALL_S:
            raise DeviceError(f"the loudspeaker {self._device.name!r} has stopped playing")
        wants_more = standstill_s > _STANDSTILL_S and wanted_samples <= self._device.capacity_samples
        self.beyond_limit += wants_more
        return wants_more

    def _look_ahead(self, elapsed_s: float, block_samples: int) -> None:
        played_at_most = elapsed_s * self._rate_hz * _FASTEST
        self.ahead_samples = max(self.ahead_samples - played_at_most, 0.0) + block_samples
        if self.ahead_samples > self._device.capacity_samples + SWALLOWED_S * self._rate_hz:
            raise DeviceError(f"the loudspeaker {self._device.name!r} takes sound without playing it")

    def drain(self) -> None:
        """Wait until what is queued has been played, no longer than that lasts."""
        self._sleep(min(self._device.delay_samples(), self._limit_samples) / self._rate_hz)
