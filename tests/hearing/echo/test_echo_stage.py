"""What the echo stage does to samples and indices, with a canceller whose work can be seen."""

import numpy as np
import pytest

from appliance.hearing.echo.echo_measure import EchoVerdict
from appliance.hearing.echo.echo_stage import MAX_WAIT_MS, RELEASE_MS, EchoStage
from appliance.hearing.echo.residual_echo import LOUD_VOICE_DBFS
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from tests.hearing.scripted import pieces

FRAME = 160
DELAY = 128
HALVED = 2


class Halving:
    """Puts out half of what went in, as late as AEC3."""

    frame_samples = FRAME
    delay_samples = DELAY
    own_voice = False  # what it says of what is left

    def __init__(self) -> None:
        self._kept: Pcm = np.zeros(DELAY, np.int16)
        self.frames = 0

    def cancel(self, near: Pcm, far: Pcm) -> Pcm:
        self.frames += 1
        through = np.concatenate((self._kept, near // HALVED))
        self._kept = through[FRAME:]
        return through[:FRAME]

    def strict(self, given: Pcm) -> Pcm:
        return given

    def reset(self) -> None:
        self._kept.fill(0)


class Scripted:
    """A far end that is `sound`, of which `rendered` samples are known."""

    def __init__(self, sound: Pcm, rendered: int | None = None) -> None:
        self.sound = sound
        self.rendered = len(sound) if rendered is None else rendered

    lost = False
    breaks = 0

    def read_into(self, near_index: int, out: Pcm) -> bool:
        if near_index + len(out) > self.rendered:
            return False
        out[:] = self.sound[near_index : near_index + len(out)]
        return True


def near_of(seconds: float) -> Pcm:
    return np.random.default_rng(1).integers(-8000, 8000, round(seconds * NEAR_RATE_HZ)).astype(np.int16)


def through(stage: EchoStage, near: Pcm, cuts: list[int]) -> Pcm:
    return np.concatenate([stage.process(piece).copy() for piece in pieces(near, cuts)])


def far_with(near: Pcm, start: int, end: int) -> Scripted:
    sound = np.zeros(len(near), np.int16)
    sound[start:end] = 100
    return Scripted(sound)


EVERY_20_MS = list(range(320, 10 * NEAR_RATE_HZ, 320))
UNEVEN = list(np.cumsum([7, 1, 320, 640, 3, 159, 161, 480] * 120))


class AlwaysBehind(Scripted):
    """What left the loudspeaker is known some milliseconds after the microphone has it."""

    def __init__(self, sound: Pcm, behind: int) -> None:
        super().__init__(sound, 0)
        self.behind = behind

    def captured(self, samples: int) -> None:
        self.rendered += samples

    def read_into(self, near_index: int, out: Pcm) -> bool:
        return near_index + len(out) + self.behind <= self.rendered and super().read_into(near_index, out)


@pytest.mark.parametrize("behind", [1, 240, 1600, 3000])
def test_a_far_end_that_is_always_behind_is_cancelled_all_the_same(behind: int) -> None:
    near = near_of(2)
    far = AlwaysBehind(np.full(len(near), 100, np.int16), behind)
    stage = EchoStage(Halving(), far)
    for piece in pieces(near, EVERY_20_MS):
        far.captured(len(piece))
        stage.process(piece)
    assert stage.cancelling
    assert stage.starved_samples == 0


@pytest.mark.parametrize("cuts", [EVERY_20_MS, UNEVEN])
def test_without_a_far_end_everything_comes_out_at_once_and_untouched(cuts: list[int]) -> None:
    near = near_of(3)
    stage = EchoStage(Halving(), far_with(near, 0, 0))
    for piece in pieces(near, cuts):
        assert np.array_equal(stage.process(piece), piece)
    assert not stage.cancelling


@pytest.mark.parametrize("cuts", [EVERY_20_MS, UNEVEN])
def test_what_is_cancelled_keeps_its_index(cuts: list[int]) -> None:
    near = near_of(2)
    out = through(EchoStage(Halving(), far_with(near, 4000, len(near))), near, cuts)
    settled = 4000 + 3 * FRAME
    assert np.array_equal(out[:3000], near[:3000])
    assert np.array_equal(out[settled:], near[settled : len(out)] // HALVED)
    assert len(near) - len(out) < DELAY + FRAME


@pytest.mark.parametrize("cuts", [EVERY_20_MS, UNEVEN])
def test_no_sample_is_lost_or_said_twice_when_the_far_end_has_ended(cuts: list[int]) -> None:
    near = near_of(4)
    far = far_with(near, 4000, 12_000)
    stage = EchoStage(Halving(), far)
    out = through(stage, near, cuts)
    after = 12_000 + samples_of_ms(RELEASE_MS, NEAR_RATE_HZ) + 3 * FRAME
    assert len(out) == len(near)
    assert np.array_equal(out[after:], near[after:])
    assert not stage.cancelling


def test_it_goes_in_and_out_without_a_step() -> None:
    near = np.full(4 * NEAR_RATE_HZ, 8000, np.int16)
    stage = EchoStage(Halving(), far_with(near, 4000, 12_000))
    out = through(stage, near, EVERY_20_MS).astype(np.int32)
    assert out.min() == 8000 // HALVED
    assert np.abs(np.diff(out)).max() <= 8000 // HALVED // FRAME + 1


def test_a_far_end_that_is_rendered_late_is_waited_for() -> None:
    near = near_of(1)
    far = far_with(near, 0, len(near))
    stage = EchoStage(Halving(), far)
    through(stage, near[:3200], EVERY_20_MS)
    far.rendered = 3200
    given = len(stage.process(near[3200:3520]))
    assert given < 320
    far.rendered = len(near)
    assert len(stage.process(near[3520:3840])) == 640 - given
    assert stage.starved_samples == 0


def test_a_far_end_that_stands_still_holds_nothing_up_for_longer_than_it_may() -> None:
    near = near_of(2)
    far = far_with(near, 0, len(near))
    far.rendered = 8000
    out = through(EchoStage(Halving(), far), near, EVERY_20_MS)
    assert len(near) - len(out) <= samples_of_ms(MAX_WAIT_MS, NEAR_RATE_HZ) + DELAY + FRAME


def test_a_far_end_that_became_known_late_lets_the_canceller_in_all_the_same() -> None:
    near = near_of(1)
    far = far_with(near, 4000, len(near))
    far.rendered = 3900
    stage = EchoStage(Halving(), far)
    through(stage, near[:4480], EVERY_20_MS)
    assert not stage.cancelling
    far.rendered = len(near)
    stage.process(near[4480:4800])
    assert stage.cancelling


class Screaming(Halving):
    """A canceller that has diverged, until it is reset."""

    def __init__(self) -> None:
        super().__init__()
        self.diverged = True
        self.resets = 0

    def cancel(self, near: Pcm, far: Pcm) -> Pcm:
        given = super().cancel(near, far)
        return given * 6 if self.diverged else given // 4

    def reset(self) -> None:
        self.diverged = False
        self.resets += 1


def test_a_canceller_that_makes_it_louder_is_passed_by_and_told_of() -> None:
    near = near_of(8) // 4
    canceller = Screaming()
    sound = np.full(len(near), 3000, np.int16)
    stage = EchoStage(canceller, Scripted(sound))
    verdicts, out = set(), []
    for piece in pieces(near, EVERY_20_MS):
        out.append(stage.process(piece).copy())
        verdicts.add(stage.measure.verdict)
    assert EchoVerdict.HARMFUL in verdicts
    assert canceller.resets == 1
    heard = np.concatenate(out)
    assert np.abs(heard[3 * NEAR_RATE_HZ :]).max() <= np.abs(near).max()
    assert stage.measure.verdict is not EchoVerdict.HARMFUL
    assert np.array_equal(heard[7 * NEAR_RATE_HZ :], near[7 * NEAR_RATE_HZ : len(heard)] // HALVED // 4)


def test_where_the_microphone_does_not_hear_the_loudspeaker_a_person_comes_through_untouched() -> None:
    near = np.zeros(4 * NEAR_RATE_HZ, np.int16)
    person = slice(3 * NEAR_RATE_HZ, 3 * NEAR_RATE_HZ + 6400)
    near[person] = near_of(0.4)
    stage = EchoStage(Halving(), Scripted(np.full(len(near), 3000, np.int16)))
    out = through(stage, near, EVERY_20_MS)
    assert stage.cancelling
    assert stage.measure.verdict is EchoVerdict.INAUDIBLE
    assert np.array_equal(out[person], near[person])


def test_what_the_canceller_knows_as_its_own_voice_only_a_loud_voice_is_louder_than() -> None:
    near, canceller = near_of(2), Halving()
    stage = EchoStage(canceller, Scripted(np.full(len(near), 100, np.int16)), coupling_db=-30.0)
    assert stage.expected_dbfs is None
    through(stage, near, EVERY_20_MS)
    somebody_dbfs = stage.expected_dbfs
    canceller.own_voice = True
    assert somebody_dbfs is not None
    assert somebody_dbfs < LOUD_VOICE_DBFS
    assert stage.expected_dbfs == LOUD_VOICE_DBFS


def test_a_canceller_that_is_passed_by_is_not_asked_who_speaks() -> None:
    near, canceller = np.zeros(4 * NEAR_RATE_HZ, np.int16), Halving()
    stage = EchoStage(canceller, Scripted(np.full(len(near), 3000, np.int16)))
    canceller.own_voice = True
    through(stage, near, EVERY_20_MS)
    assert stage.measure.verdict is EchoVerdict.INAUDIBLE
    assert stage.expected_dbfs is not None
    assert stage.expected_dbfs < LOUD_VOICE_DBFS
