"""What a filter usually leaves, by bands."""

import numpy as np
import pytest

from appliance.hearing.echo.filter_residue import FilterResidue
from appliance.hearing.echo.linear_echo import BLOCK
from appliance.pcm.formats import NEAR_RATE_HZ, Float32

VOWEL_HZ, FRICATIVE_HZ = 600.0, 5500.0


def tone(hz: float, at: int, rms: float = 1000.0) -> Float32:
    """The block number `at` of a tone."""
    samples = np.arange(at * BLOCK, (at + 1) * BLOCK)
    sound: Float32 = (rms * np.sqrt(2) * np.sin(2 * np.pi * hz * samples / NEAR_RATE_HZ)).astype(np.float32)
    return sound


def learnt(blocks: int = 600) -> FilterResidue:
    """Half a second of vowel, of which 20 dB are taken, by turns with as much of fricative, of which 1 dB."""
    residue = FilterResidue()
    for at in range(blocks):
        vowel = at // 50 % 2 == 0
        echo = tone(VOWEL_HZ if vowel else FRICATIVE_HZ, at)
        residue.hear(echo * np.float32(0.1 if vowel else 0.89), echo)
    return residue


@pytest.mark.parametrize(("hz", "left_db"), [(VOWEL_HZ, 40), (FRICATIVE_HZ, 59)])
def test_of_each_sound_it_expects_what_is_left_of_such_ones(hz: float, left_db: float) -> None:
    residue = learnt()
    expected = [residue.hear(tone(hz, at), tone(hz, at)) for at in range(80)]
    assert expected[-1] == pytest.approx(left_db, abs=2)


def test_what_was_told_rings_on_as_a_room_does() -> None:
    residue, silence = learnt(), np.zeros(BLOCK, np.float32)
    for at in range(80):
        residue.hear(tone(VOWEL_HZ, at), tone(VOWEL_HZ, at))
    after_db = [residue.hear(silence, silence) for _ in range(31)]
    assert after_db[10] - after_db[30] == pytest.approx(60 * 20 / 70, abs=1)


def test_before_a_second_it_expects_anything() -> None:
    residue = FilterResidue()
    assert all(residue.hear(tone(VOWEL_HZ, at), tone(VOWEL_HZ, at)) == np.inf for at in range(99))


def test_a_filter_that_begins_anew_is_learnt_anew() -> None:
    residue = learnt()
    residue.forget()
    assert residue.hear(tone(VOWEL_HZ, 0), tone(VOWEL_HZ, 0)) == np.inf
