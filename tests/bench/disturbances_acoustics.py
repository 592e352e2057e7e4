"""How sounds are made: sources, resonances, envelopes and the room. Pure numpy, 16 kHz."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import NEAR_RATE_HZ

Sound = npt.NDArray[np.float64]
Chance = np.random.Generator

# A furnished living room, heard at 1…2 m.
RT60_S = 0.35
ROOM_DB = -12.0
LEAD_MS = 20.0

# ------------------------------------------------------------------------------ sources


def samples(ms: float) -> int:
    """How many samples so many milliseconds have."""
    return round(ms * NEAR_RATE_HZ / 1000)


def noise(ms: float, chance: Chance) -> Sound:
    """The breath, or anything that has no pitch."""
    return chance.standard_normal(samples(ms))


def folds(f0_hz: Sequence[float], ms: float, chance: Chance, rough: float = 0.02) -> Sound:
    """Pulses of the vocal folds along a melody; `rough` is jitter and shimmer, 0.02 of a healthy voice.

    Rough voices have a subharmonic too: every other pulse is weaker.
    """
    count = samples(ms)
    sound: Sound = np.zeros(count)
    at, strong = 0.0, True
    while at < count - 1:
        f0 = float(np.interp(at / count, np.linspace(0, 1, len(f0_hz)), f0_hz))
        pulse = (1 + rough * chance.standard_normal()) * (1.0 if strong else 1 - min(0.6, 4 * rough))
        start, part = int(at), at % 1
        sound[start] += pulse * (1 - part)
        sound[start + 1] += pulse * part
        at += NEAR_RATE_HZ / f0 * (1 + rough * chance.standard_normal())
        strong = not strong
    return shaped(sound, lambda hz: 1 / (1 + (hz / 200) ** 2) ** 0.6)  # the glottis falls by 7 dB an octave


# ------------------------------------------------------------------------------ resonances


def shaped(sound: Sound, gain_of_hz: Callable[[Sound], Sound]) -> Sound:
    """`sound` with the spectrum weighted, its phases kept."""
    hz: Sound = np.fft.rfftfreq(len(sound), 1 / NEAR_RATE_HZ).astype(np.float64)
    return np.fft.irfft(np.fft.rfft(sound) * gain_of_hz(hz), len(sound))


def resonate(sound: Sound, modes: Sequence[tuple[float, float, float]], ring_ms: float = 60) -> Sound:
    """`sound` through parallel modes of (hz, bandwidth hz, amplitude); longer by `ring_ms`."""
    t = np.arange(samples(ring_ms)) / NEAR_RATE_HZ
    response = np.zeros_like(t)
    for number, (hz, bandwidth_hz, amplitude) in enumerate(modes):
        sign = 1 - 2 * (number % 2)  # neighbours in opposite phase, as in a tube: no holes between them
        response += sign * amplitude * np.exp(-np.pi * bandwidth_hz * t) * np.sin(2 * np.pi * hz * t)
    return convolve(sound, response)


def convolve(a: Sound, b: Sound) -> Sound:
    """The full convolution."""
    size = 1 << (len(a) + len(b)).bit_length()
    return np.fft.irfft(np.fft.rfft(a, size) * np.fft.rfft(b, size), size)[: len(a) + len(b) - 1]


def in_room(sound: Sound, chance: Chance) -> Sound:
    """`sound` heard across a living room."""
    t = np.arange(samples(RT60_S * 1000)) / NEAR_RATE_HZ
    tail = chance.standard_normal(len(t)) * 10 ** (-3 * t / RT60_S)
    tail = shaped(tail, lambda hz: 1 / (1 + (hz / 3500) ** 2))
    tail *= 10 ** (ROOM_DB / 20) / np.sqrt(np.sum(tail**2))
    tail[: samples(2)] = 0
    tail[0] = 1.0
    return convolve(np.concatenate((np.zeros(samples(LEAD_MS)), sound)), tail)


def envelope(ms: float, points: Sequence[tuple[float, float]]) -> Sound:
    """A line through (ms, amplitude)."""
    at, level = zip(*points, strict=True)
    line: Sound = np.interp(np.arange(samples(ms)) * 1000 / NEAR_RATE_HZ, at, level)
    return line


def sum_at(parts: Sequence[tuple[float, Sound]]) -> Sound:
    """Sounds, each beginning at its millisecond."""
    total = np.zeros(max(samples(ms) + len(part) for ms, part in parts))
    for ms, part in parts:
        total[samples(ms) : samples(ms) + len(part)] += part
    return total


def repeated(at_ms: Sequence[float], gains: Sequence[float], make: Callable[[], Sound]) -> Sound:
    """The same thing happening again, never quite alike."""
    return sum_at([(ms, gain * make()) for ms, gain in zip(at_ms, gains, strict=True)])
