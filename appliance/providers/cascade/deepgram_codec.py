"""Deepgram's live transcription without a socket. Pure.

Sources: [S] the types of `deepgram-sdk` 7.17.0 (`listen/v1`), [D] developers.deepgram.com/docs, [I] its
issues. Nothing of it was tried against the vendor; its own client sends the same, and takes what our
simulator answers (`tests/conformance/test_stage_requests.py`, `test_deepgram_client.py`).

- `wss://api.deepgram.com/v1/listen?model=…&encoding=linear16&sample_rate=…`, header
  `Authorization: Token KEY` [S]; sound in binary frames, control messages as text [D audio-keep-alive].
- An empty binary frame ended the stream in earlier versions [I deepgram-js-sdk#23]: none is ever sent.
- `CloseStream`: what is unwritten is written at once, then come the last `Results`, a `Metadata`, and the end
  of the connection [D close-stream]. `Finalize` writes down without ending, but its answer may never come
  [D finalize]; so a turn has a connection of its own and ends by `CloseStream`, as the vendor's engineers
  advise [I deepgram-dotnet-sdk#341].
- `Results` with `is_final` are never changed again; the others are replaced by the next [S].
- 10 s without sound or `KeepAlive` end the connection with NET-0001; one every 3…5 s is advised
  [D audio-keep-alive].
- `smart_format` may hold a result back until more is said [D understanding-end-of-speech-detection]: it is
  not asked for.
- A refused connection has a JSON body with `err_code` and `err_msg`, or `category` and `message`
  [S, D errors]: INVALID_AUTH with 401, ASR_PAYMENT_REQUIRED with 402, TOO_MANY_REQUESTS with 429 [D errors].
  The vendor's own client reads the status alone.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.endpoint import Endpoint, endpoint
from appliance.providers.from_peer import clean, json_object, json_of, line

KEEP_ALIVE = '{"type": "KeepAlive"}'
CLOSE_STREAM = '{"type": "CloseStream"}'
# A result of half a minute with every word's times has 20 kB.
FRAME_MAX_CHARACTERS = 512 * 1024
# Longer than a person talks in the longest turn.
TEXT_MAX_CHARACTERS = 20_000
MESSAGE_MAX_CHARACTERS = 200

_ASKED: Mapping[str, str] = {
    "encoding": "linear16",
    "sample_rate": str(NEAR_RATE_HZ),
    "channels": "1",
    "interim_results": "true",
    "punctuate": "true",
    "endpointing": "false",  # when a turn ends is ours to say
}
# All but the first are unverified.
_QUOTA_CODES = ("ASR_PAYMENT_REQUIRED", "INSUFFICIENT_CREDITS", "PAYMENT_REQUIRED")


def listening_at(url: str, model: str, language: str) -> Endpoint:
    """The endpoint `url` with what is asked for as its query; what `url` names itself stays.

    Raises `ConfigurationError`, see `endpoint`.
    """
    safe = endpoint(url, model)
    parts = urlsplit(safe.url)
    given = parse_qs(parts.query, keep_blank_values=True)
    asked = {"language": language, **_ASKED}
    added = urlencode({key: value for key, value in asked.items() if key not in given}, quote_via=quote)
    query = "&".join(part for part in (parts.query, added) if part)
    return Endpoint(urlunsplit(parts._replace(query=query)), safe.host, safe.loopback)


class TurnReader:
    """The words of one turn, from the frames that the server sends for it.

    Bound: `TEXT_MAX_CHARACTERS`. Raises `ProtocolViolation` for what the protocol does not allow, and
    `ProviderError` for an error that the server tells.
    """

    def __init__(self) -> None:
        self._final: list[str] = []
        self._final_characters = 0
        self._interim = ""

    def take(self, frame: str | bytes) -> str | None:
        """The words of the whole turn where `frame` was the last one, else None."""
        message = _parse(frame)
        match message["type"]:
            case "Results":
                self._result(message)
            case "Metadata":
                return self._words()
            case "Error":
                raise _failure(message)
        return None  # what came is of no use here, or unknown to us

    def _result(self, message: dict[str, Any]) -> None:
        transcript = _transcript(message)
        if message.get("is_final") is not True:
            self._interim = transcript
            return
        self._interim = ""
        self._final_characters += len(transcript)
        if self._final_characters > TEXT_MAX_CHARACTERS:
            raise ProtocolViolation("Deepgram sent a transcript without end")
        if transcript:
            self._final.append(transcript)

    def _words(self) -> str:
        """What was written and never became final are words all the same [I livekit/agents#931]."""
        return " ".join(" ".join([*self._final, self._interim]).split())


def refusal(body: bytes) -> FailureCategory | None:
    """What the body of a refused connection says better than its status; None where it does not."""
    said = json_of(body)
    code = said.get("err_code") or said.get("category") if isinstance(said, dict) else None
    return FailureCategory.QUOTA_EXHAUSTED if code in _QUOTA_CODES else None


def _parse(frame: str | bytes) -> dict[str, Any]:
    if len(frame) > FRAME_MAX_CHARACTERS:
        raise ProtocolViolation(f"Deepgram sent a frame of {len(frame)} characters")
    message = json_object(frame, "Deepgram")
    if not isinstance(message.get("type"), str):
        raise ProtocolViolation("Deepgram sent a message without a type")
    return message


def _transcript(message: dict[str, Any]) -> str:
    channel = message.get("channel")
    alternatives = channel.get("alternatives") if isinstance(channel, dict) else None
    if alternatives == []:
        return ""
    best = alternatives[0] if isinstance(alternatives, list) else None
    transcript = best.get("transcript") if isinstance(best, dict) else None
    if not isinstance(transcript, str) or len(transcript) > TEXT_MAX_CHARACTERS:
        raise ProtocolViolation("Deepgram sent results without a transcript of a sane length")
    return clean(transcript)


def _failure(message: dict[str, Any]) -> ProviderError:
    said = next((m for key in ("description", "message") if isinstance(m := message.get(key), str) and m), "")
    words = line(said, MESSAGE_MAX_CHARACTERS)
    return ProviderError(FailureCategory.SESSION_CLOSED, f"Deepgram failed: {words or 'it does not say why'}")
