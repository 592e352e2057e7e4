"""When nothing has been going on for a while."""

import numpy as np

from appliance.hearing.speech.noise_floor import NoiseFloor
from appliance.pcm.formats import Float32

# Long enough that the rests of a tune are none, short enough that a person who speaks into the
# silence after the music is heard. Of 4 h of noise and music (`tests.bench.false_turns`), 2 turns were
# false with two seconds and 5 with one.
QUIET_WINDOWS = 63
SPEECH_PROBABILITY = 0.35  # and above it, a window is not quiet, however soft
ABOVE_FLOOR = 1.5  # of the power; steady noise varies by less than half of that
LEAST_POWER = 1e-9  # one least significant bit: digital silence is quiet too


class QuietSpell:
    """Counts windows at the noise floor without speech. One stream, one thread."""

    def __init__(self, window_samples: int) -> None:
        self._noise = NoiseFloor(1)
        self._power = np.zeros(1)
        self._steps = np.zeros(window_samples - 1, dtype=np.float32)
        self._quiet_windows = 0

    def hear(self, window: Float32, probability: float) -> bool:
        """Whether with this window (full scale 1) it has been quiet for another two seconds."""
        # From sample to sample, because rumble is loud and comes and goes in a quiet room.
        np.subtract(window[1:], window[:-1], out=self._steps)
        self._power[0] = max(float(np.dot(self._steps, self._steps)) / len(self._steps), LEAST_POWER)
        floor = self._noise.update(self._power)[0]
        if probability >= SPEECH_PROBABILITY or self._power[0] > ABOVE_FLOOR * floor:
            self._quiet_windows = 0
            return False
        self._quiet_windows += 1
        return self._quiet_windows % QUIET_WINDOWS == 0

    def reset(self) -> None:
        """Forget the stream so far: the next window is the first of a new one."""
        self._noise.reset()
        self._quiet_windows = 0
