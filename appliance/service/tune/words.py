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


def how_sure(truths: tuple[Truth, ...], recommended: Score, apart_ms: float) -> Iterator[str]:
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
        which = (
            "1 sound may have been a soft word"
            if doubtful == 1
            else f"{doubtful} sounds may have been soft words"
        )
        yield f"{which} or noise, and counts neither way."
    if wordless := sum(truth.wordless for truth in truths):
        yield f"In {wordless} of these sounds the offline recognizer, which knows English, read no words."
    most = 100 * at_most(recommended.cut, recommended.utterances)
    yield (
        f"{recommended.cut} of {recommended.utterances} sentences cut off means: of all that you say, up to"
        f" {most:.0f} % may be (95 % confidence). More recordings say more."
    )
