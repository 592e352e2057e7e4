"""What the person of the loopback test says, by espeak-ng, the same every time."""

from functools import cache
from typing import Final

import numpy as np

from appliance.pcm.formats import Pcm
from appliance.pcm.level import amplitude_of_dbfs, peak_dbfs
from appliance.providers.offline.voice import QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, synthesize
from appliance.service.bench.sounds import Utterance

QUESTION: Final = "What time is it?"
INTERRUPTION: Final = "No wait, I would like to know something else about the weather tomorrow."

# Above this it says nothing: there the answer's tone is, which an s would drown.
_HIGHEST_HZ: Final = 4000.0

# So far below its peak a voice still counts as heard: at its beginning, and at its end.
_AUDIBLE_DB: Final = 30.0


@cache
def utterance(text: str, rate_hz: int) -> Utterance:
    """`text` as speech at `rate_hz`. Raises ProviderError where espeak-ng is missing."""
    pcm = _telephoned(synthesize(text, QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, rate_hz), rate_hz)
    audible = np.flatnonzero(np.abs(pcm.astype(np.int32)) >= amplitude_of_dbfs(peak_dbfs(pcm) - _AUDIBLE_DB))
    return Utterance(pcm, int(audible[0]), int(audible[-1]) + 1)


def _telephoned(pcm: Pcm, rate_hz: int) -> Pcm:
    """`pcm` without what is above `_HIGHEST_HZ`."""
    spectrum = np.fft.rfft(pcm)
    spectrum[np.fft.rfftfreq(len(pcm), 1 / rate_hz) > _HIGHEST_HZ] = 0
    return np.rint(np.fft.irfft(spectrum, len(pcm))).clip(-32768, 32767).astype(np.int16)
