"""The part of the echo that a linear filter can tell: what is taken out leaves the person as he was."""

from typing import Final

import numpy as np

from appliance.pcm.formats import Float32

BLOCK: Final = 160  # 10 ms
_BINS: Final = BLOCK + 1

# The filter is as long as the longest delay that is not known before (250 ms) and a living room after it.
_PARTS: Final = 32

# How much of the room is still the same 10 ms later. The clocks of two cheap devices are told apart to some
# ppm at best, and until then it slides by two samples a second. On the synthetic rooms, clocks and
# loudspeakers of `tests.listening` 0.99 leaves 3 dB less of the echo than 0.999, and 1.5 dB less of it beside
# a person.
_STEADINESS: Final = 0.99

# Of the unknown the power is followed within 50 ms: a syllable.
_MEMORY: Final = 0.8

# Before anything was heard: the power of each part of a room that echoes at -15 dB, and a quiet one. Where
# more is thought possible, the noise of a room without an echo is taken for one, and comes out up to 16 dB
# louder.
_UNKNOWN_ROOM: Final = 0.03
_FIRST_NOISE: Final = 1e4

# A part of the parts is cut back to its own 10 ms with each block: all of them take a third more time.
_CUT_EVERY: Final = 4

Complex = np.ndarray[tuple[int, ...], np.dtype[np.complex64]]


class LinearEcho:
    """Follows the way from the loudspeaker to the microphone, and tells the echo that comes by it.

    A Kalman filter in the frequency domain, in parts of 10 ms (G. Enzner and P. Vary, "Frequency-domain
    adaptive Kalman filter for acoustic echo control in hands-free telephones", Signal Processing 86, 2006;
    F. Kuech, E. Mabande and G. Enzner, "State-space architecture of the partitioned-block-based acoustic echo
    controller", ICASSP 2014). It slows down by itself while a person speaks, because he is what it cannot
    explain. What is not linear, and what comes later than 320 ms, stays. A block costs some 0.1 ms.
    """

    def __init__(self) -> None:
        self._room: Complex = np.zeros((_PARTS, _BINS), np.complex64)
        self._far: Complex = np.zeros((_PARTS, _BINS), np.complex64)  # spectra of the newest blocks first
        self._doubt = np.zeros((_PARTS, _BINS), np.float32)
        self._unexplained = np.zeros(_BINS, np.float32)
        self._far_samples = np.zeros(2 * BLOCK, np.float32)
        self._left_samples = np.zeros(2 * BLOCK, np.float32)
        self._estimate = np.zeros(BLOCK, np.float32)
        self._cut = 0
        self.reset()

    def reset(self) -> None:
        """Forget the room."""
        self._room.fill(0)
        self._far.fill(0)
        self._far_samples.fill(0)
        self._doubt.fill(_UNKNOWN_ROOM)
        self._unexplained.fill(_FIRST_NOISE)

    @property
    def estimate(self) -> Float32:
        """The echo that the last block was told to have; not to be changed, and valid until the next one."""
        return self._estimate

    def take_out(self, near: Float32, far: Float32) -> Float32:
        """The next block of the near end without that echo; both of `BLOCK` samples, in steps of int16. Not
        to be changed, and valid until the next one."""
        self._far_samples[:BLOCK] = self._far_samples[BLOCK:]
        self._far_samples[BLOCK:] = far
        self._far[1:] = self._far[:-1]
        self._far[0] = np.fft.rfft(self._far_samples)
        echo = np.fft.irfft(np.einsum("pf,pf->f", self._room, self._far))
        self._estimate[:] = echo[BLOCK:]
        left = self._left_samples[BLOCK:]
        np.subtract(near, self._estimate, out=left)
        self._learn(np.fft.rfft(self._left_samples).astype(np.complex64))
        return left

    def _learn(self, left: Complex) -> None:
        far_power = self._far.real**2 + self._far.imag**2
        self._unexplained *= _MEMORY
        self._unexplained += (1 - _MEMORY) * (left.real**2 + left.imag**2)
        explained = 0.5 * np.einsum("pf,pf->f", self._doubt, far_power)
        step = self._doubt / (explained + self._unexplained + np.float32(1e-3))
        self._room += step * self._far.conj() * left
        self._cut_back()
        self._doubt *= _STEADINESS * (1 - 0.5 * step * far_power)
        self._doubt += (1 - _STEADINESS) * (self._room.real**2 + self._room.imag**2 + np.float32(1e-6))

    def _cut_back(self) -> None:
        """Each part answers for 10 ms: what circular convolution put beyond them is taken away."""
        parts = self._room[self._cut :: _CUT_EVERY]
        response = np.fft.irfft(parts, axis=1)
        response[:, BLOCK:] = 0
        parts[:] = np.fft.rfft(response, axis=1)
        self._cut = (self._cut + 1) % _CUT_EVERY
