"""Speech-to-text by a Wyoming server, such as Home Assistant's faster-whisper."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto

from appliance.conversation.vocabulary import Languages
from appliance.errors import ProtocolViolation
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.cascade.stages import Transcription
from appliance.providers.cascade.streamed_turn import StreamedTurn, TurnWire
from appliance.providers.cascade.wyoming_data import (
    SPEECH_TO_TEXT,
    TEXT_MAX_CHARACTERS,
    Service,
    language_for,
    text_of,
)
from appliance.providers.cascade.wyoming_frames import WyomingEvent
from appliance.providers.cascade.wyoming_link import WyomingLink, open_wyoming, wyoming_address

# A Whisper on a Raspberry Pi needs 10 s for a sentence. No answer is waited for longer than 30 s.
TRANSCRIPT_TIMEOUT_S = 30.0

_SOUND = {"rate": NEAR_RATE_HZ, "width": 2, "channels": 1}


@dataclass(frozen=True, slots=True)
class WyomingSttOptions:
    """`url` is tcp://HOST:PORT or unix:///PATH; `model` one of the server's, "" is its own choice; `language`
    the one that it is told, "" that of the conversation."""

    url: str
    model: str = ""
    language: str = ""


def open_wyoming_stt(options: WyomingSttOptions) -> "WyomingSpeechToText":
    """The stage. Raises `ConfigurationError` for an address that cannot be used."""
    return WyomingSpeechToText(options)


class WyomingSpeechToText:
    """A `SpeechToText`: one connection a turn."""

    languages = Languages.ANY

    def __init__(self, options: WyomingSttOptions) -> None:
        self._address = wyoming_address("providers.stt.url", options.url)
        self._model = options.model
        self._language = options.language
        self._service: Service | None = None  # as of the last time it was asked

    async def open(self) -> None:
        """See `Stage`: asks what the server offers."""
        async with open_wyoming(self._address) as link:
            self._service = await link.ask(SPEECH_TO_TEXT)

    async def close(self) -> None:
        """See `Stage`."""

    def listen(self, language: str) -> Transcription:
        """See `SpeechToText`."""

        @asynccontextmanager
        async def connect() -> AsyncIterator[TurnWire]:
            async with open_wyoming(self._address) as link:
                offered = self._service or await link.ask(SPEECH_TO_TEXT)
                self._service = offered
                yield _TurnOnWyoming(
                    link, self._model, language_for(self._language or language, offered.languages)
                )

        return StreamedTurn(f"the Wyoming server {self._address.name}", connect, TRANSCRIPT_TIMEOUT_S)


class _Person(Enum):
    TALKS = auto()
    IS_DONE = auto()


class _TurnOnWyoming:
    """A `TurnWire`: transcribe, audio-start, audio-chunk…, audio-stop, and the transcript."""

    def __init__(self, link: WyomingLink, model: str, language: str) -> None:
        self._link = link
        self._sent_samples = 0
        self._person = _Person.TALKS
        named = {"name": model} if model else {}
        link.post(WyomingEvent("transcribe", named | {"language": language}))
        link.post(WyomingEvent("audio-start", _SOUND | {"timestamp": 0}))

    def send(self, samples: bytes) -> None:
        """See `TurnWire`."""
        self._link.post(WyomingEvent("audio-chunk", _SOUND | {"timestamp": self._now_ms()}, samples))
        self._sent_samples += len(samples) // 2

    def end(self) -> None:
        """See `TurnWire`."""
        self._person = _Person.IS_DONE
        self._link.post(WyomingEvent("audio-stop", {"timestamp": self._now_ms()}))

    async def words(self) -> str:
        """See `TurnWire`. A server that streams sends pieces, and the whole after them."""
        pieces = ""
        while True:
            event = await self._link.receive()
            match event.type:
                case "transcript":
                    return self._whole(text_of(event))
                case "transcript-chunk":
                    pieces += text_of(event)
                    if len(pieces) > TEXT_MAX_CHARACTERS:
                        raise ProtocolViolation("the Wyoming server sent a transcript without end")
                case "transcript-stop":
                    return self._whole(pieces)

    def _whole(self, text: str) -> str:
        if self._person is _Person.TALKS:
            raise ProtocolViolation("the Wyoming server wrote the turn down before it was over")
        return " ".join(text.split())

    def _now_ms(self) -> int:
        return self._sent_samples * 1000 // NEAR_RATE_HZ
