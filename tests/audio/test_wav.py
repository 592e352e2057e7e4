"""A recording stands in for the microphone; a file that is none gets one clear sentence."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from appliance.audio.wav import WavReader, WavWriter
from appliance.errors import InputFileError
from appliance.pcm.formats import Pcm

RAMP = np.arange(1000, dtype=np.int16)


def write(path: Path, data: bytes, *, channels: int = 1, width: int = 2, rate_hz: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(data)
    return path


def read_all(path: Path, block: int = 160) -> Pcm:
    with WavReader(path) as reader:
        blocks = []
        while len(pcm := reader.read(block)):
            blocks.append(pcm)
        return np.concatenate(blocks)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "a.wav", 24_000) as writer:
        for start in range(0, 1000, 160):
            writer.write(RAMP[start : start + 160])
    assert np.array_equal(read_all(tmp_path / "a.wav", 77), RAMP)


def test_of_several_channels_the_first_is_heard(tmp_path: Path) -> None:
    stereo = np.stack([RAMP, -RAMP], axis=1).tobytes()
    assert np.array_equal(read_all(write(tmp_path / "s.wav", stereo, channels=2)), RAMP)


def test_a_file_that_was_never_closed_can_be_heard_up_to_its_last_second(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", 8000)
    for _ in range(20):
        writer.write(RAMP)
    assert len(read_all(tmp_path / "a.wav")) >= 16_000
    writer.__exit__(None, None, None)


def test_a_file_shorter_than_its_header_says_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write(tmp_path / "t.wav", RAMP.tobytes())
    path.write_bytes(path.read_bytes()[:-501])
    assert np.array_equal(read_all(path), RAMP[:749])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not a WAV file"),
        (b"RIFF", "is not a WAV file"),
        (b"just some text, no sound at all", "is not a WAV file"),
        (b"RIFF" + struct.pack("<I", 4) + b"WAVE", "is not a WAV file"),
    ],
)
def test_what_is_no_wav_is_refused_in_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=sentence) as refused:
        WavReader(path)
    assert "\n" not in str(refused.value)


def test_an_empty_wav_and_other_samples_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="is empty"):
        WavReader(write(tmp_path / "e.wav", b""))
    with pytest.raises(InputFileError, match="8-bit"):
        WavReader(write(tmp_path / "8.wav", b"\x80" * 100, width=1))
    with pytest.raises(InputFileError, match="100 samples a second"):
        WavReader(write(tmp_path / "r.wav", RAMP.tobytes(), rate_hz=100))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"nowhere\.wav cannot be read: No such file"):
        WavReader(tmp_path / "nowhere.wav")
    with pytest.raises(InputFileError, match="cannot be written"):
        WavWriter(tmp_path / "no folder" / "out.wav", 24_000)
