"""Two minutes of one's own room: recorded by a script, with labels beside it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.audio.wav import WavReader
from appliance.errors import DeviceError, InputFileError
from appliance.pcm.formats import Pcm, pcm_to_bytes
from appliance.service.control.controls import Status
from appliance.service.tune.labels import labels_of, read_labels, write_labels
from appliance.service.tune.recorder import MicrophoneTaken, record, record_from, refuse_taken
from appliance.service.tune.script import SCRIPT, Step, segments_of, step_at, whole_s
from tests.audio.fake_devices import FakeMicrophone
from tests.service.control.fake_controls import FakeControls, daemon

STEPS = (Step(1, False, "be quiet"), Step(2, True, "say something"), Step(0.5, False, "be quiet again"))


def microphone(pcm: Pcm) -> FakeMicrophone:
    device = FakeMicrophone()
    for start in range(0, len(pcm), 512):
        device.arrivals.put(pcm_to_bytes(pcm[start : start + 512]))
    return device


class Standing(FakeControls):
    """An appliance that runs, muted or not."""

    def __init__(self, muted: bool) -> None:
        super().__init__()
        self._muted = muted

    def status(self) -> Status:
        return replace(super().status(), muted=self._muted)


def room(seconds: float) -> Pcm:
    return np.random.default_rng(1).normal(0, 100, round(seconds * 16_000)).astype(np.int16)


def test_it_takes_two_minutes_at_most_with_a_dozen_sentences_and_silence_before_and_after() -> None:
    assert whole_s(SCRIPT) <= 120
    assert sum(step.spoken for step in SCRIPT) >= 12
    assert not SCRIPT[0].spoken
    assert not SCRIPT[-1].spoken


def test_every_instant_belongs_to_a_step() -> None:
    assert step_at(STEPS, 0.0) == (STEPS[0], 1.0)
    assert step_at(STEPS, 1.0) == (STEPS[1], 2.0)
    assert step_at(STEPS, 3.25) == (STEPS[2], 0.25)
    assert step_at(STEPS, 3.5) is None


def test_what_is_recorded_is_labelled_by_its_script(tmp_path: Path) -> None:
    path = tmp_path / "room.wav"
    shown: list[Step] = []
    record_from(microphone(room(5)), STEPS, path, lambda step, left_s, dbfs: shown.append(step))
    with WavReader(path) as file:
        heard = file.read(100_000)
    assert np.array_equal(heard, room(5)[: len(heard)])
    assert 3.5 <= len(heard) / 16_000 <= 3.54
    assert read_labels(path) == tuple(segments_of(STEPS))
    assert list(dict.fromkeys(shown)) == list(STEPS)


def test_a_microphone_that_is_switched_off_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="mute switch"):
        record_from(
            microphone(np.zeros(16_000 * 5, np.int16)),
            SCRIPT,
            tmp_path / "a.wav",
            lambda step, left, dbfs: None,
        )


def test_a_microphone_that_is_lost_is_told(tmp_path: Path) -> None:
    device = microphone(room(1))
    device.arrivals.put(DeviceError("it was pulled"))
    with pytest.raises(DeviceError, match="pulled"):
        record_from(device, SCRIPT, tmp_path / "a.wav", lambda step, left, dbfs: None)
    assert not labels_of(tmp_path / "a.wav").exists()


@pytest.mark.parametrize("there", ["a.wav", "a.json"])
def test_nothing_is_recorded_over_a_file(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(InputFileError, match="there already"):
        record("", SCRIPT, tmp_path / "a.wav", lambda step, left, dbfs: None)


def test_without_labels_nothing_is_known(tmp_path: Path) -> None:
    assert read_labels(tmp_path / "a.wav") is None


@pytest.mark.parametrize(
    "text", ["", "[]", '{"segments": [{"from_s": -1, "until_s": 2, "kind": "sentence"}]}']
)
def test_what_is_no_label_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputFileError, match=r"a\.json beside a\.wav"):
        read_labels(tmp_path / "a.wav")


def test_labels_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be written"):
        write_labels(tmp_path / "missing" / "a.wav", ())


def test_where_nobody_runs_the_microphone_is_free(tmp_path: Path) -> None:
    refuse_taken(tmp_path / "nobody.sock")


@pytest.mark.parametrize(("muted", "words"), [(False, "has the microphone"), (True, "is muted")])
async def test_the_appliance_that_runs_is_not_robbed_of_its_microphone(
    tmp_path: Path, muted: bool, words: str
) -> None:
    async with daemon(tmp_path, controls=Standing(muted)) as running:
        with pytest.raises(MicrophoneTaken, match=words):
            await asyncio.to_thread(refuse_taken, running.path)
