"""WAV files in place of a microphone and a loudspeaker, read and written block by block."""

import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.audio.wav_format import parse_wav
from appliance.audio.wav_samples import first_channel
from appliance.errors import InputFileError
from appliance.pcm.formats import Pcm, pcm_to_bytes

# The header is brought up to date this often, so that the file of a killed process can be heard.
_HEADER_EVERY_S = 1
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
# Written where a size has no room in 32 bits (24 kHz: after 24 hours); readers take it as "to the end".
_UNKNOWN_SIZE = 0xFFFFFFFF


class WavReader:
    """A recording as a microphone: mono, or the first channel of several, as int16.

    Integers of 8, 16, 24 and 32 bits, floats of 32 and 64, A-law and µ-law, 8 to 192 kHz. Only one
    block is in memory at a time. Raises InputFileError with one sentence for a file that cannot be
    read, is no WAV, or holds no sound (NoSoundError). Of a file that is shorter than its header says,
    what is there counts; what is written to it after it was opened does not.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise self._failed(error) from error
        try:
            self._wav = parse_wav(self._read_at, self._file.seek(0, os.SEEK_END))
            self._file.seek(self._wav.data_start)
        except OSError as error:
            self._file.close()
            raise self._failed(error) from error
        except InputFileError as error:
            self._file.close()
            raise type(error)(f"{path} {error}") from error
        self._left = self._wav.frames

    @property
    def rate_hz(self) -> int:
        """Samples a second."""
        return self._wav.rate_hz

    def read(self, count: int) -> Pcm:
        """The next `count` samples, fewer at the end of the file."""
        try:
            data = self._file.read(min(count, self._left) * self._wav.frame_bytes)
        except OSError as error:
            raise self._failed(error) from error
        frames = len(data) // self._wav.frame_bytes
        self._left -= frames
        return first_channel(data[: frames * self._wav.frame_bytes], self._wav)

    def _read_at(self, offset: int, count: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(count)

    def _failed(self, error: OSError) -> InputFileError:
        return InputFileError(f"{self._path} cannot be read: {error.strerror or error}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


class WavWriter:
    """A mono 16-bit file as a loudspeaker. Its header is right at every second and after closing.

    Raises InputFileError when the file cannot be written, also later: a disk that is full.
    """

    def __init__(self, path: Path, rate_hz: int) -> None:
        self._path, self._rate_hz = path, rate_hz
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise self._failed(error) from error
        self._file.write(_header(rate_hz, 0))  # buffered: what fails fails later
        self._header_samples = _HEADER_EVERY_S * rate_hz
        self._samples = 0
        self._since_header = 0

    def write(self, pcm: Pcm) -> None:
        """Append samples."""
        try:
            self._file.write(pcm_to_bytes(pcm))
            self._samples += len(pcm)
            self._since_header += len(pcm)
            if self._since_header >= self._header_samples:
                self._write_header()
        except OSError as error:
            raise self._failed(error) from error

    def _write_header(self) -> None:
        self._since_header = 0
        self._file.seek(0)
        self._file.write(_header(self._rate_hz, self._samples))
        self._file.seek(0, os.SEEK_END)
        self._file.flush()

    def _failed(self, error: OSError) -> InputFileError:
        return InputFileError(f"{self._path} cannot be written: {error.strerror or error}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with self._file:
                self._write_header()
        except OSError as failure:
            raise self._failed(failure) from failure


def _header(rate_hz: int, samples: int) -> bytes:
    data_bytes = 2 * samples
    riff_bytes = data_bytes + _HEADER.size - 8
    if riff_bytes > _UNKNOWN_SIZE:
        data_bytes = riff_bytes = _UNKNOWN_SIZE
    riff, fmt, data = (b"RIFF", riff_bytes, b"WAVE"), (b"fmt ", 16), (b"data", data_bytes)
    return _HEADER.pack(*riff, *fmt, 1, 1, rate_hz, 2 * rate_hz, 2, 16, *data)
