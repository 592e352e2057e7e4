"""The turn in hand of GPT-Live, for a socket that opens in the middle of it."""

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    DiscardTurn,
    ToolCall,
    ToolRan,
    ToolResult,
)
from appliance.errors import ProviderError
from appliance.providers.kept_turn import MAX_CALLS
from appliance.providers.openai_live.turn import MAX_COMMANDS, Turn

BLOCK = AppendAudio(np.zeros(512, np.int16))
SET_TIMER = ToolCall(1, "call_1", "set_timer", '{"seconds":300}')
IT_RAN = ToolRan("call_1", "set_timer", '{"seconds":300}', "set")
RESULT = ToolResult(1, "call_1", "set")


def asked(answer: int = 1) -> Turn:
    """A turn in which an answer is wanted."""
    turn = Turn()
    turn.note(BLOCK)
    turn.note(CommitTurn(answer))
    return turn


def test_a_turn_is_told_again_whole_and_without_what_was_cancelled() -> None:
    turn = Turn()
    commands: list[Command] = [
        BLOCK,
        CommitTurn(1),
        CancelAnswer(1, 0),
        BLOCK,
        ToolRan("c", "n", "{}", "x"),
        CommitTurn(2),
    ]
    for command in commands:
        turn.note(command)
    assert turn.again() == [commands[4], BLOCK, BLOCK, CommitTurn(2)]
    assert turn.first == 1
    assert turn.wants_session


@pytest.mark.parametrize("end", [CancelAnswer(1, 500), DiscardTurn(), None])
def test_a_turn_that_is_over_is_not_told_again(end: CancelAnswer | DiscardTurn | None) -> None:
    turn = Turn()
    turn.note(BLOCK)
    turn.note(CommitTurn(1))
    if end is None:
        turn.done(1)
    else:
        turn.note(end)
    assert (turn.again(), turn.wants_session, turn.first) == ([], False, None)
    turn.note(BLOCK)
    assert turn.again() == [BLOCK]


def test_a_question_in_writing_that_is_gone_on_with_stays_asked() -> None:
    turn = Turn()
    question = AskText(1, "?", spoken=True)
    commands: list[Command] = [question, CancelAnswer(1, 0), BLOCK, CommitTurn(2)]
    for command in commands:
        turn.note(command)
    assert turn.again() == commands


def test_a_turn_without_end_is_a_failure() -> None:
    turn = Turn()
    for _ in range(MAX_COMMANDS):
        turn.note(BLOCK)
    with pytest.raises(ProviderError):
        turn.note(BLOCK)


# ---------------------------------------------------------------- what a socket made is known to the next


def test_a_call_of_one_socket_ran_already_for_the_next_which_is_told_so_before_it_hears_the_turn() -> None:
    turn = asked()
    turn.called(SET_TIMER)
    assert turn.note(RESULT) == [RESULT]
    assert turn.again() == [IT_RAN, BLOCK, CommitTurn(1)]
    assert turn.again() == [IT_RAN, BLOCK, CommitTurn(1)]


def test_nothing_is_told_before_a_call_of_another_socket_has_its_result() -> None:
    turn = asked()
    turn.called(SET_TIMER)
    assert turn.again() == []
    assert turn.note(BLOCK) == []
    assert turn.note(RESULT) == [IT_RAN, BLOCK, CommitTurn(1), BLOCK]
    assert turn.note(BLOCK) == [BLOCK]


def test_the_person_goes_on_speaking_meanwhile_and_the_next_answer_knows_of_the_call() -> None:
    turn = asked()
    turn.called(SET_TIMER)
    assert turn.note(CancelAnswer(1, 0)) == [CancelAnswer(1, 0)]
    turn.note(BLOCK)
    assert turn.again() == []
    assert turn.note(CommitTurn(2)) == []
    assert turn.note(CancelAnswer(2, 0)) == []  # it was never told
    assert turn.note(CommitTurn(3)) == []
    assert turn.note(RESULT) == [IT_RAN, BLOCK, BLOCK, CommitTurn(3)]


def test_the_socket_that_made_the_call_gets_its_result_and_the_next_one_calls_for_itself() -> None:
    turn = asked()
    turn.called(SET_TIMER)
    assert turn.note(RESULT) == [RESULT]
    turn.again()
    own = ToolCall(1, "call_2", "get_time", "{}")
    turn.called(own)
    assert turn.note(ToolResult(1, "call_2", "noon")) == [ToolResult(1, "call_2", "noon")]
    assert turn.again() == [ToolRan("call_2", "get_time", "{}", "noon"), IT_RAN, BLOCK, CommitTurn(1)]


@pytest.mark.parametrize("end", [CancelAnswer(1, 500), DiscardTurn()])
def test_a_turn_that_is_over_keeps_nobody_waiting(end: Command) -> None:
    turn = asked()
    turn.called(SET_TIMER)
    turn.again()
    turn.note(end)
    assert turn.again() == []
    assert turn.note(BLOCK) == [BLOCK]
    assert turn.note(RESULT) == [RESULT]


def test_of_calls_without_end_the_oldest_is_forgotten() -> None:
    turn = asked()
    for number in range(MAX_CALLS + 1):
        turn.called(ToolCall(1, f"call_{number}", "get_time", "{}"))
        turn.note(ToolResult(1, f"call_{number}", "noon"))
    ran = [command.call for command in turn.again() if isinstance(command, ToolRan)]
    assert len(ran) == MAX_CALLS
    assert "call_0" not in ran


def test_an_answer_begins_once_over_all_sockets() -> None:
    turn = asked()
    assert [turn.begins(1), turn.begins(1), turn.begins(2)] == [True, False, True]
