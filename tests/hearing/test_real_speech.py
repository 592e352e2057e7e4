"""Real recordings through all of hearing: every utterance is one turn, from its first sample on."""

import numpy as np
import pytest

from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from tests.bench.speech_edges import CONDITIONS, Heard, hear, utterance
from tests.recordings import TEXTS, recordings

PREFIX_MS = 300
SHIFTS = (0, 150, 350)  # of the speech against the detector's windows
WINDOW_MS = 32


@pytest.fixture(scope="module")
def detector() -> SileroDetector:
    return SileroDetector()


@pytest.fixture(scope="module")
def heard(detector: SileroDetector) -> list[Heard]:
    """All recordings at some alignments, amid digital silence and amid their own room."""
    return [
        hear(utterance(recording, condition, shift), detector)
        for recording in recordings()
        for condition in CONDITIONS[:2]
        for shift in SHIFTS
    ]


def test_every_utterance_is_one_turn(heard: list[Heard]) -> None:
    assert [h for h in heard if h.turns != 1] == []
    assert {h.name for h in heard} == set(TEXTS)


def test_the_onset_is_not_late(heard: list[Heard]) -> None:
    assert [h for h in heard if h.onset_ms > 100] == []


def test_the_first_sample_of_speech_stands_in_the_prefix(heard: list[Heard]) -> None:
    assert [h for h in heard if h.onset_ms - PREFIX_MS > 0] == []


def test_an_answer_would_stand_still_in_time(heard: list[Heard]) -> None:
    """From the onset; the budget of 300 ms leaves the rest to fade and loudspeaker."""
    assert np.percentile([h.sustained_ms for h in heard], 95) <= 220


def test_the_end_of_speech_is_known_to_a_window(heard: list[Heard]) -> None:
    errors = np.array([h.end_ms for h in heard])
    assert abs(np.median(errors)) <= WINDOW_MS / 2
    assert np.percentile(np.abs(errors), 95) <= 80


def test_the_turn_ends_soon_after_the_silence(heard: list[Heard]) -> None:
    over = np.array([h.wait_ms for h in heard]) - TurnOptions().end_silence_ms
    assert np.median(over) <= 40
    assert np.percentile(over, 95) <= 100  # one of the voices decays for 90 ms beyond its label


def test_nobody_is_cut_off(heard: list[Heard]) -> None:
    """The label is exact to 10 ms, and a window is 32."""
    over = np.array([h.wait_ms for h in heard]) - TurnOptions().end_silence_ms
    assert over.min() >= -WINDOW_MS
