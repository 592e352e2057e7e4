"""From the files of a conversation to the file of its picture."""

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from appliance.errors import InputFileError
from appliance.service.timeline_file import draw_file

LOG = Path(__file__).parents[1] / "conversation" / "two_turns.jsonl"


def make_wav(path: Path, *, channels: int = 1, width: int = 2, seconds: int = 6) -> Path:
    noise = np.random.default_rng(0).integers(0, 255, channels * width * 8000 * seconds, np.uint8)
    with wave.open(str(path), "wb") as recording:
        recording.setparams((channels, width, 8000, 0, "NONE", ""))
        recording.writeframes(noise.tobytes())
    return path


def test_a_log_becomes_a_picture(tmp_path: Path) -> None:
    draw_file(LOG, tmp_path / "out.svg")
    assert (tmp_path / "out.svg").read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="needs rsvg-convert")
def test_a_picture_that_is_named_png_is_one(tmp_path: Path) -> None:
    draw_file(LOG, tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_without_the_program_for_a_png_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputFileError, match="needs the program rsvg-convert"):
        draw_file(LOG, tmp_path / "out.png")


def test_a_program_for_a_png_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rsvg-convert").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "rsvg-convert").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputFileError, match="rsvg-convert made no PNG"):
        draw_file(LOG, tmp_path / "out.png")


def test_recordings_are_drawn_too(tmp_path: Path) -> None:
    stereo, mono = make_wav(tmp_path / "in.wav", channels=2), make_wav(tmp_path / "out.wav")
    draw_file(LOG, tmp_path / "bare.svg")
    draw_file(LOG, tmp_path / "full.svg", stereo, mono)
    assert (tmp_path / "full.svg").stat().st_size > (tmp_path / "bare.svg").stat().st_size + 5000


def test_an_empty_recording_is_silence(tmp_path: Path) -> None:
    draw_file(LOG, tmp_path / "out.svg", make_wav(tmp_path / "in.wav", seconds=0))
    assert (tmp_path / "out.svg").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"RIFF\xff\xfe", "is no text"),
        (b'{"t_ms":1}\n]\n', r"Line 2 is no JSON object"),
    ],
)
def test_a_file_that_is_no_event_log_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=f"events.jsonl.*{sentence}"):
        draw_file(path, tmp_path / "out.svg")


def test_a_missing_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"none\.jsonl cannot be read: No such file"):
        draw_file(tmp_path / "none.jsonl", tmp_path / "out.svg")


def test_a_picture_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"out\.svg cannot be written: No such file"):
        draw_file(LOG, tmp_path / "none" / "out.svg")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "No such file"), (b"", "no WAV"), (b"RIFF....WAVE", "no WAV"), (b"x" * 99, "no WAV")],
)
def test_a_recording_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "in.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputFileError, match=rf"in\.wav.*{sentence}"):
        draw_file(LOG, tmp_path / "out.svg", path)


def test_a_recording_of_another_width_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="has 8 bits a sample, not 16"):
        draw_file(LOG, tmp_path / "out.svg", make_wav(tmp_path / "in.wav", width=1))
