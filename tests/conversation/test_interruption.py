"""Who has the floor: as early as the evidence is clear, and never by a cough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.interruption import (
    Cause,
    Evidence,
    Meaning,
    clearer,
    judge,
    judge_at_deadline,
    meaning_of,
)

EVIDENCE = st.builds(
    Evidence,
    long=st.booleans(),
    paused=st.booleans(),
    ended=st.booleans(),
    reading=st.booleans(),
    words=st.sampled_from([None, "", "stop", "mhm", "louder", "what about tomorrow"]),
)


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("", Meaning.NOTHING),
        (" ... ", Meaning.NOTHING),
        ("Stop!", Meaning.COMMAND),
        ("Wait, wait.", Meaning.COMMAND),
        ("Hold on.", Meaning.COMMAND),
        ("No, no.", Meaning.COMMAND),
        ("Ah, no.", Meaning.UNCLEAR),
        ("Uh-huh.", Meaning.BACKCHANNEL),
        ("Mm-hmm.", Meaning.BACKCHANNEL),
        ("Okay. Go on.", Meaning.BACKCHANNEL),
        ("I see.", Meaning.BACKCHANNEL),
        ("Go.", Meaning.BACKCHANNEL),
        ("Genau, ja.", Meaning.BACKCHANNEL),
        ("Louder", Meaning.UNCLEAR),
        ("Thank you.", Meaning.UNCLEAR),
        ("What about tomorrow?", Meaning.SENTENCE),
        ("Yes, but what about", Meaning.SENTENCE),
    ],
)
def test_words_mean_what_people_mean_by_them(words: str, meaning: Meaning) -> None:
    assert meaning_of(words) is meaning


def test_half_a_second_of_speech_takes_the_floor() -> None:
    assert judge(Evidence(long=True)) is Cause.LENGTH


def test_a_cough_does_not() -> None:
    assert judge(Evidence()) is None
    assert judge(Evidence(ended=True, paused=True)) is Cause.ENDED


def test_a_command_takes_the_floor_at_once() -> None:
    assert judge(Evidence(words="stop")) is Cause.COMMAND
    assert judge(Evidence(words="stop", ended=True, paused=True)) is Cause.COMMAND


def test_a_drawn_out_backchannel_does_not_however_long_it_is() -> None:
    assert judge(Evidence(long=True, words="mhm")) is None
    assert judge(Evidence(long=True, words="mhm", paused=True)) is Cause.BACKCHANNEL
    assert judge_at_deadline(Evidence(long=True, words="mhm", paused=True)) is Cause.BACKCHANNEL


def test_a_noise_without_a_word_does_not_either() -> None:
    assert judge(Evidence(long=True, words="")) is None
    assert judge(Evidence(long=True, words="", paused=True)) is Cause.NO_WORDS
    assert judge_at_deadline(Evidence(long=True, words="")) is Cause.LENGTH


def test_noise_of_which_the_rest_is_not_read_at_the_deadline_is_not_taken_for_one() -> None:
    evidence = Evidence(long=True, words="", paused=True, reading=True)
    assert judge(evidence) is None
    assert judge_at_deadline(evidence) is Cause.LENGTH


def test_a_beginning_too_short_to_be_read_is_not_taken_for_a_noise() -> None:
    assert judge(Evidence(words="", paused=True)) is None


def test_who_goes_on_after_a_backchannel_has_the_floor() -> None:
    assert judge_at_deadline(Evidence(long=True, words="mhm")) is Cause.LENGTH


@pytest.mark.parametrize(
    ("earlier", "later", "counts"),
    [
        (None, "Other.", "Other."),
        ("Uh-huh", "Other.", "Uh-huh"),
        ("Uh-huh", "Stop.", "Stop."),
        ("Oh", "Oh, why?", "Oh, why?"),
        ("Uh", "", ""),
        ("Five", "Fifty", "Fifty"),
    ],
)
def test_a_backchannel_read_anew_as_another_word_stays_one(
    earlier: str | None, later: str, counts: str
) -> None:
    assert clearer(earlier, later) == counts


def test_a_quick_sentence_takes_the_floor_although_it_is_short() -> None:
    evidence = Evidence(ended=True, paused=True, words="what about tomorrow")
    assert judge(evidence) is Cause.SENTENCE


def test_words_that_are_being_read_are_waited_for_but_not_beyond_the_deadline() -> None:
    assert judge(Evidence(ended=True, paused=True, reading=True)) is None
    assert judge(Evidence(long=True, reading=True)) is None
    assert judge_at_deadline(Evidence(ended=True, paused=True, reading=True)) is Cause.ENDED
    assert judge_at_deadline(Evidence(long=True, reading=True)) is Cause.LENGTH


def test_a_murmur_that_was_neither_long_nor_over_leaves_the_floor() -> None:
    assert judge_at_deadline(Evidence()) is Cause.TIME_IS_UP


@given(EVIDENCE)
def test_what_was_decided_early_is_decided_the_same_at_the_deadline(evidence: Evidence) -> None:
    early = judge(evidence)
    if early is not None:
        assert judge_at_deadline(evidence) is early


@given(EVIDENCE)
def test_without_a_reader_only_length_decides(evidence: Evidence) -> None:
    if evidence.words is None:
        assert judge_at_deadline(evidence).takes_floor == evidence.long
