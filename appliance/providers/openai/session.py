"""A session with OpenAI Realtime, or with a server that speaks its protocol."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import SecretStr

from appliance.conversation.vocabulary import Capabilities, HistoryItem, Languages, SessionConfig
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.endpoint import endpoint
from appliance.providers.link import KeyHeader, LinkOptions
from appliance.providers.openai.codec import OpenAiCodec
from appliance.providers.openai.failures import category_of_refusal
from appliance.providers.openai.session_frames import (
    OUTPUT_TOKENS,
    SPEEDS,
    TEMPERATURES,
    WIRE_RATE_HZ,
    Dialect,
    TurnDetection,
    WireOptions,
)
from appliance.providers.socket_session import MakeCodec, SocketOptions, SocketSession

VENDOR_URL = "wss://api.openai.com/v1/realtime"
# By this header a server knows that it is spoken to in the beta's dialect.
BETA_HEADER = ("OpenAI-Beta", "realtime=v1")

CAPABILITIES = Capabilities(
    input_rate_hz=NEAR_RATE_HZ,
    output_rate_hz=WIRE_RATE_HZ,
    truncates=True,
    discards=True,
    transcribes_user=True,
    ends_turns=True,
    tools=True,
    text_in=True,
    text_out=True,
    continues=True,
    speed=True,
    max_output_tokens=True,
    speeds=SPEEDS,
    temperatures=TEMPERATURES,
    output_tokens=OUTPUT_TOKENS,
)


@dataclass(frozen=True, slots=True)
class OpenAiOptions:
    """Whom to ask, and how. `url` empty: the vendor; else the whole endpoint, to which the model is added.

    `transcription_model` empty: what the person says is not written down. The rest: `WireOptions`.
    """

    api_key: SecretStr
    name: str = "openai"
    url: str = ""
    model: str = "gpt-realtime-2.1"
    voice: str = "marin"
    transcription_model: str = "gpt-live-transcribe"
    dialect: Dialect = "ga"
    turn_detection: TurnDetection = "semantic_vad"
    extra: Mapping[str, Any] = field(default_factory=dict)


def capabilities(dialect: Dialect, transcription_model: str) -> Capabilities:
    """What a session can do; general availability took the temperature away."""
    return replace(
        CAPABILITIES,
        temperature=dialect == "beta",
        transcribes_user=bool(transcription_model),
        languages=Languages.WITHOUT_REGION if transcription_model else Languages.ANY,
    )


def open_openai(options: OpenAiOptions) -> SocketSession:
    """A fresh session; takes 16 kHz, answers at 24 kHz.

    Raises `ConfigurationError` for a `url` that must not be connected to.
    """
    link = LinkOptions(
        endpoint(options.url or VENDOR_URL, options.model),
        KeyHeader(options.api_key),
        headers_of(options.dialect),
    )
    wire = WireOptions(
        options.voice,
        options.transcription_model,
        options.dialect,
        options.turn_detection,
        options.extra,
    )
    can = capabilities(options.dialect, options.transcription_model)
    return SocketSession(SocketOptions(options.name, link, can), codec_maker(wire), category_of_refusal)


def headers_of(dialect: Dialect) -> tuple[tuple[str, str], ...]:
    """What is said before the first frame about how we speak."""
    return (BETA_HEADER,) if dialect == "beta" else ()


def codec_maker(wire: WireOptions) -> MakeCodec:
    """Makes the codec of a session at the moment it is opened."""

    def make(config: SessionConfig, history: tuple[HistoryItem, ...]) -> OpenAiCodec:
        return OpenAiCodec(wire, config, history, opened_at_s=time.time())

    return make
