"""The sound by which loudspeaker and microphone are measured: exponential sweeps, some seconds apart."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import FULL_SCALE, Pcm

Samples = npt.NDArray[np.float64]

# Of both ends of a sweep, as a raised cosine: at less a loudspeaker clicks, which is heard as distortion.
_FADE_S = 0.02


@dataclass(frozen=True, slots=True)
class Probe:
    """`count` sweeps from `low_hz` to `high_hz`, each `sweep_s` long, one beginning every `every_s`.

    200 Hz … 7 kHz is what small loudspeakers play and a microphone at 16 kHz hears. `peak_dbfs` is as loud as
    the loud syllables of an answer. Two sweeps tell the drift of the clocks, a third one whether anything was
    lost.
    """

    low_hz: float = 200.0
    high_hz: float = 7000.0
    sweep_s: float = 1.0
    every_s: float = 2.5
    count: int = 3
    peak_dbfs: float = -10.0

    @property
    def lasts_s(self) -> float:
        """From the first sample of the first sweep to the last one of the last."""
        return (self.count - 1) * self.every_s + self.sweep_s

    @property
    def peak(self) -> float:
        """The largest magnitude of a played sample."""
        return FULL_SCALE * 10 ** (self.peak_dbfs / 20)

    def for_rates(self, *rates_hz: int) -> "Probe":
        """The same, no higher than devices of these rates can play and hear."""
        high_hz = min(self.high_hz, *(0.42 * rate_hz for rate_hz in rates_hz))
        return Probe(self.low_hz, high_hz, self.sweep_s, self.every_s, self.count, self.peak_dbfs)

    def seconds_before(self, harmonic: int) -> float:
        """So much earlier than the sweep itself its harmonic (2, 3 …) is found by what finds the sweep.

        A. Farina, "Simultaneous measurement of impulse response and distortion with a swept-sine technique",
        108th AES convention, 2000.
        """
        return self.sweep_s / math.log(self.high_hz / self.low_hz) * math.log(harmonic)


def one_sweep(probe: Probe, rate_hz: int) -> Samples:
    """One sweep at `rate_hz`, its peak 1."""
    time_s = np.arange(round(probe.sweep_s * rate_hz)) / rate_hz
    per_e_s = probe.sweep_s / math.log(probe.high_hz / probe.low_hz)
    sweep: Samples = np.sin(2 * np.pi * probe.low_hz * per_e_s * np.expm1(time_s / per_e_s))
    fade = np.sin(np.linspace(0, np.pi / 2, round(_FADE_S * rate_hz))) ** 2
    sweep[: len(fade)] *= fade
    sweep[-len(fade) :] *= fade[::-1]
    return sweep


def whole_probe(probe: Probe, rate_hz: int) -> Pcm:
    """All of it, for a loudspeaker at `rate_hz`."""
    sweep = np.rint(probe.peak * one_sweep(probe, rate_hz)).astype(np.int16)
    sound = np.zeros(round(probe.lasts_s * rate_hz), np.int16)
    for number in range(probe.count):
        start = round(number * probe.every_s * rate_hz)
        sound[start : start + len(sweep)] = sweep[: len(sound) - start]
    return sound
