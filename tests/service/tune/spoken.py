"""Recordings that nobody made: what a detector would have said of them, second by second."""

import numpy as np

from appliance.hearing.speech.edges import BLOCKS_PER_WINDOW
from appliance.hearing.speech.recorded_edges import RecordedEdges
from appliance.service.tune.trial import Heard, Stretch

WINDOW = 512
_TAIL_WINDOWS = 6000 // 32
_VOICE, _ROOM = 1e-2, 1e-7  # of full scale: as loud as a voice, as quiet as a room


def heard(*parts: tuple[float, float]) -> Heard:
    """Of so many seconds each this probability; what has any is as loud as a voice."""
    said: list[float] = []
    end_s = 0.0
    for seconds, probability in parts:
        end_s += seconds
        said += [probability] * (windows(end_s) - len(said))
    every = np.array([*said, *[0.0] * _TAIL_WINDOWS])
    powers = np.repeat(np.where(every > 0, _VOICE, _ROOM), BLOCKS_PER_WINDOW)
    return Heard(WINDOW, tuple(every.tolist()), RecordedEdges.before(powers), len(said))


def windows(seconds: float) -> int:
    """Whole windows in so many seconds."""
    return round(seconds * 16_000 / WINDOW)


def stretch(start_s: float, end_s: float) -> Stretch:
    """From one instant to another, at the edges of windows."""
    return Stretch(windows(start_s) * WINDOW, windows(end_s) * WINDOW)
