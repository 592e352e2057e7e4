"""A recording stands in for the microphone; a file that is none gets one clear sentence."""

import struct
import tracemalloc
import wave
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from appliance.audio.wav import WavReader, WavWriter
from appliance.audio.wav_format import Encoding
from appliance.errors import InputFileError
from appliance.pcm.formats import Pcm
from tests.audio.test_wav_format import FILES
from tests.audio.wav_files import chunk, description, put, recording, riff, wav

RAMP = np.arange(1000, dtype=np.int16)


def read_all(path: Path, block: int = 160) -> Pcm:
    with WavReader(path) as reader:
        blocks = []
        while len(pcm := reader.read(block)):
            blocks.append(pcm)
        return np.concatenate(blocks) if blocks else RAMP[:0]


# --------------------------------------------------------------------------- reading


@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("encoding", Encoding)
def test_a_recording_is_the_same_in_blocks_of_any_size(
    tmp_path: Path, encoding: Encoding, channels: int
) -> None:
    path = put(tmp_path / "a.wav", recording(RAMP * 30, encoding, channels))
    whole = read_all(path, 1000)
    assert len(whole) == 1000
    assert np.array_equal(read_all(path, 77), whole)


def test_it_tells_its_rate(tmp_path: Path) -> None:
    with WavReader(put(tmp_path / "a.wav", recording(RAMP, Encoding.SIGNED_24, 2, 44_100))) as reader:
        assert reader.rate_hz == 44_100


def test_what_lies_behind_the_sound_is_not_heard(tmp_path: Path) -> None:
    sound = chunk(b"data", RAMP.tobytes())
    file = riff(chunk(b"fmt ", description()), sound, chunk(b"LIST", b"INFO" * 500))
    assert np.array_equal(read_all(put(tmp_path / "a.wav", file)), RAMP)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 5000])
def test_a_recording_whose_size_is_not_known_is_heard_to_its_end(tmp_path: Path, size: int) -> None:
    file = riff(chunk(b"fmt ", description()), chunk(b"data", RAMP.tobytes(), size=size))
    assert np.array_equal(read_all(put(tmp_path / "a.wav", file)), RAMP)


def test_a_file_shorter_than_its_header_says_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    path = put(tmp_path / "t.wav", wav(RAMP.tobytes())[:-501])
    assert np.array_equal(read_all(path), RAMP[:749])


def test_a_file_that_shrinks_while_it_is_read_ends(tmp_path: Path) -> None:
    path = put(tmp_path / "t.wav", wav(RAMP.tobytes() * 100))
    with WavReader(path) as reader:
        path.write_bytes(b"")
        assert sum(len(reader.read(1000)) for _ in range(200)) < 100_000


def test_hours_are_read_with_the_memory_of_one_block(tmp_path: Path) -> None:
    path, rate_hz, seconds = tmp_path / "long.wav", 16_000, 3 * 3600
    with path.open("wb") as file:  # a hole: it takes no disk
        data_bytes = 2 * rate_hz * seconds
        file.write(wav(b"")[:-4] + struct.pack("<I", data_bytes))
        file.truncate(44 + data_bytes)
    with WavReader(path) as reader:
        assert len(reader.read(rate_hz)) == rate_hz
        tracemalloc.start()
        read = sum(len(reader.read(rate_hz)) for _ in range(seconds))
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert read == rate_hz * (seconds - 1)
    assert peak_bytes < 4 * 2 * rate_hz


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
def test_any_file_is_heard_or_refused(tmp_path: Path, file: bytes) -> None:
    with suppress(InputFileError):
        assert 1 <= len(read_all(put(tmp_path / "x.wav", file))) <= len(file)


def test_what_is_no_wav_is_refused_in_one_sentence_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"x\.wav is not a WAV file$"):
        WavReader(put(tmp_path / "x.wav", b"just some text, no sound at all"))
    with pytest.raises(InputFileError, match=r"e\.wav is empty"):
        WavReader(put(tmp_path / "e.wav", wav(b"")))


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"nowhere\.wav cannot be read: No such file"):
        WavReader(tmp_path / "nowhere.wav")
    with pytest.raises(InputFileError, match="cannot be read: Is a directory"):
        WavReader(tmp_path)


# --------------------------------------------------------------------------- writing


def test_what_is_written_is_read(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "a.wav", 24_000) as writer:
        for start in range(0, 1000, 160):
            writer.write(RAMP[start : start + 160])
    assert np.array_equal(read_all(tmp_path / "a.wav", 77), RAMP)


def test_what_is_written_is_read_by_others(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "a.wav", 24_000) as writer:
        writer.write(RAMP)
    with wave.open(str(tmp_path / "a.wav"), "rb") as other:
        assert other.getparams()[:4] == (1, 2, 24_000, 1000)
        assert other.readframes(2000) == RAMP.tobytes()


def test_a_file_that_was_never_closed_can_be_heard_up_to_its_last_second(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", 8000)
    for _ in range(20):
        writer.write(RAMP)
    assert len(read_all(tmp_path / "a.wav")) >= 16_000
    writer.__exit__(None, None, None)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be written: No such file"):
        WavWriter(tmp_path / "no folder" / "out.wav", 24_000)


def fill(path: Path) -> None:
    with WavWriter(path, 8000) as writer:
        for _ in range(8):
            writer.write(RAMP)


def test_a_disk_that_is_full_is_named() -> None:
    with pytest.raises(InputFileError, match="/dev/full cannot be written: No space left"):
        fill(Path("/dev/full"))
