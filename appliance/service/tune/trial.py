"""What the turn detector makes of a recording with one set of options."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from appliance.conversation.vocabulary import (
    SpeechEnded,
    SpeechEvent,
    SpeechPossible,
    TurnEnd,
    TurnEnded,
    TurnTooShort,
)
from appliance.hearing.speech.edges import Levels
from appliance.hearing.speech.recorded_edges import RecordedEdges
from appliance.hearing.turns.end_of_turn import Question, Verdict
from appliance.hearing.turns.turn_detector import TurnDetector, TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms

# From the question until the model has answered, as a small machine takes for it.
VERDICT_SAMPLES: Final = samples_of_ms(200, NEAR_RATE_HZ)

Complete = Callable[[Question], float | None]
"""How likely the person is done, as the end-of-turn model says; None where it cannot say."""


class Stretch(NamedTuple):
    """The 16 kHz samples [start, end) of a recording."""

    start: int
    end: int

    def overlaps(self, other: "Stretch") -> bool:
        """Whether they have a sample in common."""
        return self.start < other.end and other.start < self.end


Words = Callable[[Stretch], int]
"""How many words a recognizer reads in a stretch of the recording."""


class HeardTurn(NamedTuple):
    """One turn as it was asked: speech in `speech`, committed at sample `ended_at`."""

    speech: Stretch
    ended_at: int
    cause: TurnEnd


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording after the detector: a probability a window, and the powers that edges are found by.

    Its first `recorded` windows are the recording; the others are silence, in which its last turn ends.
    """

    window_samples: int
    probabilities: tuple[float, ...]
    powers: Levels  # as from `RecordedEdges.before`
    recorded: int
    complete: Complete | None = field(default=None, compare=False)  # None: there is no model
    words: Words | None = field(default=None, compare=False)  # None: nobody reads

    @property
    def samples(self) -> int:
        """How long the recording is, in 16 kHz samples."""
        return self.recorded * self.window_samples


@dataclass(frozen=True, slots=True)
class Trial:
    """What was made of a recording: its turns, and its runs of speech (those of coughs included)."""

    turns: tuple[HeardTurn, ...]
    runs: tuple[Stretch, ...]


def try_options(heard: Heard, options: TurnOptions) -> Trial:
    """Hear the recording again with `options`. What has no end when the recording has is left out."""
    turns: list[HeardTurn] = []
    runs: list[Stretch] = []
    turn_onset = run_onset = -1
    for event in _events(heard, options):
        match event:
            case SpeechPossible(onset=onset):
                run_onset = onset
                turn_onset = onset if turn_onset < 0 else turn_onset
            case SpeechEnded(last_speech=last):
                runs.append(Stretch(run_onset, last))
            case TurnEnded(at=at, last_speech=last, cause=cause):
                turns.append(HeardTurn(Stretch(turn_onset, last), at, cause))
                turn_onset = -1
            case TurnTooShort():
                turn_onset = -1
    return Trial(tuple(turns), tuple(runs))


def _events(heard: Heard, options: TurnOptions) -> Iterator[SpeechEvent]:
    edges = RecordedEdges(heard.window_samples, heard.powers)
    detector = TurnDetector(options, edges, heard.window_samples)
    now = 0
    asked: Question | None = None
    for probability in heard.probabilities:
        now += heard.window_samples
        edges.advance()
        if asked is not None and heard.complete is not None and now >= asked.at + VERDICT_SAMPLES:
            detector.judge(Verdict(asked, heard.complete(asked)))
            asked = None
        yield from detector.hear(now, probability)
        asked = detector.take_question() or asked
