"""What was said, for a socket that opens after another one. Pure."""

from collections import OrderedDict

from appliance.conversation.vocabulary import HistoryItem
from appliance.providers.openai_live.opening import MAX_HISTORY_ITEMS


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
