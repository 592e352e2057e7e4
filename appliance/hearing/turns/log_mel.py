"""The log-mel spectrogram that Whisper's kin look at.

A. Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022, §2.2: 80 mel
bands over windows of 25 ms every 10 ms, the logarithm held within 8 decades of its peak. The bands
are those of M. Slaney, "Auditory Toolbox", 1998: triangles of equal area, linear up to 1 kHz and
logarithmic above. Here the window is of 8 s, and its sound is brought to mean 0 and variance 1 first.
"""

from typing import Final

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Float32, Pcm

WINDOW_S: Final = 8
WINDOW_SAMPLES: Final = WINDOW_S * NEAR_RATE_HZ
BANDS: Final = 80
HOP_SAMPLES: Final = 160
FRAMES: Final = WINDOW_SAMPLES // HOP_SAMPLES

_SPAN_SAMPLES: Final = 400
_LINEAR_UP_TO_HZ: Final = 1000.0
_LINEAR_MEL_HZ: Final = 200 / 3
_LOG_STEP: Final = np.log(6.4) / 27  # of a mel, above; 6.4 kHz is 27 mels above 1 kHz
_LEAST_VARIANCE: Final = 1e-7
_LEAST_POWER: Final = 1e-10
_DECADES: Final = 8.0


class LogMel:
    """Makes the features of `WINDOW_SAMPLES` at 16 kHz; what is shorter counts as silent before it.

    Owns its tables (70 kB); a call takes some 15 ms of a processor and 4 MB while it lasts. One thread.
    """

    def __init__(self) -> None:
        self._taper = np.hanning(_SPAN_SAMPLES + 1)[:-1].astype(np.float32)
        self._bands = _mel_bands()

    def features(self, pcm: Pcm) -> Float32:
        """Shape (1, BANDS, FRAMES), roughly within -1…1.5, of the last `WINDOW_SAMPLES` of `pcm`."""
        edge = _SPAN_SAMPLES // 2
        padded = np.zeros(edge + WINDOW_SAMPLES + edge, dtype=np.float32)
        sound = padded[edge:-edge]
        kept = pcm[-WINDOW_SAMPLES:]
        if len(kept):
            np.multiply(kept, np.float32(1 / 32768), out=sound[-len(kept) :])
        sound -= sound.mean()
        sound /= np.sqrt(sound.var() + _LEAST_VARIANCE)
        padded[:edge] = sound[edge:0:-1]  # reflected at both ends
        padded[-edge:] = sound[-2 : -edge - 2 : -1]
        spans = np.lib.stride_tricks.sliding_window_view(padded, _SPAN_SAMPLES)[
            : HOP_SAMPLES * FRAMES : HOP_SAMPLES
        ]
        power = np.square(np.abs(np.fft.rfft(spans * self._taper, axis=1)))
        mel = np.log10(np.maximum(self._bands @ power.T, np.float32(_LEAST_POWER)))
        np.maximum(mel, mel.max() - np.float32(_DECADES), out=mel)
        features: Float32 = ((mel + np.float32(4)) / np.float32(4))[np.newaxis]
        return features


def _mel_bands() -> Float32:
    """Shape (BANDS, bins): what each bin of the spectrum gives to each band."""
    top = _LINEAR_UP_TO_HZ / _LINEAR_MEL_HZ + np.log(NEAR_RATE_HZ / 2 / _LINEAR_UP_TO_HZ) / _LOG_STEP
    mels = np.linspace(0, top, BANDS + 2)
    above = np.maximum(mels - _LINEAR_UP_TO_HZ / _LINEAR_MEL_HZ, 0)
    corners = np.minimum(mels * _LINEAR_MEL_HZ, _LINEAR_UP_TO_HZ) * np.exp(_LOG_STEP * above)
    bins = np.fft.rfftfreq(_SPAN_SAMPLES, 1 / NEAR_RATE_HZ)
    low, middle, high = (corners[n : n + BANDS, np.newaxis] for n in range(3))
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    bands: Float32 = (np.clip(np.minimum(rising, falling), 0, None) * 2 / (high - low)).astype(np.float32)
    return bands
