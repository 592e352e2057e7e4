"""What a microphone gives: how loud the room and the voices are, and what is wrong with it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from appliance.hearing.hum_meter import HumMeter
from appliance.hearing.speech.noise_floor import NoiseFloor
from appliance.pcm.formats import FULL_SCALE, Pcm

SPEECH_PROBABILITY: Final = 0.8  # a window of which the level is that of speech
QUIET_PROBABILITY: Final = 0.1  # and one of which it is that of the room

_NOISE_EVERY: Final = 2  # windows: so the floor looks back over 10 s
_LEAST_POWER: Final = 1e-10

# The level of speech is that of its last three seconds. Somebody much louder counts at once.
_SPEECH_WINDOWS: Final = 94
_LOUDER: Final = 10.0
_LOUDER_SHARE: Final = 0.3

# Of the samples of the last 10 s of speech. Well-set microphones have none at full scale, a laugh has a few.
_FULL: Final = 32_700
_CLIPPING_SHARE: Final = 0.005
_CLEAN_SHARE: Final = 0.001
_CLIPPING_WINDOWS: Final = 313
_CLIPPING_LEAST_WINDOWS: Final = 31  # of speech, before anything is said of it

_OFF_ZERO: Final = 0.05  # of full scale
_AT_ZERO: Final = 0.03


class MicrophoneFault(StrEnum):
    """What is wrong with the sound of a microphone that works."""

    FINE = "fine"
    CLIPPING = "clipping"  # voices are louder than it can take
    HUM = "hum"  # most of what it gives in a quiet room is the mains
    OFF_ZERO = "off_zero"  # a constant is added to everything


@dataclass(frozen=True, slots=True)
class MicrophoneMeasure:
    """What was measured. None: not heard yet.

    `noise_dbfs`: the floor of the last 10 s. `speech_dbfs`: the last 3 s of speech. `clipped_share`: of the
    samples of the last 10 s of speech, 0…1. `hum_dbfs`: the mains and its harmonics; `mains_hz`: 50 or 60.
    `offset`: the constant in it, a share of full scale.
    """

    fault: MicrophoneFault = MicrophoneFault.FINE
    noise_dbfs: float | None = None
    speech_dbfs: float | None = None
    clipped_share: float = 0.0
    hum_dbfs: float | None = None
    mains_hz: int = 0
    offset: float = 0.0


class MicrophoneMeter:
    """Listens along. `capture` gets what the microphone gave, `hear` every window of the history. One thread
    writes; `measure` may be read by any other. Buffers: none but those of the floor and of one second of hum.
    """

    def __init__(self, window_samples: int) -> None:
        self._window = np.zeros(window_samples, dtype=np.float32)
        self._noise = NoiseFloor(1)
        self._power = np.zeros(1)
        self._hum = HumMeter(window_samples)
        self._windows = 0
        self._floor: float | None = None
        self._speech: float | None = None
        self._speech_windows = 0
        self._full_samples = 0  # captured at full scale since the last window
        self._captured = 0
        self._clipped_share = 0.0
        self._clipping_windows = 0
        self._clipping = self._off_zero = False
        self._offset = 0.0

    @property
    def speech_power(self) -> float | None:
        """The mean square of speech, full scale 1; None before there was any."""
        return self._speech

    def capture(self, block: Pcm, offset: float) -> None:
        """What the microphone gave, at any rate, and the constant that was found in it."""
        self._captured += len(block)
        if len(block) and (int(block.max()) >= _FULL or int(block.min()) <= -_FULL):
            self._full_samples += int(np.count_nonzero(np.abs(block.astype(np.int32)) >= _FULL))
        self._offset = offset
        self._off_zero = abs(offset) >= (_AT_ZERO if self._off_zero else _OFF_ZERO)

    def hear(self, window: Pcm, probability: float, *, echo: bool) -> None:
        """The next window and how likely it holds speech. `echo`: the loudspeaker may be in it; of such a
        window no level is taken."""
        self._windows += 1
        speaks = probability >= SPEECH_PROBABILITY and not echo
        quiet = probability < QUIET_PROBABILITY and not echo
        if speaks:
            self._hear_speech(self._power_of(window))
        elif quiet and self._windows % _NOISE_EVERY == 0:
            self._power[0] = max(self._power_of(window), _LEAST_POWER)
            self._floor = float(self._noise.update(self._power)[0])
        self._hum.hear(window, quiet=quiet)
        self._full_samples = self._captured = 0

    def _hear_speech(self, power: float) -> None:
        self._speech_windows += 1
        share = 1 / min(self._speech_windows, _SPEECH_WINDOWS)
        before = power if self._speech is None else self._speech
        if power > _LOUDER * before:
            share = max(share, _LOUDER_SHARE)
        self._speech = before + share * (power - before)
        self._clipping_windows = min(self._clipping_windows + 1, _CLIPPING_WINDOWS)
        clipped = self._full_samples / self._captured if self._captured else self._clipped_share
        self._clipped_share += (clipped - self._clipped_share) / self._clipping_windows
        if self._clipping_windows >= _CLIPPING_LEAST_WINDOWS:
            limit = _CLEAN_SHARE if self._clipping else _CLIPPING_SHARE
            self._clipping = self._clipped_share >= limit

    def _power_of(self, window: Pcm) -> float:
        np.multiply(window, _SCALE, out=self._window)
        return float(np.dot(self._window, self._window)) / len(window)

    @property
    def measure(self) -> MicrophoneMeasure:
        """What is known by now."""
        return MicrophoneMeasure(
            self._fault(),
            _dbfs(self._floor),
            _dbfs(self._speech),
            self._clipped_share,
            self._hum.dbfs,
            self._hum.mains_hz,
            self._offset,
        )

    def _fault(self) -> MicrophoneFault:
        """The one that harms most; the others are in the measure."""
        if self._clipping:
            return MicrophoneFault.CLIPPING
        if self._hum.hums:
            return MicrophoneFault.HUM
        return MicrophoneFault.OFF_ZERO if self._off_zero else MicrophoneFault.FINE


def _dbfs(power: float | None) -> float | None:
    return None if power is None else round(10 * float(np.log10(max(power, _LEAST_POWER))), 1)


_SCALE = np.float32(1 / FULL_SCALE)
