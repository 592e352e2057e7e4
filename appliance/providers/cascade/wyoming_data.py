"""What Wyoming events mean for us: fields checked one by one. Pure (PROTOCOLS.md §6.2)."""

from dataclasses import dataclass
from typing import Any

from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.providers.cascade.wire_sound import SoundFormat
from appliance.providers.cascade.wyoming_frames import WyomingEvent
from appliance.providers.from_peer import clean, line

# Longer than a person talks in the longest turn.
TEXT_MAX_CHARACTERS = 20_000
# Of an error, for the journal.
MESSAGE_MAX_CHARACTERS = 200

# From telephones to studios.
_RATES_HZ = range(4_000, 192_001)
_WIDTHS_BYTES = range(1, 5)
_CHANNELS = range(1, 9)
# In one event: a sentence at once, at most. At 24 kHz that is 3 MB while it is converted.
_SOUND_MAX_S = 30


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of service: where "info" speaks of it, of its languages, and of whether text may stream."""

    key: str
    parts: str
    streaming: str
    words: str


SPEECH_TO_TEXT = Kind("asr", "models", "supports_transcript_streaming", "speech-to-text")
TEXT_TO_SPEECH = Kind("tts", "voices", "supports_synthesize_streaming", "text-to-speech")


@dataclass(frozen=True, slots=True)
class Service:
    """What a server offers of one kind: the languages it names, and whether it streams text."""

    languages: frozenset[str]
    streams: bool


def service(info: WyomingEvent, kind: Kind) -> Service:
    """The program of `kind` that an "info" event names first, which is the one that is used.

    Raises `ProviderError` where there is none.
    """
    programs = _list(info.data.get(kind.key), kind.key)
    if not programs:
        raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, f"the Wyoming server offers no {kind.words}")
    parts = _list(programs[0].get(kind.parts), kind.parts)
    languages = (language for part in parts for language in _texts(part.get("languages")))
    return Service(frozenset(languages), programs[0].get(kind.streaming) is True)


def language_for(tag: str, offered: frozenset[str]) -> str:
    """The server's spelling of `tag` ("de-AT"): the tag itself ("de_AT" too), else its language alone.

    Whisper knows "de" and no "de-AT", Piper knows "de_DE" and no "de"; a server that names nothing that
    fits is told the language alone.
    """
    wanted, primary = _plain(tag), _plain(tag).partition("-")[0]
    by_plain = {_plain(name): name for name in sorted(offered, reverse=True)}
    for candidate in (wanted, primary):
        if candidate in by_plain:
            return by_plain[candidate]
    kin = sorted(plain for plain in by_plain if plain.partition("-")[0] == primary)
    return by_plain[kin[0]] if kin else primary


def text_of(event: WyomingEvent) -> str:
    """The event's `text`, at most `TEXT_MAX_CHARACTERS`; lone surrogates become question marks."""
    text = event.data.get("text")
    if not isinstance(text, str) or len(text) > TEXT_MAX_CHARACTERS:
        raise ProtocolViolation(
            f"the Wyoming server sent a {event.type[:40]} without a text of a sane length"
        )
    return clean(text)


def format_of(event: WyomingEvent) -> SoundFormat:
    """What an "audio-chunk" says about its sound, of which it has at most `_SOUND_MAX_S`."""
    given = SoundFormat(
        _number(event, "rate", _RATES_HZ),
        _number(event, "width", _WIDTHS_BYTES),
        _number(event, "channels", _CHANNELS),
    )
    if len(event.payload) > _SOUND_MAX_S * given.rate_hz * given.frame_bytes:
        raise ProtocolViolation(f"the Wyoming server sent more than {_SOUND_MAX_S} s of sound at once")
    return given


def failure_of(event: WyomingEvent) -> ProviderError:
    """An "error" event, in the server's own words."""
    text = event.data.get("text")
    said = line(text, MESSAGE_MAX_CHARACTERS) if isinstance(text, str) else ""
    message = f"the Wyoming server failed: {said or 'it does not say why'}"
    return ProviderError(FailureCategory.MODEL_UNAVAILABLE, message)


def _number(event: WyomingEvent, key: str, allowed: range) -> int:
    value = event.data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
        raise ProtocolViolation(f"the Wyoming server sent sound with an impossible {key}")
    return value


def _plain(tag: str) -> str:
    return tag.replace("_", "-").lower()


def _texts(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _list(value: Any, key: str) -> list[dict[str, Any]]:
    """The objects in a list that may be absent."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ProtocolViolation(f"the Wyoming server sent {key} that are no list of objects")
    return value
