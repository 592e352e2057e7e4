"""WAV files in place of a microphone and a loudspeaker, read and written block by block."""

import wave
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from appliance.errors import InputFileError
from appliance.pcm.formats import Pcm, pcm_from_bytes, pcm_to_bytes

MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 192_000
# The header is brought up to date this often, so that the file of a killed process can be heard.
_HEADER_EVERY_S = 1


class WavReader:
    """A file of 16-bit samples as a microphone: mono, or the first channel of several.

    Only one block is in memory at a time. Raises InputFileError with one sentence for a file that
    cannot be read, is no WAV, has other samples than 16-bit ones, or holds none. Of a file that is
    shorter than its header says, what is there counts.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = wave.open(str(path), "rb")  # noqa: SIM115  closed by __exit__
        except OSError as error:
            raise InputFileError(f"{path} cannot be read: {error.strerror or error}") from error
        except (wave.Error, EOFError) as error:
            reason = f": {error}" if str(error) else ""
            raise InputFileError(f"{path} is not a WAV file with 16-bit samples{reason}") from error
        try:
            self._check(path)
        except InputFileError:
            self._file.close()
            raise
        self.rate_hz = self._file.getframerate()
        self._channels = self._file.getnchannels()

    def _check(self, path: Path) -> None:
        bits = 8 * self._file.getsampwidth()
        rate_hz = self._file.getframerate()
        if bits != 16:
            raise InputFileError(f"{path} has {bits}-bit samples; only 16-bit ones can be replayed")
        if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
            raise InputFileError(
                f"{path} has {rate_hz} samples a second; {MIN_RATE_HZ} to {MAX_RATE_HZ} can be replayed"
            )
        if self._file.getnframes() == 0:
            raise InputFileError(f"{path} is empty: there is no sound in it")

    def read(self, count: int) -> Pcm:
        """The next `count` samples, fewer at the end of the file."""
        frame_bytes = 2 * self._channels
        data = self._file.readframes(count)
        whole = len(data) - len(data) % frame_bytes
        pcm = pcm_from_bytes(data[:whole])
        return pcm if self._channels == 1 else np.ascontiguousarray(pcm[:: self._channels])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


class WavWriter:
    """A mono 16-bit file as a loudspeaker. Its header is right at every second and after closing.

    Raises InputFileError when the file cannot be written.
    """

    def __init__(self, path: Path, rate_hz: int) -> None:
        try:
            self._raw = path.open("wb")  # not by `wave`, whose destructor stumbles over a failed open
        except OSError as error:
            raise InputFileError(f"{path} cannot be written: {error.strerror or error}") from error
        self._file = wave.open(self._raw, "wb")  # noqa: SIM115  closed by __exit__
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(rate_hz)
        self._file.writeframes(b"")
        self._header_samples = _HEADER_EVERY_S * rate_hz
        self._since_header = 0

    def write(self, pcm: Pcm) -> None:
        """Append samples."""
        self._since_header += len(pcm)
        if self._since_header >= self._header_samples:
            self._since_header = 0
            self._file.writeframes(pcm_to_bytes(pcm))
        else:
            self._file.writeframesraw(pcm_to_bytes(pcm))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._raw.close()
