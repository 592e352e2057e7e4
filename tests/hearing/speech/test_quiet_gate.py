"""A gate that lets a detector sleep in a quiet room, and loses nothing by it."""

import numpy as np
import pytest

from appliance.hearing.speech.quiet_gate import REMEMBERED_WINDOWS, QuietGate
from appliance.hearing.speech.quiet_spell import QUIET_WINDOWS
from appliance.hearing.speech.silero import SileroDetector
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.false_turns_music import music
from tests.bench.false_turns_noise import pink, white
from tests.bench.quiet_gate import PREFIX_MS, hear, spoken
from tests.recordings import recordings

WINDOW = 512


class Witness:
    """A detector that takes down which windows it was given, and says a number."""

    window_samples = WINDOW

    def __init__(self, probability: float = 0.0) -> None:
        self.given: list[int] = []
        self.resets = 0
        self.says = probability

    def probability(self, window: Pcm) -> float:
        self.given.append(int(window[0]))
        return self.says

    def reset(self) -> None:
        self.resets += 1


def quiet(count: int, first: int = 0) -> list[Pcm]:
    """Windows of a very quiet room, each with its number as its first sample."""
    return [np.full(WINDOW, number, dtype=np.int16) for number in range(first, first + count)]


LOUD = (3000 * np.random.default_rng(0).standard_normal(WINDOW)).astype(np.int16)


def test_after_two_quiet_seconds_the_detector_is_not_asked() -> None:
    witness = Witness()
    gate = QuietGate(witness)
    for window in quiet(QUIET_WINDOWS + 50):
        gate.probability(window)
    assert witness.given == list(range(QUIET_WINDOWS))
    assert gate.asleep


def test_what_it_takes_for_speech_keeps_it_awake_however_soft() -> None:
    witness = Witness(0.4)
    gate = QuietGate(witness)
    for window in quiet(3 * QUIET_WINDOWS):
        assert gate.probability(window) == 0.4
    assert not gate.asleep


def test_asleep_there_is_no_speech() -> None:
    gate = QuietGate(Witness(0.2))
    heard = [gate.probability(window) for window in quiet(QUIET_WINDOWS + 2)]
    assert heard == [0.2] * QUIET_WINDOWS + [0.0, 0.0]


def test_it_wakes_with_the_windows_before_in_their_order_and_judges_the_one_that_woke_it() -> None:
    witness = Witness()
    gate = QuietGate(witness)
    slept = QUIET_WINDOWS + 100
    for window in quiet(slept):
        gate.probability(window)
    witness.given.clear()
    witness.says = 0.9
    assert gate.probability(LOUD) == 0.9
    assert witness.given == [*range(slept - REMEMBERED_WINDOWS, slept), int(LOUD[0])]
    assert witness.resets == 1
    assert not gate.asleep


def test_after_a_reset_it_is_awake_and_remembers_nothing() -> None:
    witness = Witness()
    gate = QuietGate(witness)
    for window in quiet(QUIET_WINDOWS):
        gate.probability(window)
    assert gate.asleep
    gate.reset()
    witness.given.clear()
    for window in quiet(3, first=1000):
        gate.probability(window)
    assert witness.given == [1000, 1001, 1002]


@pytest.fixture(scope="module")
def silero() -> SileroDetector:
    return SileroDetector()


@pytest.mark.parametrize(
    ("number", "level_dbfs", "noise", "snr_db"),
    [
        (0, -6.0, "white", 25.0),
        (1, -50.0, "own", None),
        (5, -38.0, "pink", 10.0),
        (6, -26.0, "white", 5.0),
        (8, -26.0, "fan", 5.0),
        (9, -6.0, "pink", 5.0),
        (10, -50.0, "white", 25.0),
        (11, -26.0, "own", None),
        (13, -38.0, "brown", 5.0),
    ],
)
def test_every_turn_is_the_one_that_would_be_without_it(
    silero: SileroDetector, number: int, level_dbfs: float, noise: str, snr_db: float | None
) -> None:
    piece = spoken(recordings()[number], level_dbfs, noise, snr_db, number)
    without, gated = hear(piece.pcm, silero), hear(piece.pcm, QuietGate(silero))
    assert len(gated.turns) == len(without.turns) == 1
    assert gated.turns[0][0] - PREFIX_MS * NEAR_RATE_HZ / 1000 <= piece.start
    assert abs(gated.turns[0][1] - without.turns[0][1]) <= 4 * WINDOW


def test_after_loud_music_it_closes_and_hears_the_next_words(silero: SileroDetector) -> None:
    chance = np.random.default_rng(3)
    quiet_room = 20 * pink(8 * NEAR_RATE_HZ, chance)
    before = np.concatenate([6000 * music(30 * NEAR_RATE_HZ, chance), quiet_room])
    gate = QuietGate(silero)
    gate.reset()
    for at in range(0, len(before) - WINDOW, WINDOW):
        gate.probability(np.clip(before[at : at + WINDOW], -32768, 32767).astype(np.int16))
    assert gate.asleep
    words = recordings()[10]
    heard = [
        gate.probability(words.pcm[at : at + WINDOW]) > 0.5
        for at in range(0, len(words.pcm) - WINDOW, WINDOW)
    ]
    assert np.mean(heard[words.speech_start // WINDOW : words.speech_end // WINDOW]) > 0.7


def test_in_a_quiet_room_it_sleeps_nearly_always(silero: SileroDetector) -> None:
    gate = QuietGate(silero)
    room = np.rint(15 * white(60 * NEAR_RATE_HZ, np.random.default_rng(1))).astype(np.int16)
    gate.reset()
    asleep = []
    for at in range(0, len(room) - WINDOW, WINDOW):
        gate.probability(room[at : at + WINDOW])
        asleep.append(gate.asleep)
    assert np.mean(asleep) > 0.9
