"""What was said, from transcripts that have times and no turns. Pure.

The vendor's fragments carry their place on the session's timeline, which the sound that we send moves; so a
commit is an instant on it, and what begins before it belongs to the turn that was committed.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.conversation.vocabulary import UserTranscript
from appliance.errors import ProtocolViolation

# The longest turn is 120 s, about 2500 characters; an answer of 240 s has about 5000.
MAX_CHARACTERS = 50_000
# Fragments of one answer or one turn; the vendor sends a word at a time.
MAX_FRAGMENTS = 20_000
# Turns whose words may still come.
MAX_PIECES = 16
# The words of a turn come within this much of the session's time after its commit.
SETTLED_MS = 2000


@dataclass(slots=True)
class _Piece:
    answer: int
    until_ms: int
    text: str = ""


class _Fragments:
    """Text in the order in which it came, each fragment with its place; bounded."""

    def __init__(self) -> None:
        self._fragments: list[tuple[int, str]] = []
        self._characters = 0

    def add(self, start_ms: int, text: str) -> None:
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS or len(self._fragments) >= MAX_FRAGMENTS:
            raise ProtocolViolation(f"the server sent more than {MAX_CHARACTERS} characters")
        if text:
            self._fragments.append((start_ms, text))

    def before(self, ms: float) -> str:
        return "".join(text for start_ms, text in self._fragments if start_ms < ms)

    def take_before(self, ms: int) -> str:
        """`before`, which are forgotten."""
        text = self.before(ms)
        self._fragments = [fragment for fragment in self._fragments if fragment[0] >= ms]
        self._characters -= len(text)
        return text

    @property
    def start_ms(self) -> int:
        return self._fragments[0][0] if self._fragments else 0


class UserWords:
    """What the person said, cut at the commits; at most `MAX_PIECES` turns of `MAX_CHARACTERS`."""

    def __init__(self) -> None:
        self._pieces: deque[_Piece] = deque(maxlen=MAX_PIECES)
        self._ahead = _Fragments()  # since the last boundary
        self._boundary_ms = 0

    def committed(self, answer: int, at_ms: int) -> UserTranscript | None:
        """What was said until `at_ms` is for `answer` to answer."""
        self._boundary_ms = at_ms
        piece = _Piece(answer, at_ms, self._ahead.take_before(at_ms))
        self._pieces.append(piece)
        return _transcript(piece, final=False) if piece.text.strip() else None

    def dropped(self, at_ms: int) -> None:
        """What was said until `at_ms` is nobody's to answer."""
        self._boundary_ms = at_ms
        self._ahead.take_before(at_ms)

    def heard(self, start_ms: int, text: str) -> UserTranscript | None:
        """The next fragment; None where it belongs to no turn, or to one that is not committed yet."""
        for piece in self._pieces:
            if start_ms < piece.until_ms:
                if len(piece.text) + len(text) > MAX_CHARACTERS:
                    raise ProtocolViolation(f"the server sent more than {MAX_CHARACTERS} characters")
                piece.text += text
                return _transcript(piece, final=False) if piece.text.strip() else None
        if start_ms >= self._boundary_ms:
            self._ahead.add(start_ms, text)
        return None

    def settle(self, answer: int) -> Iterator[UserTranscript]:
        """`answer` is over: the words up to it are all there."""
        while self._pieces and self._pieces[0].answer <= answer:
            piece = self._pieces.popleft()
            if piece.text.strip():
                yield _transcript(piece, final=True)

    def settled(self, now_ms: int, current: int | None) -> Iterator[UserTranscript]:
        """The turns whose words are all there, because time has passed; not that of the `current` answer."""
        while self._pieces and self._pieces[0].answer != current:
            if now_ms < self._pieces[0].until_ms + SETTLED_MS:
                return
            yield from self.settle(self._pieces[0].answer)


class AnswerWords:
    """What one answer says; its first word is where it begins."""

    def __init__(self) -> None:
        self._fragments = _Fragments()
        self._end_ms = 0

    def said(self, start_ms: int, end_ms: int, text: str) -> None:
        """The next fragment."""
        self._fragments.add(start_ms, text)
        self._end_ms = max(self._end_ms, end_ms)

    @property
    def said_by_ms(self) -> float:
        """So far into the answer all of it has been said."""
        return float(max(0, self._end_ms - self._fragments.start_ms))

    @property
    def text(self) -> str:
        """All of it so far."""
        return self._fragments.before(float("inf")).strip()

    def heard(self, heard_ms: int) -> str:
        """What begins within the first `heard_ms` of the answer."""
        return self._fragments.before(self._fragments.start_ms + heard_ms).strip()


def _transcript(piece: _Piece, *, final: bool) -> UserTranscript:
    return UserTranscript(piece.answer, piece.text.strip(), final=final)
