"""The handle by which a session can be gone on with in another connection; it outlives the session. Pure."""

from dataclasses import dataclass

from appliance.conversation.vocabulary import (
    AnswerTranscript,
    HistoryItem,
    ProviderEvent,
    Role,
    UserTranscript,
)

# So many of the last utterances are compared, and so many characters of each: two conversations that end in
# the same four exchanges are one. The history keeps as many characters of an utterance.
MAX_COMPARED = 8
MAX_CHARACTERS = 8000

Utterances = tuple[HistoryItem, ...]


def latest(history: Utterances) -> Utterances:
    """The last `MAX_COMPARED` utterances that are not empty, without regard to how their words are spaced."""
    spoken = [item for item in history if item.text.strip()]
    return tuple(HistoryItem(item.role, _spaced(item.text)) for item in spoken[-MAX_COMPARED:])


def _spaced(text: str) -> str:
    return " ".join(text[:MAX_CHARACTERS].split())


class Memory:
    """What the server remembers of the conversation, in our words.

    Bound: the last `MAX_COMPARED` exchanges and what is compared of older ones; `MAX_CHARACTERS` of each
    utterance.
    """

    def __init__(self, history: Utterances) -> None:
        self._before: Utterances | None = latest(history)
        self._exchanges: dict[int, dict[Role, str]] = {}  # by answer

    def note(self, event: ProviderEvent) -> None:
        """`event` is told: one of the two said so much."""
        match event:
            case UserTranscript(answer=answer, text=text):
                self._exchange(answer)["user"] = text[:MAX_CHARACTERS]
            case AnswerTranscript(answer=answer, text=text):
                self._exchange(answer)["assistant"] = text[:MAX_CHARACTERS]

    def spoil(self) -> None:
        """From here on it remembers something that was not said, or not heard."""
        self._before = None

    @property
    def utterances(self) -> Utterances | None:
        """The `latest` of it; None where it is not what was said and heard."""
        if self._before is None:
            return None
        exchanges = (self._exchanges[answer] for answer in sorted(self._exchanges))
        return latest((*self._before, *(item for exchange in exchanges for item in _items(exchange))))

    def _exchange(self, answer: int) -> dict[Role, str]:
        exchange = self._exchanges.setdefault(answer, {})
        if len(self._exchanges) > MAX_COMPARED:
            oldest = self._exchanges.pop(min(self._exchanges))
            self._before = None if self._before is None else latest((*self._before, *_items(oldest)))
        return exchange


def _items(exchange: dict[Role, str]) -> Utterances:
    roles: tuple[Role, ...] = "user", "assistant"
    return tuple(HistoryItem(role, exchange.get(role, "")) for role in roles)


@dataclass(frozen=True, slots=True)
class Handle:
    """`handle` names the state of a conversation that ended with these `utterances` (`latest`)."""

    handle: str
    utterances: Utterances


class Handles:
    """The newest handle of one provider; at most one is kept.

    It is taken out when a session is asked for and put back once that worked. So one that is refused is not
    tried twice, and one that never got to the server is not lost.
    """

    def __init__(self) -> None:
        self._newest: Handle | None = None

    def keep(self, handle: Handle) -> None:
        """The newest state that can be gone on with."""
        self._newest = handle

    def of(self, history: Utterances) -> Handle | None:
        """The handle, if the conversation behind it is `history`, to the last word that was heard; else the
        session begins afresh with `history` as text."""
        newest = self._newest
        return newest if newest is not None and newest.utterances == latest(history) else None

    def take_out(self) -> None:
        """A session is asked for, by the handle or afresh."""
        self._newest = None
