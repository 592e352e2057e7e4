"""What a model reads of a tool: short JSON, whatever the tool gave. Pure."""

import json
from dataclasses import dataclass
from typing import Final

from appliance.errors import ApplianceError, Fault

# Of what one call gives, in characters: some 2000 tokens, which a model reads aloud in no conversation.
MAX_OUTPUT_CHARS: Final = 8_000
# Of a sentence that says why not.
MAX_ERROR_CHARS: Final = 500


class ToolError(ApplianceError):
    """What the model asked for cannot be done; the text is for the model, which tells the person."""

    fault = Fault.PEER
    exit_code = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gave; `output` is JSON text of at most `MAX_OUTPUT_CHARS`."""

    ok: bool
    output: str


def gave(value: object) -> Outcome:
    """`value` as JSON; what is too long is cut, and says so. ValueError or TypeError without a JSON form."""
    text = _encode(value)
    if len(text) <= MAX_OUTPUT_CHARS:
        return Outcome(True, text)
    shown = value if isinstance(value, str) else text
    return Outcome(True, _cut({"cut_after": MAX_OUTPUT_CHARS}, "text", shown, MAX_OUTPUT_CHARS))


def failed(sentence: str) -> Outcome:
    """Why it could not be done."""
    return Outcome(False, _cut({}, "error", sentence, MAX_ERROR_CHARS))


def _cut(members: dict[str, object], key: str, text: str, most: int) -> str:
    """The object with as much of `text` under `key` as fits: escapes take up to six characters for one."""
    length = min(len(text), most)
    while len(encoded := _encode({**members, key: text[:length]})) > most:
        length = length * most // (len(encoded) + 1)
    return encoded


def _encode(value: object) -> str:
    """Half a surrogate pair has no form on the wire, and becomes a question mark."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace").decode()
