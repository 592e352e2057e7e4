"""An answer is one line of the transcript, whoever gave it."""

from appliance.conversation.history import Line
from appliance.conversation.vocabulary import HistoryItem, Role
from appliance.service.utterances import utterances


def line(turn: int, role: Role, text: str, item: str | None = None) -> Line:
    return Line("c-1", turn, role, text, item)


def test_an_answer_that_two_providers_gave_is_one() -> None:
    assert utterances(
        [
            line(1, "user", "What is that?"),
            line(1, "assistant", "It is the capital", "item-1"),
            line(1, "assistant", "of France.", "item-9"),
            line(2, "user", "Sure?"),
            line(2, "assistant", "Yes."),
        ]
    ) == [
        HistoryItem("user", "What is that?"),
        HistoryItem("assistant", "It is the capital of France."),
        HistoryItem("user", "Sure?"),
        HistoryItem("assistant", "Yes."),
    ]


def test_two_answers_in_a_row_are_two() -> None:
    """Of the question between them nobody knows the words."""
    two = [line(1, "assistant", "One."), line(2, "assistant", "Two.")]
    assert [said.text for said in utterances(two)] == ["One.", "Two."]


def test_nothing_said_is_nothing() -> None:
    assert utterances([]) == []
