"""What counts as said is what a strict detector hears, and the script where there is one."""

from dataclasses import replace

from appliance.service.tune.truth import Segment, by_script, guess, nobody_speaks
from tests.service.tune.spoken import heard, stretch


def test_speech_that_is_far_apart_is_two_sentences() -> None:
    truth = guess(heard((1, 0), (1, 0.9), (2.5, 0), (1, 0.9)), apart_ms=2000)
    assert [utterance.whole for utterance in truth.utterances] == [stretch(1, 2), stretch(4.5, 5.5)]


def test_speech_that_is_near_is_one_sentence_with_a_pause() -> None:
    truth = guess(heard((1, 0), (1, 0.9), (0.64, 0), (1, 0.9)), apart_ms=2000)
    assert [utterance.pauses_ms for utterance in truth.utterances] == [(640.0,)]
    assert not truth.told


def test_what_only_a_lax_detector_hears_counts_neither_way() -> None:
    truth = guess(heard((1, 0), (1, 0.4), (3, 0), (1, 0.6), (3, 0)), apart_ms=2000)
    assert truth.utterances == ()
    assert {doubt.start for doubt in truth.doubtful} == {stretch(1, 2).start, stretch(5, 6).start}


def test_what_has_no_words_counts_neither_way() -> None:
    sound = heard((1, 0), (1, 0.9), (3, 0), (1, 0.9), (3, 0))
    read = replace(sound, words=lambda where: 4 if where.start < stretch(3, 4).start else 0)
    truth = guess(read, apart_ms=2000)
    assert [utterance.whole for utterance in truth.utterances] == [stretch(1, 2)]
    assert stretch(5, 6) in truth.doubtful
    assert truth.wordless == 1


def test_a_soft_sound_with_words_was_a_sentence() -> None:
    sound = heard((1, 0), (1, 0.4), (3, 0))
    assert len(guess(replace(sound, words=lambda where: 3), apart_ms=2000).utterances) == 1
    assert guess(replace(sound, words=lambda where: 1), apart_ms=2000).utterances == ()


def test_a_click_is_no_speech_however_sure_the_detector() -> None:
    assert guess(heard((1, 0), (0.064, 1), (1, 0)), apart_ms=2000).utterances == ()


def test_by_the_script_all_that_was_said_in_a_segment_is_one_sentence() -> None:
    sound = heard((1, 0), (1, 0.9), (3, 0), (1, 0.9), (2, 0), (1, 0.9))
    script = (Segment(stretch(0, 6.5), True), Segment(stretch(6.5, 10), True))
    truth = by_script(sound, script)
    assert [utterance.whole for utterance in truth.utterances] == [stretch(1, 6), stretch(8, 9)]
    assert truth.told


def test_what_is_heard_where_nobody_speaks_is_no_doubt_but_noise() -> None:
    sound = heard((1, 0), (1, 0.6), (1, 0), (1, 0.6))
    truth = by_script(sound, (Segment(stretch(0, 2.5), False),))
    assert truth.utterances == ()
    assert all(doubt.start >= stretch(2.5, 3).start for doubt in truth.doubtful)


def test_a_sentence_that_was_not_heard_is_told() -> None:
    assert by_script(heard((3, 0)), (Segment(stretch(0, 3), True),)).unheard == 1


def test_of_noise_nothing_is_speech() -> None:
    assert nobody_speaks(heard((1, 0.9))).utterances == ()
