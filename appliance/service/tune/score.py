"""How well the turns that were heard fit what was said."""

from dataclasses import dataclass
from itertools import zip_longest
from math import sqrt
from statistics import fmean
from typing import Final

from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples, samples_of_ms
from appliance.service.tune.trial import HeardTurn, Stretch, Trial
from appliance.service.tune.truth import Truth, Utterance

# What a fault counts, in milliseconds that somebody waits longer: about what it takes to say a sentence
# again, or to hear out an answer that nobody wanted, and the annoyance. A choice, not a measurement.
CUT_MS: Final = 5000.0
FALSE_MS: Final = 5000.0
MISSED_MS: Final = 8000.0
# So much of a last word may be the error of its edge, and nothing that was cut off.
_EDGE: Final = samples_of_ms(100, NEAR_RATE_HZ)


@dataclass(frozen=True, slots=True)
class Score:
    """What one set of options made of one or more recordings. Delays are of sentences that were not cut off:
    from the last sound of the sentence to the end of the turn."""

    utterances: int = 0
    cut: int = 0
    missed: int = 0
    false_starts: int = 0
    delays_ms: tuple[float, ...] = ()
    lost_ms: tuple[float, ...] = ()  # of the beginning of each sentence that was heard, before any prefix

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.utterances + other.utterances,
            self.cut + other.cut,
            self.missed + other.missed,
            self.false_starts + other.false_starts,
            self.delays_ms + other.delays_ms,
            self.lost_ms + other.lost_ms,
        )

    def delay_ms(self, percent: float = 50) -> float:
        """A percentile of the delays (the nearest one); nan without any."""
        if not self.delays_ms:
            return float("nan")
        ordered = sorted(self.delays_ms)
        return ordered[min(len(ordered) - 1, int(percent / 100 * len(ordered)))]

    @property
    def cost_ms(self) -> float:
        """One number to compare settings by: the mean delay of a sentence, and its share of all faults."""
        faults = CUT_MS * self.cut + MISSED_MS * self.missed + FALSE_MS * self.false_starts
        return (fmean(self.delays_ms) if self.delays_ms else 0.0) + faults / max(self.utterances, 1)


def score(trial: Trial, truth: Truth) -> Score:
    """Compare what was heard of one recording with what was said in it."""
    cut = missed = 0
    delays: list[float] = []
    lost: list[float] = []
    following = [utterance.whole.start for utterance in truth.utterances[1:]]
    for utterance, next_start in zip_longest(truth.utterances, following):
        turns = [turn for turn in trial.turns if turn.speech.overlaps(utterance.whole)]
        if not turns:
            missed += 1
            continue
        lost.append(ms_of_samples(max(turns[0].speech.start - utterance.whole.start, 0), NEAR_RATE_HZ))
        if any(cuts(turn, utterance) for turn in turns):
            cut += 1
            continue
        # A turn that goes on into the next sentence has waited at least until then.
        ended_at = turns[-1].ended_at if next_start is None else min(turns[-1].ended_at, next_start)
        delays.append(ms_of_samples(max(ended_at - utterance.whole.end, 0), NEAR_RATE_HZ))
    return Score(
        len(truth.utterances),
        cut,
        missed,
        sum(is_false(turn, truth) for turn in trial.turns),
        tuple(delays),
        tuple(lost),
    )


def cuts(turn: HeardTurn, utterance: Utterance) -> bool:
    """Whether the turn ended before all was said."""
    return turn.ended_at < utterance.whole.end - _EDGE


def is_false(turn: HeardTurn, truth: Truth) -> bool:
    """Whether nobody said anything in that turn, as far as that is known."""
    said: tuple[Stretch, ...] = (*(utterance.whole for utterance in truth.utterances), *truth.doubtful)
    return not any(turn.speech.overlaps(stretch) for stretch in said)


def at_most(count: int, of: int) -> float:
    """The upper end of the 95 % interval of a share that was `count` of `of` (Wilson); 1 where `of` is 0."""
    if not of:
        return 1.0
    z2 = 1.96**2
    share = count / of
    middle = share + z2 / (2 * of)
    reach = sqrt(z2 * (share * (1 - share) / of + z2 / (4 * of * of)))
    return min((middle + reach) / (1 + z2 / of), 1.0)
