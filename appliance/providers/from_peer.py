"""What a peer sent, made safe to use. Pure.

Which fields there are, and what they must be, each protocol says for itself.
"""

import base64
import json
import math
from collections.abc import Mapping
from typing import Any

from appliance.errors import ProtocolViolation
from appliance.pcm.formats import Pcm, pcm_from_bytes

Fields = dict[str, Any]

# No answer costs so much; a count beyond it is no count, and would spoil the sum of the month.
MAX_TOKENS = 10**9


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


# A decoder is a cycle that only the garbage collector frees: one for all frames.
_ANY = json.JSONDecoder()
_FINITE = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


def json_object(
    said: str | bytes, who: str = "the server", *, max_commas: int | None = None, finite: bool = False
) -> Fields:
    """The JSON object in `said`; `finite`: NaN and Infinity, which are no JSON, are refused, and
    numbers that only they could stand for.

    The caller bounds its length; each value but the last has a comma behind it, and takes far longer to
    read than its characters. Raises `ProtocolViolation`, which says that `who` sent it.
    """
    try:
        text = said if isinstance(said, str) else said.decode("utf-8")
        if max_commas is not None and text.count(",") > max_commas:
            raise ProtocolViolation(f"{who} sent a message of too many values")
        value = (_FINITE if finite else _ANY).decode(text)
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, an endless number or nesting
        raise ProtocolViolation(f"{who} sent no JSON: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise ProtocolViolation(f"{who} sent JSON that is no object")
    return value


def json_of(body: bytes) -> object:
    """What a body says that may be anything; None where it is no JSON (HTML of a proxy)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def clean(text: str) -> str:
    """`text`; lone surrogates, which no file and no socket takes, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def line(text: str, most: int) -> str:
    """What the peer said in words, in one printable line of at most `most` characters."""
    words = " ".join(text[: 4 * most].split())
    return "".join(c for c in words if c.isprintable())[:most]


def samples(encoded: str) -> Pcm:
    """Base64 of 16-bit little-endian PCM. Raises `ValueError` for anything else."""
    return pcm_from_bytes(base64.b64decode(encoded, validate=True))


def tokens(counts: Mapping[str, Any], key: str) -> int:
    """A whole number, 0…`MAX_TOKENS`; anything else counts for nothing."""
    value = counts.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_TOKENS:
        return 0
    return value
