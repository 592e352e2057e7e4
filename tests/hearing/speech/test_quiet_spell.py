"""A quiet spell: nothing above the noise floor, and no speech, for two seconds."""

import numpy as np
import pytest

from appliance.hearing.speech.quiet_spell import QUIET_WINDOWS, QuietSpell
from appliance.pcm.formats import Float32

WINDOW = 512


def noise(windows: int, level: float, seed: int = 0) -> Float32:
    """Steady noise, a window a row."""
    rows = level * np.random.default_rng(seed).standard_normal((windows, WINDOW))
    return rows.astype(np.float32)


def spells(heard: Float32, probability: float = 0.0, spell: QuietSpell | None = None) -> list[int]:
    """The windows with which a spell was full."""
    spell = spell or QuietSpell(WINDOW)
    return [n for n, window in enumerate(heard) if spell.hear(window, probability)]


@pytest.mark.parametrize("level", [0.0, 0.0005, 0.05])
def test_steady_noise_is_quiet_whatever_its_level(level: float) -> None:
    full = [n * QUIET_WINDOWS - 1 for n in (1, 2, 3)]
    assert spells(noise(3 * QUIET_WINDOWS, level)) == full


def test_speech_is_not_quiet_however_soft() -> None:
    assert spells(noise(4 * QUIET_WINDOWS, 0.001), probability=0.5) == []


def test_what_stands_above_the_floor_is_not_quiet_whatever_it_is() -> None:
    heard = noise(4 * QUIET_WINDOWS, 0.001)
    heard[::20] *= 3
    assert spells(heard) == []


def test_it_counts_from_the_last_sound_on() -> None:
    heard = noise(4 * QUIET_WINDOWS, 0.001)
    heard[QUIET_WINDOWS - 10] *= 30
    assert spells(heard)[0] == 2 * QUIET_WINDOWS - 10


def test_after_music_it_is_quiet_at_once() -> None:
    music = noise(200, 0.2) * (1 + np.arange(200, dtype=np.float32)[:, None] % 7)
    (full,) = spells(np.concatenate([music, noise(QUIET_WINDOWS + 10, 0.001)]))
    assert full <= len(music) + QUIET_WINDOWS + 4


def test_after_a_reset_the_past_is_forgotten() -> None:
    spell = QuietSpell(WINDOW)
    assert spells(noise(QUIET_WINDOWS - 1, 0.001), spell=spell) == []
    spell.reset()
    assert spells(noise(QUIET_WINDOWS, 0.1), spell=spell) == [QUIET_WINDOWS - 1]
