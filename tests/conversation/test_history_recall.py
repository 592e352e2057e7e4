"""What was said before the conversation began belongs to it, until it gives way."""

from appliance.conversation.history import MAX_EXCHANGES, History
from appliance.conversation.vocabulary import HistoryItem
from tests.conversation.test_history import asked

BEFORE = (HistoryItem("user", "Who was Ada?"), HistoryItem("assistant", "A mathematician."))


def test_what_was_said_before_the_conversation_comes_first_and_belongs_to_no_turn() -> None:
    history = asked()
    history.recall(BEFORE)
    assert history.items() == (*BEFORE, HistoryItem("user", "What is the time?"))
    assert history.items(before=1) == BEFORE
    assert [line.text for line in history.lines()] == ["What is the time?"]


def test_what_was_said_before_gives_way_to_what_is_said() -> None:
    history = History("c-1")
    history.recall(BEFORE * MAX_EXCHANGES)
    for answer in range(1, MAX_EXCHANGES + 1):
        assert len(history.recalled) == 2 * (MAX_EXCHANGES - answer + 1)
        history.opened(answer, answer)
    assert history.items() == ()


def test_what_was_said_before_is_forgotten_with_the_rest() -> None:
    history = asked()
    history.recall(BEFORE)
    history.forget()
    assert history.items() == ()
