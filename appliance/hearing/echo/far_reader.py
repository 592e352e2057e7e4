"""The far end read between its samples: at any position, and at a ratio next to 1."""

from typing import Final

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import FULL_SCALE, Pcm
from appliance.pcm.ring import SampleRing

# A sinc of 24 samples is flat to 6.5 kHz, and its nearest of 512 phases leaves -60 dB at 4 kHz: the canceller
# takes away 40.
_TAPS: Final = 24
_PHASES: Final = 512
_BEFORE: Final = _TAPS // 2 - 1  # samples needed before a position
_AFTER: Final = _TAPS // 2  # and after it
_KAISER_BETA: Final = 7.0

Filters = npt.NDArray[np.float32]

_PIECE: Final = 160  # samples worked on at a time
_MAX_RATIO: Final = 1.01


class FarReader:
    """Reads `ring`, the far end at 16 kHz, of which nothing is kept here but scratch of one piece."""

    def __init__(self, ring: SampleRing) -> None:
        self._ring = ring
        self._filters = _filters()
        self._raw: Pcm = np.zeros(round(_PIECE * _MAX_RATIO) + _TAPS + 2, np.int16)
        self._steps = np.arange(_PIECE)
        self._taps = np.arange(_TAPS)
        self._windows = np.zeros((_PIECE, _TAPS), np.float32)

    def read_into(self, position: float, ratio: float, out: Pcm) -> bool:
        """Fill `out` with the samples at `position`, `position + ratio` …; `ratio` is 0.99 … 1.01. What is
        before the stream or was overwritten is silence. False: the end of it is not written yet."""
        last = position + (len(out) - 1) * ratio
        if int(np.floor(last)) + _AFTER >= self._ring.written:
            return False
        for at in range(0, len(out), _PIECE):
            self._read_piece(position + at * ratio, ratio, out[at : at + _PIECE])
        return True

    def _read_piece(self, position: float, ratio: float, out: Pcm) -> None:
        count = len(out)
        positions = position + self._steps[:count] * ratio
        whole = np.floor(positions).astype(np.int64)
        first = int(whole[0]) - _BEFORE
        raw = self._raw[: int(whole[-1]) + _AFTER + 1 - first]
        before = min(max(-first, 0), len(raw))
        raw[:before] = 0
        if before < len(raw):
            self._ring.read_into(first + before, raw[before:])
        if not raw.any():
            out.fill(0)
            return
        phases = np.rint((positions - whole) * _PHASES).astype(np.intp)
        places = (whole - whole[0])[:, np.newaxis] + self._taps
        windows = self._windows[:count]
        windows[:] = raw[places]
        sound = np.einsum("nt,nt->n", windows, self._filters[phases])
        np.clip(np.rint(sound, out=sound), -FULL_SCALE, FULL_SCALE - 1, out=sound)
        np.copyto(out, sound, casting="unsafe")


def _filters() -> Filters:
    """A windowed sinc for every phase, 0 … `_PHASES` of them between two samples, each of gain 1."""
    away = np.arange(_TAPS)[np.newaxis, :] - _BEFORE - np.arange(_PHASES + 1)[:, np.newaxis] / _PHASES
    inside = np.clip(1 - (away / (_TAPS / 2)) ** 2, 0, 1)
    filters = np.sinc(away) * np.i0(_KAISER_BETA * np.sqrt(inside)) / np.i0(_KAISER_BETA)
    of_gain_1: Filters = (filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)
    return of_gain_1
