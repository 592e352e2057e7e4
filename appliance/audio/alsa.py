"""Microphone and loudspeaker on an open PortAudio stream, without waiting in it.

PortAudio's `read` and `write` never return once a device was unplugged, spin on a core meanwhile, and
cannot be cancelled (docs/decisions/0002). So we ask how much can be read or written, wait by ourselves,
and take only what is there.

Runs in the device's own process, which is kept small: it imports next to nothing.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False  # `typing` alone costs that process 2 MB
if TYPE_CHECKING:
    from typing import Any

# Longest that `Microphone.read` waits. As READ_WAIT_S of the seam.
WAIT_S = 0.1

# Most devices deliver in steps of a block; we look this often around the time when the next is due.
_LOOK_EVERY_S = 0.002
_LOOK_EARLY_S = 0.002


class Lost(Exception):
    """The device cannot be used: PortAudio's error code, and its words."""


class Microphone:
    """Whole blocks out of a stream."""

    def __init__(self, stream: Any, rate_hz: int, channels: int, block_ms: int) -> None:
        self._stream = stream
        self._rate_hz = rate_hz
        self._frame_bytes = 2 * channels
        self._block_bytes = rate_hz * block_ms // 1000 * self._frame_bytes
        self._block = bytearray()
        # PortAudio's input latency is the buffer but for its last period, and a period is our block.
        self._buffer_s = stream.get_input_latency() + block_ms / 1000
        self._looked_s = self._arrived_s = time.monotonic()
        self.overruns = 0

    def read(self) -> bytes | None:
        """The next block; None when it is not complete within `WAIT_S`, and nothing is lost then."""
        deadline_s = time.monotonic() + WAIT_S
        while True:
            self._take_what_is_there()
            if len(self._block) == self._block_bytes:
                block = bytes(self._block)
                self._block.clear()
                return block
            if self._looked_s >= deadline_s:
                return None
            due_s = self._arrived_s + self._missing_samples / self._rate_hz - _LOOK_EARLY_S
            time.sleep(max(min(due_s, deadline_s) - self._looked_s, _LOOK_EVERY_S))

    @property
    def _missing_samples(self) -> int:
        return (self._block_bytes - len(self._block)) // self._frame_bytes

    def _take_what_is_there(self) -> None:
        now_s = time.monotonic()
        # PyAudio tells of an overrun by closing the stream, or not at all; so one is counted when
        # nobody looked for longer than the buffer holds.
        if now_s - self._looked_s > self._buffer_s:
            self.overruns += 1
        self._looked_s = now_s
        try:
            available = _frames(self._stream.get_read_available())
            if available:
                wanted = min(available, self._missing_samples)
                self._block += self._stream.read(wanted, exception_on_overflow=False)
                self._arrived_s = now_s
        except OSError as error:
            raise lost(error) from error


class Loudspeaker:
    """What a stream has queued, and a way to add to it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.capacity_samples = self._free()  # all of the buffer: nothing was written yet

    def delay_samples(self) -> int:
        """Frames written that have not left: the buffer less what is free.

        The cable's ear confirms it to 1 ms; PortAudio's own output latency is a constant, and wrong by
        a period.
        """
        return max(self.capacity_samples - self._free(), 0)

    def write(self, sound: bytes) -> None:
        """Queue `sound`; at once where there is room, which the caller sees to."""
        try:
            self._stream.write(sound)
        except OSError as error:
            raise lost(error) from error

    def _free(self) -> int:
        try:
            return _frames(self._stream.get_write_available())
        except OSError as error:
            raise lost(error) from error


def lost(error: OSError) -> Lost:
    """PyAudio's exception as a Lost."""
    code, *words = error.args if error.args and isinstance(error.args[0], int) else (0, *error.args)
    return Lost(code, " ".join(str(word) for word in words) or f"PortAudio says {code}")


def _frames(available: int) -> int:
    """`available` as PyAudio returned it: version 0.2.13 *returns* PortAudio's error codes."""
    if available < 0:
        raise Lost(available, f"PortAudio says {available}")
    return available
