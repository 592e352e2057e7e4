"""Every judgement by hand: what was said, what a system made of it, and what that is worth."""

from tests.listening.cases import Case, Label
from tests.listening.scoring import (
    Heard,
    Turn,
    answers_heard,
    distance,
    false_stops,
    false_turns,
    false_wakes,
    interruption,
    plain,
    sentence,
    stopped_before,
    wake_hit,
)

SAID = Label("sentence", 1000, 3000, "go forward", ((1500, 2000),))
OVER = Label("interruption", 5000, 6000)


def case(*labels: Label) -> Case:
    return Case("c", "k", "l", "development", "turn", "v", True, 10_000, labels)


def test_a_turn_that_begins_before_and_ends_after_a_sentence_has_all_of_it() -> None:
    found = sentence(SAID, Heard((Turn(1200, 800, (3800,)),)))
    assert found.heard
    assert found.onset_lost_ms == 0
    assert found.delay_ms == 800
    assert not found.cut_off


def test_what_came_before_the_first_sample_is_lost() -> None:
    assert sentence(SAID, Heard((Turn(1400, 1150, (3800,)),))).onset_lost_ms == 150


def test_a_turn_that_ends_in_the_pause_is_cut_off_though_it_goes_on() -> None:
    found = sentence(SAID, Heard((Turn(1200, 800, (1900, 3800)),)))
    assert found.cut_off
    assert not found.cut_off_aloud
    assert found.delay_ms == 800


def test_it_is_cut_off_aloud_where_the_answer_falls_into_the_sentence() -> None:
    turn = Turn(1200, 800, (1900, 3800))
    assert sentence(SAID, Heard((turn,), spoke_ms=(2200,))).cut_off_aloud
    assert not sentence(SAID, Heard((turn,), spoke_ms=(4100,))).cut_off_aloud


def test_one_sentence_may_become_two_turns() -> None:
    found = sentence(SAID, Heard((Turn(1200, 800, (1900,)), Turn(2200, 2000, (3900,)))))
    assert found.cut_off
    assert found.onset_lost_ms == 0
    assert found.delay_ms == 900


def test_the_answer_is_heard_after_the_sentence() -> None:
    found = sentence(SAID, Heard((Turn(1200, 800, (1900, 3400)),), spoke_ms=(2200, 3800)))
    assert found.answered_ms == 800
    assert sentence(SAID, Heard((Turn(1200, 800, (3800,)),))).answered_ms is None


def test_an_answer_is_heard_unless_speech_comes_first() -> None:
    assert answers_heard([Turn(1200, None, (1900,)), Turn(2100, None, (3900,))]) == (4240,)
    assert answers_heard([Turn(1200, None, (1900,)), Turn(2300, None, (3900,))]) == (2240, 4240)


def test_a_turn_that_never_ends_has_no_delay() -> None:
    found = sentence(SAID, Heard((Turn(1200, 800, ()),)))
    assert found.heard
    assert found.delay_ms is None


def test_what_is_not_heard_is_not_heard() -> None:
    assert not sentence(SAID, Heard()).heard
    assert not sentence(SAID, Heard((Turn(200, 0, (900,)),))).heard
    assert not sentence(SAID, Heard((Turn(3500, 3200, (4000,)),))).heard


def test_a_turn_that_nobody_spoke_is_false() -> None:
    before, mine, after = Turn(200, 0, (900,)), Turn(1200, 800, (3800,)), Turn(5000, 4700, (6000,))
    assert false_turns(case(SAID), Heard((before, mine, after))) == 2
    assert false_turns(case(), Heard((mine,))) == 1
    # Opened, and found to be nothing: nobody was asked.
    assert false_turns(case(), Heard((Turn(200, 0, ()),))) == 0


def test_an_interruption_is_decided_and_the_answer_falls_silent_before() -> None:
    found = interruption(OVER, Heard(stops_ms=(5600,), silent_ms=((5200, 9000),)))
    assert found.stopped
    assert found.decision_ms == 600
    assert found.silent_ms == 200


def test_what_the_next_turn_lacks_of_an_interruption_is_lost() -> None:
    turn = Turn(5600, 5120, (6900,))
    assert interruption(OVER, Heard((turn,), stops_ms=(5600,))).onset_lost_ms == 120
    assert interruption(OVER, Heard(stops_ms=(5600,))).onset_lost_ms is None


def test_only_the_silence_that_lasts_until_the_decision_counts() -> None:
    found = interruption(OVER, Heard(stops_ms=(5900,), silent_ms=((5100, 5300), (5700, 9000))))
    assert found.silent_ms == 700


def test_an_answer_that_stood_still_already_is_silent_at_once() -> None:
    assert interruption(OVER, Heard(stops_ms=(5600,), silent_ms=((4900, 9000),))).silent_ms == 0


def test_an_answer_that_goes_on_was_not_interrupted() -> None:
    found = interruption(OVER, Heard(silent_ms=((5200, 5900),)))
    assert not found.stopped
    assert found.hushed
    assert found.silent_ms is None
    assert not interruption(OVER, Heard(stops_ms=(8100,))).stopped


def test_who_stopped_by_himself_cannot_be_interrupted() -> None:
    heard = Heard(stops_ms=(3000, 5600), silent_ms=((2900, 9000),))
    assert stopped_before(OVER, heard)
    assert not interruption(OVER, heard).stopped
    assert false_stops(case(OVER), heard) == 1


def test_a_stop_long_after_a_sound_is_false() -> None:
    assert false_stops(case(OVER), Heard(stops_ms=(5600, 8100))) == 1
    assert false_stops(case(), Heard(stops_ms=(5600,))) == 1


def test_a_wake_word_counts_while_it_is_fresh() -> None:
    called = Label("wake", 2000, 2700, "alexa")
    assert wake_hit(called, Heard(wakes_ms=(2650,)))
    assert wake_hit(called, Heard(wakes_ms=(3500,)))
    assert not wake_hit(called, Heard(wakes_ms=(1900, 3800)))
    assert false_wakes(case(called), Heard(wakes_ms=(1900, 2650))) == 1


def test_words_are_compared_without_points_and_capitals() -> None:
    assert plain("He was not an ill-disposed, young man.") == [
        "he",
        "was",
        "not",
        "an",
        "ill",
        "disposed",
        "young",
        "man",
    ]
    assert distance(plain("go forward ten meters"), plain("Go forward ten meters!")) == 0
    assert distance(["a", "b", "c"], ["a", "x", "c", "d"]) == 2
    assert distance(["a", "b"], []) == 2


def test_word_errors_are_against_the_clean_recording() -> None:
    turn = Turn(1200, 800, (3800,))
    found = sentence(SAID, Heard((turn,), words="Go forwards.", clean_words="Go forward ten meters."))
    assert (found.word_errors, found.words) == (3, 4)
    assert sentence(SAID, Heard((turn,))).word_errors is None
