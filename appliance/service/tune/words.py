"""What came of a tuning, in words: how sure it is, and what was found."""

from collections.abc import Iterator

from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.service.tune.choice import pauses_ms
from appliance.service.tune.score import Score, at_most
from appliance.service.tune.truth import Truth


def what_was_heard(truths: tuple[Truth, ...]) -> str:
    """How much there was to go by."""
    seconds = sum(truth.samples for truth in truths) / NEAR_RATE_HZ
    sentences = sum(len(truth.utterances) for truth in truths)
    pauses = pauses_ms(truths)
    longest = f", the longest {pauses[-1]:.0f} ms" if pauses else ""
    return (
        f"{seconds:.0f} s in {len(truths)} recording{'s' * (len(truths) > 1)}: {sentences} sentences,"
        f" {len(pauses)} pauses in them{longest}."
    )


def how_sure(truths: tuple[Truth, ...], yours: Score, apart_ms: float) -> Iterator[str]:
    """What the numbers rest on."""
    if not all(truth.told for truth in truths):
        yield (
            "What was said is guessed: what a strict detector takes for speech counts as speech, and a"
            f" silence of {apart_ms / 1000:g} s as the end of a sentence. Where `appliance tune` records, it"
            " knows what it asked for."
        )
    if unheard := sum(truth.unheard for truth in truths):
        yield f"Of {unheard} sentences that were to be read nothing was heard; they count nowhere."
    if doubtful := sum(len(truth.doubtful) for truth in truths if not truth.told):
        yield f"{doubtful} sounds may have been soft words or noise; they count neither way."
    if wordless := sum(truth.wordless for truth in truths):
        yield f"In {wordless} of these sounds the offline recognizer, which knows English, read no words."
    sure = 100 * at_most(0, yours.utterances)
    yield (
        f"With {yours.utterances} sentences, none cut off still means: up to {sure:.0f} % cut off"
        " (95 % confidence). More recordings say more."
    )
