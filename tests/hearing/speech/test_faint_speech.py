"""A faint voice is judged like any other."""

import numpy as np
import pytest

from appliance.conversation.vocabulary import SpeechPossible
from appliance.hearing.speech.faint_speech import FAINT_DBFS, MOST_DB, FaintSpeech
from appliance.hearing.speech.silero import SileroDetector
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.pcm.level import rms_dbfs
from tests.bench.quiet_gate import spoken
from tests.hearing.listening import Ear, blocks_of
from tests.recordings import recordings

WINDOW = np.resize(np.array([100, -100], np.int16), 512)  # -50.3 dBFS


@pytest.mark.parametrize("power", [None, 10**-2.0, 10 ** (FAINT_DBFS / 10)])
def test_what_is_loud_enough_or_not_known_is_judged_as_it_comes(power: float | None) -> None:
    assert FaintSpeech(512).lift(WINDOW, power) is WINDOW


@pytest.mark.parametrize(("speech_dbfs", "lift_db"), [(-44.0, 6.0), (-50.0, 12.0), (-80.0, MOST_DB)])
def test_faint_speech_is_lifted_within_bounds(speech_dbfs: float, lift_db: float) -> None:
    lifted = FaintSpeech(512).lift(WINDOW, 10 ** (speech_dbfs / 10))
    assert rms_dbfs(lifted) == pytest.approx(rms_dbfs(WINDOW) + lift_db, abs=0.1)


def test_a_shout_is_not_turned_around() -> None:
    assert FaintSpeech(512).lift(np.full(512, 30_000, np.int16), 1e-8).min() == 32_767


def noticed_ms(level_dbfs: float) -> list[float]:
    """How long after its beginning each recording was noticed, the second time it was said."""
    detector, late = SileroDetector(), list[float]()
    for nth in (0, 4, 5, 6, 7, 8, 9, 11):
        piece = spoken(recordings()[nth], level_dbfs, "white", 10.0, nth)
        detector.reset()
        ear = Ear(detector)
        ear.hear(blocks_of(np.concatenate([piece.pcm, piece.pcm]), NEAR_RATE_HZ // 50))
        again = len(piece.pcm) + piece.start
        first = next(e.at for e in ear.events if isinstance(e, SpeechPossible) and e.at > again - 4000)
        late.append((first - again) / NEAR_RATE_HZ * 1000)
    return late


def test_a_faint_voice_is_noticed_as_soon_as_a_loud_one() -> None:
    faint, loud = noticed_ms(-50), noticed_ms(-26)
    assert np.median(faint) <= np.median(loud) + 32
