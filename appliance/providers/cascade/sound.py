"""Samples out of a stream of bytes, however it was cut into chunks; and a WAV file around samples. Pure."""

import struct
from enum import Enum

import numpy as np

from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import Pcm, pcm_from_bytes, pcm_to_bytes

# A header has 44 bytes; some writers put their name and a cue list before the sound.
MAX_HEADER_BYTES = 4096
_PCM, _EXTENSIBLE = 1, 0xFFFE
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")


class _Part(Enum):
    """Which part of the stream comes next."""

    BEGINNING = "raw samples, or a WAV header"
    HEADER = "chunks of a WAV file before the sound"
    SOUND = "samples"


class SoundStream:
    """Mono 16-bit little-endian samples, raw or in a WAV file of which the sizes mean nothing (a server
    that streams does not know them).

    Bound: less than a header is kept between two calls. Raises `ProtocolViolation` for a WAV file of
    another form, and `ProviderError` (model unavailable) for another rate than `rate_hz`.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._part = _Part.BEGINNING
        self._rest = b""

    def feed(self, data: bytes) -> Pcm:
        """The samples that `data`, the next bytes of the stream, completes."""
        data = self._rest + data
        self._rest = b""
        if self._part is _Part.BEGINNING:
            if len(data) < 4:
                self._rest = data
                return _NO_SOUND
            self._part = _Part.HEADER if data.startswith(b"RIFF") else _Part.SOUND
        if self._part is _Part.HEADER:
            start = self._sound_start(data)
            if start is None:
                self._rest = data
                return _NO_SOUND
            data, self._part = data[start:], _Part.SOUND
        whole = len(data) & ~1
        self._rest = data[whole:]
        return pcm_from_bytes(data[:whole])

    def end(self) -> Pcm:
        """What is left when the stream has ended; half a sample is dropped."""
        rest, self._rest = self._rest, b""
        if self._part is _Part.HEADER:
            raise ProtocolViolation("the server sent a WAV file without sound")
        self._part = _Part.SOUND
        return pcm_from_bytes(rest[: len(rest) & ~1])

    def _sound_start(self, data: bytes) -> int | None:
        """Where the samples begin; None where that is not known yet."""
        at = 12
        while len(data) >= at + _CHUNK.size:
            name, size = _CHUNK.unpack_from(data, at)
            at += _CHUNK.size
            if name == b"data":
                return at
            if name == b"fmt " and len(data) >= at + _FORMAT.size:
                self._check(data, at)
            at += size + size % 2
            if at > MAX_HEADER_BYTES:
                break
        if max(at, len(data)) > MAX_HEADER_BYTES:
            raise ProtocolViolation(f"the server sent a WAV header of more than {MAX_HEADER_BYTES} bytes")
        return None

    def _check(self, data: bytes, at: int) -> None:
        form, channels, rate_hz, _, _, bits = _FORMAT.unpack_from(data, at)
        if form not in (_PCM, _EXTENSIBLE) or channels != 1 or bits != 16:
            raise ProtocolViolation(
                f"the server sent a WAV file of form {form} with {channels} channels of {bits} bits; "
                "wanted is PCM, one channel, 16 bits"
            )
        if rate_hz != self._rate_hz:
            raise ProviderError(
                FailureCategory.MODEL_UNAVAILABLE,
                f"the voice speaks at {rate_hz} Hz and not at {self._rate_hz}: write rate_hz = {rate_hz}",
            )


_NO_SOUND: Pcm = np.empty(0, np.int16)


def wav_file(pcm: Pcm, rate_hz: int) -> bytes:
    """`pcm` as a WAV file, sizes and all."""
    sound = pcm_to_bytes(pcm)
    header = b"RIFF" + struct.pack("<I", 36 + len(sound)) + b"WAVE"
    form = _CHUNK.pack(b"fmt ", _FORMAT.size) + _FORMAT.pack(_PCM, 1, rate_hz, 2 * rate_hz, 2, 16)
    return header + form + _CHUNK.pack(b"data", len(sound)) + sound
