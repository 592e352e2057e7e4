"""The loudspeaker comes back as late, as loud and as distorted as was said."""

import numpy as np
import pytest

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.listening.echo_path import EchoPath, EchoSpec, saturate, whole_echo
from tests.listening.rooms import Sound

OUT_HZ = 24_000
NO_ROOM = np.ones(1)


def noise(seconds: float, seed: int = 1) -> Pcm:
    """Of the band that both rates hold."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(round(seconds * OUT_HZ)))
    spectrum[np.fft.rfftfreq(round(seconds * OUT_HZ), 1 / OUT_HZ) > 5000] = 0
    return (np.fft.irfft(spectrum) * 3000).astype(np.int16)


def at_near(played: Pcm) -> Sound:
    spectrum = np.fft.rfft(played.astype(np.float64))
    count = len(played) * NEAR_RATE_HZ // OUT_HZ
    return np.fft.irfft(spectrum[: count // 2 + 1], count) * NEAR_RATE_HZ / OUT_HZ


def delay_ms(echo: Sound, played: Pcm) -> float:
    """Where the echo is most like what was played, to a tenth of a sample."""
    reference = at_near(played)
    size = 2 * len(echo)
    likeness = np.fft.irfft(np.fft.rfft(echo, size) * np.conj(np.fft.rfft(reference, size)), 16 * size)
    return float(likeness.argmax()) / 16 * 1000 / NEAR_RATE_HZ


@pytest.mark.parametrize("late_ms", [20.0, 120.0, 250.0])
def test_it_comes_as_late_and_as_loud_as_said(late_ms: float) -> None:
    played = noise(1.0)
    echo = whole_echo(EchoSpec(-12, late_ms), OUT_HZ, NO_ROOM, played)
    assert delay_ms(echo, played) == pytest.approx(late_ms, abs=0.02)
    heard = echo[round(late_ms * 16) :]
    assert 20 * np.log10(np.std(heard) / np.std(played)) == pytest.approx(-12, abs=0.3)


def test_a_room_changes_nothing_of_the_level() -> None:
    played = noise(2.0)
    heard_as = np.random.default_rng(2).standard_normal(2000) * np.exp(-np.arange(2000) / 400)
    echo = whole_echo(EchoSpec(0, 20), OUT_HZ, heard_as, played)
    assert 20 * np.log10(np.std(echo[4000:]) / np.std(played)) == pytest.approx(0, abs=1.0)


@pytest.mark.parametrize("ppm", [-200.0, 200.0])
def test_the_clocks_drift_apart(ppm: float) -> None:
    played = noise(10.0)
    echo = whole_echo(EchoSpec(0, 50, ppm), OUT_HZ, NO_ROOM, played)
    first, last = slice(0, NEAR_RATE_HZ), slice(9 * NEAR_RATE_HZ, 10 * NEAR_RATE_HZ)
    moved = [delay_ms(echo[part], played[part.start * 3 // 2 : part.stop * 3 // 2]) for part in (first, last)]
    # The middles of the first and of the last second are nine seconds apart.
    assert moved[1] - moved[0] == pytest.approx(9000 * ppm * 1e-6, abs=0.1)


def test_blocks_make_no_difference() -> None:
    played = noise(0.5)
    spec, heard_as = EchoSpec(-6, 40, 100, 1.0), np.array([1.0, 0.0, 0.5, 0.0, -0.3])
    path, heard = EchoPath(spec, OUT_HZ, heard_as), []
    for at in range(0, len(played), 240):
        heard.append(path.hear(160))
        path.play(played[at : at + 240])
    assert np.concatenate(heard) == pytest.approx(whole_echo(spec, OUT_HZ, heard_as, played), abs=1e-6)


def test_what_a_device_delays_is_not_delayed_again() -> None:
    played = noise(1.0)
    path = EchoPath(EchoSpec(0, 100), OUT_HZ, NO_ROOM, already_ms=40)
    path.play(played)
    assert delay_ms(path.hear(NEAR_RATE_HZ), played) == pytest.approx(60, abs=0.02)


def test_a_saturating_loudspeaker_takes_3_db_off_the_peaks_and_nothing_of_what_is_quiet() -> None:
    sound = np.array([10.0, 0.25 * 32768])
    quiet, peak = saturate(sound, 1.0) / sound
    assert quiet == pytest.approx(1.0, abs=1e-3)
    assert 20 * np.log10(peak) == pytest.approx(-3, abs=0.2)
    assert saturate(sound, 0.0) is sound
