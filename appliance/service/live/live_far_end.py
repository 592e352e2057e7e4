"""The far end of a running daemon by the near end's indices: two devices, each with a clock of its own."""

import threading
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from appliance.hearing.echo.clock_line import ClockLine
from appliance.hearing.echo.far_alignment import READ_AHEAD_MS, FarAlignment
from appliance.hearing.echo.far_reader import FarReader
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.ring import SampleRing

# What is played is known to hearing some 100 ms later. A microphone that is opened anew takes half a second.
LOST_S: Final = 1.0


class LiveFarEnd:
    """What left the loudspeaker (`FarEnd`), from what its thread and the microphone's see of their devices.

    `captured` is called in the microphone's thread, `rendered` in the loudspeaker's, `read_into` in the one
    that hears.
    """

    def __init__(
        self,
        far_ring: SampleRing,
        capture_hz: int,
        echo_delay_ms: float = 0.0,
        drift_ppm: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`echo_delay_ms` and `drift_ppm`: what doctor measured of these devices; 0: nothing."""
        self._capture_hz = capture_hz
        self._clock = clock
        self._lock = threading.Lock()
        self._near, self._far = ClockLine(drift_ppm), ClockLine(may_be_early=True)
        early = samples_of_ms(max(echo_delay_ms, 0.0) - READ_AHEAD_MS, NEAR_RATE_HZ)
        self._alignment = FarAlignment(self._near, self._far, early)
        self._reader = FarReader(far_ring)
        self._underruns = 0
        self._far_ring = far_ring
        self._newest: Pcm = np.zeros(samples_of_ms(10, NEAR_RATE_HZ), np.int16)
        self._sounded_s = self._read_s = self._resumed_s = -LOST_S
        self._sounds_since_s: float | None = None

    @property
    def breaks(self) -> int:
        """As FarEnd."""
        return self._alignment.jumps + self._near.stretch + self._far.stretch

    @property
    def drift_ppm(self) -> float:
        """So much faster the microphone's clock runs than the loudspeaker's, as far as is known."""
        with self._lock:
            return self._alignment.drift_ppm

    @property
    def lost(self) -> bool:
        """As FarEnd."""
        with self._lock:
            now_s, began_s = self._clock(), self._sounds_since_s
            if began_s is None or self._near.seen_s is None:
                return False
            both_at_work = max(now_s - self._sounded_s, now_s - self._near.seen_s) < LOST_S
            return both_at_work and now_s - max(began_s, self._read_s, self._resumed_s) > LOST_S

    def captured(self, written: int) -> None:
        """So many samples of the device were captured by now."""
        with self._lock:
            self._near.see(self._clock(), written * NEAR_RATE_HZ // self._capture_hz)

    def resumed(self) -> None:
        """The microphone was away, or lost samples; from any thread."""
        with self._lock:
            self._near.begin_stretch()
            self._resumed_s = self._clock()

    def rendered(self, instant_s: float, playhead: int, underruns: int) -> None:
        """Index `playhead` of the far-end ring left the loudspeaker at `instant_s`; while a device ran dry,
        which is counted, nothing did."""
        with self._lock:
            if underruns != self._underruns:
                self._underruns = underruns
                self._far.begin_stretch()
            self._far.see(instant_s, playhead)
            self._note_sound(instant_s)

    def _note_sound(self, now_s: float) -> None:
        """Whether something is being played at all, and since when."""
        start = self._far_ring.written - len(self._newest)
        if start >= 0:
            self._far_ring.read_into(start, self._newest)
        if self._newest.any():
            self._sounded_s = now_s
            if self._sounds_since_s is None:
                self._sounds_since_s = now_s
        elif now_s - self._sounded_s > LOST_S:
            self._sounds_since_s = None

    def read_into(self, near_index: int, out: Pcm) -> bool:
        """As FarEnd."""
        with self._lock:
            position = self._alignment.position_of(near_index)
            ratio = self._alignment.ratio
        if position is None:
            out.fill(0)
            return True
        if not self._reader.read_into(position, ratio, out):
            return False
        if out.any():
            self._read_s = self._clock()
        return True
