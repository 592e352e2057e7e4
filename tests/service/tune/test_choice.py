"""What is recommended follows from what was recorded, and says so."""

from dataclasses import replace

from appliance.hearing.turns.end_of_turn import Question
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.service.tune.choice import Candidate, Choice, choose
from appliance.service.tune.score import Score, score
from appliance.service.tune.trial import Heard, try_options
from appliance.service.tune.truth import guess, nobody_speaks
from tests.service.tune.spoken import heard

YOURS = Candidate("yours", TurnOptions(), 300)
Part = tuple[float, float]


def sentences(count: int, pause_s: float, apart_s: float = 3) -> Heard:
    """Each with one pause, and far apart."""
    one: tuple[Part, ...] = ((apart_s, 0), (1, 0.9), (pause_s, 0), (1, 0.9))
    return heard(*one * count, (3, 0))


def chosen(sound: Heard, *noises: Heard, yours: Candidate = YOURS, model: bool = False) -> Choice:
    pairs = [(sound, guess(sound, 2000)), *((noise, nobody_speaks(noise)) for noise in noises)]

    def measure(options: TurnOptions) -> Score:
        return sum((score(try_options(s, options), truth) for s, truth in pairs), Score())

    return choose(yours, [truth for _, truth in pairs], measure, model=model)


def test_who_pauses_for_long_is_waited_for_with_some_to_spare() -> None:
    choice = chosen(sentences(10, pause_s=1.2))
    assert 1200 * 1.1 <= choice.candidate.options.end_silence_ms <= 1200 * 1.4
    assert choice.score.cut == 0
    assert "sentences cut off 0 instead of 10" in " ".join(choice.reasons)


def test_who_hardly_pauses_is_answered_sooner() -> None:
    choice = chosen(sentences(10, pause_s=0.3))
    assert choice.candidate.options.end_silence_ms < 500
    assert "ms sooner" in " ".join(choice.reasons)
    assert "the longest of 10 pauses" in " ".join(choice.reasons)


def test_of_a_few_sentences_nobody_is_waited_for_less() -> None:
    choice = chosen(sentences(4, pause_s=0.3))
    assert choice.candidate == YOURS
    assert "cannot be known from so little" in choice.reasons[0]


def test_a_room_that_sounds_like_a_person_is_heard_more_strictly() -> None:
    noise = heard(*((3.0, 0.0), (1.0, 0.6)) * 5)
    choice = chosen(sentences(10, pause_s=0.6), noise)
    assert choice.candidate.options.speech_threshold > 0.6
    assert choice.score.false_starts == 0
    assert "false starts 0 instead of 5" in " ".join(choice.reasons)


def test_who_speaks_softly_is_heard_more_laxly() -> None:
    deaf = Candidate("yours", TurnOptions(speech_threshold=0.95, silence_threshold=0.7), 300)
    choice = chosen(sentences(10, pause_s=0.6), yours=deaf)
    assert choice.candidate.options.speech_threshold < 0.9
    assert choice.score.missed == 0


def test_what_is_no_better_changes_nothing() -> None:
    fitting = replace(YOURS.options, end_silence_ms=750)
    assert chosen(sentences(10, pause_s=0.6), yours=replace(YOURS, options=fitting)).candidate.name == "yours"


def test_a_model_that_knows_better_is_recommended() -> None:
    sound = sentences(10, pause_s=0.9, apart_s=12)  # a model is not asked as often as one likes
    ends = [utterance.whole.end for utterance in guess(sound, 2000).utterances]

    def complete(question: Question) -> float:
        return 0.99 if any(abs(question.pause - end) < 16_000 / 4 for end in ends) else 0.01

    choice = chosen(replace(sound, complete=complete), model=True)
    assert choice.candidate.name == "tuned+model"
    assert choice.changes(YOURS)["end_of_turn"] == "model"
    assert choice.score.cut == 0
    assert choice.score.delay_ms() < 800
    assert "What ends a turn: model instead of silence" in " ".join(choice.reasons)


def test_a_model_that_is_mistaken_is_not() -> None:
    sound = replace(sentences(10, pause_s=0.9), complete=lambda question: 0.99)
    choice = chosen(sound, model=True)
    assert choice.candidate.name == "tuned"
    assert "end_of_turn" not in choice.changes(YOURS)


def test_only_what_changed_is_told() -> None:
    choice = chosen(sentences(10, pause_s=1.2))
    assert set(choice.changes(YOURS)) == {"end_silence_ms"}
    assert len(choice.reasons) == 1
