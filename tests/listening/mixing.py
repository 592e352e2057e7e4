"""How a case is put together: speech with its own room tone, pauses, levels, and what else sounds. Pure."""

from dataclasses import dataclass

import numpy as np

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm, ms_of_samples, samples_of_ms
from tests.bench.speech_edges import noise_like, quietest
from tests.listening.rooms import Chance, Sound
from tests.listening.voices import Utterance

# Of speech where it sounds: a person at arm's length before a cheap microphone.
SPEECH_DBFS = -26.0
FADE_MS = 5.0
FRAME = NEAR_RATE_HZ // 50
# A pause is put where the voice is lowest anyway, and leaves at least so much of the sentence on both sides.
PART_MS = 450.0
LOWEST_MS = 40.0


@dataclass(frozen=True)
class Said:
    """An utterance in a stream of its own: [start, end) in samples, pauses within."""

    sound: Sound
    start: int
    end: int
    pauses: tuple[tuple[int, int], ...] = ()


def active_rms(sound: Sound) -> float:
    """Of the 20 ms frames that are within 25 dB of the loud ones: pauses do not count."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.mean(frames**2, axis=1) if len(frames) else np.array([np.mean(sound**2)])
    loud = power[power >= np.percentile(power, 95) * 10 ** (-25 / 10)]
    return float(np.sqrt(np.mean(loud))) if len(loud) else 0.0


def at_dbfs(sound: Sound, dbfs: float, over: slice = slice(None)) -> Sound:
    """`sound` so loud where it is active within `over`."""
    return sound * (FULL_SCALE * 10 ** (dbfs / 20) / max(active_rms(sound[over]), 1e-9))


def places_for_pauses(speech: Sound, count: int) -> list[int]:
    """Samples where the voice is lowest, the lowest first, not near another or an end."""
    width = samples_of_ms(LOWEST_MS, NEAR_RATE_HZ)
    power = np.convolve(speech**2, np.ones(width) / width, "same")
    apart = samples_of_ms(PART_MS, NEAR_RATE_HZ)
    allowed = np.ones(len(power), dtype=bool)
    allowed[:apart] = allowed[-apart:] = False
    places: list[int] = []
    while len(places) < count and allowed.any():
        lowest = int(np.where(allowed, power, np.inf).argmin())
        places.append(lowest)
        allowed[max(0, lowest - apart) : lowest + apart] = False
    return places


def say(
    utterance: Utterance,
    lead_ms: float,
    tail_ms: float,
    chance: Chance,
    pauses: tuple[tuple[int, float], ...] = (),
) -> Said:
    """`utterance` in the room it was recorded in, before, after and between; a pause is (sample of the
    speech, ms)."""
    speech = utterance.pcm[utterance.start : utterance.end].astype(np.float64)
    lead, tail = (samples_of_ms(ms, NEAR_RATE_HZ) for ms in (lead_ms, tail_ms))
    pieces, spans, at, done = [np.zeros(lead)], [], lead, 0
    for place, pause_ms in sorted(pauses):
        part, gap = _faded(speech[done:place]), samples_of_ms(pause_ms, NEAR_RATE_HZ)
        pieces += [part, np.zeros(gap)]
        spans.append((at + len(part), at + len(part) + gap))
        at, done = at + len(part) + gap, place
    last = _faded(speech[done:])
    sound = np.concatenate((*pieces, last, np.zeros(tail)))
    room = noise_like(quietest(utterance.pcm.astype(np.float64)), len(sound), chance)
    spoken = np.zeros(len(sound), dtype=bool)
    spoken[lead : at + len(last)] = True
    for start, stop in spans:
        spoken[start:stop] = False
    return Said(sound + np.where(spoken, 0.0, room), lead, at + len(last), tuple(spans))


def _faded(speech: Sound) -> Sound:
    faded = speech.copy()
    fade = np.linspace(0, 1, samples_of_ms(FADE_MS, NEAR_RATE_HZ))
    faded[: len(fade)] *= fade
    faded[-len(fade) :] *= fade[::-1]
    return faded


def with_noise(speech: Sound, noise: Sound, snr_db: float) -> Sound:
    """`noise` so far below speech at `SPEECH_DBFS`; its level is that of all of it."""
    rms = FULL_SCALE * 10 ** ((SPEECH_DBFS - snr_db) / 20)
    return speech + noise * (rms / max(float(np.sqrt(np.mean(noise**2))), 1e-9))


def floor(samples: int, chance: Chance, dbfs: float = -66.0) -> Sound:
    """What a cheap microphone hears of nothing: its own noise."""
    return chance.standard_normal(samples) * FULL_SCALE * 10 ** (dbfs / 20)


def audible_floor(pcm: Pcm, chance: Chance) -> Pcm:
    """An answer that is never digital zero, so that one sees where it plays (±40 of 32768: -63 dBFS)."""
    scaled = at_dbfs(pcm.astype(np.float64), SPEECH_DBFS)
    hiss = chance.integers(25, 41, len(scaled)) * chance.choice([-1, 1], len(scaled))
    clipped: Pcm = np.clip(np.rint(scaled + hiss), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return clipped


def ms(samples: int) -> float:
    """Of 16 kHz samples."""
    return round(ms_of_samples(samples, NEAR_RATE_HZ), 1)
