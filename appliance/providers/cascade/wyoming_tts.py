"""Text-to-speech by a Wyoming server, such as Home Assistant's Piper."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from appliance.errors import ProtocolViolation
from appliance.pcm.formats import Pcm
from appliance.providers.cascade.wire_sound import SoundConverter
from appliance.providers.cascade.wyoming_data import TEXT_TO_SPEECH, Service, format_of, language_for
from appliance.providers.cascade.wyoming_frames import WyomingEvent
from appliance.providers.cascade.wyoming_link import WyomingLink, open_wyoming, wyoming_address

# Of what is given; servers have each voice's own rate and change it from voice to voice.
RATE_HZ = 24_000
# To the first sound: Piper on a Raspberry Pi takes 1 s for a clause, voices that sound better several.
FIRST_SOUND_TIMEOUT_S = 10.0
# From one event to the next: what is spoken is at most a few seconds behind by then, and silence follows.
NEXT_SOUND_TIMEOUT_S = 5.0
# Of one text, which is a sentence; more comes from a server that does not stop.
SOUND_MAX_SAMPLES = 120 * RATE_HZ


@dataclass(frozen=True, slots=True)
class WyomingTtsOptions:
    """`url` is tcp://HOST:PORT or unix:///PATH; `voice` one of the server's names, "" is its own choice for
    the language."""

    url: str
    voice: str = ""


def open_wyoming_tts(options: WyomingTtsOptions) -> "WyomingTextToSpeech":
    """The stage. Raises `ConfigurationError` for an address that cannot be used."""
    return WyomingTextToSpeech(options)


class WyomingTextToSpeech:
    """A `TextToSpeech`: one connection a text, whose end is the end of the work for it."""

    def __init__(self, options: WyomingTtsOptions) -> None:
        self._address = wyoming_address("providers.tts.url", options.url)
        self._voice = options.voice
        self._service: Service | None = None  # as of the last time it was asked

    @property
    def rate_hz(self) -> int:
        return RATE_HZ

    @property
    def speeds(self) -> None:
        """The protocol has no word for it."""

    async def open(self) -> None:
        """See `Stage`: asks what the server offers."""
        async with open_wyoming(self._address) as link:
            self._service = await link.ask(TEXT_TO_SPEECH)

    async def close(self) -> None:
        """See `Stage`."""

    async def speak(self, text: str, language: str, speed: float) -> AsyncGenerator[Pcm, None]:
        """See `TextToSpeech`."""
        if not text.strip():
            return
        async with open_wyoming(self._address) as link:
            offered = self._service or await link.ask(TEXT_TO_SPEECH)
            self._service = offered
            named = {"name": self._voice} if self._voice else None
            voice = named or {"language": language_for(language, offered.languages)}
            for event in _requests(text, voice, streams=offered.streams):
                link.post(event)
            ends = "synthesize-stopped" if offered.streams else "audio-stop"
            given = 0
            async with aclosing(_sound(link, ends)) as sound:
                async for pcm in sound:
                    given += len(pcm)
                    if given > SOUND_MAX_SAMPLES:
                        raise ProtocolViolation("the Wyoming server does not stop speaking")
                    yield pcm


def _requests(text: str, voice: dict[str, str], *, streams: bool) -> list[WyomingEvent]:
    """What asks for `text` in `voice`. A server that streams takes text in pieces, and may ignore the event
    for those that do not, which is to be sent all the same (README of `wyoming` 1.10.2)."""
    whole = WyomingEvent("synthesize", {"text": text, "voice": voice})
    if not streams:
        return [whole]
    return [
        WyomingEvent("synthesize-start", {"voice": voice}),
        WyomingEvent("synthesize-chunk", {"text": text}),
        whole,
        WyomingEvent("synthesize-stop"),
    ]


async def _sound(link: WyomingLink, ends: str) -> AsyncGenerator[Pcm, None]:
    """The sound of one text, up to the event `ends`; each sentence in it may begin and stop anew."""
    converter: SoundConverter | None = None
    timeout_s = FIRST_SOUND_TIMEOUT_S
    while True:
        event = await link.receive_within(timeout_s)
        if event.type == "audio-chunk":
            timeout_s = NEXT_SOUND_TIMEOUT_S
            if converter is not None and converter.format != format_of(event):
                yield converter.flush()
                converter = None
            converter = converter or SoundConverter(format_of(event), RATE_HZ)
            yield converter.take(event.payload)
        elif event.type in ("audio-stop", ends):
            if converter is not None:
                yield converter.flush()
                converter = None
            if event.type == ends:
                return
