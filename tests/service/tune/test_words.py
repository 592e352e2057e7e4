"""It says how sure it is."""

from appliance.service.tune.score import Score
from appliance.service.tune.truth import Truth, Utterance
from appliance.service.tune.words import how_sure, what_was_heard
from tests.service.tune.spoken import stretch

TWELVE = Score(12)
ONE = Utterance((stretch(1, 2), stretch(2.64, 4)))


def truth(*, told: bool, doubtful: int = 0, unheard: int = 0, wordless: int = 0) -> Truth:
    stretches = tuple(stretch(at, at + 1) for at in range(doubtful))
    return Truth((ONE,), stretches, stretch(0, 10).end, told, wordless, unheard)


def said(*truths: Truth, score: Score = TWELVE) -> str:
    return " ".join(how_sure(truths, score, 2000))


def test_what_was_heard_is_counted() -> None:
    words = what_was_heard((truth(told=True), truth(told=True)))
    assert words == "20 s in 2 recordings: 2 sentences, 2 pauses in them, the longest 640 ms."


def test_a_guess_is_called_one() -> None:
    assert "What was said is guessed" in said(truth(told=True), truth(told=False))
    assert "guessed" not in said(truth(told=True))


def test_what_counts_nowhere_is_told() -> None:
    assert "Of 2 sentences that were to be read nothing was heard" in said(truth(told=True, unheard=2))
    assert "1 sound may have been a soft word" in said(truth(told=False, doubtful=1))
    assert "In 3 of these sounds" in said(truth(told=False, doubtful=4, wordless=3))


def test_few_sentences_without_a_cut_off_do_not_mean_that_none_is() -> None:
    assert "0 of 12 sentences cut off means: of all that you say, up to 24 % may be" in said(truth(told=True))
    assert "up to 53 % may be" in said(truth(told=True), score=Score(12, cut=3, delays_ms=(800.0,)))
