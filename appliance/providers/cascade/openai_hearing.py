"""Speech-to-text over the OpenAI-compatible `POST /audio/transcriptions`."""

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from appliance.conversation.vocabulary import Languages, UsageUnit
from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples
from appliance.providers.cascade.http_stage import HttpStage
from appliance.providers.cascade.sound import wav_file
from appliance.providers.from_peer import clean, json_object, tokens
from appliance.providers.http.client import Body, HttpClient, HttpOptions
from appliance.providers.http.events import ServerSentEvents
from appliance.providers.http.refusal import category_of, message_of

# Two turns of the longest kind (`max_turn_s` ≤ 120 s), in samples: 7.7 MB, the vendor takes 25. The oldest
# are dropped.
MAX_SAMPLES = 240 * NEAR_RATE_HZ
# The vendor refuses less than 100 ms; a shorter turn is filled up with silence.
MIN_SAMPLES = NEAR_RATE_HZ // 10
# Silence of a server that is at work: a small machine takes half of real time for the longest turn.
SILENCE_S = 30.0
# A transcript with all its word timestamps, which nobody asked for, has 200 bytes a word.
MAX_REPLY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenAiHearingOptions:
    """Which server, which model. `language` "": that of the conversation."""

    http: HttpOptions
    model: str
    language: str = ""


class OpenAiHearing(HttpStage):
    """Sends a turn when it is over: the protocol takes no sound before."""

    def __init__(self, options: OpenAiHearingOptions) -> None:
        super().__init__(options.http)
        self._options = options
        self.languages = Languages.ANY if options.language else Languages.WITHOUT_REGION

    def listen(self, language: str) -> "OpenAiTranscription":
        """See `SpeechToText`."""
        return OpenAiTranscription(self._http, self._options.model, self._options.language or language)


class OpenAiTranscription:
    """One turn. Bound: `MAX_SAMPLES`, the oldest are dropped."""

    def __init__(self, http: HttpClient, model: str, language: str) -> None:
        self._http = http
        self._fields = {"model": model, "language": language.split("-")[0], "response_format": "json"}
        self._chunks: deque[Pcm] = deque()
        self._samples = 0
        self.usage: dict[str, int] = {}

    def append(self, pcm: Pcm) -> None:
        """See `Transcription`."""
        self._chunks.append(pcm)
        self._samples += len(pcm)
        while self._samples > MAX_SAMPLES and len(self._chunks) > 1:
            self._samples -= len(self._chunks.popleft())

    async def finish(self) -> str:
        """See `Transcription`."""
        if not self._samples:
            return ""
        pcm = np.concatenate((*self._chunks, np.zeros(max(0, MIN_SAMPLES - self._samples), np.int16)))
        self._chunks.clear()
        self.usage[UsageUnit.INPUT_AUDIO_MS] = round(ms_of_samples(len(pcm), NEAR_RATE_HZ))
        body = Body(
            fields=self._fields, files={"file": ("turn.wav", wav_file(pcm, NEAR_RATE_HZ), "audio/wav")}
        )
        async with self._http.request("POST", "/audio/transcriptions", body, silence_s=SILENCE_S) as reply:
            text, usage = transcript_of(reply.content_type, await reply.whole(MAX_REPLY_BYTES))
        self.usage |= usage
        return text

    async def close(self) -> None:
        """See `Transcription`: whoever waits for `finish` breaks it off."""
        self._chunks.clear()


def transcript_of(content_type: str, body: bytes) -> tuple[str, dict[str, int]]:
    """The words in a reply, and what they took by `UsageUnit`. Pure.

    Servers reply with JSON, as events or as plain text, whatever they are asked for. Raises
    `ProtocolViolation` for anything else, and `ProviderError` for an error in the events.
    """
    if content_type == "text/plain":
        return body.decode("utf-8", "replace"), {}
    if content_type == "text/event-stream":
        return _of_events(body)
    return _of_fields(json_object(body.decode("utf-8", "replace")))


def _of_events(body: bytes) -> tuple[str, dict[str, int]]:
    events = ServerSentEvents()
    deltas = ""
    for data in (*events.feed(body), *events.end()):
        if data.strip() == "[DONE]":
            break
        event = json_object(data)
        if "error" in event or event.get("type") == "error":
            error = event.get("error", event)
            fields = error if isinstance(error, dict) else {}
            category = category_of(fields) or FailureCategory.MODEL_UNAVAILABLE
            raise ProviderError(category, f"the transcription broke off: {message_of(fields) or category}")
        match event.get("type"):
            case "transcript.text.done":
                return _of_fields(event)
            case "transcript.text.delta":
                delta = event.get("delta")
                deltas += delta if isinstance(delta, str) else ""
            case None if "text" in event:
                return _of_fields(event)
    if not deltas:
        raise ProtocolViolation("the server sent no transcript")
    return deltas, {}


def _of_fields(fields: dict[str, Any]) -> tuple[str, dict[str, int]]:
    text = fields.get("text")
    if not isinstance(text, str):
        raise ProtocolViolation("the server sent a transcript without text")
    counts: dict[str, int] = {}
    usage = fields.get("usage")
    details = usage.get("input_token_details") if isinstance(usage, dict) else None
    if isinstance(details, dict) and (spoken := tokens(details, "audio_tokens")):
        counts[UsageUnit.INPUT_AUDIO_TOKENS] = spoken
    return clean(text), counts
