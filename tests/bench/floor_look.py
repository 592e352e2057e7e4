"""What each sound did to the answer it came over: seen in the loudspeaker's sound alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tests.bench.floor import ANSWER_S, EARLY_MS, Floor, Laid
from tests.bench.floor_answer import LEVEL_DBFS, Stretch
from tests.bench.levels import Envelope
from tests.bench.stage import OUT_RATE_HZ

DUCK_DB = 9.0
QUIET_DB = 20.0
BACK_DB = 3.0
SWELL_MS = 100  # the ramp of 60 ms, and some of what was before it
SILENT_DBFS = -60.0
WINDOW_MS = 32.0  # of the detector


@dataclass(frozen=True)
class Heard:
    """What one sound did to the answer it came over; ms after the label's onset, None where it did not."""

    laid: Laid
    over_answer: bool
    ducked_ms: float | None  # 9 dB down
    quiet_ms: float | None  # 20 dB down
    swells_ms: float | None  # after the (first) duck it begins to get louder again
    back_ms: float | None  # … and is within 3 dB
    down_ms: float  # the longest time in a row more than 3 dB down
    took_floor: bool  # the answer never went on
    jumps: list[int]  # samples left out (+) or played again (-) wherever it stood still

    @property
    def lost_samples(self) -> int:
        """Never heard of the answer although it went on."""
        return sum(max(0, jump) for jump in self.jumps)

    @property
    def repeated_samples(self) -> int:
        """Heard twice."""
        return sum(max(0, -jump) for jump in self.jumps)

    @property
    def duck_after_detection_ms(self) -> float | None:
        """From the detector's first window of speech to 9 dB down."""
        if self.laid.detected_ms is None or self.ducked_ms is None:
            return None
        return self.laid.start_ms + self.ducked_ms - self.laid.detected_ms

    @property
    def decided_ms(self) -> float | None:
        """From the begin of the detector's first window of speech until the answer swells back."""
        if self.laid.detected_ms is None or self.swells_ms is None:
            return None
        return self.laid.start_ms + self.swells_ms - (self.laid.detected_ms - WINDOW_MS)


def look(floor: Floor) -> list[Heard]:
    """Each sound from its onset until the next one begins."""
    level = floor.replayed.envelope
    ends = [laid.start_ms - EARLY_MS for laid in floor.laid[1:]]
    ends.append(len(level.db))
    return [
        _look(laid, until_ms, level, floor.reading.stretches)
        for laid, until_ms in zip(floor.laid, ends, strict=True)
    ]


def _look(laid: Laid, until_ms: float, level: Envelope, stretches: Sequence[Stretch]) -> Heard:
    from_ms = laid.start_ms - EARLY_MS
    first, last = _index(from_ms), _index(until_ms)
    mine = [s for s in stretches if s.stop > first and s.start < last]
    over = bool(mine) and mine[0].start <= first
    same = [s for s in mine if s.answer == mine[0].answer]
    given_up = over and same[-1].stop < last - 1 and same[-1].end_position < _index(ANSWER_S * 1000)
    window = Envelope(level.db[: int(until_ms)])
    ducked = window.first_below(LEVEL_DBFS - DUCK_DB, from_ms, for_ms=2)
    quiet = window.first_below(LEVEL_DBFS - QUIET_DB, from_ms)
    back = window.first_above(LEVEL_DBFS - BACK_DB, ducked) if ducked is not None else None
    return Heard(
        laid,
        over_answer=over,
        ducked_ms=_since(laid, ducked),
        quiet_ms=_since(laid, quiet),
        swells_ms=None if given_up or back is None else _since(laid, _swell(level, int(back))),
        back_ms=None if given_up else _since(laid, back),
        down_ms=_longest(level.db[int(from_ms) : int(until_ms)] < LEVEL_DBFS - BACK_DB),
        took_floor=given_up,
        jumps=[after.position - before.end_position for before, after in pairwise(same)],
    )


def _index(ms: float) -> int:
    return round(ms * OUT_RATE_HZ / 1000)


def _swell(level: Envelope, back: int) -> float:
    """The millisecond from which on it gets louder, up to `back`."""
    before = level.db[max(0, back - SWELL_MS) : back]
    quiet = np.flatnonzero(before <= max(before.min(), SILENT_DBFS) + 1)
    return float(back - len(before) + int(quiet[-1]) + 1)


def _since(laid: Laid, at_ms: float | None) -> float | None:
    return None if at_ms is None else at_ms - laid.start_ms


def _longest(flags: npt.NDArray[np.bool_]) -> float:
    """The longest run of True, in values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    return float(max(edges[1::2] - edges[::2], default=0))
