"""How much of a quiet room is the mains, as cheap cables and power supplies bring it in."""

from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm

MAINS_HZ: Final = (50, 60)
_HARMONICS: Final = 7

# One second of quiet windows in a row: over that the mains, right to a tenth of a hertz, adds up, and noise
# does not. Every ten seconds, because a hum does not come and go.
_SPAN_S: Final = 1.0
_EVERY_S: Final = 10.0

# A hum that is most of what is heard, and as loud as a quiet room is at most: softer is nobody's trouble.
_HUMS_SHARE: Final = 0.5
_HUMS_DBFS: Final = -50.0
_STILL_DB: Final = -4.0  # below both it is over


class HumMeter:
    """Looks for the mains, at 50 and 60 Hz and their harmonics, in the quiet of a room at 16 kHz."""

    def __init__(self, window_samples: int) -> None:
        hz = np.array([mains * n for mains in MAINS_HZ for n in range(1, _HARMONICS + 1)])
        turns = -2j * np.pi * hz / NEAR_RATE_HZ
        self._waves = np.exp(turns[:, np.newaxis] * np.arange(window_samples)).astype(np.complex64)
        self._turn = np.exp(turns * window_samples)
        self._span = round(_SPAN_S * NEAR_RATE_HZ / window_samples)
        self._rest = round((_EVERY_S - _SPAN_S) * NEAR_RATE_HZ / window_samples)
        self._size = window_samples
        self._resting = 0
        self._begin()
        self.hums = False
        self.mains_hz = 0
        self.dbfs: float | None = None

    def _begin(self) -> None:
        self._sums = np.zeros(len(self._turn), dtype=np.complex128)
        self._phases = np.ones(len(self._turn), dtype=np.complex128)
        self._total = 0.0
        self._heard = 0

    def hear(self, window: Pcm, *, quiet: bool) -> None:
        """The next window; what is not quiet breaks off a look."""
        if self._resting:
            self._resting -= 1
            return
        if not quiet:
            if self._heard:
                self._begin()
            return
        sound = window.astype(np.float32) / FULL_SCALE
        # Not `@`: of this size BLAS takes all cores for it, whose threads then spin.
        self._sums += self._phases * np.einsum("ws,s->w", self._waves, sound)
        self._phases *= self._turn
        self._total += float(np.dot(sound, sound))
        self._heard += 1
        if self._heard == self._span:
            self._judge()
            self._begin()
            self._resting = self._rest

    def _judge(self) -> None:
        samples = self._span * self._size
        powers = 2 * np.abs(self._sums / samples) ** 2
        by_mains = powers.reshape(len(MAINS_HZ), _HARMONICS).sum(axis=1)
        which = int(by_mains.argmax())
        hum, total = float(by_mains[which]), max(self._total / samples, 1e-12)
        still = 10 ** (_STILL_DB / 10) if self.hums else 1.0
        self.hums = hum >= still * 10 ** (_HUMS_DBFS / 10) and hum >= still * _HUMS_SHARE * total
        self.mains_hz = MAINS_HZ[which] if self.hums else 0
        self.dbfs = round(10 * float(np.log10(max(hum, 1e-12))), 1)
