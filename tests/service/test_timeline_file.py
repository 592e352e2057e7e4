"""From the files of a conversation to the file of its picture."""

import os
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import resvg_py

from appliance.audio.wav_format import Encoding
from appliance.conversation.timeline import draw
from appliance.conversation.timeline.style import WIDTH
from appliance.errors import InputFileError
from appliance.service.picture import to_png
from appliance.service.timeline_file import draw_file
from tests.audio.wav_files import put, recording

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


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def test_a_picture_that_is_named_png_is_one(tmp_path: Path) -> None:
    draw_file(LOG, tmp_path / "out.PNG")
    assert size_of((tmp_path / "out.PNG").read_bytes())[0] == 1.5 * WIDTH


def test_a_png_needs_no_font_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_file(LOG, tmp_path / "with.png")
    render = resvg_py.svg_to_bytes
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **how: render(**how, skip_system_fonts=True))
    draw_file(LOG, tmp_path / "without.png")
    wordless = render(svg_string=draw([]), zoom=1.5, skip_system_fonts=True)
    assert (tmp_path / "without.png").read_bytes() == (tmp_path / "with.png").read_bytes()
    assert len(to_png(draw([]))) > 1.5 * len(wordless)


def test_a_long_picture_is_drawn_smaller() -> None:
    wide, high = size_of(to_png('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 40000"></svg>'))
    assert wide * high == pytest.approx(20_000_000, rel=0.01)


def test_without_the_package_for_a_png_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(InputFileError, match=r"needs the package resvg-py.*pip install resvg-py"):
        draw_file(LOG, tmp_path / "out.png")
    draw_file(LOG, tmp_path / "out.svg")


@pytest.mark.parametrize("name", ["out.jpg", "out", "svg"])
def test_a_picture_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputFileError, match=r"must end in \.svg or \.png"):
        draw_file(LOG, tmp_path / name)


def test_a_picture_can_begin_later(tmp_path: Path) -> None:
    draw_file(LOG, tmp_path / "out.svg", from_s=9)
    shown = (tmp_path / "out.svg").read_text(encoding="utf-8")
    assert "begins 9.0 s after the log" in shown
    assert "turn 2" in shown
    assert "turn 1" not in shown.replace("turn 1,", "")


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
        (b"", "has no event in it"),
        (b"\n\n", "has no event in it"),
        (b'{"t_ms":1}\n]\n', r"Line 2 is no JSON object"),
    ],
)
def test_a_file_that_is_no_event_log_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=f"events.jsonl.*{sentence}"):
        draw_file(path, tmp_path / "out.svg")


@pytest.mark.parametrize("out", ["self.svg", "in.svg", "out.svg"])
def test_the_picture_overwrites_none_of_the_files_it_is_drawn_from(tmp_path: Path, out: str) -> None:
    log = tmp_path / "self.svg"
    log.write_bytes(LOG.read_bytes())
    heard, played = make_wav(tmp_path / "in.svg"), make_wav(tmp_path / "out.svg")
    before = (tmp_path / out).read_bytes()
    with pytest.raises(InputFileError, match=r"is named as .* and as .*; name another file"):
        draw_file(log, tmp_path / out, heard, played)
    assert (tmp_path / out).read_bytes() == before


def test_a_pipe_as_a_recording_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in.wav")
    with pytest.raises(InputFileError, match=r"in\.wav is no regular file"):
        draw_file(LOG, tmp_path / "out.svg", tmp_path / "in.wav")


def test_a_missing_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"none\.jsonl cannot be read: No such file"):
        draw_file(tmp_path / "none.jsonl", tmp_path / "out.svg")


def test_a_picture_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"out\.svg cannot be written: No such file"):
        draw_file(LOG, tmp_path / "none" / "out.svg")


def test_a_recording_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"in\.wav cannot be read: No such file"):
        draw_file(LOG, tmp_path / "out.svg", tmp_path / "in.wav")
    with pytest.raises(InputFileError, match=r"in\.wav is not a WAV file"):
        draw_file(LOG, tmp_path / "out.svg", put(tmp_path / "in.wav", b"x" * 99))


@pytest.mark.parametrize("encoding", Encoding)
def test_recordings_of_every_kind_look_the_same(tmp_path: Path, encoding: Encoding) -> None:
    tone = (12_000 * np.sin(np.arange(6 * 8000) * 0.2)).astype(np.int16)
    pictures = []
    for kind in (Encoding.SIGNED_16, encoding):
        path = put(tmp_path / f"{kind.name}.wav", recording(tone, kind, channels=3, rate_hz=8000))
        draw_file(LOG, tmp_path / "out.svg", path)
        pictures.append((tmp_path / "out.svg").stat().st_size)
    assert pictures[0] == pytest.approx(pictures[1], rel=0.01)
