"""The history holds what was heard, and not what was sent."""

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.delivery import UNKNOWN
from appliance.conversation.heard import Message, lay
from appliance.conversation.history import MAX_EXCHANGES, MAX_MESSAGES, History, Line
from appliance.conversation.vocabulary import AnswerTranscript, HistoryItem, UserTranscript

RATE_HZ = 24_000
REPLY = "It is twenty past three in the afternoon."


def ms(duration_ms: float) -> int:
    return round(duration_ms * RATE_HZ / 1000)


def said(answer: int, text: str, **fields: object) -> UserTranscript:
    return UserTranscript(answer, text, final=True, **fields)  # type: ignore[arg-type]


def replied(answer: int, text: str, **fields: object) -> AnswerTranscript:
    return AnswerTranscript(answer, text, final=True, **fields)  # type: ignore[arg-type]


def asked(answer: int = 1, question: str = "What is the time?", turn: int | None = None) -> History:
    history = History("c-1")
    history.opened(answer, answer if turn is None else turn)
    history.asked(said(answer, question, item="q"))
    return history


def answered(duration_ms: float = 4000, reply: str = REPLY) -> History:
    """Answer 1 came whole; nothing of it was heard yet."""
    history = asked()
    history.answered(replied(1, reply, item="a"))
    history.received(1, "a", ms(duration_ms), RATE_HZ)
    history.all_came(1)
    return history


def last(history: History) -> str:
    return history.items()[-1].text


# ---------------------------------------------------------------- what was heard


def test_an_interrupted_answer_is_remembered_as_far_as_it_was_heard() -> None:
    history = answered()
    history.heard(1, 2000)
    assert history.items() == (
        HistoryItem("user", "What is the time?"),
        HistoryItem("assistant", "It is twenty past"),
    )


def test_an_answer_that_nobody_heard_was_not_given() -> None:
    assert answered().items() == (HistoryItem("user", "What is the time?"),)


def test_an_answer_that_is_being_played_is_told_as_far_as_it_was_heard_by_now() -> None:
    history = answered()
    texts = []
    for heard_ms in (1000, 3000):
        history.heard(1, heard_ms)
        texts.append(last(history))
    history.heard(1, 4000, complete=True)
    assert [*texts, last(history)] == ["It is", "It is twenty past three in the", REPLY]


def test_an_answer_heard_to_its_end_is_remembered_whole_although_resampling_rounds() -> None:
    history = answered()
    history.heard(1, 3998, complete=True)
    assert last(history) == REPLY


def test_a_transcript_that_comes_after_the_answer_was_cut_off_is_cut_where_it_was() -> None:
    history = asked()
    history.received(1, "a", ms(4000), RATE_HZ)
    history.all_came(1)
    history.heard(1, 2000)
    assert history.items() == (HistoryItem("user", "What is the time?"),)
    history.answered(replied(1, REPLY, item="a"))
    assert last(history) == "It is twenty past"


def test_words_that_came_ahead_of_their_sound_were_not_heard() -> None:
    history = asked()
    history.answered(AnswerTranscript(1, REPLY, final=True, item="a"))
    history.received(1, "a", ms(500), RATE_HZ)  # and then the line was lost
    history.heard(1, 500)
    assert last(history) == "It is"  # ten characters


def test_the_pace_of_a_voice_is_learned_from_the_answers_that_came_whole() -> None:
    history = answered(duration_ms=10_000, reply="word " * 20)
    history.opened(2, 2)
    history.answered(replied(2, "abcd " * 10, item="b"))
    history.received(2, "b", ms(1000), RATE_HZ)
    history.heard(2, 1000)
    assert last(history) == "abcd abcd"  # 100 ms a character


def told_ahead(history: History, answer: int, provider: str) -> str:
    """What was heard of ten words of this provider, all of which came before their sound, after a second."""
    history.opened(answer, answer)
    history.begun(answer, provider)
    history.answered(replied(answer, "abcd " * 10))
    history.received(answer, None, ms(1000), RATE_HZ)
    history.heard(answer, 1000)
    return last(history)


def slow(answer: int, history: History) -> History:
    """The provider "slow" took 100 ms a character for the whole of this answer."""
    history.opened(answer, answer)
    history.begun(answer, "slow")
    history.answered(replied(answer, "word " * 20))
    history.received(answer, None, ms(10_000), RATE_HZ)
    history.all_came(answer)
    history.heard(answer, 10_000, complete=True)
    return history


def test_the_pace_of_one_provider_says_nothing_of_another_one() -> None:
    history = slow(1, History("c-1"))
    assert told_ahead(history, 2, "slow") == "abcd abcd"
    assert told_ahead(history, 3, "unknown") == "abcd abcd abcd"


def test_the_pace_of_a_provider_is_remembered_longer_than_its_answers() -> None:
    history = slow(1, History("c-1"))
    for number in range(2, MAX_EXCHANGES + 2):
        history.opened(number, number)
        history.begun(number, "another one")
        history.all_came(number)
    assert told_ahead(history, MAX_EXCHANGES + 2, "slow") == "abcd abcd"


def test_nothing_is_learned_from_words_that_were_cut_where_the_line_broke() -> None:
    history = History("c-1")
    history.opened(1, 1)
    history.begun(1, "lost")
    history.answered(replied(1, "abcd " * 40))
    history.received(1, None, ms(6000), RATE_HZ)
    history.broke_off(1)
    history.begun(1, "next")
    history.answered(replied(1, "The end."))
    history.received(1, None, ms(1000), RATE_HZ)
    history.all_came(1)
    assert told_ahead(history, 2, "lost") == "abcd abcd abcd"


def test_a_message_that_was_heard_to_its_end_is_whole_although_the_next_was_not() -> None:
    history = asked()
    history.answered(replied(1, "Let me see.", item="a", item_text="Let me see."))
    history.received(1, "a", ms(1000), RATE_HZ)
    history.answered(replied(1, f"Let me see. {REPLY}", item="b", item_text=REPLY))
    history.received(1, "b", ms(4000), RATE_HZ)
    history.all_came(1)
    history.heard(1, 1000)
    assert last(history) == "Let me see."
    history.heard(1, 3000)
    assert last(history) == "Let me see. It is twenty past"


def test_a_written_answer_was_read_as_far_as_it_came() -> None:
    history = asked()
    history.answered(AnswerTranscript(1, "It is twenty", final=False, item="a", written=True))
    history.heard(1, 0)
    assert last(history) == "It is twenty"


def test_words_of_a_provider_that_was_lost_before_its_first_sound_are_not_the_answers() -> None:
    history = asked()
    history.answered(replied(1, "Never spoken.", item="of the first"))
    history.begun(1)
    history.answered(replied(1, REPLY, item="of the second"))
    history.received(1, "of the second", ms(4000), RATE_HZ)
    history.heard(1, 4000, complete=True)
    assert last(history) == REPLY


def broken_off() -> History:
    """Of answer 1 some sound came, and more of its words; then its provider was lost."""
    history = asked()
    history.answered(replied(1, REPLY, item="a"))
    history.received(1, "a", ms(1800), RATE_HZ)
    history.broke_off(1)
    return history


def test_an_answer_that_broke_off_says_what_came_of_its_sound() -> None:
    assert broken_off().reply(1) == "It is twenty past three"


def test_who_goes_on_with_an_answer_says_the_rest_of_it() -> None:
    history = broken_off()
    history.begun(1)
    history.answered(replied(1, "in the afternoon.", item="a"))  # another provider may give the same name
    history.received(1, "a", ms(1000), RATE_HZ)
    history.all_came(1)
    assert history.reply(1) == REPLY
    history.heard(1, 1000)
    assert last(history) == "It is twenty"
    history.heard(1, 2800, complete=True)
    assert last(history) == REPLY
    assert [line.heard_ms for line in history.lines() if line.role == "assistant"] == [1800, 1000]


def test_words_of_an_answer_that_broke_off_before_their_sound_came_are_said_by_nobody() -> None:
    history = asked()
    history.answered(replied(1, "Let me see.", item="a", item_text="Let me see."))
    history.received(1, "a", ms(1000), RATE_HZ)
    history.answered(replied(1, f"Let me see. {REPLY}", item="b", item_text=REPLY))
    history.broke_off(1)
    assert history.reply(1) == "Let me see."


# ---------------------------------------------------------------- what was asked


def test_a_transcript_that_comes_late_lands_in_its_own_turn() -> None:
    history = asked(1, "")
    history.opened(2, 2)
    history.answered(replied(2, "Second."))
    history.received(2, None, ms(100), RATE_HZ)
    history.heard(2, 100, complete=True)
    history.asked(said(1, "First?"))
    assert [item.text for item in history.items()] == ["First?", "Second."]


def test_a_turn_that_went_on_is_remembered_in_its_pieces() -> None:
    history = asked(1, "What is", turn=1)
    history.opened(2, 1)
    history.asked(said(2, "the time?"))
    assert [item.text for item in history.items()] == ["What is", "the time?"]
    assert [line.turn for line in history.lines()] == [1, 1]


@pytest.mark.parametrize("late", [True, False])
def test_pieces_that_a_later_transcript_holds_are_not_said_twice(late: bool) -> None:
    history = asked(1, "" if late else "What is", turn=1)
    history.opened(2, 1)
    history.asked(said(2, "What is the time?", first=1))
    history.asked(said(1, "What is"))
    assert [item.text for item in history.items()] == ["What is the time?"]


def test_a_question_that_is_told_again_is_left_out() -> None:
    history = answered()
    history.opened(2, 2)
    history.asked(said(2, "And now?"))
    assert [item.text for item in history.items(before=2)] == ["What is the time?"]


def test_what_is_about_an_unknown_answer_is_passed_over() -> None:
    history = History("c-1")
    history.asked(said(7, "?"))
    history.answered(replied(7, "!"))
    history.received(7, None, 10, RATE_HZ)
    history.all_came(7)
    history.heard(7, 10)
    history.begun(7)
    history.broke_off(7)
    assert history.lines() == ()
    assert history.turn_of(7) is None
    assert history.item_of(7) is None


# ---------------------------------------------------------------- the listing


def test_every_line_says_who_in_which_turn_and_what_of_it_was_heard() -> None:
    history = answered()
    history.heard(1, 2000)
    assert history.lines() == (
        Line("c-1", 1, "user", "What is the time?", "q"),
        Line("c-1", 1, "assistant", "It is twenty past", "a", 2000, 0.5, complete=False),
    )
    history.heard(1, 4000, complete=True)
    assert history.lines()[-1] == Line("c-1", 1, "assistant", REPLY, "a", 4000, 1.0, complete=True)


def test_the_item_of_an_answer_is_the_message_at_the_playhead() -> None:
    history = asked()
    for item in ("a", "b"):
        history.received(1, item, ms(1000), RATE_HZ)
    items = []
    for heard_ms in (0, 500, 1000, 1001):
        history.heard(1, heard_ms)
        items.append(history.item_of(1))
    assert items == ["a", "a", "a", "b"]


# ---------------------------------------------------------------- bounds and properties


def test_only_the_last_exchanges_are_kept() -> None:
    history = History("c-1")
    for number in range(MAX_EXCHANGES + 5):
        history.opened(number, number)
        history.asked(said(number, f"question {number}"))
    assert history.items()[0].text == "question 5"


def test_an_answer_of_endless_messages_is_bounded() -> None:
    history = asked()
    for number in range(MAX_MESSAGES + 5):
        history.received(1, f"item {number}", 10, RATE_HZ)
    history.all_came(1)
    history.heard(1, 10_000)
    assert history.item_of(1) == f"item {MAX_MESSAGES - 1}"


MESSAGES = st.lists(
    st.builds(Message, st.text(max_size=3), st.text(max_size=80), st.integers(0, 100_000)), max_size=4
)


@settings(deadline=None)
@given(MESSAGES, st.lists(st.integers(0, 3000), min_size=1, max_size=8), st.booleans())
def test_hearing_more_never_takes_a_word_away(
    messages: list[Message], steps: list[int], all_came: bool
) -> None:
    before = [""] * len(messages)
    for heard_ms in accumulate(steps):
        laid = lay(messages, heard_ms, all_came=all_came, usual=lambda _: UNKNOWN)
        texts = [heard.text for heard in laid]
        assert all(text.startswith(less) for text, less in zip(texts, before, strict=True))
        before = texts


@settings(deadline=None)
@given(MESSAGES, st.integers(0, 10_000))
def test_no_more_is_heard_than_came_and_no_less_than_was_played(
    messages: list[Message], heard_ms: int
) -> None:
    laid = lay(messages, heard_ms, all_came=True, usual=lambda _: UNKNOWN)
    came_ms = sum(message.received_ms for message in messages)
    total_ms = sum(heard.heard_ms for heard in laid)
    assert total_ms == pytest.approx(min(heard_ms, came_ms), abs=1)
