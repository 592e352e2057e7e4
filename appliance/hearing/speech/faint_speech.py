"""Lifts faint speech for the speech detector's ears."""

from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Pcm

# Silero notices speech equally soon from -6 to -38 dBFS: after 32 to 64 ms (p95 192 … 224). At -50 it is 128
# (p95 384), and an interruption would take longer because the microphone is a bad one. Heard in the pieces of
# `tests.bench.quiet_gate`.
FAINT_DBFS: Final = -38.0
MOST_DB: Final = 16.0


class FaintSpeech:
    """Makes windows so loud that the detector judges them as any others; most are as they come."""

    def __init__(self, window_samples: int) -> None:
        self._sound = np.zeros(window_samples, dtype=np.float32)
        self._lifted = np.zeros(window_samples, dtype=np.int16)

    def lift(self, window: Pcm, speech_power: float | None) -> Pcm:
        """`window`, or what is valid until the next call. `speech_power`: the mean square of the speech that
        was heard lately, full scale 1; None before there was any."""
        if speech_power is None or speech_power >= _FAINT:
            return window
        factor = min((_FAINT / max(speech_power, _LEAST)) ** 0.5, _MOST)
        np.multiply(window, np.float32(factor), out=self._sound)
        np.rint(self._sound, out=self._sound)
        np.clip(self._sound, -FULL_SCALE, FULL_SCALE - 1, out=self._sound)
        np.copyto(self._lifted, self._sound, casting="unsafe")
        return self._lifted


_FAINT: Final = 10 ** (FAINT_DBFS / 10)
_LEAST: Final = 1e-10
_MOST: Final = 10 ** (MOST_DB / 20)
