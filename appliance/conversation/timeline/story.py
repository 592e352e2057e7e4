"""What happened in a conversation, turn by turn."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from appliance.conversation.machine import Phase


class Span(NamedTuple):
    """A stretch of stream time, and what it is called."""

    start_ms: float
    end_ms: float
    name: str = ""
    detail: str = ""


class Wait(NamedTuple):
    """From the person's last word to the first audible sample of the answer."""

    start_ms: float
    endpoint_ms: float
    provider_ms: float
    playout_ms: float

    @property
    def total_ms(self) -> float:
        """All of it."""
        return self.endpoint_ms + self.provider_ms + self.playout_ms

    @property
    def end_ms(self) -> float:
        """The first audible sample."""
        return self.start_ms + self.total_ms


class Interruption(NamedTuple):
    """Speech during an answer, and what became of it. Instants are stream time; None: it never happened."""

    onset_ms: float
    decided_ms: float
    confirmed: bool
    cause: str
    ducked_ms: float | None = None
    hushed_ms: float | None = None  # it stands still from here to the decision


class Fate(StrEnum):
    """How a turn ended."""

    ANSWERED = "answered"
    INTERRUPTED = "interrupted"
    CUT_SHORT = "answer cut short"
    UNANSWERED = "not answered"
    DISCARDED = "discarded"
    OPEN = "open"


@dataclass(slots=True)
class Turn:
    """One turn and its answer. Instants are stream time; None: it never happened."""

    number: int
    start_ms: float  # of its prefix padding
    onset_ms: float
    end_ms: float  # committed for the last time, or discarded, or the end of the log
    commits: list[Span] = field(default_factory=list)  # of no length; named by their cause
    discarded: bool = False
    speech_ms: float | None = None
    question: str = ""
    answer: str = ""
    providers: list[str] = field(default_factory=list)
    wait: Wait | None = None
    audible_ms: float | None = None
    done_ms: float | None = None
    over_ms: float = 0.0  # done, or the next turn, or the end of the log
    heard_ms: float | None = None
    complete: bool = False
    interruptions: list[Interruption] = field(default_factory=list)

    @property
    def fate(self) -> Fate:
        """How it ended."""
        if self.discarded:
            return Fate.DISCARDED
        if not self.commits:
            return Fate.OPEN
        if self.audible_ms is None:
            return Fate.UNANSWERED
        if any(interruption.confirmed for interruption in self.interruptions):
            return Fate.INTERRUPTED
        return Fate.ANSWERED if self.complete or self.done_ms is None else Fate.CUT_SHORT

    @property
    def heard(self) -> Span | None:
        """From the first audible sample of the answer to its end; None when nothing was audible."""
        return None if self.audible_ms is None else Span(self.audible_ms, max(self.audible_ms, self.over_ms))

    @property
    def fruitless_wait(self) -> Span | None:
        """The time in which an answer was awaited that never came."""
        if self.fate is not Fate.UNANSWERED:
            return None
        return Span(self.end_ms, max(self.end_ms, self.over_ms))


class MarkKind(StrEnum):
    """What a mark stands for."""

    FAILOVER = "failover"
    ERROR = "error"
    DEVICE = "lost device"
    TOOL = "tool"
    NOTE = "note"


class Mark(NamedTuple):
    """Something that happened at one instant and is worth a word."""

    at_ms: float
    kind: MarkKind
    label: str
    detail: str = ""


@dataclass(slots=True)
class Story:
    """Everything that a picture shows of a log."""

    conversations: list[str] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    phases: list[Span] = field(default_factory=list)
    links: dict[str, list[Span]] = field(default_factory=dict)  # of providers, and of devices that were lost
    muted: list[Span] = field(default_factory=list)
    held: list[Span] = field(default_factory=list)  # the button
    marks: list[Mark] = field(default_factory=list)
    end_ms: float = 0.0


def busy(story: Story) -> list[Span]:
    """The stretches in which something happened, sorted and merged."""
    spans = [Span(turn.start_ms, turn.end_ms) for turn in story.turns]
    spans += [Span(phase.start_ms, phase.end_ms) for phase in story.phases if phase.name != Phase.IDLE]
    spans += [Span(mark.at_ms, mark.at_ms) for mark in story.marks]
    switched = [at_ms for span in (*story.muted, *story.held) for at_ms in (span.start_ms, span.end_ms)]
    spans += [Span(at_ms, at_ms) for at_ms in switched]
    for turn in story.turns:
        spans += [span for span in (turn.heard, turn.fruitless_wait) if span]
    return merged(spans)


def merged(spans: Iterable[Span]) -> list[Span]:
    """`spans` sorted, and those that overlap made one, without their names."""
    one: list[Span] = []
    for span in sorted(spans):
        if one and span.start_ms <= one[-1].end_ms:
            one[-1] = Span(one[-1].start_ms, max(one[-1].end_ms, span.end_ms))
        else:
            one.append(Span(span.start_ms, span.end_ms))
    return one
