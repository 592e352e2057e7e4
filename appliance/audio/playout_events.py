"""What the playout reports.

A `position` is an instant, counted in device samples since the first one was rendered: it is when the
sound in question leaves the loudspeaker, the device's delay included, so it may lie ahead.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerAudible:
    """The first sample of the answer that a person can hear leaves the loudspeaker."""

    answer: int
    position: int


@dataclass(frozen=True, slots=True)
class AnswerHeard:
    """The answer ended, and its last sample has left the loudspeaker; the last event of an answer."""

    answer: int
    position: int


@dataclass(frozen=True, slots=True)
class AnswerYielded:
    """The answer stands still, as it was asked to, and all that was rendered of it has been heard."""

    answer: int
    position: int  # where it fell silent


@dataclass(frozen=True, slots=True)
class AnswerStarved:
    """The answer goes on, but its next sample is not there: silence from here."""

    answer: int
    position: int


@dataclass(frozen=True, slots=True)
class AnswerFed:
    """The starved answer has samples again."""

    answer: int
    position: int


@dataclass(frozen=True, slots=True)
class ClipDone:
    """The clip's last sample has left the loudspeaker; never said of one that was stopped."""

    clip: int
    position: int


PlayoutEvent = AnswerAudible | AnswerHeard | AnswerYielded | AnswerStarved | AnswerFed | ClipDone
