"""One channel out of several."""

from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Float32, Pcm

# Two capsules of one microphone differ by a few dB, whoever speaks from wherever; what is so much quieter
# than the other is not connected. It counts as alive again some way below that, so that it does not flap.
# A mean that is so much quieter than a channel was cancelled by the other one; the same limits serve.
_DEAD_DB: Final = -20.0
_ALIVE_DB: Final = -14.0

# Judged only while something is heard: in silence the noise of the inputs would decide.
_HEARD_DBFS: Final = -60.0

# Levels are means over about this time, a syllable or two.
_MEAN_MS: Final = 300.0

# From one mix to another, all the way: too slow for a click, quick enough for the second word.
_GLIDE_MS: Final = 100.0


class LiveMix:
    """Mono from a microphone of `channels` channels at `rate_hz`.

    Of two channels it is their mean. Where one of them is dead (a cheap microphone with a single capsule) it
    is the other one alone, and where they cancel each other (a balanced line, opposite phases) the stronger.
    It begins with the mean, which loses nothing but 6 dB of a live one beside a dead one, judges block by
    block, and glides from one mix to another. Of more than two channels it is the first:
    that is the processed one of a microphone array, where the others may be raw or carry the loudspeaker.
    """

    def __init__(self, channels: int, rate_hz: int) -> None:
        self._channels = channels
        self._rate_hz = rate_hz
        self._powers = np.zeros(3)  # of both channels and of their mean
        self._dead = ""
        self._first = self._target = 0.5  # share of the first of two channels; the rest is the second's

    @property
    def dead(self) -> str:
        """Which of two channels is left out because nothing comes from it, "left" or "right"; "" for none."""
        return self._dead

    def mix(self, interleaved: Pcm) -> Pcm:
        """The mono of a block of whole frames; not to be changed by the caller."""
        if self._channels != 2:
            return interleaved[:: self._channels]
        frames = interleaved.reshape(-1, 2).astype(np.float32)
        if len(frames):
            self._judge(frames)
        share = self._glide(len(frames))
        mixed = frames[:, 1] + share * (frames[:, 0] - frames[:, 1])
        return np.rint(mixed, out=mixed).astype(np.int16)

    def _judge(self, frames: Float32) -> None:
        # Variances: a dead input may be off zero.
        powers = np.array([*frames.var(axis=0), frames.mean(axis=1).var()]) / FULL_SCALE**2
        if powers.max() < _ratio(_HEARD_DBFS):
            return
        new = min(1.0, len(frames) * 1000 / self._rate_hz / _MEAN_MS)
        self._powers += new * (powers - self._powers)
        first, second, mean = self._powers
        faint = max(first, second) * _ratio(_DEAD_DB if self._target == 0.5 else _ALIVE_DB)
        dead, cancelled = min(first, second) < faint, mean < faint
        self._dead = ("right" if first >= second else "left") if dead else ""
        if not dead and not cancelled:
            self._target = 0.5
        elif dead or self._target == 0.5:  # of two that cancel each other, one is as good as the other
            self._target = 1.0 if first >= second else 0.0

    def _glide(self, samples: int) -> Float32:
        """The first channel's share, sample by sample."""
        step = 1000 / self._rate_hz / _GLIDE_MS
        way = np.arange(1, samples + 1, dtype=np.float32) * np.float32(step)
        shares: Float32 = self._first - way if self._target < self._first else self._first + way
        if self._target < self._first:
            np.maximum(shares, self._target, out=shares)
        else:
            np.minimum(shares, self._target, out=shares)
        if samples:
            self._first = float(shares[-1])
        return shares


def _ratio(db: float) -> float:
    return float(10 ** (db / 10))
