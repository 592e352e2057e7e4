"""One channel out of several."""

import numpy as np
import numpy.typing as npt
import pytest

from appliance.pcm.channels import LiveMix
from appliance.pcm.formats import Pcm

FloatArray = npt.NDArray[np.float64]

RATE_HZ = 16_000
BLOCK = 512


def voice(seconds: float, peak: float = 8_000) -> FloatArray:
    """A tone that swells and falls like syllables, with breath between them."""
    at = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * 3 * at)
    return peak * swell * np.sin(2 * np.pi * 220 * at)


def noise(seconds: float, rms: float, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).normal(0, rms, int(seconds * RATE_HZ))


def stereo(left: FloatArray, right: FloatArray) -> Pcm:
    return np.column_stack((left, right)).round().astype(np.int16).reshape(-1)


def mixed(mix: LiveMix, interleaved: Pcm) -> Pcm:
    return np.concatenate(
        [mix.mix(interleaved[at : at + 2 * BLOCK]) for at in range(0, len(interleaved), 2 * BLOCK)]
    )


def shares(mix: LiveMix) -> tuple[float, float]:
    """What of either channel is mixed in; asked with constants, of which nothing is learned."""
    only_left, only_right = (np.tile(np.array(frame, np.int16), BLOCK) for frame in ((1000, 0), (0, 1000)))
    return mix.mix(only_left)[-1] / 1000, mix.mix(only_right)[-1] / 1000


def test_mono_is_left_as_it_is() -> None:
    pcm = np.arange(-100, 100, dtype=np.int16)
    assert np.array_equal(LiveMix(1, RATE_HZ).mix(pcm), pcm)


def test_of_more_than_two_channels_the_first_is_taken() -> None:
    frames = np.arange(60, dtype=np.int16)
    assert np.array_equal(LiveMix(6, RATE_HZ).mix(frames), frames[::6])


def test_two_live_channels_are_their_mean() -> None:
    said = voice(2)
    mix = LiveMix(2, RATE_HZ)
    assert np.array_equal(mixed(mix, stereo(said, said)), said.round().astype(np.int16))
    assert shares(mix) == (0.5, 0.5)


def test_a_difference_in_level_as_between_two_capsules_changes_nothing() -> None:
    mix = LiveMix(2, RATE_HZ)
    mixed(mix, stereo(voice(2), 0.3 * voice(2)))
    assert shares(mix) == (0.5, 0.5)


@pytest.mark.parametrize("dead", [0, 1])
@pytest.mark.parametrize("hum", ["silent", "noisy", "off zero"])
def test_a_dead_channel_is_left_out_within_a_word(dead: int, hum: str) -> None:
    said = voice(2)
    rest = {"silent": 0 * said, "noisy": noise(2, 10), "off zero": 0 * said + 900}[hum]
    mix = LiveMix(2, RATE_HZ)
    heard = mixed(mix, stereo(rest, said) if dead == 0 else stereo(said, rest))
    assert shares(mix) == ((0.0, 1.0) if dead == 0 else (1.0, 0.0))
    assert mix.dead == ("left", "right")[dead]
    settled = int(0.5 * RATE_HZ)
    assert np.array_equal(heard[settled:], said.round().astype(np.int16)[settled:])


def test_before_it_is_known_nothing_of_the_live_channel_is_lost_but_half_its_level() -> None:
    said = voice(2)
    heard = mixed(LiveMix(2, RATE_HZ), stereo(0 * said, said)).astype(float)
    loud = abs(said) > 500
    assert (abs(heard[loud]) >= 0.49 * abs(said[loud])).all()


def test_the_change_is_no_click() -> None:
    said = 8_000 * np.sin(2 * np.pi * 220 * np.arange(2 * RATE_HZ) / RATE_HZ)
    heard = mixed(LiveMix(2, RATE_HZ), stereo(said, 0 * said)).astype(float)
    steepest = 8_000 * 2 * np.pi * 220 / RATE_HZ
    assert abs(np.diff(heard)).max() <= steepest + 8_000 * 1000 / RATE_HZ / 100 + 1


def test_a_channel_that_comes_alive_again_is_mixed_in_again() -> None:
    mix = LiveMix(2, RATE_HZ)
    mixed(mix, stereo(voice(2), 0 * voice(2)))
    mixed(mix, stereo(voice(3), voice(3)))
    assert shares(mix) == (0.5, 0.5)


@pytest.mark.parametrize("other", [1.0, 0.9])
def test_of_channels_in_opposite_phase_one_alone_is_heard_within_a_word(other: float) -> None:
    said = voice(3)
    heard = mixed(LiveMix(2, RATE_HZ), stereo(said, -other * said))
    settled = int(0.5 * RATE_HZ)
    assert np.array_equal(heard[settled:], said.round().astype(np.int16)[settled:])


def test_channels_in_opposite_phase_whose_levels_cross_are_not_changed_for_one_another() -> None:
    said = voice(6)
    sway = 1 + 0.1 * np.sin(2 * np.pi * 0.5 * np.arange(len(said)) / RATE_HZ)
    mix = LiveMix(2, RATE_HZ)
    heard = mixed(mix, stereo(said, -sway * said)).astype(float)
    settled = int(0.5 * RATE_HZ)
    loud = abs(said[settled:]) > 500
    assert (abs(heard[settled:][loud]) >= 0.8 * abs(said[settled:][loud])).all()


def test_channels_that_stop_cancelling_each_other_are_mixed_again() -> None:
    said = voice(2)
    mix = LiveMix(2, RATE_HZ)
    mixed(mix, stereo(said, -said))
    assert shares(mix) in ((1.0, 0.0), (0.0, 1.0))
    mixed(mix, stereo(said, said))
    assert shares(mix) == (0.5, 0.5)


def test_the_noise_of_the_inputs_decides_nothing() -> None:
    mix = LiveMix(2, RATE_HZ)
    mixed(mix, stereo(noise(5, 20), 0 * noise(5, 20)))
    assert shares(mix) == (0.5, 0.5)


def test_an_empty_block_is_empty() -> None:
    assert len(LiveMix(2, RATE_HZ).mix(np.empty(0, np.int16))) == 0
