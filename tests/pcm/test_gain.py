"""One gain a turn: enough for soft speech, none for the rest, and never a clipped sample."""

import numpy as np
import pytest

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm
from appliance.pcm.gain import CEILING_DBFS, MOST_DB, QUIET_DBFS, TurnGain, gain_db_for, speech_power
from appliance.pcm.level import peak_dbfs, rms_dbfs
from tests.recordings import recordings


def tone(dbfs: float, seconds: float = 0.5, hz: float = 300.0) -> Pcm:
    """A tone of this RMS."""
    peak = FULL_SCALE * 10 ** (dbfs / 20) * np.sqrt(2)
    wave = np.sin(np.arange(round(seconds * NEAR_RATE_HZ)) * 2 * np.pi * hz / NEAR_RATE_HZ)
    pcm: Pcm = np.clip(np.rint(peak * wave), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return pcm


def begun(words: Pcm, fixed_db: float | None = None) -> TurnGain:
    """A turn that begins with these words."""
    gain = TurnGain(fixed_db)
    gain.begin()
    gain.hear_words(words)
    gain.apply(np.zeros(NEAR_RATE_HZ // 10, np.int16))  # it has arrived where it glides to
    return gain


@pytest.mark.parametrize(
    ("dbfs", "gain_db"),
    [(-6.0, 0.0), (-24.0, 0.0), (-30.0, 0.0), (-40.0, 10.0), (-50.0, 20.0), (-70.0, 24.0)],
)
def test_soft_speech_is_lifted_and_loud_speech_is_left_alone(dbfs: float, gain_db: float) -> None:
    assert gain_db_for(10 ** (dbfs / 10)) == pytest.approx(gain_db)


def test_silence_is_not_lifted() -> None:
    assert gain_db_for(speech_power(np.zeros(NEAR_RATE_HZ, np.int16))) == 0
    assert gain_db_for(speech_power(np.zeros(0, np.int16))) == 0


def test_the_level_of_speech_is_that_of_its_words_and_not_of_its_pauses() -> None:
    for recording in recordings():
        whole = recording.pcm[recording.speech_start : recording.speech_end]
        padded = np.concatenate([np.zeros(NEAR_RATE_HZ, np.int16), whole, np.zeros(NEAR_RATE_HZ, np.int16)])
        level = 10 * np.log10(speech_power(padded))
        assert rms_dbfs(whole) <= level <= rms_dbfs(whole) + 5, recording


def test_a_constant_on_the_microphone_is_no_speech() -> None:
    assert speech_power(tone(-40) + np.int16(3000)) == pytest.approx(10**-4, rel=0.05)


def test_loud_speech_is_given_on_as_it_is() -> None:
    words = tone(-20)
    assert begun(words).apply(words) is words


def test_a_turn_has_one_gain_whatever_follows_its_first_words() -> None:
    gain = begun(tone(-46))
    pieces = [tone(-46), tone(-70), tone(-40)]
    lifted = [rms_dbfs(gain.apply(piece)) - rms_dbfs(piece) for piece in pieces]
    assert lifted == pytest.approx([16, 16, 16], abs=0.2)


def test_the_next_turn_may_be_of_somebody_louder() -> None:
    gain = begun(tone(-46))
    gain.begin()
    gain.hear_words(tone(-20))
    gain.apply(tone(-20))
    assert gain.db == 0


def test_until_the_words_are_known_a_turn_is_amplified_like_the_last_one() -> None:
    gain = begun(tone(-46))
    gain.begin()
    assert rms_dbfs(gain.apply(tone(-60))) == pytest.approx(-44, abs=0.2)


def test_a_shout_in_a_soft_turn_is_not_clipped_and_the_turn_stays_as_soft_as_it_made_it() -> None:
    gain = begun(tone(-50))
    before = gain.db
    shout = np.concatenate([tone(-50), tone(-9)])
    lifted = gain.apply(shout)
    assert peak_dbfs(lifted) <= CEILING_DBFS + 0.01
    after = gain.db
    assert 0 <= after < before
    assert rms_dbfs(gain.apply(tone(-50))) == pytest.approx(-50 + after, abs=0.2)


def test_what_was_at_full_scale_stays_as_it_was() -> None:
    gain = begun(tone(-50))
    loudest = np.full(320, -FULL_SCALE, np.int16)
    np.testing.assert_array_equal(gain.apply(loudest), loudest)


def test_a_change_of_gain_makes_no_step() -> None:
    gain = TurnGain()
    gain.begin()
    gain.hear_words(tone(-50))
    steps = np.abs(np.diff(gain.apply(tone(-50)).astype(np.int32)))
    largest = FULL_SCALE * 10 ** (QUIET_DBFS / 20) * np.sqrt(2) * 2 * np.pi * 300 / NEAR_RATE_HZ
    assert steps.max() <= largest * 1.1


@pytest.mark.parametrize("fixed_db", [-12.0, 6.0, MOST_DB])
def test_what_the_owner_sets_is_the_gain(fixed_db: float) -> None:
    gain = begun(tone(-40), fixed_db)
    assert rms_dbfs(gain.apply(tone(-40))) == pytest.approx(-40 + fixed_db, abs=0.2)


def test_words_that_are_no_turn_are_lifted_at_once() -> None:
    assert rms_dbfs(TurnGain().lift(tone(-50))) == pytest.approx(QUIET_DBFS, abs=0.2)
