"""One answer on its way: where it stands, and what of it has come. Pure."""

from collections.abc import Mapping
from enum import Enum

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerGenerated,
    AnswerStarted,
    AnswerTranscript,
    Failure,
    ToolCall,
)
from appliance.errors import ProtocolViolation

OUTPUT_RATE_HZ = 24_000
# An answer of 240 s, the longest that is played, has about 5000 characters.
MAX_TRANSCRIPT_CHARACTERS = 100_000
# A voice takes about so long for a character; the words of an answer run ahead of its sound.
_MS_PER_CHARACTER = 50


# What is told of an answer.
AnswerEvent = (
    AnswerStarted | AnswerAudio | AnswerTranscript | ToolCall | AnswerGenerated | AnswerDone | Failure
)


class State(Enum):
    """Where an answer stands. The server works on one at a time, in the order of the questions."""

    ASKED = "asked for; nothing of it came"
    BEGUN = "some of it came"
    GENERATED = "all of it came; the server waits until it is played"
    CUT = "the server broke it off, and nobody asked it to"
    DOOMED = "of no interest any more, before anything of it came"
    DROPPING = "of no interest any more, and the server still makes it"
    OVER = "of no interest any more, and nothing more of it comes"


class Happening(Enum):
    """What can happen to an answer."""

    CONTENT = "a piece of it came"
    MORE = "what came is not all of it: the server makes more, or says that it still thinks"
    GENERATED = "generationComplete"
    INTERRUPTED = "interrupted"
    CANCEL = "we want no more of it"


_NEXT: Mapping[tuple[State, Happening], State] = {
    (State.ASKED, Happening.CONTENT): State.BEGUN,
    (State.DOOMED, Happening.CONTENT): State.DROPPING,
    (State.ASKED, Happening.GENERATED): State.GENERATED,
    (State.BEGUN, Happening.GENERATED): State.GENERATED,
    (State.GENERATED, Happening.MORE): State.BEGUN,
    (State.DOOMED, Happening.GENERATED): State.OVER,
    (State.DROPPING, Happening.GENERATED): State.OVER,
    (State.ASKED, Happening.INTERRUPTED): State.CUT,
    (State.BEGUN, Happening.INTERRUPTED): State.CUT,
    (State.DOOMED, Happening.INTERRUPTED): State.OVER,
    (State.DROPPING, Happening.INTERRUPTED): State.OVER,
    (State.ASKED, Happening.CANCEL): State.DOOMED,
    (State.BEGUN, Happening.CANCEL): State.DROPPING,
    (State.GENERATED, Happening.CANCEL): State.OVER,
    (State.CUT, Happening.CANCEL): State.OVER,
}
_WANTED = frozenset({State.ASKED, State.BEGUN, State.GENERATED, State.CUT})
# What comes next is the next answer's, if there is one. Of one that never began the server may never speak.
_PASSED = frozenset({State.DOOMED, State.OVER})


class Answer:
    """The answer with this `number`, in text alone if `written`.

    Without a number nobody asked for it yet: the server took the person's turn to be over by itself.
    Sound is counted, not kept; `held` are the events of an answer without a number.
    """

    def __init__(self, number: int | None, *, written: bool) -> None:
        self.number = number
        self.written = written
        self.state = State.ASKED
        self.samples = 0  # of sound that came
        self.called = False  # a tool
        self.text = ""
        self.held: list[AnswerEvent] = []

    def step(self, happening: Happening) -> State:
        """Take one step; what means nothing in this state changes nothing."""
        self.state = _NEXT.get((self.state, happening), self.state)
        return self.state

    @property
    def is_wanted(self) -> bool:
        """Whether its events are told."""
        return self.state in _WANTED

    @property
    def is_passed(self) -> bool:
        """Whether what comes next belongs to a later answer, where one was asked for."""
        return self.state in _PASSED

    @property
    def is_all_there(self) -> bool:
        """Whether all of what is played came for certain. Words may follow the sound that says them, and who
        calls a tool may be generated anew once that has run."""
        return self.state is State.GENERATED and self.samples > 0 and not self.written and not self.called

    @property
    def is_empty(self) -> bool:
        """Whether it said, wrote and called nothing."""
        return not self.samples and not self.text and not self.called

    def say(self, text: str) -> str:
        """It says `text` next; returns all of it so far."""
        if len(self.text) + len(text) > MAX_TRANSCRIPT_CHARACTERS:
            raise ProtocolViolation(f"the server sent more than {MAX_TRANSCRIPT_CHARACTERS} characters")
        self.text += text if self.text else text.lstrip()
        return self.text

    def cut_off(self, heard_ms: int, *, whole: bool) -> str | None:
        """The words of it that were heard; None where the model need not be told: all were, or it had none.

        Characters stand for time. Until the answer is `whole` its words may run ahead of its sound.
        """
        received_ms = self.samples * 1000 / OUTPUT_RATE_HZ
        if self.written or not self.text:
            return None
        total_ms = received_ms if whole else max(received_ms, len(self.text) * _MS_PER_CHARACTER)
        heard = _first_words(self.text, heard_ms / total_ms if total_ms else 0.0)
        return None if heard == self.text.strip() else heard


def _first_words(text: str, share: float) -> str:
    """The whole words in the first `share` (0…1) of `text`."""
    cut = int(len(text) * min(max(share, 0.0), 1.0))
    if cut < len(text) and not text[cut].isspace():
        cut = text.rfind(" ", 0, cut + 1)
    return text[: max(cut, 0)].strip()
