"""Text-to-speech over the OpenAI-compatible `POST /audio/speech`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from appliance.errors import ProtocolViolation
from appliance.pcm.formats import Pcm
from appliance.providers.cascade.http_stage import HttpStage
from appliance.providers.cascade.sound import SoundStream
from appliance.providers.http.client import Body, HttpOptions

# Silence of a server that is at work on 240 characters.
SILENCE_S = 15.0
MIN_SPEED, MAX_SPEED = 0.5, 2.0
# What a server calls raw samples, or a file of them; one that knows no better says octet-stream, or nothing.
_SOUND = frozenset(
    {
        *("audio/pcm", "audio/l16", "audio/x-pcm", "audio/raw", "audio/wav", "audio/x-wav", "audio/wave"),
        *("audio/vnd.wave", "application/octet-stream", "binary/octet-stream", ""),
    }
)


@dataclass(frozen=True, slots=True)
class OpenAiSpeakingOptions:
    """Which server, model and voice; `rate_hz` of the samples it sends, `speed` of that voice 0.5…2."""

    http: HttpOptions
    model: str
    voice: str
    rate_hz: int = 24_000
    speed: float = 1.0


class OpenAiSpeaking(HttpStage):
    """Speaks with one voice."""

    def __init__(self, options: OpenAiSpeakingOptions) -> None:
        super().__init__(options.http)
        self._options = options
        self.rate_hz = options.rate_hz
        self.speeds = (MIN_SPEED / options.speed, MAX_SPEED / options.speed)

    async def speak(self, text: str, language: str, speed: float) -> AsyncGenerator[Pcm, None]:
        """See `TextToSpeech`. The protocol has no language: the voice speaks that of the text."""
        options = self._options
        request: dict[str, Any] = {
            "model": options.model,
            "input": text,
            "voice": options.voice,
            "response_format": "pcm",
        }
        pace = min(max(speed * options.speed, MIN_SPEED), MAX_SPEED)
        if pace != 1.0:  # a server that cannot pace need not be told
            request["speed"] = pace
        sound = SoundStream(options.rate_hz)
        async with self._http.request(
            "POST", "/audio/speech", Body(json=request), silence_s=SILENCE_S
        ) as reply:
            if reply.content_type not in _SOUND:
                raise ProtocolViolation(
                    f"{self._http.host} speaks {reply.content_type} where raw samples (pcm) were asked for"
                )
            async with aclosing(reply.chunks()) as chunks:
                async for chunk in chunks:
                    yield sound.feed(chunk)
        yield sound.end()
