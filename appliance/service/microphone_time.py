"""When a sample of a real microphone was spoken, on the clock of the stream."""

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples, samples_of_ms
from appliance.service.network.clock import StreamClock

# A microphone's clock goes wrong by up to 0.1 ms a second, and a sample may be held up on its way for some
# hundred. So the least held up of about 30 s tells the time.
_SLICE_MS: Final = 5000.0
_SLICES: Final = 6

# Stretches that are remembered: instants are asked for of the last turn or two.
_STRETCHES: Final = 8


class _Stretch:
    """Samples without a gap, from `start` on."""

    def __init__(self, start: int) -> None:
        self.start = start
        self._slices: deque[tuple[float, float]] = deque(maxlen=_SLICES)  # when it began, its least lead

    def heard(self, now_ms: float, lead_ms: float) -> None:
        if not self._slices or now_ms >= self._slices[-1][0] + _SLICE_MS:
            self._slices.append((now_ms, lead_ms))
        else:
            began_ms, least_ms = self._slices[-1]
            self._slices[-1] = (began_ms, min(least_ms, lead_ms))

    @property
    def zero_ms(self) -> float:
        """Stream time of sample 0, had there been no gap before; infinite before anything was heard."""
        return min((least_ms for _, least_ms in self._slices), default=math.inf)


# A sample is known so long after it was spoken: two blocks of the device and the way to hearing take
# 40 to 100 ms. Beyond that nothing comes, and the samples stand still.
MAX_LAG_MS: Final = 250.0


class MicrophoneTime:
    """Ties 16 kHz sample indices to stream time, of a microphone that comes and goes.

    A sample is never known before it was spoken, so the smallest lead of the clock over the samples
    is the microphone's; what is later was held up on the way. While there is no microphone, or it overruns,
    the samples stand still and the clock goes on: each stretch between two gaps has a lead of its own.
    Bounds: of each stretch 30 s, of stretches the last eight; older samples are told by the oldest one.

    For any thread.
    """

    def __init__(self, clock: StreamClock, written: Callable[[], int]) -> None:
        """`written()` is the 16 kHz index of the next sample."""
        self._clock = clock
        self._written = written
        self._lock = threading.Lock()
        self._told = 0  # what `heard` saw last: without a microphone nothing can be learned
        self._stretches: deque[_Stretch] = deque([_Stretch(0)], maxlen=_STRETCHES)

    def heard(self) -> None:
        """Look at how far the samples are. To be called often, at least every second."""
        with self._lock:
            written = self._written()
            if written == self._told:
                return
            self._told = written
            now_ms = self._clock.now_ms()
            self._stretches[-1].heard(now_ms, now_ms - ms_of_samples(written, NEAR_RATE_HZ))

    def resume(self) -> None:
        """The microphone was away, or lost samples; its next one is the first after the gap."""
        with self._lock:
            self._stretches.append(_Stretch(self._written()))

    def index_now(self) -> int:
        """The sample that is spoken at this moment; it may not have come yet, by `MAX_LAG_MS` at most."""
        with self._lock:
            written, zero_ms = self._written(), self._stretches[-1].zero_ms
            if not math.isfinite(zero_ms):
                return written
            now = samples_of_ms(self._clock.now_ms() - zero_ms, NEAR_RATE_HZ)
            return min(max(now, written), written + samples_of_ms(MAX_LAG_MS, NEAR_RATE_HZ))

    def ms_of(self, index: int) -> float:
        """Stream time of sample `index`; the present before anything was heard."""
        with self._lock:
            known = [stretch for stretch in self._stretches if math.isfinite(stretch.zero_ms)]
            if not known:
                return self._clock.now_ms()
            of_it = [stretch for stretch in known if stretch.start <= index] or known[:1]
            return of_it[-1].zero_ms + ms_of_samples(index, NEAR_RATE_HZ)
