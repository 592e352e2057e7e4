"""Talk that goes on without a breath is the room's: while it does, only what is louder is somebody."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.quantile import median

# A pause of two windows is a breath, or a stop's closure. A reader takes one within 4.1 s, in silence as in
# white noise, a fan or music at 0 dB, and within 8.5 s while eight others talk 10 dB lower; of those eight at
# once the detector finds none in seven minutes (`python -m tests.bench.room_talk`).
BREATH_MS: Final = 64
UNBROKEN_MS: Final = 10_000
# Loudness is a mean over some syllable's length: window by window eight voices differ by 12 dB.
SYLLABLE_MS: Final = 192
# In 400 s of eight voices nothing was so far above the median of ten seconds; of a reader who is 10 dB louder
# than they are 82 % of the windows of speech are heard so, at 5 dB 36 % (the same command).
MARGIN_DB: Final = 7.5
# Between its loud syllables a voice sinks into the room's: what follows one within 256 ms is believed.
BELIEVED_MS: Final = 256
# Who was louder so lately goes on speaking.
SPEAKS_MS: Final = 1000
# It has ended when nobody was heard for so long.
OVER_MS: Final = 2000
# Of somebody's words at least so much is louder than the room: 200 ms, and what the mean over a syllable
# makes of a crack.
LEAST_MS: Final = 200 + SYLLABLE_MS


@dataclass(frozen=True, slots=True)
class Found:
    """What was taken for speech since sample `since` is the room's, but for what is louder than that, which
    ended with sample `louder_until`; 0 where nothing was."""

    since: int
    louder_until: int


class RoomTalk:
    """Takes windows for silence that hold no more than the talk of the room. One stream, one thread."""

    def __init__(self, window_samples: int, silence_threshold: float) -> None:
        self._window = window_samples
        self._threshold = silence_threshold
        self._unbroken_due = self._windows_of(UNBROKEN_MS)
        self._over_due = self._windows_of(OVER_MS)
        self._breath = self._windows_of(BREATH_MS)
        self._believed_windows = self._windows_of(BELIEVED_MS)
        self._float = np.zeros(window_samples, np.float32)
        self._powers = np.zeros(self._windows_of(SYLLABLE_MS))
        self._levels = np.zeros(self._unbroken_due)  # of the last windows, each a mean power over a syllable
        self._heard = 0
        self._unbroken = self._pause = self._without = self._believed = 0
        self._room = 0  # windows in a row in which nobody was louder, and the loudspeaker was silent
        self._ceiling = 0.0  # the power that somebody exceeds; 0: the room does not talk
        self._found: Found | None = None

    @property
    def goes_on(self) -> bool:
        """Whether the room talks."""
        return self._ceiling > 0

    def judge(self, window_end: int, probability: float, window: Pcm, *, sounding: bool) -> float:
        """The probability that somebody speaks who is not the room's talk, in the window that ends before
        sample `window_end`. Nothing is learnt while the loudspeaker is `sounding`."""
        level = self._hear(window)
        speech = probability >= self._threshold
        self._without = 0 if speech else self._without + 1
        if self._without >= self._over_due:
            self._ceiling = 0.0
        if self._ceiling:
            self._believed = self._believed_windows if level > self._ceiling else max(self._believed - 1, 0)
            somebody = speech and self._believed > 0
        else:
            somebody = speech
        self._count(somebody)
        if sounding:
            self._room = self._unbroken = 0
        elif self._unbroken >= self._unbroken_due:
            self._find(window_end)
            somebody = False
        elif self._ceiling and self._room >= self._unbroken_due:
            self._follow()
        return probability if somebody or not speech else 0.0

    def take_found(self) -> Found | None:
        """That the room talks: each time it is found out, once."""
        found, self._found = self._found, None
        return found

    def _hear(self, window: Pcm) -> float:
        np.copyto(self._float, window)
        power = float(np.dot(self._float, self._float)) / self._window / FULL_SCALE**2
        self._powers[self._heard % len(self._powers)] = power
        level = float(self._powers.mean())
        self._levels[self._heard % len(self._levels)] = level
        self._heard += 1
        return level

    def _count(self, somebody: bool) -> None:
        self._pause = 0 if somebody else self._pause + 1
        self._unbroken = 0 if self._pause >= self._breath else self._unbroken + 1
        self._room = 0 if somebody else self._room + 1

    def _find(self, window_end: int) -> None:
        """Nobody speaks so long without a breath."""
        self._ceiling = self._ceiling_now()
        since = window_end - self._unbroken * self._window
        self._unbroken = self._believed = self._room = 0
        levels = np.roll(self._levels, -(self._heard % len(self._levels)))
        louder = np.flatnonzero(levels > self._ceiling)
        if len(louder) * self._window < samples_of_ms(LEAST_MS, NEAR_RATE_HZ):
            self._found = Found(since, 0)
            return
        ago = (len(levels) - 1 - int(louder[-1])) * self._window
        if ago >= samples_of_ms(SPEAKS_MS, NEAR_RATE_HZ):
            self._found = Found(since, window_end - ago)

    def _follow(self) -> None:
        """What is no louder than the room for so long is the room as it is now."""
        self._ceiling = self._ceiling_now()
        self._room = 0

    def _ceiling_now(self) -> float:
        return median(self._levels) * float(10 ** (MARGIN_DB / 10))

    def _windows_of(self, ms: int) -> int:
        return max(samples_of_ms(ms, NEAR_RATE_HZ) // self._window, 1)
