"""Where a voice pauses: stretches that are quiet against its own speech."""

from collections import deque
from typing import Final

import numpy as np

from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.pcm.level import amplitude_of_dbfs
from appliance.pcm.rechunk import Rechunker

FRAME_MS: Final = 10
# Longer than the closure of a plosive: at QUIET_DB espeak-ng's and Piper's last up to 130 ms in a word,
# slow voices included; between sentences both are quiet for 180 ms and more.
PAUSE_MS: Final = 150
# Below the speech level: weak fricatives and what is left in a closure stand up to 30 dB below it, and
# join closures to stretches as long as a pause; the noise in synthetic voices is 60 dB below and more.
QUIET_DB: Final = -35.0
# The speech level is that of the loudest stretch so long, about one vowel: a click is shorter.
LEVEL_MS: Final = 100
# What is quieter than this is a pause, even where no speech was found to compare it with.
SILENCE_DBFS: Final = -75.0

_PAUSE_FRAMES: Final = PAUSE_MS // FRAME_MS
_LEVEL_FRAMES: Final = LEVEL_MS // FRAME_MS
_QUIET_POWER: Final = 10 ** (QUIET_DB / 10)
_SILENCE_POWER: Final = float(amplitude_of_dbfs(SILENCE_DBFS) ** 2)


class PauseFinder:
    """Finds the pauses in a voice that comes in chunks of any length, whose lengths change nothing.

    Works on the mean power of frames of FRAME_MS; whether one is quiet follows from it and from what came
    before it. Bound: less than a frame of samples, and the pauses fed beyond the last `pause_from`.
    """

    def __init__(self, rate_hz: int, start: int) -> None:
        """`start`: the index of the first sample that will be fed."""
        self.fed = start  # index of the sample to be fed next
        self._frame_samples = samples_of_ms(FRAME_MS, rate_hz)
        self._frames = Rechunker(self._frame_samples)
        self._framed = start
        self._latest = deque([0.0] * _LEVEL_FRAMES, _LEVEL_FRAMES)  # energies, exact: whole numbers
        self._latest_sum = self._loudest_sum = 0.0
        self._quiet_from = start
        self._pauses: deque[tuple[int, int]] = deque()

    @property
    def needed_samples(self) -> int:
        """How many samples from the beginning of a pause on have to be fed before it is found."""
        return _PAUSE_FRAMES * self._frame_samples

    def feed(self, pcm: Pcm) -> None:
        """The next samples of the voice."""
        for frame in self._frames.push(pcm):
            self._take(frame)
        self.fed += len(pcm)

    def pause_from(self, index: int) -> int | None:
        """The first sample from `index` on that lies in a pause, as far as was fed; it never goes back."""
        while self._pauses and self._pauses[0][1] <= index:
            self._pauses.popleft()
        return max(self._pauses[0][0], index) if self._pauses else None

    def _take(self, frame: Pcm) -> None:
        samples = frame.astype(np.float64)
        energy = float(np.dot(samples, samples))
        self._latest_sum += energy - self._latest[0]
        self._latest.append(energy)
        self._loudest_sum = max(self._loudest_sum, self._latest_sum)
        self._framed += self._frame_samples
        quiet_sum = max(
            self._loudest_sum * _QUIET_POWER, _SILENCE_POWER * self._frame_samples * _LEVEL_FRAMES
        )
        if energy * _LEVEL_FRAMES > quiet_sum:
            self._quiet_from = self._framed
        elif self._framed - self._quiet_from >= _PAUSE_FRAMES * self._frame_samples:
            self._note(self._quiet_from, self._framed)

    def _note(self, start: int, end: int) -> None:
        if self._pauses and self._pauses[-1][0] == start:
            self._pauses.pop()
        self._pauses.append((start, end))
