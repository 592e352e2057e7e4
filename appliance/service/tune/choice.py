"""Which options are recommended for a room, and why."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.service.tune.score import Score
from appliance.service.tune.search import Measure, end_silence, search
from appliance.service.tune.truth import Truth

# A recording of two minutes does not hold the longest pause that somebody makes.
_MARGIN: Final = 1.2
_STEP_MS: Final = 50
# Whoever is to be waited for less than before must have shown that he needs no more.
_ENOUGH_SENTENCES: Final = 8
_ENOUGH_PAUSES: Final = 5
# What is gained by less is not worth another setting.
_WORTH_MS: Final = 40.0
_PREFIX_MARGIN_MS: Final = 100
_AS_GOOD: Final = "What you have is as good for these recordings as anything tried."
_TOO_LITTLE: Final = (
    "What you have stays: nothing that was tried is clearly better, and whether it could answer sooner"
    " without cutting you off cannot be known from so little. Say more, and pause in it:"
    f" {_ENOUGH_SENTENCES} sentences and {_ENOUGH_PAUSES} pauses at least."
)
_MOST_PREFIX_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to hear, under a name that the owner knows."""

    name: str
    options: TurnOptions
    prefix_ms: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What is recommended (`yours` where nothing is better), and why, a sentence each."""

    candidate: Candidate
    score: Score
    reasons: tuple[str, ...]

    def changes(self, yours: Candidate) -> dict[str, float | int | str]:
        """The keys of [hearing] that are another than `yours`."""
        mine = keys_of(self.candidate)
        return {key: value for key, value in mine.items() if value != keys_of(yours)[key]}


def keys_of(candidate: Candidate) -> dict[str, float | int | str]:
    """The keys of [hearing] that are tuned."""
    options = candidate.options
    return {
        "speech_threshold": options.speech_threshold,
        "silence_threshold": options.silence_threshold,
        "prefix_padding_ms": candidate.prefix_ms,
        "min_speech_ms": options.min_speech_ms,
        "end_silence_ms": options.end_silence_ms,
        "end_of_turn": "model" if options.asks_model else "silence",
    }


def with_model(candidate: Candidate) -> Candidate:
    """The same, with the end-of-turn model."""
    return replace(
        candidate, name=f"{candidate.name}+model", options=replace(candidate.options, asks_model=True)
    )


def choose(yours: Candidate, truths: Sequence[Truth], measure: Measure, *, model: bool = False) -> Choice:
    """Search from `yours`, and keep `yours` where what is found is no better.

    `model`: there is one that may be asked whether turns are complete; it is chosen only where it makes
    things clearly better than silence alone.
    """
    found = search(replace(yours.options, asks_model=False), measure)
    silences = [found]
    if model and not _are_few(truths):
        silences.append(search(replace(found, asks_model=True), measure, [end_silence]))
    candidates = [_candidate(options, yours, truths) for options in silences]
    best = Candidate("yours", yours.options, yours.prefix_ms)
    for candidate in candidates:
        if measure(best.options).cost_ms - measure(candidate.options).cost_ms >= _WORTH_MS:
            best = candidate
    score = measure(best.options)
    best = replace(best, prefix_ms=_prefix_ms(score, yours.prefix_ms))
    if keys_of(best) == keys_of(yours):
        return Choice(yours, score, (_TOO_LITTLE if _are_few(truths) else _AS_GOOD,))
    best = replace(best, name="tuned+model" if best.options.asks_model else "tuned")
    return Choice(best, score, tuple(_reasons(yours, best, score, truths, measure)))


def _candidate(found: TurnOptions, yours: Candidate, truths: Sequence[Truth]) -> Candidate:
    silence_ms = _with_margin(found.end_silence_ms, yours, truths)
    silence_ms = min(max(silence_ms, found.end_silence_min_ms), found.end_silence_max_ms)
    return Candidate("tuned", replace(found, end_silence_ms=silence_ms), yours.prefix_ms)


def _with_margin(silence_ms: int, yours: Candidate, truths: Sequence[Truth]) -> int:
    """Longer than what was enough here; and no shorter than before where too little was said to know."""
    wanted = ceil(silence_ms * _MARGIN / _STEP_MS) * _STEP_MS
    return max(wanted, yours.options.end_silence_ms) if _are_few(truths) else wanted


def _are_few(truths: Sequence[Truth]) -> bool:
    """Whether too little was said to know that nobody would be cut off by answering sooner."""
    sentences = sum(len(truth.utterances) for truth in truths)
    return sentences < _ENOUGH_SENTENCES or len(pauses_ms(truths)) < _ENOUGH_PAUSES


def _prefix_ms(tuned: Score, prefix_ms: int) -> int:
    if not tuned.lost_ms or max(tuned.lost_ms) + _PREFIX_MARGIN_MS <= prefix_ms:
        return prefix_ms
    wanted = ceil((max(tuned.lost_ms) + _PREFIX_MARGIN_MS) / _STEP_MS) * _STEP_MS
    return max(min(wanted, _MOST_PREFIX_MS), prefix_ms)


def pauses_ms(truths: Sequence[Truth]) -> list[float]:
    """All pauses within sentences, sorted."""
    return sorted(
        pause for truth in truths for utterance in truth.utterances for pause in utterance.pauses_ms
    )


def _reasons(
    yours: Candidate, chosen: Candidate, tuned: Score, truths: Sequence[Truth], measure: Measure
) -> Iterator[str]:
    """Of each change what would be without it, as it was tried."""
    for key, words, back in _CHANGES:
        before, now = keys_of(yours)[key], keys_of(chosen)[key]
        if before == now:
            continue
        without = measure(back(chosen.options, yours.options))
        yield f"{words} {now} instead of {before}: {_what_else(key, without, tuned, truths)}."


_Back = Callable[[TurnOptions, TurnOptions], TurnOptions]
_CHANGES: Final[tuple[tuple[str, str, _Back], ...]] = (
    (
        "speech_threshold",
        "Speech begins at a probability of",
        lambda new, old: replace(
            new, speech_threshold=old.speech_threshold, silence_threshold=old.silence_threshold
        ),
    ),
    (
        "min_speech_ms",
        "So many milliseconds of speech make a question:",
        lambda new, old: replace(new, min_speech_ms=old.min_speech_ms),
    ),
    (
        "end_silence_ms",
        "So many milliseconds of silence end a turn:",
        lambda new, old: replace(new, end_silence_ms=old.end_silence_ms),
    ),
    (
        "end_of_turn",
        "What ends a turn:",
        lambda new, old: replace(new, asks_model=old.asks_model),
    ),
    ("prefix_padding_ms", "So many milliseconds from before the speech are kept:", lambda new, old: new),
)


def _what_else(key: str, without: Score, tuned: Score, truths: Sequence[Truth]) -> str:
    said: list[str] = []
    if key == "prefix_padding_ms":
        return f"the detector noticed one sentence {max(tuned.lost_ms):.0f} ms late"
    for name, before, after in (
        ("sentences cut off", without.cut, tuned.cut),
        ("false starts", without.false_starts, tuned.false_starts),
        ("sentences not heard", without.missed, tuned.missed),
    ):
        if before != after:
            said.append(f"{name} {after} instead of {before}")
    later_ms = tuned.delay_ms() - without.delay_ms()
    if abs(later_ms) >= _STEP_MS / 2:
        said.append(f"the turn ends {abs(later_ms):.0f} ms {'later' if later_ms > 0 else 'sooner'}")
    if key == "end_silence_ms" and (pauses := pauses_ms(truths)):
        said.append(f"the longest of {len(pauses)} pauses in a sentence was {pauses[-1]:.0f} ms")
    return ", ".join(said) or "together with the rest it is better"
