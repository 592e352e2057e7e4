"""Whether anything stirs: a window that stands above the noise floor, told without a model."""

import numpy as np

from appliance.hearing.speech.noise_floor import MINIMUM_TO_MEAN, NoiseFloor
from appliance.pcm.formats import FULL_SCALE, Pcm

# Octaves as the Haar wavelet cuts them, from 4 kHz up down to 500 Hz: the steps from one sample to the next,
# then those of the sums of two, of four and of eight. Steps, because rumble is loud and comes and goes.
OCTAVES = 4
# Of the power, over the least of the last seconds. The lower the octave, the fewer samples it has and the
# more its noise varies. Found with 14 recorded utterances, -6 … -50 dBFS, in their own room and 5 to 25 dB
# above four colours of noise (the pieces of `tests.bench.quiet_gate`): with three octaves Silero would have
# noticed the speech in 7 of 728 before it stirred, with the fourth in none; in noise alone it stirs every
# two minutes.
OVER_LEAST = (1.6, 1.8, 2.1, 3.0)
LEAST_POWER = 1e-8  # -80 dBFS: the last bit that toggles in a digital silence is no noise floor


class Stirring:
    """Tells every window that is louder than the steady noise, in any octave. One stream, one thread.

    Follows a lasting rise of the noise within 5 s and a fall at once. It takes a fiftieth of the time
    that Silero takes.
    """

    def __init__(self, window_samples: int) -> None:
        """Raises ValueError where a window cannot be halved so often."""
        if window_samples % 2**OCTAVES:
            raise ValueError(f"a window of {window_samples} samples has no {OCTAVES} octaves")
        sizes = [window_samples >> octave for octave in range(OCTAVES)]
        self._sums = [np.zeros(size, dtype=np.float32) for size in sizes]
        self._steps = [np.zeros(size - 1, dtype=np.float32) for size in sizes]
        self._pairs = [(sums[0::2], sums[1::2]) for sums in self._sums]
        self._powers = np.zeros(OCTAVES)
        self._noise = NoiseFloor(OCTAVES)
        self._limits = np.array(OVER_LEAST) / MINIMUM_TO_MEAN

    def hear(self, window: Pcm) -> bool:
        """Whether this window stands above the noise."""
        np.multiply(window, _SCALE, out=self._sums[0])
        for octave, (sums, steps) in enumerate(zip(self._sums, self._steps, strict=True)):
            if octave:
                np.add(*self._pairs[octave - 1], out=sums)
            np.subtract(sums[1:], sums[:-1], out=steps)
            self._powers[octave] = np.dot(steps, steps) / len(steps)
        np.maximum(self._powers, LEAST_POWER, out=self._powers)
        floor = self._noise.update(self._powers)
        floor *= self._limits
        return bool((self._powers > floor).any())

    def reset(self) -> None:
        """Forget the stream so far: the next window is the first of a new one."""
        self._noise.reset()


_SCALE = np.float32(1 / FULL_SCALE)
