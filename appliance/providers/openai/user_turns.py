"""Which of the server's items is which turn of the person, and what was said in it.

Transcription runs beside the conversation: its events may come before, between or after those of
the answer, and after the answer was cancelled, for the person did say it.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass

from appliance.conversation.vocabulary import UserTranscript
from appliance.errors import ProtocolViolation

# Commits that the server has not acknowledged; a server that never does has no transcripts for us
# either, so the oldest is forgotten.
MAX_UNACKNOWLEDGED = 64
# Turns whose transcript may still come, the oldest is forgotten: minutes of talk against seconds.
MAX_TURNS = 32
# The longest turn is 120 s, about 2500 characters.
MAX_TRANSCRIPT_CHARACTERS = 50_000


@dataclass(slots=True)
class _Turn:
    answer: int
    text: str = ""


class UserTurns:
    """The person's turns of one session, by the id of their item."""

    def __init__(self) -> None:
        self._unacknowledged: deque[int] = deque(maxlen=MAX_UNACKNOWLEDGED)
        self._turns: OrderedDict[str, _Turn] = OrderedDict()

    def commit_sent(self, answer: int) -> None:
        """The turn that `answer` answers was committed; the server acknowledges in this order."""
        self._unacknowledged.append(answer)

    def commit_refused(self, answer: int) -> None:
        """The commit for `answer` will not be acknowledged."""
        if answer in self._unacknowledged:
            self._unacknowledged.remove(answer)

    def committed(self, item_id: str) -> None:
        """The server acknowledged the oldest commit and calls it `item_id`."""
        if not self._unacknowledged:
            return
        self._turns[item_id] = _Turn(self._unacknowledged.popleft())
        if len(self._turns) > MAX_TURNS:
            self._turns.popitem(last=False)

    def heard_more(self, item_id: str, text: str) -> UserTranscript | None:
        """The next piece of the transcript; None for an item that is not ours, or no piece at all."""
        turn = self._turns.get(item_id)
        return self._said(turn, item_id, turn.text + text, final=False) if turn and text else None

    def heard_all(self, item_id: str, text: str) -> UserTranscript | None:
        """The whole transcript; None for an item that is not ours."""
        turn = self._turns.pop(item_id, None)
        return self._said(turn, item_id, text, final=True) if turn else None

    def _said(self, turn: _Turn, item_id: str, text: str, *, final: bool) -> UserTranscript:
        if len(text) > MAX_TRANSCRIPT_CHARACTERS:
            raise ProtocolViolation(f"the server sent more than {MAX_TRANSCRIPT_CHARACTERS} characters")
        turn.text = text
        return UserTranscript(turn.answer, text, final=final, item=item_id)
