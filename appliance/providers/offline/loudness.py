"""What every offline voice has in common: its rate, its loudness, and no silence around it. Pure."""

import numpy as np

from appliance.pcm.formats import Pcm, from_float32, samples_of_ms, to_float32
from appliance.pcm.level import amplitude_of_dbfs, peak_dbfs, rms_dbfs
from appliance.pcm.resample import Resampler

OUTPUT_RATE_HZ = 24_000

_LOUDNESS_DBFS = -20.0
_PEAK_MAX_DBFS = -1.0
_SILENCE_DB = -40.0  # below the peak: espeak-ng's pauses are digital silence or nearly so
_TAIL_MS = 60  # of the pause after the last sound; espeak-ng adds 300


def finished(spoken: Pcm, spoken_hz: int, rate_hz: int = OUTPUT_RATE_HZ) -> Pcm:
    """`spoken` at `rate_hz`, -20 dBFS RMS where its peaks allow, without the silence around it."""
    resampler = Resampler(spoken_hz, rate_hz)
    pcm = _normalize(_trim(spoken, spoken_hz))
    return np.concatenate((resampler.process(pcm), resampler.flush()))


def _trim(pcm: Pcm, rate_hz: int) -> Pcm:
    audible = np.flatnonzero(np.abs(pcm.astype(np.int32)) >= amplitude_of_dbfs(peak_dbfs(pcm) + _SILENCE_DB))
    if not len(audible):
        return pcm[:0]
    return pcm[audible[0] : audible[-1] + 1 + samples_of_ms(_TAIL_MS, rate_hz)]


def _normalize(pcm: Pcm) -> Pcm:
    gain_db = min(_LOUDNESS_DBFS - rms_dbfs(pcm), _PEAK_MAX_DBFS - peak_dbfs(pcm))
    return from_float32(to_float32(pcm) * np.float32(10 ** (gain_db / 20)))
