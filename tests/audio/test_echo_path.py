"""The modelled room, sample for sample."""

import numpy as np
import pytest

from appliance.audio.echo_path import LONGEST_RESPONSE_S, EchoPath
from appliance.pcm.formats import Float32, Pcm

RATE_HZ = 24_000
BLOCK = 240


def heard(room: EchoPath, played: Pcm, near: Pcm | None = None, near_block: int = BLOCK) -> Pcm:
    blocks = len(played) // BLOCK
    near = np.zeros(blocks * near_block, np.int16) if near is None else near
    out = []
    for number in range(blocks):
        room.play(played[number * BLOCK : (number + 1) * BLOCK])
        out.append(room.hear(near[number * near_block : (number + 1) * near_block]))
    return np.concatenate(out)


def path(db: float, delay_ms: float, response: Float32 | None = None, near_hz: int = RATE_HZ) -> EchoPath:
    return EchoPath(db, delay_ms, RATE_HZ, near_hz, BLOCK, response)


def impulse(at: int, seconds: float = 0.5) -> Pcm:
    played = np.zeros(round(seconds * RATE_HZ), np.int16)
    played[at] = 10_000
    return played


def test_it_is_as_late_and_as_loud_as_it_says() -> None:
    out = heard(path(-6.02, 100), impulse(1000))
    assert int(np.abs(out).argmax()) == 1000 + 2400
    assert abs(int(np.abs(out).max()) - 5000) <= 2


def test_at_the_microphones_rate_the_instant_is_the_same() -> None:
    out = heard(path(0, 100, near_hz=16_000), impulse(3000), near_block=160)
    assert int(np.abs(out).argmax()) == 2000 + 1600


def test_a_response_is_convolved_in_full() -> None:
    chance = np.random.default_rng(1)
    response = chance.standard_normal(1700).astype(np.float32)
    played = chance.integers(-3000, 3000, RATE_HZ // 2).astype(np.int16)
    out = heard(path(0, 30, response), played)
    wanted = np.convolve(played, response / np.linalg.norm(response))[: len(played) - 720]
    assert np.abs(out[720:] - wanted).max() < 2


def test_the_level_of_a_response_is_not_its_own() -> None:
    played = np.random.default_rng(2).integers(-3000, 3000, RATE_HZ).astype(np.int16)
    out = heard(path(-10, 30, np.array([0.0, 0.02, 0.01], np.float32)), played)
    level_db = 20 * np.log10(np.std(out[2000:]) / np.std(played))
    assert abs(level_db + 10) < 0.1


def test_what_the_person_says_is_heard_with_it_and_saturates() -> None:
    near = np.full(2400, 30_000, np.int16)
    out = heard(path(0, 30), np.full(2400, 20_000, np.int16), near)
    assert out[0] == 30_000
    assert out[-1] == 32_767


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than 30 ms"):
        path(0, 29)
    with pytest.raises(ValueError, match="silent"):
        path(0, 30, np.zeros(10, np.float32))
    with pytest.raises(ValueError, match="longer than"):
        path(0, 30, np.ones(round(LONGEST_RESPONSE_S * RATE_HZ) + 1, np.float32))
