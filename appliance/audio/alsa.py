"""Microphone and loudspeaker by PyAudio.

Nothing here waits inside PortAudio: its `read` and `write` never return once a device was unplugged,
spin on a core meanwhile, and cannot be cancelled (docs/decisions/0002). So we ask how much can be read
or written, wait by ourselves, and take only what is there.
"""

import time
from typing import Final

from appliance.audio.catalog import Direction
from appliance.audio.portaudio import Stream
from appliance.audio.seam import READ_WAIT_S, CaptureOptions, SpeakerOptions

# Most devices deliver in steps of a block; we look this often around the time when the next is due.
_LOOK_EVERY_S: Final = 0.002
_LOOK_EARLY_S: Final = 0.002


class AlsaCapture:
    """A microphone as CaptureDevice. Raises DeviceError with one sentence when it cannot be opened."""

    def __init__(self, options: CaptureOptions) -> None:
        self._stream = stream = Stream(options.device, Direction.CAPTURE, options.rate_hz, options.block_ms)
        self.name = stream.name
        self.rate_hz = stream.rate_hz
        self.channels = stream.channels
        self.block_samples = stream.block_samples
        self.overruns = 0
        self._block_bytes = self.block_samples * self.channels * 2
        self._block = bytearray()
        # PortAudio's input latency is the buffer but for its last period, and a period is our block.
        self._buffer_s = stream.stream.get_input_latency() + options.block_ms / 1000
        self._looked_s = self._arrived_s = time.monotonic()

    def read(self) -> bytes | None:
        """As CaptureDevice."""
        deadline_s = time.monotonic() + READ_WAIT_S
        while True:
            self._take_what_is_there()
            if len(self._block) == self._block_bytes:
                block = bytes(self._block)
                self._block.clear()
                return block
            if self._looked_s >= deadline_s:
                return None
            missing_samples = self.block_samples - len(self._block) // (2 * self.channels)
            due_s = self._arrived_s + missing_samples / self.rate_hz - _LOOK_EARLY_S
            time.sleep(max(min(due_s, deadline_s) - self._looked_s, _LOOK_EVERY_S))

    def close(self) -> None:
        """As CaptureDevice."""
        self._stream.close()

    def _take_what_is_there(self) -> None:
        now_s = time.monotonic()
        if now_s - self._looked_s > self._buffer_s:
            self.overruns += 1
        self._looked_s = now_s
        missing_samples = (self._block_bytes - len(self._block)) // (2 * self.channels)
        try:
            available = self._stream.frames(self._stream.stream.get_read_available())
            if available:
                # An overrun must not raise: PyAudio closes the stream when it does.
                self._block += self._stream.stream.read(
                    min(available, missing_samples), exception_on_overflow=False
                )
                self._arrived_s = now_s
        except OSError as error:
            raise self._stream.lost(error) from error


class AlsaSpeaker:
    """A loudspeaker as SpeakerDevice. Raises DeviceError with one sentence when it cannot be opened."""

    def __init__(self, options: SpeakerOptions) -> None:
        self._stream = stream = Stream(options.device, Direction.PLAYBACK, options.rate_hz, options.block_ms)
        self.name = stream.name
        self.rate_hz = stream.rate_hz
        self.channels = stream.channels
        self.block_samples = stream.block_samples
        self.capacity_samples = self._free()  # all of the buffer: nothing was written yet

    def delay_samples(self) -> int:
        """As SpeakerDevice.

        The buffer less what is free, which the cable's ear confirms to 1 ms; PortAudio's own output
        latency is a constant, and wrong by a period.
        """
        return max(self.capacity_samples - self._free(), 0)

    def write(self, block: bytes) -> None:
        """As SpeakerDevice."""
        try:
            self._stream.stream.write(block)
        except OSError as error:
            raise self._stream.lost(error) from error

    def close(self) -> None:
        """As SpeakerDevice."""
        self._stream.close()

    def _free(self) -> int:
        try:
            return self._stream.frames(self._stream.stream.get_write_available())
        except OSError as error:
            raise self._stream.lost(error) from error
