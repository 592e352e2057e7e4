"""What is to be paid, over the sockets of a session. Pure."""

from collections.abc import Mapping

from appliance.conversation.vocabulary import UsageUnit
from appliance.providers.openai_live.frames import WIRE_RATE_HZ

_SAMPLES_PER_MS = WIRE_RATE_HZ // 1000


class Meter:
    """What the vendor asks money for: how long sessions lasted, silence included.

    It is `INPUT_AUDIO_MS`; `OUTPUT_AUDIO_MS`, which streams for as long, is told for its own sake. What a
    session costs after an answer is told with the next one, or at its end. The backend's tokens come on top.
    """

    def __init__(self) -> None:
        self._closed_ms = 0  # of sockets that are closed
        self._sent_samples = 0
        self._received_samples = 0
        self._reported_ms = 0
        self._billed: tuple[int, int] = (0, 0)
        self._closed_received_samples = 0
        self._tokens: dict[str, int] = {}

    def opened(self) -> None:
        """Another socket: the vendor counts from 0."""
        self._closed_ms += self._session_ms
        self._closed_received_samples += self._received_samples
        self._sent_samples = self._received_samples = self._reported_ms = 0

    def sent(self, samples: int) -> None:
        """So much went out, at the wire's rate."""
        self._sent_samples += samples

    def received(self, samples: int) -> None:
        """So much came, at the wire's rate."""
        self._received_samples += samples

    def reported(self, seconds: float) -> None:
        """The vendor's own count, which comes about once a minute, and never goes back."""
        self._reported_ms = max(self._reported_ms, round(seconds * 1000))

    def counted(self, tokens: Mapping[UsageUnit, int]) -> None:
        """What the backend took."""
        for unit, count in tokens.items():
            if count:
                self._tokens[unit] = self._tokens.get(unit, 0) + count

    def bill(self) -> dict[str, int]:
        """What there is since the last call."""
        received = self._closed_received_samples + self._received_samples
        total = self._closed_ms + self._session_ms, received // _SAMPLES_PER_MS
        since = total[0] - self._billed[0], total[1] - self._billed[1]
        self._billed = total
        tokens, self._tokens = self._tokens, {}
        return {UsageUnit.INPUT_AUDIO_MS: since[0], UsageUnit.OUTPUT_AUDIO_MS: since[1], **tokens}

    @property
    def _session_ms(self) -> int:
        return max(self._sent_samples // _SAMPLES_PER_MS, self._reported_ms)
