"""What rings when a timer has ended, synthesized."""

import numpy as np

from appliance.pcm.formats import Float32, Pcm, from_float32, samples_of_ms

# As loud as a voice at its peaks: it has to be heard in the next room, and is quieter than a smoke alarm.
PEAK_DBFS = -9.0
# Three strokes and a rest, in which a person can be heard who says something.
_PITCHES_HZ = (880.0, 1108.7, 1318.5)
_STROKE_MS = 180.0
_PATTERN_MS = 1500.0
_DECAY_MS = 90.0  # to 1/e
_ATTACK_MS = 4.0
# It begins quieter, and each pattern is louder than the one before: who stands beside it need not start.
_FIRST_DB = (-15.0, -11.0, -7.0, -3.0)


def ringtone(length_ms: float, rate_hz: int) -> Pcm:
    """The pattern again and again for `length_ms`, from silence to silence."""
    count, pattern = samples_of_ms(length_ms, rate_hz), _pattern(rate_hz)
    tone = np.tile(from_float32(pattern), -(-count // len(pattern)))
    for number, gain_db in enumerate(_FIRST_DB[: len(tone) // len(pattern)]):
        quieter = from_float32(pattern * np.float32(10 ** (gain_db / 20)))
        tone[number * len(pattern) :][: len(pattern)] = quieter
    return tone[:count]


def ring_stroke(number: int, length_ms: float, rate_hz: int) -> Pcm:
    """The part of that `length_ms` long which begins after `number` others; from the end of the crescendo on
    all are the same where whole patterns go into one."""
    swelling = -(-len(_FIRST_DB) * _PATTERN_MS // length_ms)
    number = min(number, int(swelling))
    stroke = ringtone((number + 1) * length_ms, rate_hz)
    return stroke[samples_of_ms(number * length_ms, rate_hz) :]


def _pattern(rate_hz: int) -> Float32:
    out = np.zeros(samples_of_ms(_PATTERN_MS, rate_hz), np.float32)
    for number, pitch_hz in enumerate(_PITCHES_HZ):
        stroke = _stroke(pitch_hz, rate_hz)
        start = samples_of_ms(number * _STROKE_MS, rate_hz)
        out[start : start + len(stroke)] += stroke
    return out * np.float32(10 ** (PEAK_DBFS / 20))


def _stroke(pitch_hz: float, rate_hz: int) -> Float32:
    """A bar that is struck, until the next one is: a sine with two overtones."""
    at_s = np.arange(samples_of_ms(_STROKE_MS, rate_hz)) / rate_hz
    phase = 2 * np.pi * pitch_hz * at_s
    tone = (np.sin(phase) + 0.4 * np.sin(2 * phase) + 0.15 * np.sin(3 * phase)) / 1.55
    attack = np.minimum(1.0, at_s * 1000 / _ATTACK_MS)
    release = np.minimum(1.0, at_s[::-1] * 1000 / _ATTACK_MS)
    return (tone * np.exp(-at_s * 1000 / _DECAY_MS) * attack * release).astype(np.float32)
