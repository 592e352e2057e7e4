"""What survives a socket that is closed between two turns: what was said, and what is to be paid. Pure."""

from collections import OrderedDict
from collections.abc import Mapping

from appliance.conversation.vocabulary import HistoryItem, UsageUnit
from appliance.providers.openai_live.frames import MAX_HISTORY_ITEMS, WIRE_RATE_HZ

_SAMPLES_PER_MS = WIRE_RATE_HZ // 1000


class Past:
    """What was said so far, as text: what the session was opened with, and its own turns.

    At most `MAX_HISTORY_ITEMS` of each, which is all that the vendor takes; the oldest is forgotten.
    """

    def __init__(self, history: tuple[HistoryItem, ...]) -> None:
        self._told = history[-MAX_HISTORY_ITEMS:]
        self._user: OrderedDict[int, str] = OrderedDict()
        self._assistant: OrderedDict[int, str] = OrderedDict()

    def asked(self, answer: int, text: str) -> None:
        """What the person said for `answer` to answer, all of it."""
        _put(self._user, answer, text)

    def answered(self, answer: int, text: str) -> None:
        """What of `answer` was heard; "" takes it back."""
        _put(self._assistant, answer, text)

    def items(self, before: int | None) -> tuple[HistoryItem, ...]:
        """What was said before the turn whose first answer is `before`; None: all of it."""
        items = list(self._told)
        for answer in sorted({*self._user, *self._assistant}):
            if before is not None and answer >= before:
                break
            if text := self._user.get(answer):
                items.append(HistoryItem("user", text))
            if text := self._assistant.get(answer):
                items.append(HistoryItem("assistant", text))
        return tuple(items)


def _put(texts: OrderedDict[int, str], answer: int, text: str) -> None:
    texts[answer] = text
    if len(texts) > MAX_HISTORY_ITEMS:
        texts.popitem(last=False)


class Meter:
    """What the vendor asks money for: how long sessions lasted, silence included.

    It is `INPUT_AUDIO_MS`; `OUTPUT_AUDIO_MS`, which streams for as long, is told for its own sake. What a
    session costs after its last answer is told with the next answer. The backend's tokens come on top.
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
        """The vendor's own count, which comes about once a minute."""
        self._reported_ms = round(seconds * 1000)

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
