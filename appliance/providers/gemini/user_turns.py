"""What the person said, as the server writes it down: pieces without a name, in an order of their own. Pure.

A piece that comes while the person speaks belongs to that turn, every other one to the turn that was
committed last. The server seldom says that a text is whole; it is taken to be when the answer is done
or the person speaks again. A piece that comes later still makes it longer, and whole again.
"""

from appliance.conversation.vocabulary import UserTranscript
from appliance.errors import ProtocolViolation

# The longest turn is 120 s, about 2500 characters.
MAX_TRANSCRIPT_CHARACTERS = 50_000


class UserTurns:
    """The turn that is being said, and the one before it."""

    def __init__(self) -> None:
        self._open: str | None = None  # what was heard so far of a turn that is not committed
        self._answer: int | None = None
        self._text = ""
        self._final = True

    def opened(self) -> UserTranscript | None:
        """The person begins to speak: the turn before is whole."""
        self._open = ""
        return self.finished()

    def committed(self, answer: int) -> UserTranscript | None:
        """The turn is to be answered by `answer`."""
        self._answer, self._text, self._open = answer, self._open or "", None
        self._final = not self._text
        return self._said(final=False) if self._text else None

    def asked(self) -> None:
        """A question in writing; nobody needs to write it down."""
        self._answer, self._text, self._final = None, "", True

    def heard(self, text: str, *, finished: bool) -> UserTranscript | None:
        """The next piece; None where it cannot be told yet, or is nobody's."""
        if self._open is not None:
            self._open = _bounded(self._open + text)
            return None
        if self._answer is None or not (text or finished):
            return None
        self._text = _bounded(self._text + text)
        self._final = finished and bool(self._text)
        return self._said(final=self._final) if self._text else None

    def finished(self) -> UserTranscript | None:
        """Nothing more of the committed turn is expected."""
        if self._final:
            return None
        self._final = True
        return self._said(final=True)

    def _said(self, *, final: bool) -> UserTranscript:
        assert self._answer is not None
        return UserTranscript(self._answer, self._text.strip(), final=final)


def _bounded(text: str) -> str:
    if len(text) > MAX_TRANSCRIPT_CHARACTERS:
        raise ProtocolViolation(f"the server sent more than {MAX_TRANSCRIPT_CHARACTERS} characters")
    return text
