"""From the capture ring to events: nothing is lost, doubled, or moved in time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.vocabulary import SpeechEvent, SpeechPossible, TurnEnded, TurnTooShort
from appliance.hearing.echo.echo_stage import EchoStage
from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.quiet_gate import QuietGate
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing
from tests.hearing.echo.test_echo_stage import Halving, Scripted
from tests.hearing.listening import CAPTURE_S, Ear, blocks_of
from tests.hearing.scripted import WINDOW, LevelDetector, pieces

RATES = [16_000, 44_100, 48_000]


def stretch(loud: bool, ms: int, rate_hz: int, seed: int = 0) -> Pcm:
    """Noise as loud as speech, or as quiet as a room."""
    noise = np.random.default_rng(seed).standard_normal(ms * rate_hz // 1000)
    return np.rint(noise * (3000 if loud else 10)).astype(np.int16)


def conversation(rate_hz: int, *stretches_ms: int) -> Pcm:
    """Quiet and loud stretches in turn, beginning with a quiet one."""
    return np.concatenate([stretch(n % 2 == 1, ms, rate_hz, seed=n) for n, ms in enumerate(stretches_ms)])


def heard(ear: Ear) -> Pcm:
    """Everything that stands in the history."""
    first, samples = ear.history.read(0, ear.history.written)
    assert first == 0
    return samples


@pytest.mark.parametrize("rate_hz", RATES)
@settings(deadline=None, max_examples=25)
@given(
    stretches_ms=st.lists(st.integers(50, 700), min_size=1, max_size=5),
    cuts=st.lists(st.integers(1, CAPTURE_S * 16_000), max_size=40),
)
def test_how_the_stream_is_cut_never_changes_what_is_heard(
    rate_hz: int, stretches_ms: list[int], cuts: list[int]
) -> None:
    pcm = conversation(rate_hz, *stretches_ms)
    whole, cut = Ear(LevelDetector(), rate_hz), Ear(LevelDetector(), rate_hz)
    assert whole.hear([pcm]) == cut.hear(pieces(pcm, cuts))
    np.testing.assert_array_equal(heard(whole), heard(cut))


def test_windows_are_slices_of_the_history_without_gap_or_overlap() -> None:
    class Witness(LevelDetector):
        def __init__(self) -> None:
            self.windows: list[Pcm] = []

        def probability(self, window: Pcm) -> float:
            self.windows.append(window.copy())
            return 0.0

    witness = Witness()
    ear = Ear(witness, 48_000)
    ear.hear(blocks_of(conversation(48_000, 300, 500, 400), 441))
    seen = np.concatenate(witness.windows)
    assert ear.hearing.heard_until == len(seen)
    np.testing.assert_array_equal(seen, heard(ear)[: len(seen)])


def test_a_turn_is_exactly_what_was_said_in_it() -> None:
    pcm = conversation(NEAR_RATE_HZ, 1000, 1000, 1500)
    ear = Ear(LevelDetector())
    events = ear.hear(blocks_of(pcm))
    opened = next(e for e in events if isinstance(e, SpeechPossible))
    ended = next(e for e in events if isinstance(e, TurnEnded))
    lost, said = ear.history.read(opened.onset, ended.at - opened.onset)
    assert lost == opened.onset
    np.testing.assert_array_equal(said, pcm[opened.onset : ended.at])


@pytest.mark.parametrize("rate_hz", RATES)
def test_an_index_means_the_same_instant_at_every_rate(rate_hz: int) -> None:
    ear = Ear(LevelDetector(), rate_hz)
    ear.hear(blocks_of(conversation(rate_hz, 1000, 1000, 1500), rate_hz // 50))
    opened = next(e for e in ear.events if isinstance(e, SpeechPossible))
    ended = next(e for e in ear.events if isinstance(e, TurnEnded))
    assert abs(opened.onset - ear.hearing.indices.near_of_device(rate_hz)) <= 2 * WINDOW // 4
    assert abs(ended.last_speech - ear.hearing.indices.near_of_device(2 * rate_hz)) <= 2 * WINDOW // 4


def test_what_hearing_came_too_late_for_is_counted_and_bridged_with_silence() -> None:
    ear = Ear(LevelDetector())
    ear.hear(blocks_of(stretch(False, 500, NEAR_RATE_HZ)))
    missed = stretch(True, 1000, NEAR_RATE_HZ)
    kept = stretch(False, CAPTURE_S * 1000, NEAR_RATE_HZ)
    ear.capture.write(missed)
    ear.hear([kept])
    assert ear.hearing.overrun_samples == len(missed)
    bridged = heard(ear)[8_000 : 8_000 + len(missed)]
    assert not bridged.any()
    np.testing.assert_array_equal(heard(ear)[-len(kept) :], kept)


def test_one_pump_hears_a_second_at_most() -> None:
    ear = Ear(LevelDetector())
    ear.capture.write(stretch(False, 2500, NEAR_RATE_HZ))
    pumps = [(ear.hearing.pump(), ear.history.written) for _ in range(4)]
    assert pumps == [(True, 16_000), (True, 32_000), (False, 40_000), (False, 40_000)]


def test_hearing_begins_where_the_stream_is() -> None:
    capture, history = SampleRing.allocate(NEAR_RATE_HZ), SampleRing.allocate(NEAR_RATE_HZ)
    capture.write(stretch(True, 100, NEAR_RATE_HZ))
    events: list[SpeechEvent] = []
    hearing = Hearing(TurnOptions(), LevelDetector(), capture, NEAR_RATE_HZ, history, events.append)
    hearing.pump()
    assert history.written == 0
    assert hearing.indices.near_of_device(capture.written) == 0


def endings(events: list[SpeechEvent]) -> list[SpeechEvent]:
    return [event for event in events if isinstance(event, TurnEnded | TurnTooShort)]


def test_what_is_forgotten_ends_no_turn() -> None:
    ear = Ear(LevelDetector())
    ear.hear([conversation(NEAR_RATE_HZ, 300, 600, 300)])
    ear.hearing.forget()
    ear.hear([stretch(False, 2000, NEAR_RATE_HZ)])
    assert endings(ear.events) == []


def test_what_is_ignored_opens_no_turn() -> None:
    ear = Ear(LevelDetector())
    ear.hearing.ignore_before(NEAR_RATE_HZ)
    ear.hear([conversation(NEAR_RATE_HZ, 300, 600, 300)])
    assert ear.events == []
    ear.hear([conversation(NEAR_RATE_HZ, 100, 600, 300)])
    assert next(e for e in ear.events if isinstance(e, SpeechPossible)).onset >= NEAR_RATE_HZ


def test_it_rests_only_while_the_gate_is_closed() -> None:
    ear = Ear(QuietGate(LevelDetector()))
    rests = []
    for _ in range(4):
        ear.hear([stretch(False, 1000, NEAR_RATE_HZ)])
        rests.append(ear.hearing.resting)
    ear.hear([stretch(True, 100, NEAR_RATE_HZ)])
    assert rests == [False, False, True, True]
    assert not ear.hearing.resting


def test_while_an_echo_is_cancelled_it_does_not_rest() -> None:
    near, far = stretch(False, 4000, NEAR_RATE_HZ), stretch(True, 4000, NEAR_RATE_HZ)
    capture, history = SampleRing.allocate(len(near)), SampleRing.allocate(len(near))
    echo = EchoStage(Halving(), Scripted(far))
    detector = QuietGate(LevelDetector())
    hearing = Hearing(TurnOptions(), detector, capture, NEAR_RATE_HZ, history, lambda event: None, echo)
    capture.write(near)
    while hearing.pump():
        pass
    assert detector.asleep
    assert not hearing.resting
