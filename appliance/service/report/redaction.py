"""Taking out of a text whatever is a key, or tells who and where somebody is. Pure."""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Final

# Shorter values would be found by chance in words and numbers.
_MIN_SECRET: Final = 6
_MIN_NAME: Final = 3

# What vendors' keys look like; a long run of letters and digits that is no word is taken for one as well.
_VENDOR_KEYS: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:sk|ek|pk|rk|gsk|xai|hf|ghp|gho|ghs|pplx|r8|nvapi|key)[-_][A-Za-z0-9_-]{8,}"
    r"|github_pat_\w{10,}"
    r"|AIza[A-Za-z0-9_-]{10,}|AQ\.[A-Za-z0-9_-]{10,}|ya29\.[A-Za-z0-9_-]{10,}"
    r"|KEY[0-9A-F]{8,}\w*"
    r"|(?:AC|SK)[0-9a-f]{32}"
    r"|eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]+){0,2}"
    r")"
)
_LONG_RUN: Final = re.compile(r"(?<![A-Za-z0-9_+/=-])[A-Za-z0-9_+/=-]{24,}(?![A-Za-z0-9_+/=-])")
_HEX_RUN: Final = re.compile(r"(?<![A-Za-z0-9])[0-9A-Fa-f]{32,}(?![A-Za-z0-9])")
_PEM: Final = re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL)

# NAME=VALUE, "name": "value", name: value … where the name says that it is a secret, and headers.
_NAMED: Final = re.compile(
    r"(?i)(?P<name>[\"']?[\w.-]*(?:api[_-]?key|apikey|token(?!s)|secret|passw(?:or)?d|passwd|pwd|psk|signature"
    r"|private[_-]?key)[\w-]*[\"']?\s*(?:=|:|=>)\s*)(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s,;}\]]+)"
)
_SECRET_NAME: Final = re.compile(
    r"(?i).*(?:api[_-]?key|apikey|token|secret|passw(?:or)?d|passwd|pwd|psk|signature|private[_-]?key"
    r"|authorization|cookie)"
)
_HEADER: Final = re.compile(
    r"(?i)\b(?P<name>(?:proxy-)?authorization|x-api-key|api-key|xi-api-key|x-goog-api-key|cookie|set-cookie)"
    r"(?P<colon>[\"']?\s*[:=]\s*).*"
)
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{6,}")
_REFERENCE: Final = re.compile(r"[\"']?(?:credential|env):[A-Za-z_][A-Za-z0-9_.-]*[\"']?")
_IN_URL: Final = (
    (re.compile(r"(?<=//)[^/@\s]+@"), "***@"),
    (re.compile(r"(?i)([?&][^=&\s]*(?:key|token|secret|passw|sig|auth)[^=&\s]*=)[^&\s\"']*"), r"\1***"),
)

_SSID: Final = re.compile(r"(?i)\b(?P<name>e?ssid[\"']?\s*[:=]\s*)(?:\"[^\"\n]*\"|'[^'\n]*'|[^\n]+)")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MAC: Final = re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])")
_IPV4: Final = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\d|\.\d)")
_IPV6: Final = re.compile(
    r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z]|:[0-9A-Fa-f:])"
)
_HOME_HOST: Final = re.compile(
    r"(?i)(?<![\w.-])[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*\.(?:local|lan|home|box|internal|intranet|fritz\.box"
    r"|home\.arpa)(?![\w-])"
)
_HOME_FOLDER: Final = re.compile(r"(?<=/home/)[^/\s\"':]+")

# This machine itself, which is nobody's secret.
_KEPT: Final = frozenset({"127.0.0.1", "0.0.0.0", "::1", "::"})  # noqa: S104
_HIDDEN: Final = "***"


class Redactor:
    """Redacts texts of one bundle: the same address has the same stand-in in all of them.

    Rather too much is taken out than too little: a number of 32 digits that is no key is gone, too.
    """

    def __init__(self, secrets: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        """`secrets`: values that are known to be keys. `names`: of the machine, its people and networks."""
        known = sorted({s for s in secrets if len(s) >= _MIN_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None
        people = sorted({n for n in names if len(n) >= _MIN_NAME}, key=len, reverse=True)
        self._names = (
            re.compile(rf"(?i)(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, people))})(?![A-Za-z0-9])")
            if people
            else None
        )
        self._stand_ins: dict[str, str] = {}

    def redact(self, text: str) -> str:
        """`text` without what is private."""
        if self._known is not None:
            text = self._known.sub(_HIDDEN, text)
        return self._without_people(self._without_keys(text))

    def redact_json(self, value: Any) -> Any:
        """A JSON value, each text in it redacted by itself, so that it stays one."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, list):
            return [self.redact_json(one) for one in value]
        if isinstance(value, dict):
            return {self.redact(name): self._member(name, one) for name, one in value.items()}
        return value

    def _member(self, name: str, value: Any) -> Any:
        """What a name says is secret is so, whatever it looks like."""
        if isinstance(value, str) and value and _SECRET_NAME.fullmatch(name):
            return value if _REFERENCE.fullmatch(value) else _HIDDEN
        return self.redact_json(value)

    def _without_keys(self, text: str) -> str:
        text = _PEM.sub(_HIDDEN, text)
        text = _HEADER.sub(rf"\g<name>\g<colon>{_HIDDEN}", text)
        text = _NAMED.sub(_hide_value, text)
        text = _BEARER.sub(rf"\1 {_HIDDEN}", text)
        for pattern, replacement in _IN_URL:
            text = pattern.sub(replacement, text)
        text = _VENDOR_KEYS.sub(_HIDDEN, text)
        text = _HEX_RUN.sub(_HIDDEN, text)
        return _LONG_RUN.sub(_hide_if_no_word, text)

    def _without_people(self, text: str) -> str:
        text = _SSID.sub(rf"\g<name>{_HIDDEN}", text)
        text = _EMAIL.sub("someone@example", text)
        text = _HOME_FOLDER.sub("user", text)
        if self._names is not None:
            text = self._names.sub("name", text)
        text = _MAC.sub(self._stand_in("mac"), text)
        text = _HOME_HOST.sub(self._stand_in("host"), text)
        text = _IPV4.sub(self._stand_in("address"), text)  # first: a newer address may end with an older one
        return _IPV6.sub(self._stand_in("address"), text)

    def _stand_in(self, kind: str) -> Callable[[re.Match[str]], str]:
        def replaced(found: re.Match[str]) -> str:
            value = found[0].lower()
            if value in _KEPT or (kind == "address" and not _is_address(value)):
                return found[0]
            if value not in self._stand_ins:
                self._stand_ins[value] = f"{kind}-{len(self._stand_ins) + 1}"
            return self._stand_ins[value]

        return replaced


def _hide_value(found: re.Match[str]) -> str:
    """The value that a name says is secret; a reference to where it is kept, or nothing, may stay."""
    value = found["value"]
    if _REFERENCE.fullmatch(value) or not value.strip("\"'") or value.strip("\"'") == _HIDDEN:
        return found[0]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{found['name']}{quote}{_HIDDEN}{quote}"


def _hide_if_no_word(found: re.Match[str]) -> str:
    """A run of letters and digits mixed as no word and no path is."""
    run = found[0]
    parts = [part for part in re.split(r"[-_/=+]", run) if part]
    longest = max(parts, key=len, default="")
    mixed = any(c.isdigit() for c in longest) and any(c.isalpha() for c in longest)
    turns = sum(a.isupper() != b.isupper() for a, b in pairwise(longest))
    return _HIDDEN if len(longest) >= 16 and (mixed or turns > len(longest) / 4) else run


def _is_address(value: str) -> bool:
    """Whether it is more than a time of day or a version."""
    if ":" in value:
        return "::" in value or value.count(":") == 7
    return all(int(part) < 256 for part in value.split("."))
