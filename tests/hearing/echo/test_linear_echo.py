"""The linear filter, in a room that is known by construction."""

import numpy as np
import numpy.typing as npt

from appliance.hearing.echo.linear_echo import BLOCK, LinearEcho

RATE_HZ = 16_000
Sound = npt.NDArray[np.float32]


def noise(seconds: float, level: float, seed: int) -> Sound:
    return (np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ)) * level).astype(np.float32)


def room(far: Sound, delay: int = 2000) -> Sound:
    response = np.zeros(delay + 800, np.float32)
    response[delay:] = noise(0.05, 0.1, 9) * np.exp(-np.arange(800) / 200).astype(np.float32)
    response[delay] = 0.8
    return np.convolve(far, response)[: len(far)].astype(np.float32)


def left_of(filter_: LinearEcho, near: Sound, far: Sound) -> Sound:
    starts = range(0, len(near) - BLOCK + 1, BLOCK)
    return np.concatenate([filter_.take_out(near[a : a + BLOCK], far[a : a + BLOCK]).copy() for a in starts])


def db(x: Sound) -> float:
    return 10 * float(np.log10(np.mean(x.astype(np.float64) ** 2)))


def test_an_echo_is_taken_out_to_the_noise_of_the_room() -> None:
    far = noise(6, 2000, 1)
    near = room(far) + noise(6, 20, 2)
    left = left_of(LinearEcho(), near, far)
    assert db(near[-RATE_HZ:]) - db(left[-RATE_HZ:]) > 25


def test_a_room_without_an_echo_is_given_little_of_one() -> None:
    """Of a far end that hisses and then speaks, over a person."""
    far, near, person = noise(4, 100, 1), noise(4, 16, 2), noise(4, 1000, 5)
    far[2 * RATE_HZ :] *= 30
    person[: 2 * RATE_HZ] = 0
    left = left_of(LinearEcho(), near + person, far)
    first = slice(2 * RATE_HZ, 2 * RATE_HZ + RATE_HZ // 2)
    assert db(left[first] - person[first]) < db(person[first]) - 12


def test_an_echo_that_slides_as_cheap_clocks_do_is_followed() -> None:
    far = np.convolve(noise(6, 2000, 1), np.hanning(9) / 4, "same").astype(np.float32)
    at = np.arange(len(far) - BLOCK) * (1 + 150e-6)
    near = np.interp(at, np.arange(len(far)), room(far)).astype(np.float32)
    left = left_of(LinearEcho(), near, far[: len(near)])
    assert db(near[-RATE_HZ:]) - db(left[-RATE_HZ:]) > 15


def test_the_person_stays_as_he_is() -> None:
    far, person = noise(8, 2000, 1), np.zeros(8 * RATE_HZ, np.float32)
    person[6 * RATE_HZ : 7 * RATE_HZ] = noise(1, 2000, 5)
    left = left_of(LinearEcho(), room(far) + person, far)
    spoken = slice(6 * RATE_HZ, 7 * RATE_HZ)
    assert db(left[spoken] - person[spoken]) < db(person[spoken]) - 10


def test_without_a_far_end_nothing_is_changed() -> None:
    near = noise(1, 2000, 1)
    assert np.array_equal(
        left_of(LinearEcho(), near, np.zeros_like(near)), near[: len(near) // BLOCK * BLOCK]
    )


def test_what_is_forgotten_is_learnt_anew() -> None:
    far = noise(4, 2000, 1)
    filter_ = LinearEcho()
    left_of(filter_, room(far), far)
    filter_.reset()
    first = left_of(filter_, room(far)[:BLOCK], far[:BLOCK])
    assert np.array_equal(first, room(far)[:BLOCK])
    assert not filter_.estimate.any()
