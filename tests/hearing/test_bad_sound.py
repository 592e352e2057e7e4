"""Sound that no microphone should give: hearing goes on, and nothing of it grows."""

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    SpeechPossible,
    TurnEnd,
    TurnEnded,
    TurnEnding,
    TurnOverheard,
    TurnTooShort,
)
from appliance.hearing.speech.quiet_gate import QuietGate
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from tests.bench.quiet_gate import hear, spoken
from tests.hearing.listening import Ear, blocks_of
from tests.hearing.scripted import LevelDetector
from tests.recordings import recordings


@pytest.fixture(scope="module")
def gate() -> QuietGate:
    return QuietGate(SileroDetector())


def talk(minutes: float, rms: int = 3000, breath_ms: int = 0) -> list[Pcm]:
    """Somebody who never pauses, but for a breath every five seconds, in blocks of a second."""
    second = (rms * np.random.default_rng(0).standard_normal(NEAR_RATE_HZ)).astype(np.int16)
    breathes = second.copy()
    breathes[: samples_of_ms(breath_ms, NEAR_RATE_HZ)] = 0
    return [breathes, second, second, second, second] * round(minutes * 12)


def test_half_an_hour_without_a_pause_is_one_turn_of_the_greatest_length_and_then_it_listens_anew() -> None:
    ear = Ear(LevelDetector(), options=TurnOptions(max_turn_s=30))
    ear.hear(talk(30, breath_ms=130))
    ended = [event for event in ear.events if isinstance(event, TurnEnded)]
    assert [event.cause for event in ended] == [TurnEnd.MAX_TURN]
    assert ended[0].at <= 31 * NEAR_RATE_HZ
    ear.events.clear()
    silence = np.zeros(2 * NEAR_RATE_HZ, np.int16)
    ear.hear([silence])
    ear.hearing.forget_all()
    ear.hear([silence, *talk(5 / 60), silence])
    assert sum(isinstance(event, TurnEnded) for event in ear.events) == 1


def test_half_an_hour_without_a_breath_is_nobodys_turn_and_who_is_louder_is_heard_over_it() -> None:
    ear = Ear(LevelDetector(), options=TurnOptions(max_turn_s=30))
    ear.hear(talk(30, rms=1000))
    assert [type(event) for event in ear.events if isinstance(event, TurnEnding)] == [TurnOverheard]
    ear.events.clear()
    ear.hear([*talk(5 / 60), *talk(5 / 60, rms=1000)])
    (ended,) = [event for event in ear.events if isinstance(event, TurnEnded)]
    assert ended.cause is TurnEnd.SILENCE
    assert abs(ended.last_speech - (30 * 60 + 5) * NEAR_RATE_HZ) <= NEAR_RATE_HZ // 2


@pytest.mark.parametrize("noise", ["white", "pink", "fan"])
def test_amid_noise_as_loud_as_speech_every_turn_ends_and_the_next_words_are_heard(
    gate: QuietGate, noise: str
) -> None:
    gate.reset()
    ear = Ear(gate)
    for nth in (0, 7):
        ear.hear(blocks_of(spoken(recordings()[nth], -26.0, noise, 0.0, nth).pcm, NEAR_RATE_HZ // 50))
    opened = sum(isinstance(event, SpeechPossible) for event in ear.events)
    ended = sum(isinstance(event, TurnEnded | TurnTooShort) for event in ear.events)
    assert ended <= opened <= 12
    ear.events.clear()
    ear.hear(blocks_of(spoken(recordings()[5], -26.0, "own", None, 5).pcm, NEAR_RATE_HZ // 50))
    assert sum(isinstance(event, TurnEnded) for event in ear.events) == 1


@pytest.mark.parametrize("offset", [-8000, 8000])
def test_a_constant_as_loud_as_speech_changes_no_turn(gate: QuietGate, offset: int) -> None:
    piece = spoken(recordings()[7], -26.0, "own", None, 7)
    shifted = np.clip(piece.pcm.astype(np.int32) + offset, -32768, 32767).astype(np.int16)
    plain, heard = hear(piece.pcm, gate), hear(shifted, gate)
    assert len(plain.turns) == len(heard.turns) == 1
    assert np.abs(np.subtract(plain.turns, heard.turns)).max() <= 4 * 512


def test_speech_that_is_cut_off_at_full_scale_is_one_turn(gate: QuietGate) -> None:
    piece = spoken(recordings()[7], 0.0, "own", None, 7)
    assert np.mean(np.abs(piece.pcm.astype(np.int32)) >= 32_700) > 0.01
    assert len(hear(piece.pcm, gate).turns) == 1
