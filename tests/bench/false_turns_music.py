"""Music without a voice, composed and played by chance: keys, tempi, instruments, drums.

A piece is a progression of chords with a bass, an accompaniment, a melody and drums, each of which may
be missing. Notes are sums of harmonics; what makes an instrument is how they decay and how they waver.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ
from tests.bench.false_turns_noise import Chance, Sound, coloured, unit

HIGHEST_HZ = 7600.0  # below half the sampling rate
A4_HZ, A4_NOTE = 440.0, 69
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 8, 11))  # major, minor, harmonic
PROGRESSIONS = ((0, 4, 5, 3), (0, 3, 4, 4), (1, 4, 0, 0), (0, 5, 3, 4), (5, 3, 0, 4), (0, 0, 3, 4))  # degrees
BEATS_A_CHORD = 4
_LENGTHS = tuple(
    NEAR_RATE_HZ * eighths // 8 for eighths in (1, 2, 4, 8, 16, 32, 64)
)  # that notes are made in


@dataclass(frozen=True)
class Instrument:
    """How a note sounds. Decays are of the level, in time constants of seconds; 0 holds on."""

    harmonics: tuple[float, ...]
    attack_s: float
    decay_s: float = 0.0
    bright_decay: float = 0.0  # how much faster each higher harmonic decays
    vibrato_hz: float = 0.0
    vibrato_semitones: float = 0.0
    tremolo: float = 0.0


def _falling(count: int, power: float, odd_only: bool = False) -> tuple[float, ...]:
    return tuple(0.0 if odd_only and n % 2 == 0 else n**-power for n in range(1, count + 1))


INSTRUMENTS = {
    "guitar": Instrument(_falling(14, 1.0), 0.003, 0.8, 0.35),
    "piano": Instrument(_falling(10, 1.4), 0.004, 1.2, 0.25),
    "harp": Instrument(_falling(6, 1.8), 0.002, 0.9, 0.3),
    "marimba": Instrument((1.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2), 0.002, 0.25, 0.2),
    "bell": Instrument((1.0, 0.6, 0.0, 0.5, 0.4, 0.0, 0.3), 0.002, 2.5, 0.1),
    "organ": Instrument((1.0, 0.8, 0.6, 0.5, 0.0, 0.3, 0.0, 0.25), 0.02, tremolo=0.15, vibrato_hz=6.0),
    "strings": Instrument(_falling(16, 1.1), 0.12, vibrato_hz=5.5, vibrato_semitones=0.25, tremolo=0.1),
    "flute": Instrument((1.0, 0.4, 0.12, 0.05), 0.06, vibrato_hz=5.0, vibrato_semitones=0.2, tremolo=0.2),
    "clarinet": Instrument(_falling(11, 0.9, odd_only=True), 0.03, vibrato_hz=4.5, vibrato_semitones=0.08),
    "trumpet": Instrument(
        (0.7, 1.0, 0.9, 0.7, 0.5, 0.35, 0.2, 0.12), 0.03, vibrato_hz=5, vibrato_semitones=0.1
    ),
    "synthesizer": Instrument(_falling(20, 1.0), 0.01),
}


def music(samples: int, chance: Chance) -> Sound:
    """A piece of this length, of unit RMS."""
    beat = round(NEAR_RATE_HZ * 60 / chance.uniform(60, 170))
    tonic = int(chance.integers(45, 57))
    scale = SCALES[chance.integers(len(SCALES))]
    chords = PROGRESSIONS[chance.integers(len(PROGRESSIONS))]
    parts = [
        (_melody, 0.85, 1.0),
        (_accompaniment, 0.9, 0.7),
        (_bass, 0.7, 0.8),
    ]
    piece = np.zeros(samples)
    for part, likely, gain in parts:
        if chance.uniform() < likely or not piece.any():
            piece += gain * unit(part(samples, beat, tonic, scale, chords, chance))
    if chance.uniform() < 0.6:
        piece += chance.uniform(0.3, 1.0) * unit(_drums(samples, beat, chance))
    return unit(piece)


def _melody(
    samples: int, beat: int, tonic: int, scale: tuple[int, ...], chords: tuple[int, ...], chance: Chance
) -> Sound:
    """Steps and leaps in the scale, long and short notes, rests."""
    instrument = _any_instrument(chance)
    part = np.zeros(samples)
    degree = int(chance.integers(7, 12))
    at = 0
    while at < samples:
        length = round(beat * chance.choice([0.25, 0.5, 0.5, 1.0, 1.0, 1.5, 2.0, 4.0]))
        degree = int(np.clip(degree + chance.integers(-3, 4), 4, 17))
        if chance.uniform() < 0.85:
            _play(part, at, length, _hz(tonic, scale, degree), instrument, chance)
        at += length
    return part


def _accompaniment(
    samples: int, beat: int, tonic: int, scale: tuple[int, ...], chords: tuple[int, ...], chance: Chance
) -> Sound:
    """The chord held, struck on every beat, or broken."""
    instrument = _any_instrument(chance)
    style = chance.integers(3)
    part = np.zeros(samples)
    for number, at in enumerate(range(0, samples, BEATS_A_CHORD * beat)):
        notes = [_hz(tonic, scale, chords[number % len(chords)] + step) for step in (0, 2, 4, 7)]
        if style == 0:
            strokes = [(at, BEATS_A_CHORD * beat, hz) for hz in notes]
        elif style == 1:
            strokes = [(at + n * beat, beat, hz) for n in range(BEATS_A_CHORD) for hz in notes]
        else:
            half = beat // 2
            strokes = [(at + n * half, beat, notes[n % 4]) for n in range(2 * BEATS_A_CHORD)]
        for start, length, hz in strokes:
            _play(part, start, length, hz, instrument, chance)
    return part


def _bass(
    samples: int, beat: int, tonic: int, scale: tuple[int, ...], chords: tuple[int, ...], chance: Chance
) -> Sound:
    """The root of the chord, an octave lower, on every beat or every other."""
    instrument = INSTRUMENTS[str(chance.choice(["guitar", "synthesizer", "piano"]))]
    step = beat * int(chance.integers(1, 3))
    part = np.zeros(samples)
    for at in range(0, samples, step):
        chord = chords[at // (BEATS_A_CHORD * beat) % len(chords)]
        _play(part, at, step, _hz(tonic, scale, chord) / 2, instrument, chance)
    return part


def _drums(samples: int, beat: int, chance: Chance) -> Sound:
    """Bass drum, snare drum and hi-hat in one of the usual patterns, with fills by chance."""
    part = np.zeros(samples)
    kit = (_bass_drum(chance), _snare(chance), _hat(chance))
    for number, at in enumerate(range(0, samples, beat // 2)):
        hits = (number % 4 == 0, number % 4 == 2, True)
        for drum, hit in zip(kit, hits, strict=True):
            if hit != (chance.uniform() < 0.06):
                stroke = drum[: samples - at] * chance.uniform(0.7, 1)
                part[at : at + len(stroke)] += stroke
    return part


def _bass_drum(chance: Chance) -> Sound:
    time = np.arange(round(0.3 * NEAR_RATE_HZ)) / NEAR_RATE_HZ
    sweep_hz = 50 + 120 * np.exp(-time * 40)
    return 2 * np.sin(2 * np.pi * np.cumsum(sweep_hz) / NEAR_RATE_HZ) * np.exp(-time * 14)


def _snare(chance: Chance) -> Sound:
    time = np.arange(round(0.2 * NEAR_RATE_HZ)) / NEAR_RATE_HZ
    skin = np.sin(2 * np.pi * chance.uniform(160, 240) * time)
    return (coloured(len(time), chance) + 0.7 * skin) * np.exp(-time * 22)


def _hat(chance: Chance) -> Sound:
    time = np.arange(round(0.08 * NEAR_RATE_HZ)) / NEAR_RATE_HZ
    return 0.4 * np.diff(coloured(len(time) + 1, chance)) * np.exp(-time * 60)


def _any_instrument(chance: Chance) -> Instrument:
    return INSTRUMENTS[str(chance.choice(list(INSTRUMENTS)))]


def _hz(tonic: int, scale: tuple[int, ...], degree: int) -> float:
    octave, step = divmod(degree, len(scale))
    return A4_HZ * 2 ** ((tonic + 12 * octave + scale[step] - A4_NOTE) / 12)


def _play(part: Sound, at: int, length: int, hz: float, instrument: Instrument, chance: Chance) -> None:
    """Add one note; what decays rings on for a while after its time."""
    ringing = length + (round(instrument.decay_s * NEAR_RATE_HZ / 2) if instrument.decay_s else 0)
    count = min(ringing, len(part) - at)
    if count <= 0:
        return
    note = _note(instrument, hz, _LENGTHS[bisect_left(_LENGTHS, count)])[:count] * chance.uniform(0.6, 1)
    release = min(count, round(0.03 * NEAR_RATE_HZ))
    note[-release:] *= np.linspace(1, 0, release)
    part[at : at + count] += note


@lru_cache(maxsize=64)  # 64 MB at most; the notes of a piece return all the time
def _note(instrument: Instrument, hz: float, count: int) -> Sound:
    time = np.arange(count) / NEAR_RATE_HZ
    waver = np.sin(2 * np.pi * instrument.vibrato_hz * time)
    phase = 2 * np.pi * hz * time
    if instrument.vibrato_hz:
        depth = 2 ** (instrument.vibrato_semitones / 12) - 1
        phase += hz * depth / instrument.vibrato_hz * waver
    note = np.zeros(count)
    for n, amplitude in enumerate(instrument.harmonics, start=1):
        if amplitude and n * hz < HIGHEST_HZ:
            harmonic = amplitude * np.sin(n * phase + n * n)
            if instrument.decay_s:
                harmonic *= np.exp(time * (-(1 + instrument.bright_decay * (n - 1)) / instrument.decay_s))
            note += harmonic
    note *= np.minimum(1, time / instrument.attack_s) * (1 + instrument.tremolo * waver)
    return note
