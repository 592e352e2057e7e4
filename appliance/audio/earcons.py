"""The short sounds by which the appliance says how it is, synthesized."""

from collections.abc import Sequence

import numpy as np

from appliance.pcm.formats import Pcm, from_float32, samples_of_ms

# Quiet beside a voice, which peaks some 15 dB above: an earcon informs, it does not interrupt.
PEAK_DBFS = -24.0
_ATTACK_MS = 8.0
_RELEASE_MS = 40.0
_DECAY_MS = 160.0  # to 1/e: struck like a bar, not blown like a horn


def ready(rate_hz: int) -> Pcm:
    """Two notes that rise: it listens. 350 ms."""
    return _notes((659.3, 987.8), 175.0, rate_hz)


def listening(rate_hz: int) -> Pcm:
    """One high note: it heard its name, and listens. 140 ms."""
    return _notes((987.8,), 140.0, rate_hz)


def closed(rate_hz: int) -> Pcm:
    """One lower note: it heard nothing, and listens no more. 140 ms."""
    return _notes((659.3,), 140.0, rate_hz)


def muted(rate_hz: int) -> Pcm:
    """Two notes that fall: it does not listen. 350 ms."""
    return _notes((987.8, 659.3), 175.0, rate_hz)


def trouble(rate_hz: int) -> Pcm:
    """Two low notes that fall: something is wrong. 500 ms."""
    return _notes((392.0, 261.6), 250.0, rate_hz)


def _notes(pitches_hz: Sequence[float], note_ms: float, rate_hz: int) -> Pcm:
    return np.concatenate([_note(pitch_hz, note_ms, rate_hz) for pitch_hz in pitches_hz])


def _note(pitch_hz: float, note_ms: float, rate_hz: int) -> Pcm:
    """A sine with a softer octave above it, from silence to silence."""
    at_s = np.arange(samples_of_ms(note_ms, rate_hz)) / rate_hz
    tone = (np.sin(2 * np.pi * pitch_hz * at_s) + 0.3 * np.sin(4 * np.pi * pitch_hz * at_s)) / 1.3
    tone *= np.exp(-at_s * 1000 / _DECAY_MS)
    attack = np.minimum(1.0, at_s * 1000 / _ATTACK_MS)
    release = np.minimum(1.0, at_s[::-1] * 1000 / _RELEASE_MS)
    return from_float32((tone * attack * release * 10 ** (PEAK_DBFS / 20)).astype(np.float32))
