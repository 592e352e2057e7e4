"""Every option with its default, its unit (in its name) and its range (public contract: the keys).

The ranges stand in the fields, so that a mistake and `check-config` can print them. A value of the
contract that this version would have to ignore is left out of its `Literal` until it is built.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from appliance.settings import price_table
from appliance.settings.journal import Journal
from appliance.settings.mcp import McpServer, two_of_a_name
from appliance.settings.metrics import Metrics
from appliance.settings.panel import Panel
from appliance.settings.provider import OFFLINE, Provider
from appliance.settings.quiet_hours import QuietHours
from appliance.settings.section import Allowed, Conflict, Section, Text, refuse, refuse_value
from appliance.settings.sound_devices import InputDevice, OutputDevice
from appliance.settings.wake_word import WakeWord
from appliance.settings.zones import zone_mistake

MAX_PROVIDERS = 16
NAME = "[A-Za-z_][A-Za-z0-9_]*"
PLUGIN = rf"{NAME}(\.{NAME})*:{NAME}"
DETECTOR_PATTERN = rf"^(silero|energy|{PLUGIN})$"
STRATEGY_PATTERN = rf"^(immediate|deferred|ignore|{PLUGIN})$"
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
# What the instructions may name without being given it.
COMPUTED = frozenset({"time", "date", "weekday", "room", "language"})


VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]


class Conversation(Section):
    """Who may speak when, and what the model is told."""

    trigger: Literal["open", "button", "wake_word"] = "open"
    instructions: str = Field(
        default="You are the voice of a small loudspeaker in a living room. Answer in one or two short "
        "sentences, as one speaks, in the language of the person who asks.",
        max_length=20_000,
    )
    variables: Annotated[
        dict[VariableName, Text], Allowed("names of letters, digits and _, each with a text")
    ] = Field(default_factory=dict, max_length=64)
    pack: Annotated[str, Allowed('a PromptKit pack (FILE.pack.json), "" for none')] = Field(
        default="", max_length=4096
    )
    prompt: Annotated[Text, Allowed('the id of a prompt of the pack; "" where it has only one')] = ""
    room: Text = ""
    greeting: Text = ""
    language: Annotated[
        str,
        Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35),
        Allowed("a language tag such as en or de-AT"),
    ] = "en"
    auto_complete: bool = True
    output: Literal["audio", "text"] = "audio"
    speed: float = Field(default=1, ge=0.5, le=2)
    temperature: Annotated[float | None, Allowed("0…2; left out: the provider's own")] = Field(
        default=None, ge=0, le=2
    )
    max_output_tokens: Annotated[int | None, Allowed("1…65536, whole; left out: the provider's own")] = Field(
        default=None, ge=1, le=65_536
    )
    memory_hours: float = Field(default=0, ge=0, le=720)
    time_zone: Annotated[Text, Allowed('a name such as "Europe/Vienna"; "" for that of the machine')] = ""
    follow_up_s: float = Field(default=8, ge=0, le=120)
    follow_ups: int = Field(default=5, ge=1, le=1000)
    stop_word: bool = True
    answer_deadline_s: float = Field(default=6, ge=1, le=30)
    hedge: Literal["auto", "off"] = "auto"
    offline_fallback: bool = True

    @field_validator("time_zone")
    @classmethod
    def _time_zone_is_known(cls, name: str) -> str:
        refuse_value(zone_mistake(name))
        return name

    @model_validator(mode="after")
    def _every_placeholder_has_a_variable(self) -> Self:
        known = COMPUTED | self.variables.keys()
        texts = {"greeting": self.greeting, "instructions": "" if self.pack else self.instructions}
        refuse(
            [
                Conflict(key, f"{{{{{name}}}}} is not in [conversation.variables]")
                for key, text in texts.items()
                for name in PLACEHOLDER.findall(text)
                if name not in known
            ]
        )
        return self


class Hearing(Section):
    """When a person starts and stops talking."""

    speech_threshold: float = Field(default=0.5, ge=0.05, le=0.95)
    silence_threshold: float = Field(default=0.35, ge=0.01, le=0.9)
    prefix_padding_ms: int = Field(default=300, ge=0, le=2000)
    min_speech_ms: int = Field(default=200, ge=32, le=2000)
    end_silence_ms: int = Field(default=800, ge=100, le=5000)
    end_silence_min_ms: int = Field(default=200, ge=100, le=5000)
    end_silence_max_ms: int = Field(default=3000, ge=100, le=10_000)
    no_speech_s: float = Field(default=8, ge=1, le=120)
    max_turn_s: float = Field(default=30, ge=1, le=120)
    end_of_turn: Literal["silence", "model", "provider"] = "silence"
    learn_pauses: bool = True
    detector: Annotated[
        str,
        Field(pattern=DETECTOR_PATTERN, max_length=200),
        Allowed("silero | energy | package:Class"),
    ] = "silero"

    @model_validator(mode="after")
    def _hysteresis_and_order(self) -> Self:
        conflicts = []
        if self.silence_threshold >= self.speech_threshold:
            conflicts.append(Conflict("silence_threshold", "must be below", "speech_threshold"))
        if self.end_silence_ms < self.end_silence_min_ms:
            conflicts.append(Conflict("end_silence_ms", "must not be below", "end_silence_min_ms"))
        if self.end_silence_ms > self.end_silence_max_ms:
            conflicts.append(Conflict("end_silence_ms", "must not be above", "end_silence_max_ms"))
        refuse(conflicts)
        return self


class Interruption(Section):
    """What happens when somebody talks over an answer."""

    strategy: Annotated[
        str,
        Field(pattern=STRATEGY_PATTERN, max_length=200),
        Allowed("immediate | deferred | ignore | package:NAME"),
    ] = "immediate"
    hush_ms: int = Field(default=150, ge=32, le=1000)
    confirm_ms: int = Field(default=700, ge=200, le=3000)
    duck_db: float = Field(default=-12, ge=-60, le=0)
    resume: bool = True

    @model_validator(mode="after")
    def _hush_before_the_decision(self) -> Self:
        refuse(
            [Conflict("hush_ms", "must be below", "confirm_ms")] if self.hush_ms >= self.confirm_ms else []
        )
        return self


class Echo(Section):
    """The loudspeaker as the microphone hears it."""

    cancel: Literal["auto", "on", "off"] = "auto"


class Audio(Section):
    """Microphone and loudspeaker."""

    input: InputDevice = InputDevice()
    output: OutputDevice = OutputDevice()
    echo: Echo = Echo()


class Tools(Section):
    """What the model may call."""

    builtin: bool = True
    mcp: tuple[McpServer, ...] = Field(default=(), strict=False)

    @field_validator("mcp")
    @classmethod
    def _servers_are_told_apart(cls, servers: tuple[McpServer, ...]) -> tuple[McpServer, ...]:
        refuse_value(two_of_a_name(servers))
        return servers


Currency = Annotated[str, Field(pattern=price_table.CURRENCY_PATTERN)]
Rate = Annotated[float, Field(gt=0, le=1_000_000)]


class Money(Section):
    """What may be spent."""

    currency: Annotated[Currency, Allowed("three capital letters such as USD")] = "USD"
    daily_limit: float = Field(default=0, ge=0, le=100_000)
    monthly_limit: float = Field(default=0, ge=0, le=100_000)
    exchange_rates: Annotated[
        dict[Currency, Rate], Allowed("currencies of prices, each with what one of it is worth in yours")
    ] = Field(default_factory=dict, max_length=16)


class Settings(Section):
    """The whole configuration."""

    profile: Annotated[Text, Allowed('names of profiles, separated by commas; "" for none')] = ""
    conversation: Conversation = Conversation()
    hearing: Hearing = Hearing()
    interruption: Interruption = Interruption()
    audio: Audio = Audio()
    money: Money = Money()
    providers: tuple[Provider, ...] = Field(default=(OFFLINE,), strict=False)
    tools: Tools = Tools()
    quiet_hours: QuietHours = QuietHours()
    wake_word: WakeWord = WakeWord()
    panel: Panel = Panel()
    journal: Journal = Journal()
    metrics: Metrics = Metrics()

    @field_validator("providers")
    @classmethod
    def _at_least_one_and_names_unique(cls, providers: tuple[Provider, ...]) -> tuple[Provider, ...]:
        if not 1 <= len(providers) <= MAX_PROVIDERS:
            refuse_value(f"allowed are 1…{MAX_PROVIDERS} sections that begin with [[providers]]")
        names = [provider.name for provider in providers]
        twice = sorted({name for name in names if names.count(name) > 1})
        refuse_value(f"two are named {', '.join(twice)}" if twice else None)
        return providers

    @field_validator("providers")
    @classmethod
    def _prices_can_be_added_up(
        cls, providers: tuple[Provider, ...], info: ValidationInfo
    ) -> tuple[Provider, ...]:
        money = info.data.get("money", Money())  # not there where it is wrong itself
        for provider in providers:
            currency = price_table.currency_of(provider.prices)
            if currency not in ("", money.currency, *money.exchange_rates):
                refuse_value(
                    f"the prices of {provider.name} are in {currency} and money.currency is {money.currency};"
                    f" say what one is worth: money.exchange_rates = {{ {currency} = … }}"
                )
        return providers
