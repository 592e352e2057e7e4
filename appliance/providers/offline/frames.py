"""Messages as bytes on a pipe. Pure.

A frame is a 32-bit little-endian length, one byte that names the kind, and the body; the length
counts kind and body.
"""

import struct
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from appliance.errors import FailureCategory, ProtocolViolation
from appliance.pcm.formats import Pcm, pcm_from_bytes, pcm_to_bytes
from appliance.providers.offline.messages import (
    AUDIO_MAX_SAMPLES,
    READ_MAX_SAMPLES,
    SPEED_MAX,
    SPEED_MIN,
    Audio,
    Broken,
    Cancel,
    Commit,
    Discard,
    Done,
    Notice,
    Part,
    Read,
    Reopen,
    Reply,
    Report,
    Request,
    Sound,
    Speak,
    Transcribe,
    Transcript,
    Warm,
)

FRAME_MAX_BYTES = 131_072  # four seconds of sound to be read are 128 kB; no text comes near

_LENGTH = struct.Struct("<I")
_JOB = struct.Struct("<I")
_COUNTS = struct.Struct("<III")
_SPEED = struct.Struct("<d")
_CATEGORIES = tuple(FailureCategory)

_KINDS: dict[type, int] = {
    kind: number
    for number, kind in enumerate(
        (
            Audio,
            Commit,
            Speak,
            Read,
            Part,
            Transcribe,
            Cancel,
            Reopen,
            Discard,
            Warm,
            Notice,
            Transcript,
            Reply,
            Sound,
            Done,
            Broken,
        ),
        1,
    )
}


def encode(message: Request | Report) -> bytes:
    """The frame of `message`. Raises `ValueError` for one that no decoder would take."""
    body = _body(message)
    if len(body) >= FRAME_MAX_BYTES:
        raise ValueError(f"a {type(message).__name__} of {len(body)} bytes does not fit into a frame")
    return _LENGTH.pack(len(body) + 1) + bytes((_KINDS[type(message)],)) + body


def _body(message: Request | Report) -> bytes:
    match message:
        case Audio(pcm):
            return pcm_to_bytes(pcm)
        case Sound(job, pcm) | Read(job, pcm) | Part(job, pcm):
            return _JOB.pack(job) + pcm_to_bytes(pcm)
        case Commit(job, now, stands_in):
            return _JOB.pack(job) + bytes((stands_in,)) + now.isoformat().encode()
        case Speak(job, text, speed):
            return _JOB.pack(job) + _SPEED.pack(speed) + text.encode(errors="replace")
        case Transcript(job, text) | Reply(job, text):
            return _JOB.pack(job) + text.encode(errors="replace")
        case Done(job, taken, dropped):
            return _COUNTS.pack(job, taken, dropped)
        case Broken(job, category, text):
            return _JOB.pack(job) + bytes((_CATEGORIES.index(category),)) + text.encode(errors="replace")
        case Cancel(job) | Transcribe(job):
            return _JOB.pack(job)
        case Notice(text):
            return text.encode(errors="replace")
        case Reopen() | Discard() | Warm():
            return b""


M = TypeVar("M")
_Parser = Callable[[bytes], M]


class Decoder(Generic[M]):
    """Frames from a stream of bytes, however it was cut into chunks.

    Bound: less than one frame is kept between two calls. Raises `ProtocolViolation` for anything
    that `encode` does not write in this direction; the stream cannot be read further after that.
    """

    def __init__(self, parsers: Mapping[int, _Parser[M]]) -> None:
        self._parsers = parsers
        self._rest = b""

    def feed(self, data: bytes) -> list[M]:
        """The messages that `data`, the next bytes of the stream, completes."""
        data = self._rest + data
        messages: list[M] = []
        at = 0
        while len(data) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(data, at)
            if not 1 <= length <= FRAME_MAX_BYTES:
                raise ProtocolViolation(f"a frame of {length} bytes; allowed are 1…{FRAME_MAX_BYTES}")
            start, at_end = at + _LENGTH.size, at + _LENGTH.size + length
            if at_end > len(data):
                break
            messages.append(self._parse(data[start], data[start + 1 : at_end]))
            at = at_end
        self._rest = data[at:]
        return messages

    def _parse(self, kind: int, body: bytes) -> M:
        parser = self._parsers.get(kind)
        if parser is None:
            raise ProtocolViolation(f"a frame of the unknown kind {kind}")
        try:
            return parser(body)
        except (ValueError, struct.error) as error:
            raise ProtocolViolation(f"a malformed frame of kind {kind}: {error}") from error


def decoder_of_requests() -> Decoder[Request]:
    """Reads what the daemon sends."""
    return Decoder(_REQUESTS)


def decoder_of_reports() -> Decoder[Report]:
    """Reads what the worker sends."""
    return Decoder(_REPORTS)


def _numbered(body: bytes) -> tuple[int, bytes]:
    (job,) = _JOB.unpack_from(body)
    return job, body[_JOB.size :]


def _spoken(body: bytes) -> tuple[int, str]:
    job, text = _numbered(body)
    return job, text.decode()


def _alone(body: bytes) -> int:
    (job,) = _JOB.unpack(body)
    return int(job)


def _samples(body: bytes, max_samples: int = AUDIO_MAX_SAMPLES) -> Pcm:
    pcm = pcm_from_bytes(body)
    if len(pcm) > max_samples:
        raise ValueError(f"{len(pcm)} samples in one message")
    return pcm


def _commit(body: bytes) -> Commit:
    job, rest = _numbered(body)
    if not rest or rest[0] > 1:
        raise ValueError("neither standing in nor not")
    return Commit(job, datetime.fromisoformat(rest[1:].decode()), bool(rest[0]))


def _sound(body: bytes) -> Sound:
    job, samples = _numbered(body)
    return Sound(job, _samples(samples))


def _read(body: bytes) -> Read:
    job, samples = _numbered(body)
    return Read(job, _samples(samples, READ_MAX_SAMPLES))


def _part(body: bytes) -> Part:
    job, samples = _numbered(body)
    return Part(job, _samples(samples))


def _speak(body: bytes) -> Speak:
    job, rest = _numbered(body)
    (speed,) = _SPEED.unpack_from(rest)
    if not SPEED_MIN <= speed <= SPEED_MAX:
        raise ValueError(f"a speed of {speed}")
    return Speak(job, rest[_SPEED.size :].decode(), speed)


def _broken(body: bytes) -> Broken:
    job, rest = _numbered(body)
    if not rest or rest[0] >= len(_CATEGORIES):
        raise ValueError("no failure category")
    return Broken(job, _CATEGORIES[rest[0]], rest[1:].decode())


def _empty(body: bytes) -> None:
    if body:
        raise ValueError(f"{len(body)} bytes too many")


def _nothing(kind: Callable[[], M]) -> _Parser[M]:
    def parse(body: bytes) -> M:
        _empty(body)
        return kind()

    return parse


_REQUESTS: Mapping[int, _Parser[Request]] = {
    _KINDS[Audio]: lambda body: Audio(_samples(body)),
    _KINDS[Commit]: _commit,
    _KINDS[Speak]: _speak,
    _KINDS[Read]: _read,
    _KINDS[Part]: _part,
    _KINDS[Transcribe]: lambda body: Transcribe(_alone(body)),
    _KINDS[Cancel]: lambda body: Cancel(_alone(body)),
    _KINDS[Reopen]: _nothing(Reopen),
    _KINDS[Discard]: _nothing(Discard),
}
_REPORTS: Mapping[int, _Parser[Report]] = {
    _KINDS[Warm]: _nothing(Warm),
    _KINDS[Notice]: lambda body: Notice(body.decode()),
    _KINDS[Transcript]: lambda body: Transcript(*_spoken(body)),
    _KINDS[Reply]: lambda body: Reply(*_spoken(body)),
    _KINDS[Sound]: _sound,
    _KINDS[Done]: lambda body: Done(*_COUNTS.unpack(body)),
    _KINDS[Broken]: _broken,
}
