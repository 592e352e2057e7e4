"""The thread that captures: it reads, stamps and writes, and does nothing else."""

import threading
from collections.abc import Callable
from typing import Final

import numpy as np

from appliance.audio.seam import READ_WAIT_S, CaptureDevice
from appliance.audio.threads import DeviceThread
from appliance.errors import DeviceError
from appliance.pcm.ring import SampleRing

# A microphone that delivers nothing for so long is lost: USB devices need up to half a second to
# start, and within 2 s of losing it the appliance has to say that it is deaf.
STALL_S: Final = 1.0
_STALL_READS: Final = round(STALL_S / READ_WAIT_S)

# `read` returns within READ_WAIT_S; what does not end in this time hangs in a driver and is left behind.
STOP_TIMEOUT_S: Final = 0.5


class CaptureThread:
    """Moves blocks from `device` into `ring` and sets `wake` after each, until `stop`.

    The index of a sample is its index in `ring`, at the device's rate: the number of samples read
    before it. Of several channels the first one is taken: mixing them would comb the voice, and on a
    microphone array the others may be raw or carry the loudspeaker.

    `on_lost` and `fatal` as for DeviceThread. The thread closes the device, however it ends.
    """

    def __init__(
        self,
        device: CaptureDevice,
        ring: SampleRing,
        wake: threading.Event,
        on_lost: Callable[[DeviceError], None],
        fatal: Callable[[Exception], None],
    ) -> None:
        self._device = device
        self._ring = ring
        self._wake = wake
        self._stopping = threading.Event()
        self._thread = DeviceThread("capture", self._run, on_lost, fatal)

    @property
    def overruns(self) -> int:
        """How often sound was lost before it was read."""
        return self._device.overruns

    def start(self) -> None:
        """Begin to read; called once."""
        self._thread.start()

    def stop(self) -> bool:
        """End within STOP_TIMEOUT_S; whether the thread is gone, and the device closed."""
        self._stopping.set()
        return self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        try:
            self._read_until_stopped()
        finally:
            self._device.close()

    def _read_until_stopped(self) -> None:
        channels = self._device.channels
        fruitless_reads = 0
        while not self._stopping.is_set():
            block = self._device.read()
            if block is None:
                fruitless_reads += 1
                if fruitless_reads == _STALL_READS:
                    raise DeviceError(f"the microphone {self._device.name!r} has stopped delivering sound")
                continue
            fruitless_reads = 0
            self._ring.write(np.frombuffer(block, np.int16)[::channels])
            self._wake.set()
