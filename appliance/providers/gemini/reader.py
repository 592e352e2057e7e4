"""Reading what the peer sent: every field is checked, every surprise is a `ProtocolViolation`.

Keys that nobody here knows are passed over: the vendor adds some with every model.
"""

import json
import re

import numpy as np

from appliance.errors import ProtocolViolation
from appliance.pcm.formats import Pcm
from appliance.providers import from_peer
from appliance.providers.from_peer import Fields, clean, json_object, samples

# Half a minute of sound in one message; the vendor's have a second or less.
MAX_FRAME_CHARACTERS = 2 * 1024 * 1024
# Each value but the last has a comma behind it, and takes far longer to read than its characters.
MAX_COMMAS = 20_000
# Ids of calls have about 40 characters.
MAX_ID_CHARACTERS = 256
# Handles of a few hundred characters were seen.
MAX_HANDLE_CHARACTERS = 8192
# A message for the journal.
MAX_MESSAGE_CHARACTERS = 300
# Parts of one message, calls of one message: far more than a model makes.
MAX_LIST = 256
# Beyond it a count is none.
MAX_COUNT = 10**12

_RATE = re.compile(r"rate=([0-9]{1,6})(?![0-9])")
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)s")
_STANDARD_ALPHABET = str.maketrans("-_", "+/")


def parse(frame: str | bytes) -> Fields:
    """The JSON object in `frame`, binary or text; its length and its commas are bounded."""
    if len(frame) > MAX_FRAME_CHARACTERS:
        raise ProtocolViolation(f"the server sent a message of more than {MAX_FRAME_CHARACTERS} characters")
    return json_object(frame, max_commas=MAX_COMMAS, finite=True)


def text(fields: Fields, key: str) -> str:
    """A string, "" where absent or null; lone surrogates, which no file takes, become question marks."""
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(key, "a text")
    return clean(value)


def identifier(fields: Fields, key: str) -> str:
    """A required id: ASCII, not empty, at most `MAX_ID_CHARACTERS`."""
    value = fields.get(key)
    if not isinstance(value, str) or not value.isascii() or not 0 < len(value) <= MAX_ID_CHARACTERS:
        raise _wrong(key, "an id")
    return value


def is_true(fields: Fields, key: str) -> bool:
    """A boolean, False where it is absent or null."""
    value = fields.get(key)
    if value is not None and not isinstance(value, bool):
        raise _wrong(key, "true or false")
    return value is True


def mapping(fields: Fields, key: str) -> Fields | None:
    """An object; None where it is absent or null."""
    value = fields.get(key)
    if value is not None and not isinstance(value, dict):
        raise _wrong(key, "an object")
    return value


def mappings(fields: Fields, key: str) -> list[Fields]:
    """A list of at most `MAX_LIST` objects, an empty one where it is absent or null."""
    value = fields.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_LIST or not all(isinstance(v, dict) for v in value):
        raise _wrong(key, "a list of objects")
    return value


def identifiers(fields: Fields, key: str) -> list[str]:
    """A list of at most `MAX_LIST` strings, an empty one where it is absent or null."""
    value = fields.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_LIST or not all(isinstance(v, str) for v in value):
        raise _wrong(key, "a list of ids")
    return value


def arguments(call: Fields, most: int) -> str:
    """The arguments of a call as JSON text of at most `most` characters."""
    try:
        written = json.dumps(mapping(call, "args") or {}, separators=(",", ":"))
    except RecursionError as error:
        raise _wrong("args", "an object that can be written") from error
    if len(written) > most:
        raise _wrong("args", f"an object of at most {most} characters")
    return written


def sound(blob: Fields) -> tuple[int, Pcm] | None:
    """The rate and the samples of an `inlineData`; None where it is no sound.

    Both base64 alphabets are taken, padded or not. The rate stands in the type, else it is the vendor's.
    """
    kind = text(blob, "mimeType").lower()
    if not kind.startswith("audio/pcm"):
        return None
    rate = _RATE.search(kind)
    data = blob.get("data")
    if not isinstance(data, str) or not data.isascii():
        raise _wrong("data", "sound")
    data = data.translate(_STANDARD_ALPHABET).rstrip("=")
    try:
        pcm = samples(data + "=" * (-len(data) % 4))
    except ValueError as error:  # no base64, or an odd number of bytes
        raise _wrong("data", "sound") from error
    return (int(rate[1]) if rate else 0), pcm


def count(fields: Fields, key: str) -> int:
    """A count, 0 where there is none; whole numbers of 64 bits may come as texts."""
    value = fields.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 13:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return min(max(value, 0), MAX_COUNT)


def duration_s(fields: Fields, key: str) -> float | None:
    """A duration ("9.5s"); None where it is no such thing."""
    value = fields.get(key)
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) if match else None


def line(said: str) -> str:
    """What the peer said in words, in one short printable line."""
    return from_peer.line(said, MAX_MESSAGE_CHARACTERS)


def silence() -> Pcm:
    """No samples."""
    return np.zeros(0, np.int16)


def _wrong(key: str, wanted: str) -> ProtocolViolation:
    return ProtocolViolation(f"the server sent {key!r} that is not {wanted}")
