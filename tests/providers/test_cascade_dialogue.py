"""What the language model is told was said is what was said, and fits."""

import pytest

from appliance.conversation.vocabulary import HistoryItem, ToolRan
from appliance.providers.cascade.dialogue import (
    MAX_EXCHANGES,
    MAX_TOLD_CHARACTERS,
    NOT_UNDERSTOOD,
    Dialogue,
    Exchange,
    Round,
    Spoken,
)
from appliance.providers.cascade.stages import MadeCall, Message
from tests.simulators.cascade_judge import mistakes_of_messages


def roles(messages: list[Message]) -> list[str]:
    return [message.role for message in messages]


def answered(dialogue: Dialogue, answer: int, question: str, text: str) -> Exchange:
    exchange = dialogue.ask(answer)
    exchange.asked = question
    exchange.rounds.append(Round(text, [Spoken(text, len(text) * 50.0, whole=True)]))
    return exchange


@pytest.mark.parametrize("heard_ms", [0, 1, 399, 400, 899, 900, 10_000])
def test_words_stand_for_the_sound_that_was_heard(heard_ms: int) -> None:
    spoken = [Spoken("It is.", 400.0, whole=True), Spoken("Noon now.", 500.0, whole=True)]
    exchange = Exchange(1, "?", rounds=[Round("", spoken)])
    assert exchange.cut(heard_ms) is (heard_ms > 300)
    assert exchange.rounds[0].text == {399: "It is.", 400: "It is.", 899: "It is. Noon now."}.get(
        heard_ms, "It is. Noon now." if heard_ms >= 900 else ""
    )


@pytest.mark.parametrize(("heard_ms", "heard"), [(400, "It is."), (900, "It is."), (0, "")])
def test_a_piece_of_which_no_sound_came_was_not_heard(heard_ms: int, heard: str) -> None:
    exchange = Exchange(1, rounds=[Round("", [Spoken("It is.", 400.0, whole=True), Spoken("Noon.")])])
    exchange.cut(heard_ms)
    assert exchange.rounds[0].text == heard


LONG = "and it was never asked before by anybody who lived in the house"


def test_of_a_piece_whose_sound_still_comes_no_more_is_heard_than_can_have_been_said() -> None:
    exchange = Exchange(1, rounds=[Round("", [Spoken(LONG, 1500.0)])])
    exchange.cut(1500)
    assert exchange.rounds[0].text == "and it was never"


def test_the_pace_of_the_voice_is_that_of_the_pieces_before() -> None:
    before = Spoken(LONG, len(LONG) * 50.0, whole=True)
    exchange = Exchange(1, rounds=[Round("", [before, Spoken(LONG, 1500.0)])])
    exchange.cut(before.ms + 1500)
    assert exchange.rounds[0].text == f"{LONG} and it was never asked before"


def test_the_oldest_is_left_out_where_it_becomes_too_much() -> None:
    dialogue = Dialogue([HistoryItem("user", "long ago " * 100)])
    for answer in range(1, 11):
        answered(dialogue, answer, f"question {answer}", "x" * 3000)
    exchange = dialogue.ask(11)
    exchange.asked = "And now?"
    told = dialogue.messages("Be kind.", exchange)
    assert told[0] == Message("system", "Be kind.")
    assert told[-1] == Message("user", "And now?")
    assert sum(len(message.text) for message in told) <= MAX_TOLD_CHARACTERS + len("Be kind.")
    assert roles(told[1:3]) == ["user", "assistant"]


def test_a_question_that_is_too_long_by_itself_is_told_all_the_same() -> None:
    dialogue = Dialogue(())
    exchange = dialogue.ask(1)
    exchange.asked = "x" * 2 * MAX_TOLD_CHARACTERS
    assert len(dialogue.messages("", exchange)) == 1


def test_the_number_of_exchanges_is_bounded() -> None:
    dialogue = Dialogue(())
    for answer in range(1, 1000):
        answered(dialogue, answer, "q", "a")
    assert dialogue.find(999 - MAX_EXCHANGES) is None
    assert dialogue.find(1000 - MAX_EXCHANGES) is not None


def test_what_one_side_said_in_a_row_is_one_message() -> None:
    dialogue = Dialogue([HistoryItem("assistant", "Hello."), HistoryItem("assistant", "Well?")])
    for answer, piece in ((1, "What time"), (2, "is it?")):
        dialogue.ask(answer).asked = piece
    exchange = dialogue.find(2)
    assert exchange is not None
    assert dialogue.messages("", exchange) == [
        Message("assistant", "Hello. Well?"),
        Message("user", "What time is it?"),
    ]


def test_without_any_words_the_model_is_told_so() -> None:
    dialogue = Dialogue(())
    answered(dialogue, 1, "Well?", "Yes.")
    assert dialogue.messages("", dialogue.ask(2))[-1] == Message("user", NOT_UNDERSTOOD)


def test_calls_with_the_same_id_get_ids_of_their_own() -> None:
    dialogue = Dialogue(())
    ran = [ToolRan("call_0", "clock", "{}", "12:00"), ToolRan("call_0", "clock", "{}", "13:00")]
    exchange = dialogue.ask(1, ran)
    exchange.asked = "Well?"
    made = dialogue.unique(MadeCall("", "clock", "{}"))
    told = [
        {"role": m.role, "content": m.text, "tool_calls": [{"id": c.call} for c in m.calls]}
        | ({"tool_call_id": m.call} if m.role == "tool" else {})
        for m in dialogue.messages("", exchange)
    ]
    assert list(mistakes_of_messages(told)) == []
    assert [m["content"] for m in told if m["role"] == "tool"] == ["12:00", "13:00"]
    assert made.call
    assert made.call != "call_0"


def test_what_a_forgotten_turn_did_stays_and_what_it_said_does_not() -> None:
    dialogue = Dialogue(())
    exchange = answered(dialogue, 1, "Set a timer", "Done.")
    call = MadeCall("c", "timer", "{}")
    exchange.rounds.insert(0, Round("Just a moment.", calls=[call], results={"c": "set"}))
    dialogue.forget(exchange)
    assert list(exchange.messages(answered=True)) == [
        Message("assistant", "", (call,)),
        Message("tool", "set", call="c"),
    ]
