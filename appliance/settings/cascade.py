"""The three servers of a cascade: speech-to-text, a language model, text-to-speech."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from appliance.settings.addresses import (
    check_http_url,
    check_socket_url,
    check_wyoming_url,
    leaks_a_key,
)
from appliance.settings.credentials import check_reference
from appliance.settings.section import Allowed, Conflict, Section, Text, if_given, refuse
from appliance.settings.stage_kinds import KINDS, implied, kind_conflicts

OPENAI_URL = "https://api.openai.com/v1"

Url = Annotated[
    Text,
    Allowed(
        '"" (OpenAI) | https://…/v1 | http://…/v1 to this machine, and without a key to a private address '
        "or a name in .local"
    ),
]
SttUrl = Annotated[
    Text,
    Allowed(
        'openai: as above | deepgram: "" (its own) | wss://… | wyoming: tcp://HOST:PORT | unix:///PATH '
        '| local: ""'
    ),
]
TtsUrl = Annotated[
    Text,
    Allowed(
        'openai: as above | elevenlabs: "" (its own) | https://… | wyoming: tcp://HOST:PORT | unix:///PATH '
        '| local: ""'
    ),
]
Key = Annotated[
    Text,
    if_given(check_reference),
    Allowed('credential:NAME | env:NAME, never the key itself; "" for a server without'),
]


_CHECKS = {
    "http": check_http_url,
    "https": check_http_url,
    "ws": check_socket_url,
    "wss": check_socket_url,
    "tcp": check_wyoming_url,
    "unix": check_wyoming_url,
}


class Server(Section):
    """One of the three."""

    url: Url = ""
    model: Text = ""
    api_key: Key = ""

    @model_validator(mode="before")
    @classmethod
    def _fill_in_what_the_kind_implies(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("kind"), str):
            return given
        known = {key: value for key, value in implied(given["kind"]).items() if key in cls.model_fields}
        return known | given

    @model_validator(mode="after")
    def _nothing_is_overheard(self) -> Self:
        """As its kind has it; of an address that its kind does not take, `stage_conflicts` says so."""
        scheme, kind = self.url.partition(":")[0], getattr(self, "kind", None)  # who writes has no kinds
        if not self.url or (kind is not None and scheme not in KINDS[kind].schemes):
            return self
        check = check_http_url if kind is None else _CHECKS[scheme]
        try:
            check(self.url)
        except PydanticCustomError as unsafe:
            refuse([Conflict("url", unsafe.message())])
        leaks = self.api_key and leaks_a_key(self.url)
        refuse([Conflict("api_key", "must be empty (or the address https://) where", "url")] if leaks else [])
        return self


class Stt(Server):
    """Who writes down what the person says."""

    kind: Literal["openai", "deepgram", "wyoming", "local"] = "openai"
    url: SttUrl = ""
    language: Annotated[
        str,
        Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", max_length=35),
        Allowed('a language tag such as en or de-AT; "" for that of the conversation'),
    ] = ""


class Llm(Server):
    """Who writes what is answered."""

    temperature: Annotated[float | None, Allowed("0…2; left out: that of the conversation")] = Field(
        default=None, ge=0, le=2
    )
    max_tokens: Annotated[int | None, Allowed("1…65536, whole; left out: that of the conversation")] = Field(
        default=None, ge=1, le=65_536
    )
    max_tokens_key: Literal["auto", "max_tokens", "max_completion_tokens"] = "auto"


class Tts(Server):
    """Who speaks."""

    kind: Literal["openai", "elevenlabs", "wyoming", "local"] = "openai"
    url: TtsUrl = ""
    voice: Text = "alloy"
    rate_hz: int = Field(default=24_000, ge=8_000, le=48_000)
    speed: float = Field(default=1, ge=0.5, le=2)


def stage_conflicts(name: str, stage: Server) -> Iterator[Conflict]:
    """What is missing in the server that stands in the table `name` of a cascade."""
    kind = getattr(stage, "kind", "openai")
    if kind == "openai" and not stage.model:
        yield Conflict(f"{name}.model", "must name a model of the server")
    if kind == "openai" and not stage.url and not stage.api_key:
        yield Conflict(f"{name}.api_key", "must name a key where", f"{name}.url")
    given = {key: getattr(stage, key) for key in type(stage).model_fields}
    usual = {key: field.default for key, field in type(stage).model_fields.items()}
    for conflict in kind_conflicts(KINDS[kind], given, usual):
        other = conflict.other and f"{name}.{conflict.other}"
        yield Conflict(f"{name}.{conflict.key}", conflict.must, other)
