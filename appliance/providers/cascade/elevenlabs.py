"""Text-to-speech by ElevenLabs, over HTTP, as it comes.

Sources: [S] the types of `elevenlabs` 2.78.0, [D] elevenlabs.io/docs, [H] help.elevenlabs.io, [W] seen on the
wire by others. Nothing of it was tried against the vendor; its own client sends the same, and takes what our
simulator answers (`tests/conformance/test_stage_requests.py`, `test_elevenlabs_client.py`).

- `POST /v1/text-to-speech/VOICE/stream?output_format=pcm_24000`, header `xi-api-key`, JSON `text`,
  `model_id`, `language_code`, `voice_settings` [S]. `pcm_24000` is 16 bit little-endian, mono, without a
  header; only 44.1 kHz needs a larger plan [S, D]. The body is cut anywhere, as every chunked body.
- `language_code` is ISO 639-1 and not for the multilingual_v2 models [S].
- `speed` is 0.7…1.2 [S `RealtimeVoiceSettings`].
- Errors are `{"detail": {"type", "code", "message", "status", "request_id"}}` [W], formerly of `status` and
  `message` alone [H, W home-assistant/core#160414]; with 422 `detail` is a list of `{"type", "loc", "msg"}`
  [S, W]. `quota_exceeded` comes with 401 [H, W], `too_many_concurrent_requests` and `system_busy` with 429
  [H], `insufficient_credits` with 402 [told by third parties]; a wrong key is `unauthorized`, of the type
  `authentication_error` [W].
- A key which may not read voices is refused as a wrong one is, with the words "missing the permission
  voices_read" [W VapiAI/docs#1198].
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from appliance.errors import FailureCategory, ProtocolViolation
from appliance.pcm.formats import Pcm
from appliance.providers.cascade.wire_sound import SoundConverter, SoundFormat
from appliance.providers.http.address import address
from appliance.providers.http.client import Body, HttpClient, HttpOptions
from appliance.providers.http.refusal import Refusal
from appliance.providers.link import KeyHeader

VENDOR_URL = "https://api.elevenlabs.io"
RATE_HZ = 24_000
SPEED_MIN, SPEED_MAX = 0.7, 1.2
# The model for conversations sends its first sound within 0.1 s; after a silence as long as this the next
# provider is the better answer.
SILENCE_S = 5.0
# Of one text, which is a sentence; more comes from a server that does not stop.
SOUND_MAX_SAMPLES = 120 * RATE_HZ
VOICE_MAX_BYTES = 1 << 20

# Why a voice cannot be asked for that is also why it cannot speak.
_IN_THE_WAY = (
    FailureCategory.AUTH_FAILED,
    FailureCategory.QUOTA_EXHAUSTED,
    FailureCategory.RATE_LIMITED,
    FailureCategory.CONNECTION_FAILED,
    FailureCategory.TIMED_OUT,
)


@dataclass(frozen=True, slots=True)
class ElevenLabsOptions:
    """`voice` is a voice's id, not its name; `url` is the server's, without a path. `speed` is that of this
    voice, by which what is asked for is multiplied."""

    api_key: SecretStr
    voice: str = "JBFqnCBsd6RMkjVDRZzb"  # "George", of the vendor's own examples
    model: str = "eleven_flash_v2_5"
    url: str = VENDOR_URL
    speed: float = 1.0


def open_elevenlabs_tts(options: ElevenLabsOptions) -> "ElevenLabsTextToSpeech":
    """The stage. Raises `ConfigurationError` for an address that must not get a key."""
    return ElevenLabsTextToSpeech(options)


class ElevenLabsTextToSpeech:
    """A `TextToSpeech`; a speed beyond the vendor's range is the nearest within it."""

    def __init__(self, options: ElevenLabsOptions) -> None:
        self._options = options
        server = address("providers.tts.url", options.url, secret=True)
        key = KeyHeader(options.api_key, name="xi-api-key", scheme="")
        self._http = HttpClient(HttpOptions(server, key))

    @property
    def rate_hz(self) -> int:
        return RATE_HZ

    @property
    def speeds(self) -> tuple[float, float]:
        return SPEED_MIN / self._options.speed, SPEED_MAX / self._options.speed

    async def open(self) -> None:
        """See `Stage`: connects, and asks for the voice, so that a key that is refused is known."""
        await self._http.open()
        try:
            voice = f"/v1/voices/{quote(self._options.voice, safe='')}"
            async with self._http.request("GET", voice, silence_s=SILENCE_S) as reply:
                await reply.whole(VOICE_MAX_BYTES)
        except Refusal as refused:
            # A key for nothing but speaking may not ask for voices, and what it may not ask for may speak.
            if refused.category not in _IN_THE_WAY or "permission" in str(refused):
                return
            raise

    async def close(self) -> None:
        """See `Stage`."""
        await self._http.close()

    async def speak(self, text: str, language: str, speed: float) -> AsyncGenerator[Pcm, None]:
        """See `TextToSpeech`."""
        if not text.strip():
            return
        converter = SoundConverter(SoundFormat(RATE_HZ, 2, 1), RATE_HZ)
        pace = speed * self._options.speed
        body = Body(json=speech_request(self._options.model, text, language, pace))
        path = f"/v1/text-to-speech/{quote(self._options.voice, safe='')}/stream?output_format=pcm_{RATE_HZ}"
        given = 0
        async with self._http.request("POST", path, body, silence_s=SILENCE_S) as reply:
            if reply.content_type in ("application/json", "text/html"):
                raise ProtocolViolation(
                    f"{self._http.host} sent {reply.content_type} where sound was to come"
                )
            async with aclosing(reply.chunks()) as chunks:
                async for chunk in chunks:
                    pcm = converter.take(chunk)
                    given += len(pcm)
                    if given > SOUND_MAX_SAMPLES:
                        raise ProtocolViolation(f"{self._http.host} does not stop speaking")
                    if len(pcm):
                        yield pcm


def speech_request(model: str, text: str, language: str, speed: float) -> Mapping[str, Any]:
    """What asks for `text` aloud."""
    asked: dict[str, Any] = {"text": text, "model_id": model}
    if "multilingual_v2" not in model:
        asked["language_code"] = language.partition("-")[0].lower()
    if speed != 1:
        asked["voice_settings"] = {"speed": min(max(speed, SPEED_MIN), SPEED_MAX)}
    return asked
