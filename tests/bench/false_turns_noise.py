"""Sounds of a home in which nobody speaks, made of chance: noise, machines, weather, knocks.

Each takes a length in samples (16 kHz) and a source of chance, and gives a sound of about unit RMS
where it sounds.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import NEAR_RATE_HZ

Sound = npt.NDArray[np.float64]
Chance = np.random.Generator
Source = Callable[[int, Chance], Sound]

ROOM_FROM_HZ = 30  # a microphone hears nothing below
DB_PER_OCTAVE = {"white": 0.0, "pink": -3.0, "brown": -6.0}


def coloured(samples: int, chance: Chance, db_per_octave: float = 0.0) -> Sound:
    """Steady noise whose spectrum falls so steeply."""
    spectrum = np.fft.rfft(chance.standard_normal(samples))
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / NEAR_RATE_HZ), ROOM_FROM_HZ)
    return unit(np.fft.irfft(spectrum * (hz / 1000) ** (db_per_octave / 6.02), samples))


def unit(sound: Sound) -> Sound:
    """Scaled to an RMS of 1."""
    return sound / max(float(np.sqrt(np.mean(sound**2))), 1e-9)


def white(samples: int, chance: Chance) -> Sound:
    return coloured(samples, chance, DB_PER_OCTAVE["white"])


def pink(samples: int, chance: Chance) -> Sound:
    return coloured(samples, chance, DB_PER_OCTAVE["pink"])


def brown(samples: int, chance: Chance) -> Sound:
    return coloured(samples, chance, DB_PER_OCTAVE["brown"])


def hum(samples: int, chance: Chance) -> Sound:
    """The mains, its harmonics, and their slow beating."""
    mains_hz = chance.choice([50.0, 60.0])
    tones = [(mains_hz * n, chance.uniform(0.2, 1) / n) for n in range(1, 13)]
    return unit(_tones(samples, tones, chance) + 0.02 * pink(samples, chance))


def fan(samples: int, chance: Chance) -> Sound:
    """Air and blades: noise, a tone with harmonics, and a speed that wanders; it is switched on and off."""
    blades_hz = chance.uniform(60, 260)
    tones = [(blades_hz * n, 1 / n) for n in range(1, 7)]
    air = pink(samples, chance) + chance.uniform(0.05, 0.5) * unit(_tones(samples, tones, chance, 0.004))
    return air * _switched(samples, chance)


def rain(samples: int, chance: Chance) -> Sound:
    """A hiss that swells, and some hundred drops a second, each a short ringing."""
    swell = 10 ** (_wander(samples, chance, 0.2) * 4 / 20)
    drops = np.zeros(samples)
    for ring_hz in (900, 1900, 3500):
        time = np.arange(NEAR_RATE_HZ // 50) / NEAR_RATE_HZ
        ring = np.exp(-time * 250) * np.sin(2 * np.pi * ring_hz * time)
        hits = chance.poisson(80 / NEAR_RATE_HZ, samples) * chance.lognormal(0, 0.8, samples)
        drops += _convolved(hits, ring)
    return unit((white(samples, chance) + chance.uniform(0.3, 2) * unit(drops)) * swell)


def hiss_steps(samples: int, chance: Chance) -> Sound:
    """Steady noise whose level jumps by up to 30 dB every few seconds: a tap, a kettle, an empty channel."""
    return coloured(samples, chance, chance.uniform(-6, 0)) * _switched(samples, chance)


def slams(samples: int, chance: Chance) -> Sound:
    """Doors: a latch, a blow that shakes the room, sometimes a rattle after it."""
    return _events(samples, chance, 4.0, _slam)


def clicks(samples: int, chance: Chance) -> Sound:
    """Keys, switches, cutlery: single clicks and bursts of them."""
    return _events(samples, chance, float(chance.uniform(0.1, 1.5)), _click)


def knocks(samples: int, chance: Chance) -> Sound:
    """Steps, blows on wood, things put on a table: short and hollow."""
    return _events(samples, chance, float(chance.uniform(0.3, 2.0)), _knock)


NOISES: dict[str, Source] = {
    source.__name__.replace("_", " "): source
    for source in (white, pink, brown, hum, fan, rain, hiss_steps, slams, clicks, knocks)
}


def _tones(samples: int, tones: list[tuple[float, float]], chance: Chance, drift: float = 0.0) -> Sound:
    """Tones of (frequency, amplitude), together wandering by the share `drift`."""
    turns = np.cumsum(1 + drift * _wander(samples, chance, 0.3)) / NEAR_RATE_HZ
    sound = np.zeros(samples)
    for hz, amplitude in tones:
        sound += amplitude * np.sin(2 * np.pi * (hz * turns + chance.uniform()))
    return sound


def _wander(samples: int, chance: Chance, per_second: float) -> Sound:
    """Something slow between about -2 and 2, with so many changes a second."""
    points = chance.standard_normal(max(2, round(samples / NEAR_RATE_HZ * per_second)) + 2)
    return np.interp(np.linspace(0, len(points) - 1, samples), np.arange(len(points)), points)


def _switched(samples: int, chance: Chance) -> Sound:
    """A gain that jumps (0…-30 dB) every 2 to 20 s, at once or within a second."""
    gains_db = np.zeros(samples)
    at = 0
    level_db = 0.0
    while at < samples:
        next_db = float(chance.uniform(-30, 0))
        ramp = min(samples - at, int(chance.choice([80, 2000, 16_000])))
        gains_db[at : at + ramp] = np.linspace(level_db, next_db, ramp)
        gains_db[at + ramp :] = level_db = next_db
        at += ramp + round(chance.uniform(2, 20) * NEAR_RATE_HZ)
    return 10 ** (gains_db / 20)


def _events(samples: int, chance: Chance, every_s: float, make: Callable[[Chance], Sound]) -> Sound:
    """Single sounds at random instants, on average so far apart, and 12 dB between loud and soft ones."""
    sound = np.zeros(samples)
    at = 0
    while (at := at + round(chance.exponential(every_s) * NEAR_RATE_HZ)) < samples:
        one = make(chance)[: samples - at] * 10 ** (chance.uniform(-12, 0) / 20)
        sound[at : at + len(one)] += one
    return sound


def _slam(chance: Chance) -> Sound:
    time = np.arange(round(0.7 * NEAR_RATE_HZ)) / NEAR_RATE_HZ
    blow = brown(len(time), chance) * np.exp(-time * chance.uniform(6, 20))
    room_hz = chance.uniform(40, 140)
    blow += np.sin(2 * np.pi * room_hz * time) * np.exp(-time * chance.uniform(10, 25))
    blow[400:] += 0.5 * _click(chance)[0] * np.exp(-time[400:] * 60)
    rattles = chance.integers(0, 6)
    for at in chance.integers(1000, len(time) - 2000, rattles):
        one = 0.3 * _knock(chance)[: len(time) - at]
        blow[at : at + len(one)] += one
    return blow


def _click(chance: Chance) -> Sound:
    length = int(chance.integers(16, 480))
    sharp = coloured(length, chance, float(chance.uniform(-3, 3)))
    return sharp * np.exp(-np.arange(length) * 5 / length)


def _knock(chance: Chance) -> Sound:
    time = np.arange(round(0.25 * NEAR_RATE_HZ)) / NEAR_RATE_HZ
    sound = coloured(len(time), chance, -3) * np.exp(-time * 80)
    for hz in chance.uniform(90, 900, 4):
        sound += np.sin(2 * np.pi * hz * time) * np.exp(-time * chance.uniform(15, 60))
    return sound


def _convolved(hits: Sound, ring: Sound) -> Sound:
    size = 1 << (len(hits) + len(ring)).bit_length()
    return np.fft.irfft(np.fft.rfft(hits, size) * np.fft.rfft(ring, size), size)[: len(hits)]
