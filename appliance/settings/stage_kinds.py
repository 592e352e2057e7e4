"""The kinds of servers in a cascade that are no OpenAI-compatible ones, and what each may be given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.settings.section import Conflict


@dataclass(frozen=True, slots=True)
class StageKind:
    """`schemes` its address may begin with, in `words`; what it cannot be given, `not_taken`; what it is
    given where nobody says anything, `implied`."""

    schemes: tuple[str, ...]
    words: str
    url_needed: bool = False
    key_needed: bool = False
    not_taken: tuple[str, ...] = ()
    implied: Mapping[str, str] = field(default_factory=dict)


KINDS: Mapping[str, StageKind] = {
    "openai": StageKind(("http", "https"), "https:// or http://"),
    "deepgram": StageKind(
        ("wss", "ws"), "wss:// (or empty: the vendor's)", key_needed=True, implied={"model": "nova-3"}
    ),
    "elevenlabs": StageKind(
        ("https", "http"),
        "https:// (or empty: the vendor's)",
        key_needed=True,
        not_taken=("rate_hz",),
        implied={"model": "eleven_flash_v2_5", "voice": "JBFqnCBsd6RMkjVDRZzb"},
    ),
    "wyoming": StageKind(
        ("tcp", "unix"),
        "tcp:// or unix://",
        url_needed=True,
        not_taken=("api_key", "rate_hz", "speed"),
        implied={"voice": ""},
    ),
    "local": StageKind(
        (), "nothing", not_taken=("url", "api_key", "model", "rate_hz"), implied={"voice": ""}
    ),
}


def implied(kind: str) -> Mapping[str, str]:
    """What a server of this `kind`, if there is such a kind, is given where nobody says anything."""
    return KINDS[kind].implied if kind in KINDS else {}


def kind_conflicts(kind: StageKind, given: Mapping[str, Any], usual: Mapping[str, Any]) -> Iterator[Conflict]:
    """What a server of this `kind` cannot be given, or cannot do without; `usual` is the default."""
    url = given["url"]
    if url and "url" not in kind.not_taken and url.partition(":")[0] not in kind.schemes:
        yield Conflict("url", f"must begin with {kind.words} where", "kind")
    if not url and kind.url_needed:
        yield Conflict("url", f"must be an address that begins with {kind.words} where", "kind")
    if kind.key_needed and not given["api_key"]:
        yield Conflict("api_key", "must name a key where", "kind")
    for key in kind.not_taken:
        if key in given and given[key] != usual[key]:
            yield Conflict(key, "cannot be given where", "kind")
    voice = given.get("voice", "")
    if kind is KINDS["local"] and voice.startswith("piper:") and not voice.endswith(".onnx"):
        yield Conflict("voice", "must be piper, piper:FILE.onnx or a voice of espeak-ng where", "kind")
    language = given.get("language", "")
    if kind is KINDS["local"] and language and language.partition("-")[0] != "en":
        yield Conflict("language", "must be English where", "kind")
