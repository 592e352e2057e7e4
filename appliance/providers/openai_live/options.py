"""Whom a GPT-Live session talks to, and what that provider can do."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from appliance.conversation.vocabulary import Capabilities
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.openai_live.codec import IDLE_S
from appliance.providers.openai_live.frames import WIRE_RATE_HZ

VENDOR_URL = "wss://api.openai.com/v1/live/sessions"

CAPABILITIES = Capabilities(
    input_rate_hz=NEAR_RATE_HZ,
    output_rate_hz=WIRE_RATE_HZ,
    truncates=False,  # there is no such event: what was heard is told to the next socket only
    discards=False,  # what was sent was heard
    transcribes_user=True,
    ends_turns=False,  # it decides for itself when to talk, and does not say when a turn ended
    tools=True,  # by way of the vendor's backend, a Responses model
    text_in=True,  # as a context to speak about
    text_out=True,  # what it says is read, its sound is dropped
    continues=True,
    max_output_tokens=False,
)


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """Whom to ask. `url` empty: the vendor; else the whole endpoint.

    `backend_model` does what needs tools; `tail_ms` of silence usually end a turn; after `idle_s` without
    a word the vendor's session is closed until the next; `extra` goes into its session object as it is.
    """

    api_key: SecretStr
    name: str = "openai-live"
    url: str = ""
    model: str = "gpt-live-1"
    voice: str = "marin"
    backend_model: str = "gpt-5.6-luna"
    tail_ms: int = 800
    idle_s: float = IDLE_S
    extra: dict[str, Any] = field(default_factory=dict)
