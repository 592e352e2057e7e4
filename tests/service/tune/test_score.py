"""Cut-offs, false starts, what was not heard, and how long one waits."""

from math import isnan

import pytest

from appliance.conversation.vocabulary import TurnEnd
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.service.tune.score import CUT_MS, Score, at_most, score
from appliance.service.tune.trial import HeardTurn, Trial, try_options
from appliance.service.tune.truth import Truth, Utterance, guess, nobody_speaks
from tests.service.tune.spoken import heard, stretch


def turn(start_s: float, end_s: float, ended_s: float, cause: TurnEnd = TurnEnd.SILENCE) -> HeardTurn:
    return HeardTurn(stretch(start_s, end_s), stretch(0, ended_s).end, cause)


def said(*pieces: tuple[float, float]) -> Utterance:
    return Utterance(tuple(stretch(*piece) for piece in pieces))


def scored(*turns: HeardTurn, truth: tuple[Utterance, ...]) -> Score:
    return score(Trial(turns, ()), Truth(truth, (), stretch(0, 60).end, told=True))


def test_a_whole_sentence_waits_for_the_silence_after_it() -> None:
    whole = scored(turn(1, 2, 2.8), truth=(said((1, 2)),))
    assert (whole.cut, whole.missed, whole.false_starts) == (0, 0, 0)
    assert whole.delay_ms() == pytest.approx(800, abs=32)


def test_a_turn_that_ends_in_a_pause_cuts_the_sentence_off() -> None:
    cut = scored(turn(1, 2, 2.8), turn(3, 4, 4.8), truth=(said((1, 2), (3, 4)),))
    assert (cut.cut, cut.false_starts, cut.delays_ms) == (1, 0, ())


def test_a_pause_that_is_waited_for_is_no_cut() -> None:
    assert scored(turn(1, 4, 5.5), truth=(said((1, 2), (3, 4)),)).cut == 0


def test_the_longest_turn_cuts_off_in_a_word() -> None:
    assert scored(turn(1, 31, 31, TurnEnd.MAX_TURN), truth=(said((1, 40)),)).cut == 1


def test_what_nobody_said_is_a_false_start() -> None:
    assert scored(turn(5, 6, 6.8), truth=(said((1, 2)),)).false_starts == 1


def test_what_may_have_been_said_is_none() -> None:
    truth = Truth((), (stretch(5, 6),), stretch(0, 60).end, told=False)
    assert score(Trial((turn(5, 6, 6.8),), ()), truth).false_starts == 0


def test_a_sentence_without_a_turn_was_not_heard() -> None:
    assert scored(truth=(said((1, 2)),)).missed == 1


def test_a_turn_that_runs_into_the_next_sentence_waited_until_then() -> None:
    both = scored(turn(1, 6, 8), truth=(said((1, 2)), said((5, 6))))
    assert list(both.delays_ms) == pytest.approx([3000, 2000], abs=32)


def test_a_beginning_that_was_noticed_late_is_lost_but_for_the_prefix() -> None:
    late = scored(turn(1.5, 2, 2.8), truth=(said((1, 2)),))
    assert list(late.lost_ms) == pytest.approx([500], abs=32)


def test_of_nothing_there_is_no_delay() -> None:
    assert isnan(Score().delay_ms())


def test_a_cut_off_counts_as_so_much_waiting() -> None:
    one_of_two = Score(2, cut=1, delays_ms=(800.0,))
    assert one_of_two.cost_ms == 800 + CUT_MS / 2


def test_scores_add_up() -> None:
    both = Score(2, 1, 0, 3, (800.0,), (0.0,)) + Score(1, 0, 1, 0)
    assert both == Score(3, 1, 1, 3, (800.0,), (0.0,))


def test_none_of_a_few_still_may_be_many() -> None:
    # the interval of E. B. Wilson (1927), as any table has it: 0 of 10 is at most 27.8 %
    assert at_most(0, 10) == pytest.approx(0.278, abs=0.001)
    assert at_most(5, 10) == pytest.approx(0.763, abs=0.001)
    assert at_most(0, 0) == 1


def test_with_the_real_detector_a_pause_is_cut_or_waited_for() -> None:
    sound = heard((1, 0), (1, 0.9), (1, 0), (1, 0.9), (3, 0))
    truth = guess(sound, apart_ms=2000)
    assert score(try_options(sound, TurnOptions(end_silence_ms=800)), truth).cut == 1
    assert score(try_options(sound, TurnOptions(end_silence_ms=1100)), truth).cut == 0


def test_with_the_real_detector_noise_is_a_false_start() -> None:
    sound = heard((1, 0), (1, 0.6), (3, 0))
    assert score(try_options(sound, TurnOptions()), nobody_speaks(sound)).false_starts == 1
    strict = TurnOptions(speech_threshold=0.7, silence_threshold=0.5)
    assert score(try_options(sound, strict), nobody_speaks(sound)).false_starts == 0
