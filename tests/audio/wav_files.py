"""WAV files of every kind, written byte by byte: not by the code under test."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from appliance.audio.wav_format import Encoding
from appliance.pcm.formats import Pcm
from appliance.pcm.g711 import encode_alaw, encode_ulaw

INTEGER, FLOAT, ALAW, ULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
TAGS = {
    Encoding.UNSIGNED_8: INTEGER,
    Encoding.SIGNED_16: INTEGER,
    Encoding.SIGNED_24: INTEGER,
    Encoding.SIGNED_32: INTEGER,
    Encoding.FLOAT_32: FLOAT,
    Encoding.FLOAT_64: FLOAT,
    Encoding.ALAW: ALAW,
    Encoding.ULAW: ULAW,
}


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    """A chunk with its padding; `size` is what it says instead of its true one."""
    said = len(content) if size is None else size
    return name + struct.pack("<I", said) + content + b"\0" * (len(content) % 2)


def description(
    tag: int = INTEGER,
    channels: int = 1,
    rate_hz: int = 16_000,
    bits: int = 16,
    frame_bytes: int | None = None,
) -> bytes:
    """The content of a `fmt ` chunk of the short kind."""
    frame_bytes = channels * bits // 8 if frame_bytes is None else frame_bytes
    return struct.pack(
        "<HHIIHH", tag, channels, rate_hz, (rate_hz * frame_bytes) & 0xFFFFFFFF, frame_bytes, bits
    )


def extensible(tag: int = INTEGER, channels: int = 1, rate_hz: int = 16_000, bits: int = 16) -> bytes:
    """The content of a `fmt ` chunk of the extensible kind."""
    guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
    return description(EXTENSIBLE, channels, rate_hz, bits) + struct.pack("<HHI", 22, bits, 0) + guid


def riff(*chunks: bytes, magic: bytes = b"RIFF", size: int | None = None) -> bytes:
    """A whole file."""
    content = b"WAVE" + b"".join(chunks)
    return magic + struct.pack("<I", len(content) if size is None else size) + content


def wav(content: bytes, fmt: bytes | None = None) -> bytes:
    """A file of `content`, by default 16 kHz, mono, 16 bit."""
    return riff(chunk(b"fmt ", fmt or description()), chunk(b"data", content))


def encode(pcm: Pcm, encoding: Encoding) -> npt.NDArray[np.uint8]:
    """The bytes of each sample, shape `(samples, bytes)`; lossless but for 8 bits, A-law and µ-law."""
    wide = pcm.astype(np.int64)
    match encoding:
        case Encoding.UNSIGNED_8:
            whole = ((wide >> 8) + 128).astype(np.uint8).tobytes()
        case Encoding.SIGNED_16:
            whole = pcm.astype("<i2").tobytes()
        case Encoding.SIGNED_24:
            whole = (wide << 8).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        case Encoding.SIGNED_32:
            whole = (wide << 16).astype("<i4").tobytes()
        case Encoding.FLOAT_32:
            whole = (pcm / 32768).astype("<f4").tobytes()
        case Encoding.FLOAT_64:
            whole = (pcm / 32768).astype("<f8").tobytes()
        case Encoding.ALAW:
            whole = encode_alaw(pcm).tobytes()
        case Encoding.ULAW:
            whole = encode_ulaw(pcm).tobytes()
    return np.frombuffer(whole, np.uint8).reshape(-1, encoding.sample_bytes)


def recording(pcm: Pcm, encoding: Encoding, channels: int = 1, rate_hz: int = 16_000) -> bytes:
    """`pcm` as the first channel of a file; in the others is something else."""
    first = encode(pcm, encoding)
    others = encode((~pcm)[::-1], encoding)
    frames = np.concatenate([first, *([others] * (channels - 1))], axis=1)
    return wav(frames.tobytes(), description(TAGS[encoding], channels, rate_hz, 8 * encoding.sample_bytes))


def put(path: Path, content: bytes) -> Path:
    """A file of `content`."""
    path.write_bytes(content)
    return path
