"""What was measured is there for the echo canceller, whole; a spoilt file costs nobody the start."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.service.doctor.learnt import Learnt, LearntEcho
from appliance.service.doctor.learnt_file import FILE, keep, learnt_of, recall
from appliance.service.memory.state import StateDirectory

LEARNT = Learnt(
    measured_at=datetime(2026, 11, 21, tzinfo=UTC),
    microphone="USB Mic",
    loudspeaker="Jack",
    capture_hz=16_000,
    playout_hz=48_000,
    noise_dbfs=-61,
    clipped_share=0.002,
    echo=LearntEcho(delay_ms=45, level_db=-14, distortion_db=-34, drift_ppm=21, slip_ms=0.01),
)


def unexpected(sentence: str) -> None:
    raise AssertionError(sentence)


def test_what_was_kept_is_recalled(tmp_path: Path) -> None:
    keep(tmp_path / "state", LEARNT, unexpected)
    assert recall(StateDirectory(tmp_path / "state", unexpected)) == LEARNT


def test_of_other_devices_or_with_lost_sound_nothing_was_measured(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path, unexpected)
    keep(tmp_path, LEARNT, unexpected)
    assert learnt_of(state, "USB Mic", "Jack") == LEARNT
    assert learnt_of(state, "USB Mic", "HDMI") is None
    keep(tmp_path, LEARNT.model_copy(update={"overruns": 1}), unexpected)
    assert learnt_of(state, "USB Mic", "Jack") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_what_root_measured_belongs_to_whoever_owns_the_directory(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, 65_534, 65_534)
    keep(folder, LEARNT, unexpected)
    found = (folder / FILE).stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (65_534, 65_534, 0o600)


def test_nothing_measured_is_nothing(tmp_path: Path) -> None:
    assert recall(StateDirectory(tmp_path, unexpected)) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"version":1', '"version":2'),
        ('"drift_ppm":21.0', '"drift_ppm":"fast"'),
        ('"drift_ppm":21.0', '"drift_ppm":1e9'),
        ('"microphone":"USB Mic",', ""),
        ("{", "[{"),
    ],
)
def test_a_file_that_makes_no_sense_is_put_aside_and_told_of(tmp_path: Path, old: str, new: str) -> None:
    keep(tmp_path, LEARNT, unexpected)
    text = (tmp_path / FILE).read_text()
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new, 1))
    warnings: list[str] = []
    assert recall(StateDirectory(tmp_path, warnings.append)) is None
    assert len(warnings) == 1
    assert (tmp_path / f"{FILE}.spoilt").exists()


def test_members_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    keep(tmp_path, LEARNT, unexpected)
    text = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text(text.replace("{", '{"more":[1],', 1))
    assert recall(StateDirectory(tmp_path, unexpected)) == LEARNT
