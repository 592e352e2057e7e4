"""Reading what is peculiar to this protocol: times, durations, and how large a frame may be."""

from appliance.errors import ProtocolViolation
from appliance.providers.from_peer import Fields
from appliance.providers.openai import reader

# The voice comes in real time: this is half a minute of it at once, in base64. The session's whole
# configuration, which the server says back, is smaller.
MAX_FRAME_CHARACTERS = 2 * 1024 * 1024
# A session that lasts for a week would have ended long ago.
MAX_TIME_MS = 7 * 24 * 3600 * 1000
MAX_UNIX_S = 1 << 40


def parse(frame: str | bytes) -> Fields:
    """The JSON object in `frame`, which has a string `type`."""
    if len(frame) > MAX_FRAME_CHARACTERS:
        raise ProtocolViolation(f"the server sent more than {MAX_FRAME_CHARACTERS} characters at once")
    return reader.parse(frame)


def whole(fields: Fields, key: str, most: int) -> int:
    """A required whole number, 0…`most`."""
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ProtocolViolation(f"the server sent a {key!r} that is no number from 0 to {most}")
    return value


def time_ms(fields: Fields, key: str) -> int:
    """A required place on the session's timeline."""
    return whole(fields, key, MAX_TIME_MS)


def seconds(fields: Fields, key: str) -> float:
    """A required duration."""
    value = fields.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value * 1000 <= MAX_TIME_MS:
        raise ProtocolViolation(f"the server sent a {key!r} that is no duration")
    return float(value)
