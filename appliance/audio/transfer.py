"""How loud a sweep came through a room, and how much of it as harmonics (the method of Farina)."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from appliance.audio.sweep import Probe, Samples
from appliance.pcm.level import FLOOR_DBFS

# Of the impulse response: a living room has given back what it gives after 150 ms; a harmonic's part may
# reach to where the next one begins, 60 ms after it.
_RESPONSE_S: Final = (-0.005, 0.15)
_HARMONIC_S: Final = (-0.005, 0.055)
_HARMONICS: Final = (2, 3, 4, 5)

# Listened to of each sweep: from before its fifth harmonic's part until the room is quiet.
_BEFORE_S: Final = 0.6
_AFTER_S: Final = 0.4

# Where the sweep holds no sound, its inverse would hold nothing but noise.
_FLOOR: Final = 1e-3


class Transfer:
    """The way from the loudspeaker to the microphone, of sweeps at known places in a recording.

    `heard` is in units of the played peak, and `quiet`, a stretch without the sweep, too. What the noise adds
    is computed from `quiet` and taken off.
    """

    def __init__(self, heard: Samples, quiet: Samples, sweep: Samples, probe: Probe, rate_hz: int) -> None:
        self._heard = heard
        self._probe = probe
        self._rate_hz = rate_hz
        self._before = round(_BEFORE_S * rate_hz)
        self._length = self._before + len(sweep) + round(_AFTER_S * rate_hz)
        self._size = 1 << (self._length + len(sweep) - 1).bit_length()
        spectrum = np.fft.rfft(sweep, self._size)
        self._weight: Samples = np.abs(spectrum) ** 2
        self._inverse = np.conj(spectrum) / (self._weight + _FLOOR * float(self._weight.max()))
        self._noise = self._noise_power(quiet)
        self._whole = self._power(
            np.fft.irfft(spectrum * self._inverse, self._size)
        )  # what the floor takes off

    def level_and_distortion_db(self, starts: Sequence[int]) -> tuple[float, float]:
        """Of the sweeps that begin at `starts`, on average; FLOOR_DBFS for what drowns in the noise.

        A harmonic that is weaker than the noise in its place is not known, and not counted.
        """
        responses = [self._response(start) for start in starts]
        direct = self._mean_power(responses, 0.0, _RESPONSE_S)
        least = self._noise * (_HARMONIC_S[1] - _HARMONIC_S[0]) * self._rate_hz
        harmonics = [
            self._mean_power(responses, -self._probe.seconds_before(number), _HARMONIC_S)
            for number in _HARMONICS
        ]
        audible = sum(power for power in harmonics if power > least)
        return _db(direct / self._whole), _db(audible / direct) if direct > 0 else FLOOR_DBFS

    def _response(self, start: int) -> Samples:
        """The impulse response; the sweep's own arrival is at sample `_before` of it."""
        begin = start - self._before
        piece = self._heard[max(begin, 0) : begin + self._length]
        piece = np.concatenate((np.zeros(max(-begin, 0)), piece))
        return np.fft.irfft(np.fft.rfft(piece, self._size) * self._inverse, self._size)

    def _mean_power(self, responses: Sequence[Samples], at_s: float, span_s: tuple[float, float]) -> float:
        """The power, as the sweep has it, of what lies in `span_s` around `at_s`, without the noise in it."""
        low = self._before + round((at_s + span_s[0]) * self._rate_hz)
        high = self._before + round((at_s + span_s[1]) * self._rate_hz)
        powers = [self._power(response[low:high]) for response in responses]
        return float(np.mean(powers)) - self._noise * (high - low)

    def _power(self, response: Samples) -> float:
        """How much louder the sweep gets on a way with this impulse response."""
        gain = np.abs(np.fft.rfft(response, self._size)) ** 2
        return float(np.dot(gain, self._weight) / self._weight.sum())

    def _noise_power(self, quiet: Samples) -> float:
        """What noise like that of `quiet` adds to `_mean_power` for each sample of its span."""
        if not len(quiet):
            return 0.0
        used = quiet[-self._size :]
        density = np.abs(np.fft.rfft(used - used.mean(), self._size)) ** 2 / len(used)
        through = density * np.abs(self._inverse) ** 2
        return float(np.dot(through, self._weight) / self._weight.sum())


def _db(power: float) -> float:
    return max(10 * float(np.log10(power)), FLOOR_DBFS) if power > 0 else FLOOR_DBFS
