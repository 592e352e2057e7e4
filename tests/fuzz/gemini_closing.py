"""The Gemini codec as a session treats it: where a turn cannot be taken back, nothing is read any more."""

from collections.abc import Iterator

from appliance.conversation.vocabulary import Command, ProviderEvent
from appliance.errors import ProtocolViolation, ProviderError
from appliance.providers.gemini.codec import GeminiCodec


class Closing(GeminiCodec):
    """Reads on as one that breaks the protocol once its session is over."""

    def encode(self, command: Command) -> list[str]:
        try:
            return super().encode(command)
        except ProviderError:
            self.events = self._closed  # type: ignore[method-assign]
            return []

    def _closed(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        raise ProtocolViolation("the session was closed")
