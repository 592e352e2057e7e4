"""Keys are named in the configuration, never written there; and nothing that may be one is shown."""

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from appliance.errors import ConfigurationError

MAX_SECRET_BYTES = 16_384  # the longest bearer tokens in use have a few kB

_REFERENCE = re.compile(r"credential:[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}|env:[A-Za-z_][A-Za-z0-9_]{0,99}")
_SECRET_NAME = re.compile(r"key|token(?!s$)|secret|pass|pwd|auth|credential|signature", re.IGNORECASE)
_SECRET_IN_TEXT = (
    (
        re.compile(r"\b(?:sk|ek|pk|gsk)[-_][\w-]{8,}|\bAIza[\w-]{8,}"),
        "***",
    ),  # vendors' prefixes
    (re.compile(r"//[^/@\s]*@"), "//***@"),
    (re.compile(r"([?&][^=&]*(?:key|token|secret|passw|signature)[^=&]*=)[^&\s]*", re.IGNORECASE), r"\1***"),
)


def names_a_secret(key: str) -> bool:
    """Whether the value of something called `key` is probably not to be shown."""
    return _SECRET_NAME.search(key) is not None


def masked(key: str, text: str) -> str:
    """`text` as it may be shown: a reference as it is, of anything else no secret part."""
    if names_a_secret(key):
        return text if not text or _REFERENCE.fullmatch(text) else "***"
    for pattern, replacement in _SECRET_IN_TEXT:
        text = pattern.sub(replacement, text)
    return text


def check_reference(reference: str) -> None:
    """Raises PydanticCustomError unless `reference` is `credential:NAME` or `env:NAME`."""
    if not _REFERENCE.fullmatch(reference):
        words = "must be credential:NAME or env:NAME; the key itself does not belong into the configuration"
        raise PydanticCustomError("rule", "{words}", {"words": words})


def resolve_secret(reference: str, environ: Mapping[str, str]) -> SecretStr:
    """The secret that `reference` names; an empty reference is an empty secret.

    Raises ConfigurationError that names the reference, never what was found there.
    """
    if not reference:
        return SecretStr("")
    check_reference(reference)
    store, name = reference.split(":", 1)
    found = environ.get(name, "") if store == "env" else _read_credential(name, environ)
    if not found:
        where = f"the environment variable {name}" if store == "env" else f"the credential {name}"
        raise ConfigurationError([f"{reference}: {where} is not set, or empty"])
    if not (found.isprintable() and found.isascii()):
        raise ConfigurationError([f"{reference}: is not one line of plain text"])
    return SecretStr(found)


def _read_credential(name: str, environ: Mapping[str, str]) -> str:
    directory = environ.get("CREDENTIALS_DIRECTORY", "")
    if not directory:
        where = (
            "$CREDENTIALS_DIRECTORY is not set (systemd sets it for the service; elsewhere write env:NAME)"
        )
        raise ConfigurationError([f"credential:{name}: {where}"])
    try:
        with (Path(directory) / name).open("rb") as file:
            content = file.read(MAX_SECRET_BYTES + 1)
    except FileNotFoundError:
        return ""
    except OSError as failure:
        raise ConfigurationError([f"credential:{name}: cannot be read ({failure.strerror})"]) from None
    if len(content) > MAX_SECRET_BYTES:
        raise ConfigurationError([f"credential:{name}: is longer than {MAX_SECRET_BYTES} bytes"])
    return content.decode("utf-8", "replace").strip()
