"""A recording that is tried again makes the turns that it made live."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.audio.wav import WavWriter
from appliance.conversation.vocabulary import SpeechEvent, TurnEnd, TurnEnded
from appliance.errors import InputFileError
from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.energy import EnergyDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import Pcm
from appliance.pcm.ring import SampleRing
from appliance.service.tune.hearing_once import hear_file
from appliance.service.tune.trial import HeardTurn, try_options
from tests.recordings import recordings
from tests.service.tune.spoken import heard, stretch

ROOM = np.random.default_rng(3).normal(0, 20, 3 * 16_000).astype(np.int16)
SPOKEN = np.concatenate([ROOM, *(part for one in recordings()[:4] for part in (one.pcm, ROOM))])


def live(options: TurnOptions) -> list[HeardTurn]:
    """What hearing posts of `SPOKEN`."""
    events: list[SpeechEvent] = []
    capture = SampleRing.allocate(len(SPOKEN))
    ears = Hearing(options, EnergyDetector(), capture, 16_000, SampleRing.allocate(32_000), events.append)
    capture.write(SPOKEN)
    while ears.pump():
        pass
    return [HeardTurn(stretch(0, 0), e.at, e.cause) for e in events if isinstance(e, TurnEnded)]


@pytest.mark.parametrize("silence_ms", [300, 800, 1500])
def test_it_makes_the_turns_of_the_live_path(tmp_path: Path, silence_ms: int) -> None:
    with WavWriter(tmp_path / "spoken.wav", 16_000) as file:
        file.write(SPOKEN)
    options = TurnOptions(end_silence_ms=silence_ms)
    tried = try_options(hear_file(tmp_path / "spoken.wav", EnergyDetector()), options).turns
    assert [(turn.ended_at, turn.cause) for turn in tried] == [(t.ended_at, t.cause) for t in live(options)]
    assert len(tried) >= 4


def test_a_turn_is_from_its_first_word_to_its_last() -> None:
    tried = try_options(heard((1, 0), (1, 0.9), (0.4, 0), (1, 0.9), (2, 0)), TurnOptions())
    assert [turn.speech for turn in tried.turns] == [stretch(1, 3.4)]
    assert tried.runs == (stretch(1, 2), stretch(2.4, 3.4))
    assert tried.turns[0].cause is TurnEnd.SILENCE


def test_what_is_too_short_is_a_run_and_no_turn() -> None:
    tried = try_options(heard((1, 0), (0.1, 0.9), (2, 0)), TurnOptions())
    assert (tried.turns, len(tried.runs)) == ((), 1)


def test_the_last_turn_ends_in_the_silence_after_the_recording() -> None:
    assert len(try_options(heard((1, 0), (1, 0.9)), TurnOptions(end_silence_ms=5000)).turns) == 1


def test_a_model_that_is_sure_ends_a_turn_sooner_once_it_has_answered() -> None:
    sound = replace(heard((1, 0), (1, 0.9), (3, 0)), complete=lambda question: 1.0)
    alone = try_options(sound, TurnOptions()).turns[0]
    asked = try_options(sound, TurnOptions(asks_model=True)).turns[0]
    said_until = asked.speech.end
    assert alone.ended_at - said_until >= 800 * 16
    assert 200 * 16 <= asked.ended_at - said_until <= 400 * 16


def test_the_model_hears_the_turn_up_to_the_question(tmp_path: Path) -> None:
    class Model:
        def __init__(self) -> None:
            self.heard: list[int] = []

        def completeness(self, pcm: Pcm) -> float:
            self.heard.append(len(pcm))
            return 0.5

    with WavWriter(tmp_path / "spoken.wav", 16_000) as file:
        file.write(SPOKEN)
    model = Model()
    sound = hear_file(tmp_path / "spoken.wav", EnergyDetector(), model)
    try_options(sound, TurnOptions(asks_model=True))
    asked = len(model.heard)
    try_options(sound, TurnOptions(asks_model=True))
    assert asked >= 4
    assert len(model.heard) == asked, "the same questions are asked once"
    assert min(model.heard) > 16_000 // 2


def test_an_empty_recording_is_refused(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "short.wav", 16_000) as file:
        file.write(np.zeros(100, dtype=np.int16))
    with pytest.raises(InputFileError, match="too short"):
        hear_file(tmp_path / "short.wav", EnergyDetector())
