"""Where speech begins and ends, finer than the detector's windows, by its level.

The detector is right about *whether* somebody speaks, not about *when*: it answers every 32 ms only,
keeps its probability up while a word decays, and misses the soft consonant that a word begins with.
The level knows the instant but not the meaning. So the detector's edge is taken as a hint, and the
level around it says where the edge really is.
"""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import FULL_SCALE, Pcm
from appliance.pcm.quantile import median, quantile

BLOCKS_PER_WINDOW = 4  # 8 ms at 512 samples: shorter than any sound of speech
KEPT_BLOCKS = 192  # 1.5 s: an end is asked for once the silence after it has lasted a while
SILENT_POWER = 1e-12

# A constant and a slope: in 8 ms, that is everything below a voice. Breath and handling go on for
# 200 ms after a word, below 80 Hz and as loud as speech.
RUMBLE_ORDER = 1

# Blocks are 8 ms. Found with 14 recorded utterances at 5 alignments in 4 kinds of silence
# (`python -m tests.bench.speech_edges`): the windows alone were late by 20 ms (p95 152) at the onset
# and by 86 ms (p95 135) at the end, with the level it is 2 ms (36) and 6 ms (68).
SEARCH_BLOCKS = 24  # how far the level may move an edge
CONTEXT_BLOCKS = 64  # before an onset this is the noise, before an end the speech
SPEECH_PERCENTILE = 90  # words have pauses: the loudest tenth is the level of the speech
GAP_BEFORE_BLOCKS = 8  # a pause inside the beginning of a word
GAP_AFTER_BLOCKS = 12  # the closure of a stop before its release, as in "hearts"

EDGE_SHARE = 0.35  # the edge is where the level crosses this share of the way from noise to speech
# And above the noise as it comes and goes: a hum of 50 Hz beats in blocks of 8 ms. Hummed at 10 dB below the
# words, the end was 276 ms late (p50) and the onset 157 ms early without this, and both 3 ms late with it; in
# a room that does not hum nothing is changed.
NOISE_PERCENTILE = 75
ABOVE_NOISE_DB = 1.0
BELOW_SPEECH_DB = 6.0  # but never so far up
MIN_CONTRAST_DB = 10  # less difference between speech and noise: the level knows nothing
MAX_CONTRAST_DB = 45  # what lies further below the speech is no louder than its own decay
DIGITAL_SILENCE_DBFS = -85  # quieter than any room: what a file or a gate has between its sounds

Levels = npt.NDArray[np.float64]


class Edges(Protocol):
    """Says exactly where speech began or ended, given the window in which it was noticed."""

    def onset_near(self, window_start: int) -> int:
        """The first sample of speech that was noticed in the window beginning here."""

    def end_near(self, window_end: int) -> int:
        """One past the last sample of speech, whose last window ended here."""


class SpeechEdges:
    """Edges by level: `hear` is given every window, and the last 1.5 s of them are kept.

    Instants are 16 kHz sample indices, 0 is the first sample of the first window. An edge moves by
    192 ms at most, never into the future, and not at all when the level shows no contrast.
    """

    def __init__(self, window_samples: int) -> None:
        if window_samples % BLOCKS_PER_WINDOW:
            raise ValueError(f"a window of {window_samples} samples does not split into {BLOCKS_PER_WINDOW}")
        self._block_samples = window_samples // BLOCKS_PER_WINDOW
        self._windows = np.zeros((KEPT_BLOCKS // BLOCKS_PER_WINDOW, window_samples), dtype=np.int16)
        self._rumble = _slow_shapes(self._block_samples)
        self._powers = np.zeros(KEPT_BLOCKS)
        self._heard_blocks = 0
        self._waiting = 0  # windows of which the powers are not computed yet

    def hear(self, window: Pcm) -> None:
        """Take in the next window."""
        self._windows[self._heard_blocks // BLOCKS_PER_WINDOW % len(self._windows)] = window
        self._heard_blocks += BLOCKS_PER_WINDOW
        self._waiting = min(self._waiting + 1, len(self._windows))

    def _take_in(self) -> None:
        """Compute the powers of what was heard since the last time: nobody asks for those of a quiet room."""
        if not self._waiting:
            return
        newest = self._heard_blocks // BLOCKS_PER_WINDOW
        places = np.arange(newest - self._waiting, newest) % len(self._windows)
        blocks = self._windows[places].reshape(-1, self._block_samples) * (1 / FULL_SCALE)
        rumble = blocks @ self._rumble
        powers = np.einsum("bs,bs->b", blocks, blocks) - np.einsum("br,br->b", rumble, rumble)
        self._powers[: -len(powers)] = self._powers[len(powers) :]
        self._powers[-len(powers) :] = powers / self._block_samples
        self._waiting = 0

    def onset_near(self, window_start: int) -> int:
        """The first sample of speech that was noticed in the window beginning here."""
        hint = window_start // self._block_samples
        noise = self._levels(hint - CONTEXT_BLOCKS, hint - BLOCKS_PER_WINDOW)
        speech = self._levels(hint, self._heard_blocks)
        threshold = edge_threshold(speech, noise)
        if threshold is None:
            return window_start
        onset = self._heard_blocks
        for block in reversed(self._loud_blocks(hint - SEARCH_BLOCKS, self._heard_blocks, threshold)):
            if block < hint and onset - block > GAP_BEFORE_BLOCKS:
                break
            onset = block
        return onset * self._block_samples

    def end_near(self, window_end: int) -> int:
        """One past the last sample of speech, whose last window ended here."""
        hint = window_end // self._block_samples
        speech = self._levels(hint - CONTEXT_BLOCKS, hint)
        noise = self._levels(hint, self._heard_blocks)
        threshold = edge_threshold(speech, noise)
        if threshold is None:
            return window_end
        end = hint - SEARCH_BLOCKS
        for block in self._loud_blocks(hint - SEARCH_BLOCKS, hint + SEARCH_BLOCKS, threshold):
            if block >= hint and block - end > GAP_AFTER_BLOCKS:
                break
            end = block + 1
        return end * self._block_samples

    def _levels(self, first: int, last: int) -> Levels:
        """The levels in dBFS of blocks [first, last); none where the first is no longer kept.

        What lies before the stream was digital silence, and what was not heard yet is not there.
        """
        self._take_in()
        oldest = self._heard_blocks - len(self._powers)
        kept = self._powers[first - oldest : max(last - oldest, 0)] if first >= oldest else self._powers[:0]
        levels: Levels = 10 * np.log10(np.maximum(kept, SILENT_POWER))
        return levels

    def _loud_blocks(self, first: int, last: int, threshold: float) -> list[int]:
        """Which blocks of [first, last) reach the threshold."""
        return [first + int(i) for i in np.flatnonzero(self._levels(first, last) >= threshold)]


def _slow_shapes(samples: int) -> npt.NDArray[np.float64]:
    """The shapes of everything in a block that is too slow for a voice, orthonormal, one a column."""
    time = np.linspace(-1, 1, samples)
    shapes: npt.NDArray[np.float64] = np.linalg.qr(np.vander(time, RUMBLE_ORDER + 1, increasing=True))[0]
    return shapes


def edge_threshold(speech: Levels, noise: Levels) -> float | None:
    """The level at which speech begins or ends; None when it does not stand out of the noise."""
    if not (speech.size and noise.size):
        return None
    speech_dbfs = quantile(speech, SPEECH_PERCENTILE / 100)
    room = noise[noise > DIGITAL_SILENCE_DBFS]
    quietest = speech_dbfs - MAX_CONTRAST_DB
    noise_dbfs = max(median(room), quietest) if room.size else quietest
    contrast_db = speech_dbfs - noise_dbfs
    if contrast_db < MIN_CONTRAST_DB:
        return None
    threshold = noise_dbfs + EDGE_SHARE * contrast_db
    if not room.size:
        return threshold
    beating = quantile(room, NOISE_PERCENTILE / 100) + ABOVE_NOISE_DB
    return max(threshold, min(beating, speech_dbfs - BELOW_SPEECH_DB))
