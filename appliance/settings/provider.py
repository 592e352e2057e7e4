"""One provider of the configuration: its keys, what its kind implies, and what its kind takes."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from appliance.settings import price_table
from appliance.settings.addresses import check_socket_url
from appliance.settings.cascade import Llm, Stt, Tts, stage_conflicts
from appliance.settings.credentials import check_reference
from appliance.settings.extra_table import extra_mistake
from appliance.settings.realtime import realtime_conflicts
from appliance.settings.section import Allowed, Conflict, Section, Text, if_given, refuse, refuse_value

Kind = Literal["openai", "openai-live", "azure", "gemini", "cascade", "offline"]

KIND_DEFAULTS: dict[str, dict[str, str]] = {
    "openai": {
        "model": "gpt-realtime-2.1",
        "voice": "marin",
        "transcription_model": "gpt-live-transcribe",
    },
    "openai-live": {"model": "gpt-live-1", "voice": "marin", "backend_model": "gpt-5.6-luna"},
    "azure": {"voice": "marin"},
    "gemini": {"model": "gemini-3.8-live", "voice": "Kore"},
}


class Provider(Section):
    """One who answers. What is left out is filled in by `kind`; the key by the provider's name."""

    name: Annotated[
        str,
        Field(pattern=r"^[a-z][a-z0-9-]{0,31}$"),
        Allowed("a name of lower-case letters, digits and -"),
    ]
    kind: Kind
    url: Annotated[
        Text,
        if_given(check_socket_url),
        Allowed('"" (the vendor\'s) | wss://… | ws://… to this machine only; without a key in it'),
    ] = ""
    model: Text = ""
    voice: Text = ""
    api_key: Annotated[
        Text, if_given(check_reference), Allowed("credential:NAME | env:NAME, never the key itself")
    ] = ""
    auth: Literal["key", "bearer"] = "key"
    dialect: Literal["ga", "beta"] = "ga"
    api_version: Text = ""
    transcription_model: Text = ""
    backend_model: Text = ""
    provider_turn_detection: Literal["semantic_vad", "server_vad"] = "semantic_vad"
    extra: Annotated[
        dict[str, Any], Allowed("a table that reaches the provider's session unchanged; {} for none")
    ] = Field(default_factory=dict)
    prices: Annotated[dict[str, Any], Allowed(price_table.ALLOWED)] = Field(default_factory=dict)
    stt: Stt = Stt()
    llm: Llm = Llm()
    tts: Tts = Tts()

    @model_validator(mode="before")
    @classmethod
    def _fill_in_what_the_kind_implies(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("kind"), str):
            return given
        implied = dict(KIND_DEFAULTS.get(given["kind"], {}))
        if given["kind"] not in ("offline", "cascade") and isinstance(given.get("name"), str):
            implied["api_key"] = f"credential:{given['name']}"
        return implied | given

    @field_validator("extra")
    @classmethod
    def _extra_has_a_json_form(cls, extra: dict[str, Any]) -> dict[str, Any]:
        refuse_value(extra_mistake(extra))
        return extra

    @field_validator("prices")
    @classmethod
    def _prices_are_whole(cls, prices: dict[str, Any]) -> dict[str, Any]:
        refuse_value(price_table.price_mistake(prices))
        return prices

    @model_validator(mode="after")
    def _offline_stays_offline(self) -> Self:
        if self.kind != "offline":
            return self
        given = [key for key in ("url", "api_key") if getattr(self, key)]
        conflicts = [Conflict(key, "must be empty where", "kind") for key in given]
        if self.voice.startswith("piper:") and not self.voice.endswith(".onnx"):
            conflicts.append(Conflict("voice", "must be piper, piper:FILE.onnx or a voice of espeak-ng"))
        refuse(conflicts)
        return self

    @model_validator(mode="after")
    def _has_what_its_kind_takes(self) -> Self:
        fields = type(self).model_fields
        texts = {key: getattr(self, key) for key in fields if isinstance(getattr(self, key), str)}
        refuse(realtime_conflicts(self.kind, texts, {key: fields[key].default for key in texts}))
        return self

    @model_validator(mode="after")
    def _a_cascade_has_three_servers_and_nobody_else_has(self) -> Self:
        stages = {"stt": self.stt, "llm": self.llm, "tts": self.tts}
        if self.kind == "cascade":
            given = [key for key in ("url", "model", "voice", "api_key") if getattr(self, key)]
            conflicts = [Conflict(key, "belongs into stt, llm or tts where", "kind") for key in given]
            conflicts += [conflict for name in stages for conflict in stage_conflicts(name, stages[name])]
        else:
            given = [name for name, stage in stages.items() if stage != type(stage)()]
            conflicts = [Conflict(name, "is for a cascade, and", "kind") for name in given]
        refuse(conflicts)
        return self


OFFLINE = Provider(name="offline", kind="offline")
