"""How loud the loudspeaker may still be in what the canceller gives out, from moment to moment."""

from collections import deque
from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.quantile import median, quantile

# Levels are taken of so much, about one window of the speech detector.
_BLOCK: Final = samples_of_ms(30, NEAR_RATE_HZ)

# A room rings on, and an echo comes up to 400 ms after its sound: the loudest of the last 510 ms counts.
_REACH_BLOCKS: Final = 17

# 10 s of what was played: longer than anybody speaks over an answer before it stops.
_MEMORY_BLOCKS: Final = 333
# The canceller learns a room within the first 2 s; what it lets through before says nothing of it.
_FIRST_BLOCKS: Final = 80
_LEARN_EVERY_BLOCKS: Final = 10

# Quieter than this the far end is a pause between two words.
_FAR_DBFS: Final = -50.0

# Only what is so near to the loud words tells what is left of them: under the rest the room is heard.
_LOUD_DB: Final = 12.0
_LOUDEST: Final = 0.9

# Residual echo by a quantile that a person who speaks over a fifth of an answer does not move, and by how
# much its loudest may stand above (`python -m tests.bench.echo_guard`).
_QUANTILE: Final = 0.75
_MARGIN_DB: Final = 10.0

# More of an echo is not believed to be gone for good: a person who walks by, or a device that loses a sample,
# brings some of it back for a second. AEC3 takes away 25 … 35 dB of a room's (MEASURED in
# `python -m tests.bench.echo`), and nobody is asked to be louder by a floor 25 dB below the echo.
_MOST_CANCELLED_DB: Final = 25.0

# A voice that comes with this level is close and loud, whatever the echo is.
LOUD_VOICE_DBFS: Final = -12.0

_QUIETEST: Final = 1e-9


class ResidualEcho:
    """Learns what is left of the echo over what is played, and predicts it. Bound: 10 s of levels.

    Until it has learnt that for 2.4 s of sound, all of the echo is expected to be left: as much of what is
    played as it has heard itself, or else `coupling_db`, as doctor measured it.
    """

    def __init__(self, coupling_db: float = 0.0) -> None:
        self._over_far_db = self._whole_db = coupling_db
        # Above this nothing is echo, by the loud words of the last 10 s.
        self.needed_dbfs: float | None = None
        self._far: deque[float] = deque(maxlen=_REACH_BLOCKS)
        self._captured: deque[float] = deque(maxlen=_MEMORY_BLOCKS)  # over the loudest far end, and so
        self._ratios: deque[float] = deque(maxlen=_MEMORY_BLOCKS)  # is what hearing gets
        self._played: deque[float] = deque(maxlen=_MEMORY_BLOCKS)
        self._energy = np.zeros(3)
        self._samples = 0
        self._blocks = 0
        self._float = np.zeros(_BLOCK, np.float32)

    @property
    def expected_dbfs(self) -> float:
        """The loudest that the echo of what was just played can be expected to be; never above
        `LOUD_VOICE_DBFS`, so that a loud voice is heard over everything."""
        return min(self._loudest_far() + self._over_far_db, LOUD_VOICE_DBFS)

    def hear(self, far: Pcm, captured: Pcm, given: Pcm) -> None:
        """The next 30 ms or less of what was played, and of the same instants what was captured and what
        hearing gets."""
        self._energy += self._energy_of(far), self._energy_of(captured), self._energy_of(given)
        self._samples += len(far)
        if self._samples >= _BLOCK:
            levels = [_dbfs(energy / self._samples) for energy in self._energy]
            self._energy[:] = self._samples = 0
            self._hear_block(*levels)

    def rest(self) -> None:
        """Nothing is played any more, and the room is quiet."""
        self._far.clear()
        self._energy[:] = self._samples = 0

    def begin_anew(self) -> None:
        """What was learnt of the canceller holds no more: all of the echo may be left again."""
        self._ratios.clear()
        self._over_far_db = self._whole_db

    def _hear_block(self, far_dbfs: float, captured_dbfs: float, given_dbfs: float) -> None:
        self._far.append(far_dbfs)
        loudest_dbfs = self._loudest_far()
        if loudest_dbfs < _FAR_DBFS:
            return
        self._captured.append(captured_dbfs - loudest_dbfs)
        self._ratios.append(given_dbfs - loudest_dbfs)
        self._played.append(loudest_dbfs)
        self._blocks += 1
        if len(self._ratios) >= _FIRST_BLOCKS and self._blocks % _LEARN_EVERY_BLOCKS == 0:
            self._whole_db = self._usual_db(self._captured) + _MARGIN_DB
            left_db = self._usual_db(self._ratios) + _MARGIN_DB
            self._over_far_db = max(left_db, self._whole_db - _MOST_CANCELLED_DB)
            self.needed_dbfs = self._over_far_db + median(self._played)

    def _usual_db(self, newest: deque[float]) -> float:
        """Of the newest of what was heard over what was played, where that was loud."""
        over_far, played = np.array(newest), np.array(self._played)[-len(newest) :]
        return quantile(over_far[played >= quantile(played, _LOUDEST) - _LOUD_DB], _QUANTILE)

    def _loudest_far(self) -> float:
        return max(self._far, default=_dbfs(0.0))

    def _energy_of(self, pcm: Pcm) -> float:
        scratch = self._float[: len(pcm)]
        np.copyto(scratch, pcm)
        return float(np.dot(scratch, scratch))


def _dbfs(power: float) -> float:
    return 10 * float(np.log10(max(power / FULL_SCALE**2, _QUIETEST)))
