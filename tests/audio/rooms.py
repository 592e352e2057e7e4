"""Rooms that are not there: what a microphone records of the probe in them, computed and not resampled."""

import math
from dataclasses import dataclass

import numpy as np

from appliance.audio.sweep import Probe, Samples
from appliance.pcm.formats import FULL_SCALE, Pcm


@dataclass(frozen=True)
class Room:
    """`delay_s`: from the recording's start to the probe's. `gain` None: the probe is not heard at all.

    `limit`: where the loudspeaker's amplifier ends, over what it is given; `cubic` is its share of the third
    power, which makes a third harmonic of a quarter of it. `echoes`: further ways of the
    sound, each with its delay in s and its gain in dB. `constant`: added to every sample.
    """

    delay_s: float = 1.25
    gain_db: float | None = -20.0
    noise_dbfs: float = -60.0
    drift_ppm: float = 0.0
    limit: float | None = None
    cubic: float = 0.0
    echoes: tuple[tuple[float, float], ...] = ()
    constant: float = 0.0
    seed: int = 0


def recorded(room: Room, rate_hz: int, probe: Probe) -> Pcm:
    """What a microphone at `rate_hz` records."""
    count = round((room.delay_s + probe.lasts_s + 0.8) * rate_hz)
    time_s = np.arange(count) / rate_hz / (1 + room.drift_ppm * 1e-6)
    heard: Samples = np.zeros(count)
    if room.gain_db is not None:
        for delay_s, gain_db in ((0.0, 0.0), *room.echoes):
            played = _played(time_s - room.delay_s - delay_s, probe)
            played += room.cubic * played**3
            if room.limit is not None:
                played = np.clip(played, -room.limit, room.limit)
            heard += probe.peak * 10 ** ((room.gain_db + gain_db) / 20) * played
    noise = np.random.default_rng(room.seed).normal(0, FULL_SCALE * 10 ** (room.noise_dbfs / 20), count)
    return np.clip(np.rint(heard + noise + room.constant), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def _played(time_s: Samples, probe: Probe) -> Samples:
    """The loudspeaker's sound at any instants, its peak 1."""
    per_e_s = probe.sweep_s / math.log(probe.high_hz / probe.low_hz)
    sound = np.zeros(len(time_s))
    for number in range(probe.count):
        since_s = time_s - number * probe.every_s
        now = (since_s >= 0) & (since_s < probe.sweep_s)
        at_s = since_s[now]
        fade = np.minimum(np.clip(at_s / 0.02, 0, 1), np.clip((probe.sweep_s - at_s) / 0.02, 0, 1))
        tone = np.sin(2 * np.pi * probe.low_hz * per_e_s * np.expm1(at_s / per_e_s))
        sound[now] += np.sin(fade * np.pi / 2) ** 2 * tone
    return sound
