"""Which of the server's items is which turn of the person, and what was said in it.

Transcription runs beside the conversation: its events may come before, between or after those of
the answer, and after the answer was cancelled, for the person did say it. Where the server says when a
turn ended it makes items by itself, before anybody asked: a turn may have several, and its number later.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from appliance.conversation.vocabulary import UserTranscript
from appliance.errors import ProtocolViolation

# Commits that the server has not acknowledged; a server that never does has no transcripts for us
# either, so the oldest is forgotten.
MAX_UNACKNOWLEDGED = 64
# Items whose transcript may still come, the oldest is forgotten: minutes of talk against seconds.
MAX_ITEMS = 128
# The longest turn is 120 s, about 2500 characters.
MAX_TRANSCRIPT_CHARACTERS = 50_000


@dataclass(slots=True, eq=False)
class _Item:
    text: str = ""
    final: bool = False


@dataclass(slots=True, eq=False)
class _Turn:
    """`answer` None: nobody asked yet. Its items by their ids, in the order of the conversation."""

    answer: int | None = None
    items: dict[str, _Item] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return " ".join(item.text for item in self.items.values() if item.text)


class UserTurns:
    """The person's turns of one session, by the ids of their items."""

    def __init__(self) -> None:
        self._open = _Turn()
        self._unacknowledged: deque[_Turn] = deque(maxlen=MAX_UNACKNOWLEDGED)
        self._turns: OrderedDict[str, _Turn] = OrderedDict()
        self._due: deque[UserTranscript] = deque(maxlen=MAX_UNACKNOWLEDGED)
        self._forgotten: deque[str] = deque(maxlen=MAX_UNACKNOWLEDGED)  # items whose commit may still be told

    @property
    def has_items(self) -> bool:
        """Whether the server made items of the turn that nobody asked yet."""
        return bool(self._open.items)

    @property
    def awaits_server(self) -> bool:
        """Whether the server has not acknowledged a commit of ours."""
        return bool(self._unacknowledged)

    def commit_sent(self, answer: int) -> None:
        """What was said for `answer` was committed; the server acknowledges in this order."""
        self._unacknowledged.append(self._asked(answer))

    def asked(self, answer: int) -> None:
        """`answer` is asked for with what the server has made items of."""
        self._asked(answer)

    def commit_refused(self, answer: int) -> None:
        """The commit for `answer` will not be acknowledged."""
        turn = next((turn for turn in self._unacknowledged if turn.answer == answer), None)
        if turn is not None:
            self._unacknowledged.remove(turn)
            self._tell_later(turn)

    def announced(self, item_id: str) -> None:
        """The server commits `item_id` by itself: before the oldest commit that it does not know of yet."""
        if item_id not in self._turns:
            self._add(self._unacknowledged[0] if self._unacknowledged else self._open, item_id)

    def committed(self, item_id: str) -> None:
        """The server acknowledged the oldest commit and calls it `item_id`, or did what it announced."""
        if item_id not in self._turns and item_id not in self._forgotten and self._unacknowledged:
            self._add(self._unacknowledged.popleft(), item_id)

    def discard(self) -> list[str]:
        """The turn that nobody asked is over: the ids of what the server made of it."""
        discarded, self._open = list(self._open.items), _Turn()
        for item_id in discarded:
            self.forget(item_id)
        return discarded

    def forget(self, item_id: str) -> None:
        """What the server made there is nobody's turn."""
        self._turns.pop(item_id, None)
        self._forgotten.append(item_id)

    def heard_more(self, item_id: str, text: str) -> UserTranscript | None:
        """The next piece of the transcript; None for an item that is not ours, or no piece at all."""
        turn = self._turns.get(item_id)
        if turn is None or not text:
            return None
        return self._said(turn, item_id, turn.items[item_id].text + text, final=False)

    def heard_all(self, item_id: str, text: str) -> UserTranscript | None:
        """The whole transcript of the item; None for one that is not ours."""
        turn = self._turns.get(item_id)
        return None if turn is None else self._said(turn, item_id, text, final=True)

    def not_understood(self, item_id: str) -> UserTranscript | None:
        """There will be no transcript of the item; None where that tells nothing."""
        turn = self._turns.get(item_id)
        if turn is None:
            return None
        said = self._said(turn, item_id, turn.items[item_id].text, final=True)
        return said if said is not None and said.text else None

    def due(self) -> UserTranscript | None:
        """What was heard before it was known which answer it led to, once that is known."""
        return self._due.popleft() if self._due else None

    def _asked(self, answer: int) -> _Turn:
        turn, self._open = self._open, _Turn()
        turn.answer = answer
        self._tell_later(turn)
        return turn

    def _add(self, turn: _Turn, item_id: str) -> None:
        turn.items[item_id] = _Item()
        self._turns[item_id] = turn
        if len(self._turns) > MAX_ITEMS:
            forgotten, of = self._turns.popitem(last=False)
            del of.items[forgotten]

    def _said(self, turn: _Turn, item_id: str, text: str, *, final: bool) -> UserTranscript | None:
        item = turn.items[item_id]
        item.text, item.final = text, final
        if len(turn.text) > MAX_TRANSCRIPT_CHARACTERS:
            raise ProtocolViolation(f"the server sent more than {MAX_TRANSCRIPT_CHARACTERS} characters")
        return self._tell(turn, item_id)

    def _tell(self, turn: _Turn, item_id: str) -> UserTranscript | None:
        """What the turn says so far; final once nothing of it can come any more."""
        if turn.answer is None:
            return None
        final = turn not in self._unacknowledged and all(item.final for item in turn.items.values())
        if final:
            for each in turn.items:
                self._turns.pop(each, None)
        return UserTranscript(turn.answer, turn.text, final=final, item=item_id)

    def _tell_later(self, turn: _Turn) -> None:
        if turn.text:
            said = self._tell(turn, next(reversed(turn.items)))
            if said is not None:
                self._due.append(said)
