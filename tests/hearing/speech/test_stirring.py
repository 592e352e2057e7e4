"""What stands above the noise stirs; the noise itself does not, whatever it is."""

import numpy as np
import pytest

from appliance.hearing.speech.stirring import Stirring
from appliance.pcm.formats import FULL_SCALE, Pcm
from tests.bench.false_turns_noise import Source, brown, hum, pink, white
from tests.bench.quiet_gate import fan

WINDOW = 512
PER_S = 16_000 / WINDOW


def room(source: Source, seconds: float, dbfs: float, seed: int = 0) -> Pcm:
    """Steady noise, a window a row."""
    sound = source(round(seconds * PER_S) * WINDOW, np.random.default_rng(seed))
    windows: Pcm = np.rint(sound * FULL_SCALE * 10 ** (dbfs / 20)).astype(np.int16).reshape(-1, WINDOW)
    return windows


def tone(windows: int, hz: float, dbfs: float) -> Pcm:
    """A steady tone of this RMS, a window a row."""
    peak = FULL_SCALE * 10 ** (dbfs / 20) * np.sqrt(2)
    wave = np.sin(np.arange(windows * WINDOW) * 2 * np.pi * hz / 16_000)
    sound: Pcm = np.rint(peak * wave).astype(np.int16).reshape(-1, WINDOW)
    return sound


def stirred(stirring: Stirring, heard: Pcm) -> list[bool]:
    return [stirring.hear(window) for window in heard]


@pytest.mark.parametrize("source", [white, pink, brown, fan, hum])
@pytest.mark.parametrize("dbfs", [-75.0, -55.0, -30.0])
def test_steady_noise_hardly_ever_stirs(source: Source, dbfs: float) -> None:
    heard = stirred(Stirring(WINDOW), room(source, 66, dbfs))
    assert sum(heard[round(6 * PER_S) :]) <= 2


def test_digital_silence_does_not_stir_nor_does_its_last_bit() -> None:
    heard = np.random.default_rng(0).integers(0, 2, (300, WINDOW)).astype(np.int16)
    heard[:100] = 0
    assert not any(stirred(Stirring(WINDOW), heard))


@pytest.mark.parametrize("hz", [150.0, 300.0, 600.0, 1200.0, 3000.0, 6000.0])
def test_a_sound_5_db_above_the_noise_stirs_wherever_it_lies(hz: float) -> None:
    stirring = Stirring(WINDOW)
    noise = room(white, 8, -40)
    stirred(stirring, noise[:200])
    assert any(stirred(stirring, noise[200:206] + tone(6, hz, -35)))


def test_a_fan_that_starts_is_noise_within_five_seconds() -> None:
    stirring = Stirring(WINDOW)
    stirred(stirring, room(pink, 5, -60))
    heard = stirred(stirring, room(pink, 12, -40))
    assert heard[0]
    assert sum(heard[round(5 * PER_S) :]) <= 1


def test_a_fan_that_speeds_up_slowly_is_noise_as_soon_as_it_runs_evenly() -> None:
    stirring = Stirring(WINDOW)
    noise = room(pink, 50, -60)
    rise_db = np.interp(np.arange(len(noise)) / PER_S, [5, 35], [0, 15])
    heard = stirred(stirring, (noise * 10 ** (rise_db[:, None] / 20)).astype(np.int16))
    assert sum(heard[round(40 * PER_S) :]) <= 1


def test_after_a_reset_the_past_is_forgotten() -> None:
    stirring = Stirring(WINDOW)
    stirred(stirring, room(white, 6, -60))
    stirring.reset()
    assert not stirring.hear(room(white, 1, -30)[0])


def test_a_window_that_cannot_be_halved_is_refused() -> None:
    with pytest.raises(ValueError, match="504 samples"):
        Stirring(504)
