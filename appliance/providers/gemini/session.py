"""Sessions with Gemini Live, one after the other, and what carries over from one to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    Capabilities,
    Command,
    HistoryItem,
    Languages,
    SessionConfig,
)
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.endpoint import endpoint
from appliance.providers.gemini.answer import OUTPUT_RATE_HZ
from appliance.providers.gemini.codec import GeminiCodec
from appliance.providers.gemini.dialect import Telling, dialect_of
from appliance.providers.gemini.failures import of_close, of_refusal
from appliance.providers.gemini.resumption import Handles
from appliance.providers.gemini.setup import Model
from appliance.providers.link import KeyHeader, LinkOptions
from appliance.providers.socket_session import SocketOptions, SocketSession

VENDOR_URL = (
    "wss://generativelanguage.googleapis.com/ws/"
    "google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent"
)
# The vendor's pongs were seen to take 8 to 30 s in calls that were well.
PING_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class GeminiOptions:
    """Whom to ask. `url` empty: the vendor; else the whole endpoint. `extra` is laid over the setup."""

    api_key: SecretStr
    name: str = "gemini"
    url: str = ""
    model: str = "gemini-3.8-live"
    voice: str = "Kore"
    extra: Mapping[str, Any] = field(default_factory=dict)


def capabilities_of(model: str) -> Capabilities:
    """What `model` can do. It cannot forget what it heard: a turn is taken back by closing the session.

    What was heard of an answer, and what another provider said, is told in words, where words are taken.
    An answer in text alone is what the voice would have said, where the model cannot write.
    """
    told = dialect_of(model).telling is not Telling.NOT_AT_ALL
    return Capabilities(
        input_rate_hz=NEAR_RATE_HZ,
        output_rate_hz=OUTPUT_RATE_HZ,
        truncates=told,
        transcribes_user=True,
        ends_turns=True,
        tools=True,
        text_in=True,
        text_out=True,
        continues=told,
        temperature=True,
        max_output_tokens=True,
        languages=Languages.WITH_REGION,
    )


class GeminiProvider:
    """Opens sessions of one provider, of which one at a time is used; each goes on where the last one
    ended, if nothing was said elsewhere meanwhile."""

    def __init__(self, options: GeminiOptions) -> None:
        """Raises `ConfigurationError` for a `url` that must not be connected to."""
        key = KeyHeader(options.api_key, name="x-goog-api-key", scheme="")
        link = LinkOptions(endpoint(options.url or VENDOR_URL, ""), key, ping_timeout_s=PING_TIMEOUT_S)
        self.capabilities = capabilities_of(options.model)
        self._socket = SocketOptions(options.name, link, self.capabilities)
        self._model = Model(options.model, options.voice, options.extra)
        self._handles = Handles()

    def open(self) -> "GeminiSession":
        """A fresh session; takes 16 kHz, answers at 24 kHz."""
        return GeminiSession(self._socket, self._model, self._handles)


class GeminiSession:
    """One session, used once; see `Session`."""

    def __init__(self, socket: SocketOptions, model: Model, handles: Handles) -> None:
        self.capabilities = socket.capabilities
        self._model = model
        self._handles = handles
        self._session = SocketSession(socket, self._make_codec, of_refusal, of_close)
        self._talk: tuple[GeminiCodec, Emit] | None = None
        self._emit: Emit | None = None

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """Connect, emit `Ready`, then every event, until `CloseSession` or a failure."""
        self._emit = emit
        await self._session.run(config, history, emit)

    def send(self, command: Command) -> None:
        """Carry out `command`, and tell what it alone makes known: the server may have nothing to add."""
        self._session.send(command)
        if self._talk is not None:
            codec, emit = self._talk
            for event in codec.due():
                emit(event)

    def _make_codec(self, config: SessionConfig, history: tuple[HistoryItem, ...]) -> GeminiCodec:
        codec = GeminiCodec(self._model, config, history, self._handles)
        if self._emit is not None:
            self._talk = codec, self._emit
        return codec
