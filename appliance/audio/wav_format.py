"""What a WAV file says about its sound: from the bytes of its header to a `WavFormat`."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from appliance.errors import InputFileError

MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 192_000
MAX_CHANNELS = 64  # the largest microphone arrays; beyond them a header is garbage
# Chunks that are looked at: programs write a dozen, and a gigabyte of empty ones shall not take minutes.
MAX_CHUNKS = 256

ReadAt = Callable[[int, int], bytes]
"""Gives `count` bytes of a file from `offset`; fewer where the file ends."""

_CHUNK = struct.Struct("<4sI")
_FMT = struct.Struct("<HHIIHH")
_FMT_MAX_BYTES = 40  # of the longest kind of description, the extensible one
_EXTENSIBLE = 0xFFFE
# The rest of an extensible format's name, whose first two bytes are a tag as in the short kind.
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
# Of data, where the recorder did not know it, or wrote it into a chunk of its own (RF64).
_UNKNOWN_SIZE = 0xFFFFFFFF
_OTHER_TAGS = {
    0x0002: "ADPCM",
    0x0011: "IMA ADPCM",
    0x0031: "GSM 6.10",
    0x0050: "MPEG",
    0x0055: "MP3",
    0x00FF: "AAC",
    0x0161: "Windows Media",
}


class NoSoundError(InputFileError):
    """A WAV file as it should be, without a single sample in it."""


class Encoding(Enum):
    """How a sample is written: its name, and its bytes."""

    UNSIGNED_8 = ("8-bit", 1)
    SIGNED_16 = ("16-bit", 2)
    SIGNED_24 = ("24-bit", 3)
    SIGNED_32 = ("32-bit", 4)
    FLOAT_32 = ("32-bit float", 4)
    FLOAT_64 = ("64-bit float", 8)
    ALAW = ("A-law", 1)
    ULAW = ("µ-law", 1)

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample of one channel."""
        return self.value[1]


_INTEGERS = (Encoding.UNSIGNED_8, Encoding.SIGNED_16, Encoding.SIGNED_24, Encoding.SIGNED_32)
# By the tag of the description; of integers the bytes of a sample tell which.
_ENCODINGS = {
    0x0001: _INTEGERS,
    0x0003: (Encoding.FLOAT_32, Encoding.FLOAT_64),
    0x0006: (Encoding.ALAW,),
    0x0007: (Encoding.ULAW,),
}


@dataclass(frozen=True, slots=True)
class WavFormat:
    """How the samples of a file are written, and where: `frames` of them for each channel."""

    encoding: Encoding
    channels: int
    rate_hz: int
    data_start: int  # bytes from the start of the file
    frames: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return self.encoding.sample_bytes * self.channels


def parse_wav(read_at: ReadAt, file_bytes: int) -> WavFormat:
    """The format of a file of `file_bytes`.

    A data size of 0 or 0xFFFFFFFF, or one beyond the end of the file, is what a recorder leaves that
    was cut off or could not go back: then the sound goes on to the end of the file. RF64 is read too.

    Raises InputFileError with the rest of a sentence that begins with the file's name: it is no WAV
    file, ends in its header, or holds sound that cannot be read; NoSoundError where it holds none.
    """
    magic, form = read_at(0, 4), read_at(8, 4)
    if magic == b"RIFX":
        raise InputFileError("is a big-endian WAV file (RIFX); only little-endian ones (RIFF) can be read")
    if magic not in (b"RIFF", b"RF64", b"BW64") or form != b"WAVE":
        raise InputFileError("is not a WAV file")
    description: bytes | None = None
    long_data_bytes: int | None = None
    offset = 12
    for _ in range(MAX_CHUNKS):
        head = read_at(offset, _CHUNK.size)
        if len(head) < _CHUNK.size:
            raise InputFileError("ends in its header, before the sound begins")
        name, size = _CHUNK.unpack(head)
        offset += _CHUNK.size
        if name == b"data":
            if description is None:
                raise InputFileError("is a broken WAV file: it does not say how its sound is written")
            said = long_data_bytes if size == _UNKNOWN_SIZE else size
            return _format(description, offset, _data_bytes(read_at, offset, said, file_bytes))
        if name == b"fmt ":
            description = read_at(offset, min(size, _FMT_MAX_BYTES))
        elif name == b"ds64":
            sizes = read_at(offset + 8, 8)
            long_data_bytes = int.from_bytes(sizes, "little") if len(sizes) == 8 else None
        offset = _after(offset, size)
    raise InputFileError(f"is a broken WAV file: no sound within its first {MAX_CHUNKS} chunks")


def _after(offset: int, size: int) -> int:
    """Where the chunk ends whose content begins at `offset`: on an even byte."""
    return offset + size + size % 2


def _data_bytes(read_at: ReadAt, start: int, said: int | None, file_bytes: int) -> int:
    rest = max(file_bytes - start, 0)
    if said is None or (said == 0 and not _are_chunks(read_at, start, file_bytes)):
        return rest
    return min(said, rest)


def _are_chunks(read_at: ReadAt, offset: int, file_bytes: int) -> bool:
    """Whether the rest of the file is whole chunks: then a data size of 0 is meant."""
    for _ in range(MAX_CHUNKS):
        if offset >= file_bytes:
            return True
        head = read_at(offset, _CHUNK.size)
        if len(head) < _CHUNK.size or not all(0x20 <= byte < 0x7F for byte in head[:4]):
            return False
        size = _CHUNK.unpack(head)[1]
        if offset + _CHUNK.size + size > file_bytes:
            return False
        offset = _after(offset + _CHUNK.size, size)
    return False


def _format(description: bytes, data_start: int, data_bytes: int) -> WavFormat:
    if len(description) < _FMT.size:
        raise InputFileError("is a broken WAV file: the description of its sound is cut off")
    tag, channels, rate_hz, _, frame_bytes, bits = _FMT.unpack_from(description)
    if tag == _EXTENSIBLE:
        tag = _extensible_tag(description)
    if not 1 <= channels <= MAX_CHANNELS:
        raise InputFileError(
            f"has {channels} channels; 1 to {MAX_CHANNELS} can be read, and the first is heard"
        )
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise InputFileError(f"has {rate_hz} samples a second; {MIN_RATE_HZ} to {MAX_RATE_HZ} can be read")
    encoding = _encoding(tag, bits, frame_bytes, channels)
    frames = data_bytes // (encoding.sample_bytes * channels)
    if frames == 0:
        raise NoSoundError("is empty: there is no sound in it")
    return WavFormat(encoding, channels, rate_hz, data_start, frames)


def _extensible_tag(description: bytes) -> int:
    if len(description) < _FMT_MAX_BYTES or description[26:40] != _GUID_TAIL:
        raise InputFileError("holds sound of an unknown kind (in its extensible description)")
    return int.from_bytes(description[24:26], "little")


def _encoding(tag: int, bits: int, frame_bytes: int, channels: int) -> Encoding:
    known = _ENCODINGS.get(tag)
    if known is None:
        kind = _OTHER_TAGS.get(tag, f"{tag:#06x}")
        raise InputFileError(f"holds sound of the kind {kind}; integers, floats, A-law and µ-law can be read")
    sample_bytes, odd = divmod(frame_bytes, channels)
    for encoding in known:
        # an integer may use fewer bits than it has: the upper ones
        fits = 0 < bits <= 8 * sample_bytes if known is _INTEGERS else bits == 8 * sample_bytes
        if encoding.sample_bytes == sample_bytes and not odd and fits:
            return encoding
    raise InputFileError(
        f"is a broken WAV file, or of an unknown kind: {bits}-bit samples of {channels} channels "
        f"in {frame_bytes} bytes"
    )
