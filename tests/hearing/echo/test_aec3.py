"""The echo canceller itself, with a room that is three reflections."""

import numpy as np

from appliance.hearing.echo.aec3 import DELAY_SAMPLES, FRAME_SAMPLES, Aec3
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm


def noise(seconds: float, level: float, seed: int) -> Pcm:
    sound = np.random.default_rng(seed).standard_normal(round(seconds * NEAR_RATE_HZ)) * level
    return np.clip(sound, -32768, 32767).astype(np.int16)


def room(far: Pcm, delay: int) -> Pcm:
    heard = np.zeros(len(far))
    for late, gain in ((0, 0.6), (37, 0.3), (411, -0.2)):
        heard[delay + late :] += gain * far[: len(far) - delay - late]
    return heard.astype(np.int16)


def cancelled(near: Pcm, far: Pcm) -> Pcm:
    canceller = Aec3()
    starts = range(0, len(near) // FRAME_SAMPLES * FRAME_SAMPLES, FRAME_SAMPLES)
    frames = [canceller.cancel(near[a : a + FRAME_SAMPLES], far[a : a + FRAME_SAMPLES]) for a in starts]
    return np.concatenate(frames)


def test_an_impulse_comes_out_as_late_as_it_says() -> None:
    near = np.zeros(NEAR_RATE_HZ, np.int16)
    near[8000] = 20_000
    out = cancelled(near, np.zeros_like(near))
    assert int(np.abs(out).argmax()) == 8000 + DELAY_SAMPLES


def test_what_it_is_told_comes_from_the_loudspeaker_it_takes_out() -> None:
    far = noise(6, 2000, 1)
    near = room(far, 1920)
    out = cancelled(near, far)
    last = slice(4 * NEAR_RATE_HZ, None)
    erle_db = 10 * np.log10(np.mean(near[last].astype(float) ** 2) / np.mean(out[last].astype(float) ** 2))
    assert erle_db > 20


def test_what_does_not_come_from_the_loudspeaker_stays() -> None:
    near = noise(4, 2000, 2)
    out = cancelled(near, np.zeros_like(near))
    heard, said = out[DELAY_SAMPLES + 16_000 :].astype(float), near[16_000:-DELAY_SAMPLES].astype(float)
    assert np.corrcoef(heard, said)[0, 1] > 0.95
