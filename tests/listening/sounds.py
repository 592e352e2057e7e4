"""What else sounds in a room: noise, babble, music, a fan, the mains; coughs, clicks, doors, claps."""

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ
from tests.bench.disturbances import Stimulus, disturbances, stimulus
from tests.bench.disturbances_acoustics import envelope, in_room, noise, resonate, sum_at
from tests.bench.false_turns_music import music
from tests.bench.false_turns_noise import coloured, unit, white
from tests.listening.cases import Half
from tests.listening.rooms import Chance, Sound
from tests.listening.voices import ESPEAK, TEXTS, asset, spoken, word

NOISES = ("white", "babble", "music", "fan", "hum")
BABBLERS = 8
# A clap's hands make a resonator of 0.5…2 kHz that is over within 20 ms (Repp, The sound of two hands
# clapping, 1987).
CLAP_MODES = ((900.0, 250.0, 1.0), (1700.0, 500.0, 0.8), (3200.0, 900.0, 0.4))


def noise_of(kind: str, samples: int, half: Half, chance: Chance, not_voice: str = "") -> Sound:
    """Of unit RMS, steady: it begins before and ends after what is said. `not_voice` does not babble."""
    match kind:
        case "white":
            return white(samples, chance)
        case "babble":
            return babble(samples, half, chance, not_voice)
        case "music":
            return music(samples, chance)
        case "fan":
            return _fan(samples, chance)
        case "hum":
            return _hum(samples, chance)
    raise ValueError(kind)


def babble(samples: int, half: Half, chance: Chance, not_voice: str = "") -> Sound:
    """Eight voices of this half at once, each saying one thing after the other without a pause."""
    voices = [u.pcm[u.start : u.end] for u in spoken(half) if u.voice != not_voice]
    voices += [word(TEXTS[n], voice).pcm for n, voice in enumerate(ESPEAK[half])]
    if half == "development":
        voices.append(asset("two_cities.wav"))
    mixed = np.zeros(samples)
    for _ in range(BABBLERS):
        row, length = [], 0
        while length < samples + NEAR_RATE_HZ:
            said = voices[int(chance.integers(len(voices)))].astype(np.float64)
            row.append(said / max(float(np.std(said)), 1.0))
            length += len(said)
        at = int(chance.integers(NEAR_RATE_HZ))
        mixed += np.concatenate(row)[at : at + samples] * chance.uniform(0.6, 1)
    return unit(mixed)


def _fan(samples: int, chance: Chance) -> Sound:
    """Air and blades, running all the time."""
    time = np.arange(samples) / NEAR_RATE_HZ
    blades_hz = chance.uniform(60, 260)
    tones = np.zeros(samples)
    for n in range(1, 7):
        tones += np.sin(2 * np.pi * (blades_hz * n * time + chance.uniform())) / n
    return unit(coloured(samples, chance, -3) + chance.uniform(0.1, 0.4) * unit(tones))


def _hum(samples: int, chance: Chance) -> Sound:
    """50 Hz and its harmonics, as a bad cable has them, on a little noise."""
    time = np.arange(samples) / NEAR_RATE_HZ
    tones = np.zeros(samples)
    for n in range(1, 13):
        tones += chance.uniform(0.2, 1) / n * np.sin(2 * np.pi * (50 * n * time + chance.uniform()))
    return unit(unit(tones) + 0.03 * coloured(samples, chance, -3))


def transients(half: Half) -> list[Stimulus]:
    """Every other disturbance of the bench, and claps."""
    chance = np.random.default_rng(1987 + (half == "held-out"))
    mine = list(disturbances())[half == "held-out" :: 2]
    claps = [
        stimulus("clap", "clap", in_room(clap(chance), chance), -6),
        stimulus("two claps", "clap", in_room(sum_at([(0, clap(chance)), (330, clap(chance))]), chance), -6),
    ]
    return [*mine, *claps]


def clap(chance: Chance) -> Sound:
    """Hands that meet once."""
    burst = noise(12, chance) * envelope(12, [(0, 0), (0.5, 1), (3, 0.4), (12, 0)])
    return resonate(burst, CLAP_MODES, 40)


def of_pcm(sound: Stimulus) -> Sound:
    """Its samples, as loud as a microphone has them beside speech at -26 dBFS; silence around cut off."""
    return sound.pcm[sound.onset : sound.offset].astype(np.float64)
