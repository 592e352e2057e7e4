"""Which sample of a stream is the present one, from what is seen of it, always too late and by chance."""

from bisect import insort
from collections import deque
from typing import Final

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.pcm.quantile import median

Float64 = np.ndarray[tuple[int], np.dtype[np.float64]]

# A look is late by up to two blocks, and of some thirty looks a second one is late by next to nothing.
_SLICE_S: Final = 1.0

# Two cheap crystals are 200 ppm apart at most, and one drifts by 10 ppm in a minute that warms it. A line
# through so many slices, each right to 0.5 ms, is right to 4 ppm.
_SLICES: Final = 60

# A slope that moves the ends of the stretch by less than this many times what the line leaves is chance. On a
# machine that is busy a slice is late by some milliseconds, and that is no drift.
_DOUBT: Final = 3.0
_LEAST_CHANCE_S: Final = 0.0005
# A latency that settles in the first seconds is none either: both halves of the stretch have to drift.
_FEWEST_SLICES: Final = 20

# Sound cards with a crystal are within 200 ppm, those that divide another clock within 1000.
MAX_PPM: Final = 1000.0
_MAX_SLOPE: Final = MAX_PPM / 1e6

# Blocks are seen every 20 or 32 ms. So long without one is a device that was away.
GAP_S: Final = 0.25

# More than what drift makes of ten slices: samples were lost, or said twice.
_STEP_S: Final = 0.008


class ClockLine:
    """The line through the least late looks at one stream of 16 kHz samples.

    A look tells one past the newest sample at an instant. It may be late, never early; so of each second the
    least late one counts, and the line goes through those of the last minute. Where the device was away or
    samples were lost a new stretch begins, which keeps the slope; its first second, in which a device gives
    out or asks for what it has in store, is only looked at until there is another one. With `may_be_early`,
    as where a device tells what it has queued and is wrong either way, it is the middle one of each second.
    Bound: 60 slices.
    """

    def __init__(self, ppm: float = 0.0, *, may_be_early: bool = False) -> None:
        """`ppm`: so much faster than nominal it is known to run, until that can be told from what is seen."""
        self._may_be_early = may_be_early
        self._looks: list[tuple[float, float]] = []  # lead and instant of the slice that goes on, by lead
        self._drift_known = ppm != 0
        self._slope = _slope_of(ppm)  # seconds by which the lead grows a second
        self._slices: deque[tuple[float, float]] = deque(maxlen=_SLICES)  # instant and least lead in it, s
        self._slice_began_s = 0.0
        self._stray_slices = 0
        self._begins = True  # a stretch: its first slice goes on
        self._zero: tuple[float, float] | None = None  # an instant, and the line's lead in it
        self.stretch = 0  # number of the stretch
        self.seen_s: float | None = None  # when it was seen last

    @property
    def ppm(self) -> float:
        """So much faster than nominal it runs."""
        return -self._slope * 1e6

    def see(self, now_s: float, index: int) -> None:
        """At `now_s` the stream was at `index`. Instants never go back."""
        lead_s = now_s - index / NEAR_RATE_HZ
        if self.seen_s is not None and now_s - self.seen_s > GAP_S:
            self.begin_stretch()
        self.seen_s = now_s
        if self.settled and not self._may_be_early and lead_s < self._lead_at(now_s) - self._step_s(now_s):
            self.begin_stretch()
        if not self._slices or now_s - self._slice_began_s >= _SLICE_S:
            self._end_slice()
            if self._begins and self._slices:
                self._begins = False
                self._slices.clear()
            self._slices.append((now_s, lead_s))
            self._slice_began_s = now_s
            self._looks.clear()
        insort(self._looks, (lead_s, now_s))
        lead_s, at_s = self._looks[len(self._looks) // 2 if self._may_be_early else 0]
        self._slices[-1] = (at_s, lead_s)
        if not self.settled:
            by_lead = sorted(self._slices, key=lambda one: one[1])
            self._zero = by_lead[len(by_lead) // 2 if self._may_be_early else 0]

    def begin_stretch(self) -> None:
        """The device was away, or lost samples: what is seen from here on is another stretch."""
        self._slices.clear()
        self._stray_slices = 0
        self._zero = None
        self._begins = True
        self.stretch += 1

    def index_at(self, instant_s: float) -> float:
        """Where the stream is at `instant_s`. Raises ValueError unless it is `known`."""
        return (instant_s - self._lead_at(instant_s)) * NEAR_RATE_HZ

    def instant_of(self, index: float) -> float:
        """When the stream is at `index`. Raises ValueError unless it is `known`."""
        if self._zero is None:
            raise ValueError("nothing was seen of this stream")
        at_s, lead_s = self._zero
        return (index / NEAR_RATE_HZ + lead_s - self._slope * at_s) / (1 - self._slope)

    @property
    def known(self) -> bool:
        """Something was seen of the stretch: there is a line."""
        return self._zero is not None

    @property
    def settled(self) -> bool:
        """More than two seconds of the stretch were seen: the least late look has come."""
        return len(self._slices) > 2

    def _lead_at(self, instant_s: float) -> float:
        if self._zero is None:
            raise ValueError("nothing was seen of this stream")
        at_s, lead_s = self._zero
        return lead_s + self._slope * (instant_s - at_s)

    def _step_s(self, instant_s: float) -> float:
        """So far from the line samples were lost: where its drift is not known, that is no matter of it."""
        if self._drift_known or self._zero is None:
            return _STEP_S
        return _STEP_S + _MAX_SLOPE * abs(instant_s - self._zero[0])

    def _end_slice(self) -> None:
        """A slice is complete: draw the line anew, or begin a stretch where two were away from it."""
        if not self.settled:
            return
        at_s, lead_s = self._slices[-1]
        off_s = lead_s - self._lead_at(at_s)
        stray = (abs(off_s) if self._may_be_early else off_s) > self._step_s(at_s)
        self._stray_slices = self._stray_slices + 1 if stray else 0
        if self._stray_slices == 2:
            last = self._slices[-1]
            self.begin_stretch()
            self._begins = False
            self._slices.append(last)
            self._zero = last
        elif not self._stray_slices:
            self._draw()

    def _draw(self) -> None:
        """The slope first, as far as it can be told from chance; then the median of what it leaves."""
        instants, leads = np.array(self._slices).T
        if len(instants) >= _FEWEST_SLICES:
            self._drift_known = True
            self._learn_slope(instants, leads)
        middle = float(instants[len(instants) // 2])
        self._zero = (middle, median(leads - self._slope * (instants - middle)))

    def _learn_slope(self, instants: Float64, leads: Float64) -> None:
        """Of the whole stretch and its halves the slope nearest to what was known: all of it has to drift."""
        half = len(instants) // 2
        parts = (slice(None), slice(half), slice(half, None))
        slope = min((_slope(instants[p], leads[p]) for p in parts), key=lambda s: abs(s - self._slope))
        left = leads - slope * instants
        chance_s = _DOUBT * max(median(np.abs(left - median(left))), _LEAST_CHANCE_S)
        moved_s = (slope - self._slope) * float(instants[-1] - instants[0])
        slope = self._slope + moved_s**2 / (moved_s**2 + chance_s**2) * (slope - self._slope)
        self._slope = min(max(slope, -_MAX_SLOPE), _MAX_SLOPE)


def _slope_of(ppm: float) -> float:
    return min(max(-ppm / 1e6, -_MAX_SLOPE), _MAX_SLOPE)


def _slope(instants: Float64, leads: Float64) -> float:
    """The median of the slopes between slices half of all apart."""
    half = len(instants) // 2
    apart_s = instants[half:] - instants[: len(instants) - half]
    return median((leads[half:] - leads[: len(leads) - half]) / apart_s)
