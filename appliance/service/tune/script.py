"""What a person is asked to do while his room is recorded: two minutes, step by step. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.service.tune.trial import Stretch
from appliance.service.tune.truth import Segment


@dataclass(frozen=True, slots=True)
class Step:
    """For so many seconds: a sentence to say (as it stands, or in one's own language), or nothing."""

    seconds: float
    spoken: bool
    words: str


_QUIET: Final = Step(
    10, False, "Say nothing. Leave on what is usually on: a fan, the radio in the next room."
)
_NOISE: Final = Step(
    12,
    False,
    "Say nothing, and make some noise: cough, clap, put down a cup, shut a door, let a chair creak.",
)
_SENTENCES: Final = (
    "What time is it?",
    "Turn the light in the kitchen off, please.",
    "Yes.",
    "Tell me a story about a small dog who wanted to see the sea.",
    "Stop.",
    "What will the weather be like tomorrow afternoon?",
    "Set a timer for ten minutes.",
    "How do you say good morning in Italian?",
)
# Where the dots are, one thinks.
_WITH_PAUSES: Final = (
    "Set an alarm for … half past seven … on Monday.",
    "I would like to know … how far away … the moon is.",
    "Remind me to … buy milk, and … the other thing … bread.",
    "What was the name of … the man who … painted the sunflowers?",
)
_SENTENCE_S: Final = 6.5
_PAUSED_S: Final = 9.0

SCRIPT: Final[Sequence[Step]] = (
    _QUIET,
    *(Step(_SENTENCE_S, True, words) for words in _SENTENCES),
    *(Step(_PAUSED_S, True, words) for words in _WITH_PAUSES),
    _NOISE,
)


def whole_s(steps: Sequence[Step]) -> float:
    """How long it takes."""
    return sum(step.seconds for step in steps)


def step_at(steps: Sequence[Step], at_s: float) -> tuple[Step, float] | None:
    """The step of this instant, and how many seconds of it are left; None when all is over."""
    end_s = 0.0
    for step in steps:
        end_s += step.seconds
        if at_s < end_s:
            return step, end_s - at_s
    return None


def segments_of(steps: Sequence[Step]) -> Iterator[Segment]:
    """What is known of a recording that began with the first step."""
    start_s = 0.0
    for step in steps:
        end_s = start_s + step.seconds
        where = Stretch(round(start_s * NEAR_RATE_HZ), round(end_s * NEAR_RATE_HZ))
        yield Segment(where, step.spoken, step.words if step.spoken else "")
        start_s = end_s
