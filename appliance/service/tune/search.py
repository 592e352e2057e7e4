"""Looking for better options, one kind of them at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.service.tune.score import Score

Measure = Callable[[TurnOptions], Score]
Kind = Callable[[TurnOptions], Iterator[TurnOptions]]

# Both at once: the lower one follows the higher one as in the defaults, or lets words decay for longer.
THRESHOLDS: Final = tuple(
    (speech, round(share * speech, 2)) for speech in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8) for share in (0.7, 0.5)
)
MIN_SPEECH_MS: Final = (100, 150, 200, 300, 400)
END_SILENCE_MS: Final = (*range(300, 1000, 50), *range(1000, 2100, 100))
# A kind is looked at again when another has changed; it settles in two rounds as a rule.
MAX_ROUNDS: Final = 3
# What is gained by less is chance.
_LEAST_GAIN_MS: Final = 20.0


def search(start: TurnOptions, measure: Measure, kinds: Sequence[Kind] | None = None) -> TurnOptions:
    """The options of the least cost that are reached from `start` by changing one kind after the other.

    Where two cost the same, the one nearer to `start` stays. At most `MAX_ROUNDS` times 40 trials.
    """
    best, cost = start, measure(start).cost_ms
    for _ in range(MAX_ROUNDS):
        before = best
        for kind in kinds or (_thresholds, _min_speech, end_silence):
            for options in kind(best):
                if (its := measure(options).cost_ms) < cost - _LEAST_GAIN_MS:
                    best, cost = options, its
        if best == before:
            break
    return _without_what_is_not_needed(best, start, measure)


def _without_what_is_not_needed(best: TurnOptions, start: TurnOptions, measure: Measure) -> TurnOptions:
    """What helped on the way, and helps no more at its end, is as it was."""
    for keys in (("speech_threshold", "silence_threshold"), ("min_speech_ms",)):
        kept = replace(best, **{key: getattr(start, key) for key in keys})
        if measure(kept).cost_ms <= measure(best).cost_ms + _LEAST_GAIN_MS:
            best = kept
    return best


def _thresholds(options: TurnOptions) -> Iterator[TurnOptions]:
    by_distance = sorted(THRESHOLDS, key=lambda pair: abs(pair[0] - options.speech_threshold))
    for speech, silence in by_distance:
        yield replace(options, speech_threshold=speech, silence_threshold=silence)


def _min_speech(options: TurnOptions) -> Iterator[TurnOptions]:
    for least_ms in sorted(MIN_SPEECH_MS, key=lambda ms: abs(ms - options.min_speech_ms)):
        yield replace(options, min_speech_ms=least_ms)


def end_silence(options: TurnOptions) -> Iterator[TurnOptions]:
    """Longer and shorter silences, within the limits of a model."""
    for silence_ms in END_SILENCE_MS:
        if options.end_silence_min_ms <= silence_ms <= options.end_silence_max_ms:
            yield replace(options, end_silence_ms=silence_ms)
