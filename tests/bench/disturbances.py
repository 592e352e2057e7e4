"""Sounds of a living room that are no words: coughs, clicks, taps, doors, things that fall.

A sound is made as it is made in the world: a source (the breath, the vocal folds, a blow) through what
it resonates in (the throat, a table top, a door), with the course over time that such sounds have, and
then the room. The figures:

- cough: an explosive burst of 30…50 ms, then the noise of the open glottis over some 200 ms, and in about
  half of all coughs a voiced phase of 50…150 ms; 300…500 ms in all, most of the energy between 300 Hz and
  3 kHz (Korpáš, Sadloňová, Vrabec: Analysis of the cough sound, 1996; Thorpe, Toop, Dawson: Towards a
  quantitative description of asthmatic cough sounds, 1992). Fits have two or three at 350…500 ms. It is
  10…20 dB louder than talk.
- throat clearing: rough, low voice and as much noise, strokes of 150…350 ms.
- sneeze: a voiced gasp, then a burst of 150…300 ms with energy beyond 4 kHz.
- clicks: up to 5 ms, flat to 8 kHz. Taps: a blow of 1…3 ms on a plate, modes of 150…900 Hz that die
  within some 50 ms. A door: modes of 40…400 Hz over 100…300 ms, the latch before and a rattle after them.
  What falls bounces, each time after 0.5…0.7 of the time before.

What a speech detector takes for speech of recordings (the Debian package sonic-pi-samples, CC0, at the same
peak): 32…160 ms of a door, up to 100 ms of a belch, nothing of snaps and blows. Of these here: up to 30 ms of
doors, 220 ms of coughs, 570 ms of throats and sneezes, 160 ms of taps, nothing of the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.disturbances_acoustics import (
    Chance,
    Sound,
    envelope,
    folds,
    in_room,
    noise,
    repeated,
    resonate,
    samples,
    shaped,
    sum_at,
)

KINDS = ("cough", "throat", "sneeze", "click", "tap", "door", "drop")

ONSET_DB = -40.0  # of the peak: what is quieter is taken for the room's, before and after the sound


@dataclass(frozen=True, eq=False)
class Stimulus:
    """One sound at 16 kHz, with the samples [onset, offset) in which it sounds. `kind` as in `KINDS`."""

    name: str
    kind: str
    pcm: Pcm
    onset: int
    offset: int

    @property
    def duration_ms(self) -> float:
        """From the first to the last sample that is within 40 dB of its peak."""
        return (self.offset - self.onset) * 1000 / NEAR_RATE_HZ

    def __repr__(self) -> str:
        return f"<{self.name}: {self.kind}, {self.duration_ms:.0f} ms>"


def stimulus(name: str, kind: str, sound: Sound, peak_dbfs: float) -> Stimulus:
    """`sound` (any scale) at this peak, labelled by its own level."""
    scaled = sound / np.abs(sound).max() * 10 ** (peak_dbfs / 20)
    loud = np.flatnonzero(np.abs(scaled) >= 10 ** ((peak_dbfs + ONSET_DB) / 20))
    pcm = np.clip(np.rint(scaled * 32768), -32768, 32767).astype(np.int16)
    return Stimulus(name, kind, pcm, int(loud[0]), int(loud[-1]) + 1)


# ------------------------------------------------------------------------------ people

# Formants of an open throat (a neutral, half open vowel), Hz, of a tract of 17.5, 14.5 and 12 cm.
_TRACTS = {"man": 1.0, "woman": 1.17, "child": 1.4}
_OPEN = ((620, 110, 1.0), (1250, 130, 0.8), (2450, 180, 0.55), (3450, 250, 0.4), (4600, 400, 0.25))


def _tract(who: str) -> list[tuple[float, float, float]]:
    return [(hz * _TRACTS[who], width, gain) for hz, width, gain in _OPEN]


def cough(who: str, f0_hz: float, voiced_ms: float, middle_ms: float, chance: Chance) -> Sound:
    """One cough: burst, breath, and a voiced end where `voiced_ms` is not 0."""
    burst_ms = 40.0
    ms = burst_ms + middle_ms + max(voiced_ms, 40.0)
    quiet = burst_ms + middle_ms
    breath = noise(ms, chance) * envelope(
        ms, [(0, 0), (6, 1), (burst_ms, 0.45), (burst_ms + 30, 0.3), (quiet, 0.12), (ms, 0)]
    )
    sound = resonate(breath, _tract(who))
    if voiced_ms:
        melody = [1.15 * f0_hz, f0_hz, 0.8 * f0_hz]
        voice = folds(melody, voiced_ms, chance, rough=0.06) * envelope(
            voiced_ms, [(0, 0), (0.2 * voiced_ms, 1), (0.5 * voiced_ms, 0.8), (voiced_ms, 0)]
        )
        voice = resonate(voice, _tract(who))
        voice *= 0.45 * np.abs(sound).max() / np.abs(voice).max()
        sound = sum_at([(0, sound), (quiet - 20, voice)])
    return sound


def throat(who: str, f0_hz: float, strokes_ms: Sequence[float], chance: Chance) -> Sound:
    """A throat cleared in strokes, 90 ms apart: rough voice, as loud as the noise in it."""
    parts: list[tuple[float, Sound]] = []
    at = 0.0
    for ms in strokes_ms:
        shape = envelope(ms, [(0, 0), (25, 0.9), (0.5 * ms, 1), (0.85 * ms, 0.5), (ms, 0)])
        melody = [f0_hz, 1.25 * f0_hz, 0.9 * f0_hz]
        voice = folds(melody, ms, chance, rough=0.12) * shape
        breath = noise(ms, chance) * shape
        voice, breath = voice / np.std(voice), breath / np.std(breath)
        parts.append((at, resonate(voice + 0.8 * breath, _tract(who))))
        at += ms + 90
    return sum_at(parts)


def sneeze(who: str, f0_hz: float, chance: Chance) -> Sound:
    """A gasp of 180 ms, 60 ms of nothing, then the burst."""
    gasp = folds([f0_hz, 1.5 * f0_hz], 180, chance, rough=0.05)
    gasp = resonate(gasp * envelope(180, [(0, 0), (120, 1), (180, 0)]), _tract(who))
    burst = noise(260, chance) * envelope(260, [(0, 0), (8, 1), (80, 0.6), (160, 0.2), (260, 0)])
    bright = shaped(burst, lambda hz: np.where(hz < 1500, 0.4, 1.0))
    blown = resonate(burst, _tract(who))
    blown = blown / np.std(blown) + 0.8 * np.pad(bright / np.std(bright), (0, len(blown) - len(bright)))
    return sum_at([(0, 0.25 * gasp / np.abs(gasp).max()), (240, blown / np.abs(blown).max())])


def smack(chance: Chance) -> Sound:
    """Lips that part."""
    return resonate(noise(4, chance), [(1100, 300, 1), (2300, 400, 0.8), (4200, 700, 0.6)], 20)


# ------------------------------------------------------------------------------ sounds of things


def blow(modes: Sequence[tuple[float, float, float]], chance: Chance, ms: float = 1.5) -> Sound:
    """Something hit, for `ms`."""
    force = np.hanning(samples(ms) + 2) * (1 + 0.3 * chance.standard_normal(samples(ms) + 2))
    return resonate(force, modes, 400)


_KEY = ((2100, 900, 1.0), (3600, 1200, 0.9), (5900, 1500, 0.7))
_TABLE = ((170, 25, 1.0), (310, 30, 0.7), (560, 45, 0.5), (890, 70, 0.35))
_MUG = ((420, 40, 0.6), (1850, 25, 1.0), (3300, 35, 0.7), (5100, 60, 0.4))
_LEAF = ((48, 6, 1.0), (83, 8, 0.9), (131, 10, 0.7), (214, 16, 0.5), (390, 40, 0.25))
_BOOK = ((95, 25, 1.0), (180, 30, 0.8), (340, 60, 0.5), (700, 150, 0.3))
_SPOON = ((2350, 9, 1.0), (4100, 12, 0.8), (6300, 18, 0.6), (7400, 25, 0.4))


def bounces(first_ms: float, ratio: float, count: int) -> list[float]:
    """When something that fell touches the ground, 0 the first time."""
    times = [0.0]
    for number in range(count - 1):
        times.append(times[-1] + first_ms * ratio**number)
    return times


def door(rattle: bool, chance: Chance) -> Sound:
    """A door that falls shut: latch, leaf, and what rattles in the frame."""
    latch = resonate(noise(6, chance), [(1400, 200, 1), (2900, 300, 0.7)], 40)
    leaf = blow(_LEAF, chance, ms=6)
    slap = noise(40, chance) * envelope(40, [(0, 0), (2, 1), (40, 0)])
    slap = shaped(slap, lambda hz: 1 / (1 + (hz / 900) ** 2))
    parts = [
        (0.0, 0.15 * latch / np.abs(latch).max()),
        (35.0, leaf / np.abs(leaf).max()),
        (35.0, 0.6 * slap / np.abs(slap).max()),
    ]
    if rattle:
        for ms in (95.0, 140.0, 210.0):
            again = resonate(noise(5, chance), [(700, 120, 1), (1900, 250, 0.5)], 40)
            parts.append((ms, 0.12 * again / np.abs(again).max()))
    return sum_at(parts)


# ------------------------------------------------------------------------------ all of them


@cache
def disturbances() -> tuple[Stimulus, ...]:
    """Every sound, the same at each call; peaks as a microphone at 1…2 m has them beside -24 dBFS talk."""
    chance = np.random.default_rng(1996)
    return tuple(
        stimulus(name, kind, in_room(sound, chance), peak_dbfs)
        for name, kind, sound, peak_dbfs in (*_of_people(chance), *_of_things(chance))
    )


_Made = tuple[str, str, Sound, float]


def _of_people(c: Chance) -> list[_Made]:
    """Name, kind, sound and peak of what people do."""
    return [
        ("dry cough, man", "cough", cough("man", 120, 0, 170, c), -5),
        ("voiced cough, man", "cough", cough("man", 130, 110, 180, c), -4),
        ("voiced cough, woman", "cough", cough("woman", 230, 90, 150, c), -6),
        ("short cough, child", "cough", cough("child", 320, 60, 90, c), -8),
        ("double cough, woman", "cough", _fit("woman", 215, (0, 390), c), -6),
        ("coughing fit, man", "cough", _fit("man", 115, (0, 380, 770), c), -5),
        ("muffled cough, man", "cough", _muffled(cough("man", 110, 70, 190, c)), -12),
        ("throat, man", "throat", throat("man", 105, (330,), c), -14),
        ("throat in two strokes, man", "throat", throat("man", 95, (160, 280), c), -14),
        ("throat in two strokes, woman", "throat", throat("woman", 180, (130, 240), c), -16),
        ("sneeze, woman", "sneeze", sneeze("woman", 260, c), -4),
        ("sneeze, man", "sneeze", sneeze("man", 150, c), -3),
        ("lip smack", "click", smack(c), -24),
    ]


def _of_things(c: Chance) -> list[_Made]:
    """Name, kind, sound and peak of what things do."""

    def key() -> Sound:
        return blow(_KEY, c, 0.3)

    def table() -> Sound:
        return blow(_TABLE, c)

    def mug() -> Sound:
        return blow(_MUG, c, 0.8)

    def book() -> Sound:
        return blow(_BOOK, c, 4)

    def spoon() -> Sound:
        return blow(_SPOON, c, 0.3)

    spoon_gains = (1, 0.7, 0.5, 0.35, 0.25, 0.18)
    return [
        ("mouse click", "click", repeated((0, 90), (1, 0.7), key), -20),
        ("pen clicked twice", "click", repeated((0, 110, 420, 530), (1, 0.6, 1, 0.6), key), -16),
        ("finger on the table", "tap", blow(_TABLE, c, 3), -14),
        ("knocks", "tap", repeated((0, 190, 370), (1, 0.9, 1), table), -8),
        ("mug set down", "tap", repeated((0, 45), (1, 0.3), mug), -10),
        ("door slammed", "door", door(True, c), -2),
        ("door shut", "door", door(False, c), -8),
        ("book dropped", "drop", repeated(bounces(140, 0.5, 3), (1, 0.35, 0.15), book), -4),
        ("spoon dropped", "drop", repeated(bounces(150, 0.62, 6), spoon_gains, spoon), -8),
    ]


def _fit(who: str, f0_hz: float, at_ms: Sequence[float], chance: Chance) -> Sound:
    """Coughs in a row, each a little weaker; only the last one is voiced."""
    parts = []
    for number, (ms, after) in enumerate(pairwise((*at_ms, -1.0))):
        parts.append((ms, 0.9**number * cough(who, f0_hz, 90 if after < 0 else 0, 130, chance)))
    return sum_at(parts)


def _muffled(sound: Sound) -> Sound:
    """Behind a hand."""
    return shaped(sound, lambda hz: 1 / (1 + (hz / 700) ** 2))
