"""What Deepgram and Wyoming servers send, fuzzed like a codec: a frame is one message, or one line."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from appliance.conversation.vocabulary import Command, ProviderEvent, Ready
from appliance.errors import ProtocolViolation, ProviderError
from appliance.providers.cascade.deepgram_codec import TurnReader
from appliance.providers.cascade.wire_sound import SoundConverter
from appliance.providers.cascade.wyoming_data import (
    SPEECH_TO_TEXT,
    TEXT_TO_SPEECH,
    failure_of,
    format_of,
    service,
    text_of,
)
from appliance.providers.cascade.wyoming_frames import EventReader, WyomingEvent
from appliance.providers.cascade.wyoming_link import READ_BYTES


class _Listening:
    """A stage sends nothing but sound, and has no events but its words: the first message that is understood
    counts as ready."""

    def __init__(self) -> None:
        self._understood = 0

    def understood(self, messages: int) -> Iterator[ProviderEvent]:
        """So many more were."""
        first = messages > 0 and self._understood == 0
        self._understood += messages
        return iter((Ready(),) if first else ())

    def encode(self, command: Command) -> Sequence[str]:
        return ()

    def replies(self) -> Sequence[str]:
        return ()


class DeepgramTurn(_Listening):
    """The messages of one turn."""

    def __init__(self) -> None:
        super().__init__()
        self._reader = TurnReader()

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        """Take one message; a failure that the server tells is none of the codec's."""
        try:
            words = self._reader.take(frame)
        except ProtocolViolation:
            raise
        except ProviderError:
            words = None
        assert words is None or words.encode().decode() == words
        return self.understood(1)


class WyomingStream(_Listening):
    """A connection's lines; what a line says follows it is in the next ones."""

    def __init__(self) -> None:
        super().__init__()
        self._reader = EventReader()

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        """Take one line in the pieces that a socket gives, and let everything look at what it completes."""
        events: list[WyomingEvent] = []
        for start in range(0, len(frame), READ_BYTES):
            piece = frame[start : start + READ_BYTES]
            events += self._reader.feed(
                piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace")
            )
        events += self._reader.feed(b"\n")
        for event in events:
            _look_at(event)
        return self.understood(len(events))


def _look_at(event: WyomingEvent) -> None:
    with suppress(ProviderError):
        text_of(event)
    with suppress(ProviderError):
        service(event, SPEECH_TO_TEXT)
    with suppress(ProviderError):
        service(event, TEXT_TO_SPEECH)
    with suppress(ProviderError):
        SoundConverter(format_of(event), 24_000).take(event.payload)
    str(failure_of(event))
