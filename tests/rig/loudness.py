"""Whether something was spoken, as an ear at the loudspeaker tells."""

import numpy as np

from appliance.pcm.formats import Pcm

# An answer is a second of speech or more; an earcon is less.
SPOKEN_S = 0.6
_LOUD = 1000


def seconds_loud(pcm: Pcm, rate_hz: int) -> float:
    """How much of it is loud, in 10 ms."""
    frame = rate_hz // 100
    frames = np.abs(pcm.astype(np.int32))[: len(pcm) // frame * frame].reshape(-1, frame)
    return float(np.count_nonzero(frames.max(axis=1) > _LOUD)) / 100


def was_spoken(pcm: Pcm, rate_hz: int) -> bool:
    """Whether an answer is in it, to its end."""
    after = pcm[-rate_hz // 2 :]
    return seconds_loud(pcm, rate_hz) > SPOKEN_S and not seconds_loud(after, rate_hz)
