"""Reading what the peer sent: every field is checked, every surprise is a `ProtocolViolation`."""

from appliance.errors import ProtocolViolation
from appliance.pcm.formats import Pcm
from appliance.providers.from_peer import Fields, clean, json_object, line, samples

# Vendor ids have about 30 characters; the room above is for self-hosted servers.
MAX_ID_CHARACTERS = 256
# A message for the journal; the vendor's longest known one has about 200 characters.
MAX_MESSAGE_CHARACTERS = 300
# Two minutes of sound in one event. The vendor's have less than a second; a server of one's own may send a
# whole sentence at once. What takes longer to read stops the event loop, and with it the loudspeaker.
MAX_FRAME_CHARACTERS = 8 * 1024 * 1024
# Each value of an event but the last has a comma behind it, and takes far longer to read than its
# characters. A session with the longest instructions and a hundred tools has some 5000.
MAX_COMMAS = 20_000
# Content parts of an item are counted from 0; nobody has seen more than two.
MAX_INDEX = 1000


def parse(frame: str | bytes) -> Fields:
    """The JSON object in `frame`, which has a string `type`; its length and its commas are bounded."""
    if len(frame) > MAX_FRAME_CHARACTERS:
        raise ProtocolViolation(f"the server sent an event of {len(frame)} characters")
    event = json_object(frame, max_commas=MAX_COMMAS)
    if not isinstance(event.get("type"), str):
        raise ProtocolViolation("the server sent an event without a type")
    return event


def text(fields: Fields, key: str) -> str:
    """A required string; lone surrogates, which no file could take, become question marks."""
    value = fields.get(key)
    if not isinstance(value, str):
        raise _wrong(fields, key, "a text")
    return clean(value)


def optional_text(fields: Fields, key: str) -> str:
    """A string, or "" where it is absent or null."""
    return "" if fields.get(key) is None else text(fields, key)


def bounded_text(fields: Fields, key: str, most: int) -> str:
    """`optional_text` of at most `most` characters."""
    value = optional_text(fields, key)
    if len(value) > most:
        raise _wrong(fields, key, f"a text of at most {most} characters")
    return value


def identifier(fields: Fields, key: str) -> str:
    """A required id: ASCII, not empty, at most `MAX_ID_CHARACTERS`."""
    value = fields.get(key)
    if not isinstance(value, str) or not value.isascii() or not 0 < len(value) <= MAX_ID_CHARACTERS:
        raise _wrong(fields, key, "an id")
    return value


def index(fields: Fields, key: str) -> int:
    """A required position, 0…`MAX_INDEX`."""
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_INDEX:
        raise _wrong(fields, key, "an index")
    return value


def mapping(fields: Fields, key: str) -> Fields:
    """A required object."""
    value = fields.get(key)
    if not isinstance(value, dict):
        raise _wrong(fields, key, "an object")
    return value


def optional_mapping(fields: Fields, key: str) -> Fields:
    """An object, or an empty one where it is absent or null."""
    return {} if fields.get(key) is None else mapping(fields, key)


def mappings(fields: Fields, key: str) -> list[Fields]:
    """A list of objects, or an empty one where it is absent or null."""
    value = fields.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _wrong(fields, key, "a list of objects")
    return value


def pcm(fields: Fields, key: str) -> Pcm:
    """Required samples: base64 of 16-bit little-endian PCM."""
    try:
        return samples(text(fields, key))
    except ValueError as error:  # no base64, or an odd number of bytes
        raise _wrong(fields, key, "sound") from error


def message(fields: Fields) -> str:
    """The peer's `message` in one short printable line."""
    return line(optional_text(fields, "message"), MAX_MESSAGE_CHARACTERS)


def _wrong(fields: Fields, key: str, wanted: str) -> ProtocolViolation:
    kind = fields.get("type")
    where = kind[:MAX_ID_CHARACTERS] if isinstance(kind, str) else "an object"
    return ProtocolViolation(f"the server sent {where!r} whose {key!r} is not {wanted}")
