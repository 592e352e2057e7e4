"""How much silence ends the turn that is open, by what a model thinks of it. Pure.

Silence alone ends turns: a model that is sure that the person is done makes the silence shorter, one
that is sure of the contrary makes it longer, within hard limits; without a model, or until it has
answered, it is the silence that these people's own pauses have taught.
"""

from dataclasses import dataclass
from typing import Final

from appliance.hearing.turns.pause_habit import PauseHabit
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms

# Silence, as the detector's windows have it, after which the model is asked, and asked again: the longer
# it is silent, the more the silence itself tells.
ASKED_AFTER_MS: Final = (64, 384, 800)
# Hardly anybody asks anything in less. Of the pauses that the model takes for ends, a quarter come sooner
# (development half of `tests.bench.turn_ends`), and none of the ends.
LEAST_SPEECH_MS: Final = 700
# A judgement costs 150 ms of a processor: so many in a row, and one for each of these spells.
QUESTIONS_IN_A_ROW: Final = 4
QUESTION_EVERY_S: Final = 3
# Sound before the turn that the model hears too: what it was trained with has some.
LEAD_MS: Final = 300
_LEAST_SPEECH: Final = samples_of_ms(LEAST_SPEECH_MS, NEAR_RATE_HZ)
_EVERY: Final = QUESTION_EVERY_S * NEAR_RATE_HZ


@dataclass(frozen=True, slots=True)
class Question:
    """Is the person done? By the sound of samples [start, at); the last speech ended before `pause`."""

    start: int
    at: int
    pause: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How likely the person is done, 0…1; None where nobody could say."""

    question: Question
    complete: float | None


@dataclass(frozen=True, slots=True)
class SilenceLimits:
    """In samples: the silence that ends a turn by itself, and what a model may make of it."""

    silence: int
    shortest: int
    longest: int


def limits_of(silence_ms: float, min_ms: float, max_ms: float) -> SilenceLimits:
    """Of milliseconds, in their order whatever they are."""
    ordered = silence_ms, min(min_ms, silence_ms), max(max_ms, silence_ms)
    return SilenceLimits(*(samples_of_ms(ms, NEAR_RATE_HZ) for ms in ordered))


# What a verdict makes of the silence: at these probabilities these points between the shortest (-1), the
# silence without a model (0) and the longest (1); between them in a straight line. Chosen on the development
# half of `tests.bench.turn_ends`: half of what is complete gets more than 0.8, and a tenth less than 0.03,
# whose delay is the slowest twentieth.
SURE: Final = ((0.0, 0.03), (0.03, 0.0), (0.3, 0.0), (0.6, -1.0))


def end_silence(limits: SilenceLimits, complete: float | None) -> int:
    """The silence, in samples, that ends a turn which is `complete` with that probability."""
    if complete is None:
        return limits.silence
    place = _between(complete)
    towards = limits.longest if place > 0 else limits.shortest
    return round(limits.silence + abs(place) * (towards - limits.silence))


def _between(complete: float) -> float:
    before, before_at = SURE[0]
    for after, after_at in SURE:
        if complete < after:
            return before_at + (after_at - before_at) * (complete - before) / (after - before)
        before, before_at = after, after_at
    return before_at


class EndOfTurn:
    """What is known of the pause that goes on: whether to ask, what was answered, how long to wait.

    One stream; instants are 16 kHz sample indices. A verdict counts for the pause that was asked about,
    however late it comes, and is dropped once somebody has spoken on. Whoever was thought to be done,
    and went on, is given the whole silence for the rest of that turn.
    """

    def __init__(self, limits: SilenceLimits, *, asks: bool, learns: bool) -> None:
        """`asks`: there is a model to ask; `learns`: from the pauses of those who speak here."""
        self._limits = limits
        self._marks = tuple(samples_of_ms(ms, NEAR_RATE_HZ) for ms in ASKED_AFTER_MS) if asks else ()
        self._lead = samples_of_ms(LEAD_MS, NEAR_RATE_HZ)
        self._habit = PauseHabit(limits.silence)
        self._learns = learns
        self._pause = 0
        self._asked = 0
        self._complete: float | None = None
        self._question: Question | None = None
        self._erred = False
        self._questions = QUESTIONS_IN_A_ROW * _EVERY  # to be had, in samples of time
        self._counted = 0

    @property
    def learnt(self) -> tuple[int, int]:
        """The silence without a model, in samples, and of how many pauses it was learnt."""
        limits = self._limits
        return min(max(self._habit.silence, limits.shortest), limits.longest), self._habit.count

    @property
    def silence(self) -> int:
        """So many samples of silence end the turn, by what is known now."""
        limits, (alone, _) = self._limits, self.learnt
        silence = end_silence(SilenceLimits(alone, limits.shortest, limits.longest), self._complete)
        return max(silence, alone) if self._erred else silence

    @property
    def is_early(self) -> bool:
        """Whether that is less than without the model."""
        return self.silence < self.learnt[0]

    def begin(self) -> None:
        """A turn begins."""
        self._erred = False

    def speak(self, now: int) -> None:
        """A window with speech, ending at `now`: what was asked before is about another pause."""
        self._pause = now
        self._asked = 0
        self._complete = self._question = None

    def wait(self, onset: int, now: int) -> None:
        """A window without speech, ending at `now`, in a turn that began at `onset`."""
        if self._pause - onset < _LEAST_SPEECH:
            return
        if self._asked < len(self._marks) and now - self._pause >= self._marks[self._asked]:
            self._asked += 1
            if self._may_ask(now):
                self._question = Question(max(onset - self._lead, 0), now, self._pause)

    def _may_ask(self, now: int) -> bool:
        """Whether a question is to be had, which it uses up."""
        saved = self._questions + now - self._counted
        self._questions, self._counted = min(saved, QUESTIONS_IN_A_ROW * _EVERY), now
        if self._questions < _EVERY:
            return False
        self._questions -= _EVERY
        return True

    def take_question(self) -> Question | None:
        """What is to be asked now; each question once, and the newest only."""
        question, self._question = self._question, None
        return question

    def judge(self, verdict: Verdict) -> None:
        """The model has answered."""
        if verdict.question.pause == self._pause and self._asked and verdict.complete is not None:
            self._complete = verdict.complete

    def go_on(self, pause: int) -> None:
        """Within a turn, somebody paused for so many samples and went on."""
        if self._learns:
            self._habit.learn(pause)

    def err(self, pause: int) -> None:
        """The turn was thought to be over, and goes on after so many samples. After longer than anybody
        is waited for, it is a new thought and no pause."""
        self._erred = True
        if pause <= self._limits.longest:
            self.go_on(pause)

    def forget(self) -> None:
        """Nothing is known of how people here speak."""
        self._habit.forget()
