"""What a microphone heard of the probe that a loudspeaker played, in numbers."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from appliance.audio.sweep import Probe, Samples, one_sweep
from appliance.audio.transfer import Transfer
from appliance.pcm.formats import FULL_SCALE, Pcm, samples_of_ms
from appliance.pcm.level import FLOOR_DBFS

# A microphone clips at the end of its numbers; some converters stop a few short of it.
_CLIPPED: Final = FULL_SCALE - 68

# Of what finds a sweep, its peak over the noise: among a million samples of noise alone none is at 6.
_FOUND: Final = 8.0

# A sweep is looked for within so much of where the first one says it is: more was lost than a device queues.
_ASTRAY_S: Final = 0.4

# How finely the instant of a sweep is looked for, and in how many samples around the peak.
_FINER: Final = 16
_AROUND: Final = 32

# A device just opened may click. And a sweep is there before it is found, where the room rings.
_UNUSED_MS: Final = 200.0
_BEFORE_MS: Final = 50.0
_NOISE_BLOCK_MS: Final = 50.0


@dataclass(frozen=True, slots=True)
class Echo:
    """The loudspeaker as the microphone hears it.

    `arrival_samples`: where in the recording the probe begins, to a fraction of a sample. `level_db`: what is
    recorded over what was played, of the whole band. `distortion_db`: its harmonics over itself (second to
    fifth). `drift_ppm`: so much faster the microphone's clock runs than the loudspeaker's. `slip_ms`: by so
    much the distances of the sweeps differ, beyond drift: sound was lost, or said twice.
    """

    arrival_samples: float
    level_db: float
    distortion_db: float
    drift_ppm: float
    slip_ms: float


@dataclass(frozen=True, slots=True)
class Acoustics:
    """`noise_dbfs`: the quiet before the probe, a typical 50 ms of it. `clipped_share`: of the samples
    while the sweeps sounded (0…1). `dead`: every sample is the same, but for a click when it was
    opened. `echo` is None where the probe is not
    heard."""

    noise_dbfs: float
    clipped_share: float
    dead: bool
    echo: Echo | None


def measure(recording: Pcm, rate_hz: int, probe: Probe) -> Acoustics:
    """What is known from `recording`, mono at `rate_hz`: some quiet, the probe, and at least 0.5 s after it.

    Good to 0.2 ms, 1 dB and 5 ppm, where the echo is no quieter than the noise; the distortion to 1 dB where
    it is above -40 dB, and the echo 25 dB above the noise.
    """
    heard: Samples = recording.astype(np.float64)
    lasting = recording[samples_of_ms(_UNUSED_MS, rate_hz) :]
    if not len(lasting) or np.ptp(lasting) == 0:
        return Acoustics(FLOOR_DBFS, 0.0, True, None)
    sweep = one_sweep(probe, rate_hz)
    starts = _find(heard, sweep, probe, rate_hz)
    if starts is None:
        return Acoustics(_noise_dbfs(heard, rate_hz), 0.0, False, None)
    quiet = heard[: max(int(starts[0]) - samples_of_ms(_BEFORE_MS, rate_hz), 0)]
    clipped = [np.abs(heard[int(start) : int(start) + len(sweep)]) >= _CLIPPED for start in starts]
    transfer = Transfer(heard / probe.peak, quiet / probe.peak, sweep, probe, rate_hz)
    level_db, distortion_db = transfer.level_and_distortion_db([round(start) for start in starts])
    every = np.diff(starts)
    drift = float(np.mean(every)) / (probe.every_s * rate_hz) - 1
    slip_ms = float(np.ptp(every)) * 1000 / rate_hz
    echo = Echo(float(starts[0]), level_db, distortion_db, drift * 1e6, slip_ms)
    return Acoustics(_noise_dbfs(quiet, rate_hz), float(np.mean(clipped)), False, echo)


def _find(heard: Samples, sweep: Samples, probe: Probe, rate_hz: int) -> Samples | None:
    """Where each sweep begins in `heard`, to a fraction of a sample; None where one of them is not heard."""
    size = 1 << (len(heard) + len(sweep) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sweep, size)), size)
    likeness: Samples = product[: max(len(heard) - len(sweep), 0)]
    apart, astray = round(probe.every_s * rate_hz), round(_ASTRAY_S * rate_hz)
    last_start = len(likeness) - (probe.count - 1) * apart - astray
    if last_start < 1:
        return None
    strength = np.abs(likeness)
    nearby = _greatest_around(strength, astray)
    together = strength[:last_start].copy()
    for number in range(1, probe.count):
        together += nearby[number * apart : number * apart + last_start]
    first = int(together.argmax())
    found = []
    for number in range(probe.count):
        low = max(first + number * apart - (astray if number else 0), 0)
        high = first + number * apart + (astray if number else 0) + 1
        found.append(low + int(strength[low:high].argmax()))
    noise = float(np.median(strength)) / 0.6745  # of a normal distribution, its standard deviation
    if min(strength[at] for at in found) < max(_FOUND * noise, 1.0):
        return None
    return np.array([_exactly(likeness, at) for at in found])


def _greatest_around(values: Samples, reach: int) -> Samples:
    """Of each place the greatest value no more than `reach` away (a little more, where that is cheaper)."""
    padded = np.pad(values, reach)
    width = 1
    while width < 2 * reach + 1:
        step = min(width, 2 * reach + 1 - width)
        padded = np.maximum(padded[:-step], padded[step:])
        width += step
    return padded


def _exactly(likeness: Samples, at: int) -> float:
    """The instant of the peak at `at`, between the samples: interpolated in full, then a parabola."""
    around = likeness[max(at - _AROUND, 0) : at + _AROUND]
    spectrum = np.fft.rfft(around)
    fine = np.abs(np.fft.irfft(spectrum, _FINER * len(around)))
    peak_near = _FINER * (at - max(at - _AROUND, 0))
    low = max(peak_near - _FINER, 1)
    peak = low + int(fine[low : peak_near + _FINER + 1].argmax())
    left, middle, right = fine[peak - 1], fine[peak], fine[(peak + 1) % len(fine)]
    bend = left - 2 * middle + right
    between = 0.5 * (left - right) / bend if bend else 0.0
    return max(at - _AROUND, 0) + float(peak + between) / _FINER


def _noise_dbfs(quiet: Samples, rate_hz: int) -> float:
    """The level of a typical block, without the constant that some converters add; as `rms_dbfs`."""
    block = samples_of_ms(_NOISE_BLOCK_MS, rate_hz)
    used = quiet[samples_of_ms(_UNUSED_MS, rate_hz) :] if len(quiet) > rate_hz // 2 else quiet
    blocks = used[: len(used) // block * block].reshape(-1, block)
    if not len(blocks):
        return FLOOR_DBFS
    power = float(np.median(np.var(blocks, axis=1)))
    return 10 * float(np.log10(power / FULL_SCALE**2)) if power else FLOOR_DBFS
