"""The history holds what was heard, and not what was sent."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.history import MAX_EXCHANGES, History, heard_text
from appliance.conversation.vocabulary import HistoryItem


def test_an_interrupted_answer_is_remembered_as_far_as_it_was_heard() -> None:
    history = History()
    history.asked(1, "What is the time?")
    history.answered(1, "It is twenty past three in the afternoon.")
    history.heard(1, 0.5)
    assert history.items() == (
        HistoryItem("user", "What is the time?"),
        HistoryItem("assistant", "It is twenty past"),
    )


def test_an_answer_that_nobody_heard_was_not_given() -> None:
    history = History()
    history.asked(1, "Hello?")
    history.answered(1, "Hello.")
    assert history.items() == (HistoryItem("user", "Hello?"),)


def test_a_transcript_that_comes_late_lands_in_its_own_turn() -> None:
    history = History()
    history.answered(2, "Second.")
    history.heard(2, 1.0)
    history.asked(1, "First?")
    assert [item.text for item in history.items()] == ["First?", "Second."]


def test_only_the_last_exchanges_are_kept() -> None:
    history = History()
    for number in range(MAX_EXCHANGES + 5):
        history.asked(number, f"question {number}")
    assert history.items()[0].text == "question 5"


@given(st.text(max_size=200), st.floats(0, 1))
def test_heard_text_is_a_beginning_of_the_reply_that_ends_with_a_word(reply: str, share: float) -> None:
    text = heard_text(reply, share)
    assert reply.startswith(text)
    rest = reply[len(text) :]
    assert not rest or not text or rest[0].isspace()
