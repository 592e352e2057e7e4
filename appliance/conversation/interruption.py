"""Who has the floor when somebody makes a sound over an answer: what is known, and what follows."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Decision(StrEnum):
    """What became of the answer (public contract: `interruption.decision`)."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Cause(StrEnum):
    """Why the floor was taken or left (public contract: `interruption.cause`)."""

    LENGTH = "speech_confirmed"  # speech went on for long enough
    COMMAND = "command"  # a word that means: be quiet, or: my turn
    SENTENCE = "sentence"  # too short to count by its length, but words of one's own
    ENDED = "speech_ended"  # it was over before it meant anything
    BACKCHANNEL = "backchannel"  # "mhm": go on
    NO_WORDS = "no_words"  # a cough: nothing could be read from it
    STOP = "stop_word"  # nothing but a word that means: be quiet
    UNHEEDED = "unheeded"  # a conversation of others: only the wake word, the button or "stop" count
    TIME_IS_UP = "undecided"

    @property
    def takes_floor(self) -> bool:
        """Whether the answer ends here."""
        return self in _TAKING

    @property
    def ends_all(self) -> bool:
        """Whether whoever spoke wants silence, and nothing else."""
        return self is Cause.STOP


_TAKING: Final = frozenset({Cause.LENGTH, Cause.COMMAND, Cause.SENTENCE})


class Meaning(StrEnum):
    """What a few words over an answer want."""

    NOTHING = "nothing was said"
    COMMAND = "be quiet, or: my turn"
    BACKCHANNEL = "I listen, go on"
    UNCLEAR = "a word that could be anything"
    SENTENCE = "words of one's own"


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# One of these anywhere in the first words: the person wants the floor, however short it was.
COMMANDS: Final = _words(
    "stop wait quiet silence cancel hush shush halt",
    "stopp warte ruhe abbrechen",
)
# These only as the first word: in mid-sentence they mean something else, and a sneeze is now and
# then read as "Ah, no".
OPENING_COMMANDS: Final = _words("no nope enough pause", "nein genug moment still pause")
COMMAND_PHRASES: Final = ("hold on", "hang on", "shut up", "be quiet", "one moment", "just a", "sei still")
# Nothing but one of these, and words that say no more: the person wants silence.
STOP_WORDS: Final = _words("stop quiet silence cancel hush shush halt enough", "stopp ruhe still abbrechen")
_WITH_STOP: Final = _words("please okay ok hey now it that thats thanks be oh", "bitte jetzt sei")
# Nothing but these: the person listens, and says so. Gardner, "When Listeners Talk" (2001), calls
# them continuers, acknowledgements and newsmarkers; "go" and "go on" ask for more of the same.
BACKCHANNELS: Final = _words(
    "mm mmm mhm mmhm mmhmm hm hmm huh uh uhhuh um ah aha oh ooh okay ok kay right yeah yep yes yup",
    "sure go on good great nice cool wow really exactly true i you see",
    "ja jaja genau gut schön achso ach so klar stimmt",
)
# A sentence has at least so many words of its own: what a recogniser makes of a cough has fewer.
SENTENCE_WORDS: Final = 3
# Of a transcript; a person does not speak faster than this over an answer.
_MAX_WORDS: Final = 12


def meaning_of(words: str) -> Meaning:
    """What was said, in whatever spelling a recogniser gives it ("Uh-huh.", "Hold on!")."""
    said = _said(words)[:_MAX_WORDS]
    if not said:
        return Meaning.NOTHING
    if (
        said[0] in OPENING_COMMANDS
        or COMMANDS.intersection(said)
        or any(phrase in " ".join(said) for phrase in COMMAND_PHRASES)
    ):
        return Meaning.COMMAND
    if BACKCHANNELS.issuperset(said):
        return Meaning.BACKCHANNEL
    return Meaning.SENTENCE if len(said) >= SENTENCE_WORDS else Meaning.UNCLEAR


def _said(words: str) -> list[str]:
    return re.sub(r"[^\w\s]", " ", words.lower().replace("-", "").replace("'", "")).split()


def wants_silence(words: str) -> bool:
    """Whether that is all that was said: "Stop!", "okay, stop it please"; and not "stop the timer"."""
    said = set(_said(words))
    return not said.isdisjoint(STOP_WORDS) and said <= STOP_WORDS | _WITH_STOP


def clearer(earlier: str | None, later: str) -> str:
    """What counts once more of the same speech was read: an "uh-huh" that is heard to its end is now and
    then read as a word ("Other."), but one word does not become another."""
    if earlier is None or len(later.split()) > 1 or meaning_of(later) is not Meaning.UNCLEAR:
        return later
    return earlier if meaning_of(earlier) is Meaning.BACKCHANNEL else later


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one run of speech over an answer."""

    long: bool = False  # 500 ms in a row, or enough of it in `confirm_ms`
    paused: bool = False  # nothing is being said at this moment
    ended: bool = False
    reading: bool = False  # its words are being read
    words: str | None = None  # as far as they were read; None: not yet, or by nobody; "": there are none

    @property
    def wordless(self) -> bool:
        """As far as it was read, there was no word."""
        return _meaning(self) is Meaning.NOTHING

    @property
    def wordless_so_far(self) -> bool:
        """It is long and began without a word, and the rest is being read."""
        return self.long and self.reading and self.wordless


def judge(evidence: Evidence) -> Cause | None:
    """The decision as early as the evidence is clear."""
    meaning = _meaning(evidence)
    if meaning is Meaning.COMMAND:
        return Cause.COMMAND
    if evidence.reading:
        return None
    if evidence.paused and (idle := _idle(evidence, meaning)) is not None:
        return idle
    if evidence.ended:
        return _of_an_ended_run(evidence, meaning)
    if evidence.long and meaning not in (Meaning.BACKCHANNEL, Meaning.NOTHING):
        return Cause.LENGTH
    return None


def judge_at_deadline(evidence: Evidence) -> Cause:
    """The decision when there is no more time: with what is known."""
    meaning = _meaning(evidence)
    if meaning is Meaning.COMMAND:
        return Cause.COMMAND
    if evidence.paused and (idle := _idle(evidence, meaning)) is not None:
        return idle
    if evidence.long:
        return Cause.LENGTH
    if evidence.ended:
        return _of_an_ended_run(evidence, meaning)
    return Cause.TIME_IS_UP


def judge_stop(evidence: Evidence) -> Cause | None:
    """The decision where it was nothing but "stop", and nothing follows it."""
    over = (evidence.paused or evidence.ended) and not evidence.reading
    said_stop = evidence.words is not None and wants_silence(evidence.words)
    return Cause.STOP if over and said_stop else None


def may_be_stop(evidence: Evidence) -> bool:
    """Whether it is nothing but "stop" so far, and more may follow: "stop the timer"."""
    return not evidence.long and evidence.words is not None and wants_silence(evidence.words)


def judge_of_others(evidence: Evidence) -> Cause | None:
    """As `judge`, of speech that is not meant for us: only "stop" may be."""
    if (cause := judge_stop(evidence)) is not None:
        return cause
    return Cause.UNHEEDED if (evidence.long or evidence.ended) and not evidence.reading else None


def judge_of_others_at_deadline(evidence: Evidence) -> Cause:
    """As `judge_at_deadline`, of speech that is not meant for us."""
    return judge_stop(evidence) or Cause.UNHEEDED


def _meaning(evidence: Evidence) -> Meaning | None:
    return None if evidence.words is None else meaning_of(evidence.words)


def _idle(evidence: Evidence, meaning: Meaning | None) -> Cause | None:
    """Why what was said before a pause wants nothing; None if it may want something."""
    if meaning is Meaning.BACKCHANNEL:
        return Cause.BACKCHANNEL
    # The first 300 ms of a real sentence are now and then read as nothing, half a second never was.
    all_was_read = evidence.long and not evidence.reading
    return Cause.NO_WORDS if meaning is Meaning.NOTHING and all_was_read else None


def _of_an_ended_run(evidence: Evidence, meaning: Meaning | None) -> Cause:
    if evidence.long:
        return Cause.LENGTH
    return Cause.SENTENCE if meaning is Meaning.SENTENCE else Cause.ENDED
