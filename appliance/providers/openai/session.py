"""A session with OpenAI Realtime, or with a server that speaks its protocol."""

from dataclasses import dataclass

from pydantic import SecretStr

from appliance.conversation.vocabulary import Capabilities, HistoryItem, SessionConfig
from appliance.errors import FailureCategory, ProtocolViolation
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.endpoint import endpoint
from appliance.providers.link import KeyHeader, LinkOptions
from appliance.providers.openai import reader
from appliance.providers.openai.codec import OpenAiCodec, Voice
from appliance.providers.openai.failures import known_category
from appliance.providers.openai.frames import WIRE_RATE_HZ
from appliance.providers.socket_session import SocketOptions, SocketSession

VENDOR_URL = "wss://api.openai.com/v1/realtime"

CAPABILITIES = Capabilities(
    input_rate_hz=NEAR_RATE_HZ,
    output_rate_hz=WIRE_RATE_HZ,
    truncates=True,
    discards=True,
    transcribes_user=True,
    tools=True,
    text_in=True,
    text_out=True,
)


@dataclass(frozen=True, slots=True)
class OpenAiOptions:
    """Whom to ask. `url` empty: the vendor; else the whole endpoint, to which the model is added."""

    api_key: SecretStr
    name: str = "openai"
    url: str = ""
    model: str = "gpt-realtime-2.1"
    voice: str = "marin"
    transcription_model: str = "gpt-live-transcribe"


def open_openai(options: OpenAiOptions) -> SocketSession:
    """A fresh session; takes 16 kHz, answers at 24 kHz.

    Raises `ConfigurationError` for a `url` that must not be connected to.
    """
    link = LinkOptions(endpoint(options.url or VENDOR_URL, options.model), KeyHeader(options.api_key))

    def codec(config: SessionConfig, history: tuple[HistoryItem, ...]) -> OpenAiCodec:
        return OpenAiCodec(Voice(options.voice, options.transcription_model), config, history)

    return SocketSession(SocketOptions(options.name, link, CAPABILITIES), codec, category_of_refusal)


def category_of_refusal(body: object) -> FailureCategory | None:
    """What the error object in a refusal's body says; it knows better than the status (quota or rate)."""
    try:
        return known_category(reader.mapping(body, "error")) if isinstance(body, dict) else None
    except ProtocolViolation:  # no error object at all
        return None
