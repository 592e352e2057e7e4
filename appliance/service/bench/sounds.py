"""What is heard over the cable of a loopback test: a person, and an answer that is told from one. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from appliance.pcm.formats import Pcm

RATE_HZ: Final = 24_000

# Above nearly all that speech holds, so that the two are told apart in one recording; and below the half of
# 16 kHz, with which most microphones are opened.
TONE_HZ: Final = 5000.0
# Quieter than the person by 10 dB: who talks over an answer in a room is nearer to the microphone, too.
TONE_DBFS: Final = -30.0
ANSWER_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech, and where in it the first and one past the last audible sample are."""

    pcm: Pcm
    first: int
    last: int


def tone(seconds: float = ANSWER_S) -> Pcm:
    """An answer, as loud at its first sample as at its last."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    amplitude = 32768 * 10 ** (TONE_DBFS / 20) * np.sqrt(2)
    sound: Pcm = np.rint(amplitude * np.cos(2 * np.pi * TONE_HZ * time_s)).astype(np.int16)
    return sound
