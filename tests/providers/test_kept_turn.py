"""What is kept of a turn, and what a session must still be told of it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.vocabulary import AppendAudio, CommitTurn, ToolCall, ToolResult
from appliance.providers import kept_turn
from appliance.providers.kept_turn import MAX_CALLS, KeptTurn, Stage
from appliance.providers.told import Told

SECOND = np.zeros(16_000, np.int16)


def told_of(turn: KeptTurn) -> Told:
    return Told(turn, lambda answer: "", continues=False)


def heard(told: Told, turn: KeptTurn) -> int:
    return sum(len(command.pcm) for command in told.catch_up(turn) if isinstance(command, AppendAudio))


def test_more_than_can_be_kept_costs_the_oldest_and_is_counted() -> None:
    turn = KeptTurn()
    for _ in range(kept_turn.MAX_KEPT_SAMPLES // len(SECOND) + 3):
        turn.append(SECOND)
    assert turn.samples == kept_turn.MAX_KEPT_SAMPLES
    assert turn.dropped_samples == 3 * len(SECOND)
    assert heard(told_of(turn), turn) == kept_turn.MAX_KEPT_SAMPLES


@given(st.lists(st.booleans(), max_size=40))
def test_nothing_is_told_twice_or_left_out_however_often_one_looks(looks: list[bool]) -> None:
    turn = KeptTurn()
    told = told_of(turn)
    samples = 0
    for number, look in enumerate(looks, 1):
        turn.append(np.zeros(number, np.int16))
        samples += heard(told, turn) if look else 0
    turn.ask(1)
    rest = list(told.catch_up(turn))
    samples += sum(len(command.pcm) for command in rest if isinstance(command, AppendAudio))
    assert samples == turn.samples
    assert rest[-1] == CommitTurn(1)
    assert list(told.catch_up(turn)) == []


def test_what_was_dropped_meanwhile_is_passed_over() -> None:
    turn = KeptTurn()
    told = told_of(turn)
    turn.append(SECOND)
    assert heard(told, turn) == len(SECOND)
    for _ in range(kept_turn.MAX_KEPT_SAMPLES // len(SECOND) + 5):
        turn.append(SECOND)
    assert heard(told, turn) == kept_turn.MAX_KEPT_SAMPLES


def test_an_answer_is_asked_begun_and_settled_only_by_its_own_number() -> None:
    turn = KeptTurn()
    turn.ask(2)
    stages = []
    for happens in (turn.begin, turn.complete):
        for answer in (1, 2):
            happens(answer)
            stages.append(turn.stage)
    assert stages == [Stage.ASKED, Stage.BEGUN, Stage.BEGUN, Stage.SETTLED]


def test_an_answer_that_nobody_wants_any_more_does_not_settle_the_turn_that_goes_on() -> None:
    turn = KeptTurn()
    turn.ask(1)
    turn.cancel(1, heard_ms=0)
    turn.complete(1)
    assert turn.owed


def test_calls_are_bounded() -> None:
    turn = KeptTurn()
    for number in range(MAX_CALLS + 1):
        turn.call(ToolCall(1, f"c{number}", "f", "{}"))
    assert len(turn.calls) == MAX_CALLS
    assert turn.ran(ToolResult(1, "c0", "late")) is None


def test_a_result_is_taken_once() -> None:
    turn = KeptTurn()
    kept = turn.call(ToolCall(1, "c", "f", "{}"))
    assert turn.ran(ToolResult(1, "c", "first")) is kept
    assert turn.ran(ToolResult(1, "c", "second")) is None
    assert kept.output == "first"


def begun() -> KeptTurn:
    turn = KeptTurn()
    turn.ask(1)
    turn.received(1, 320, 24_000)
    return turn


def test_an_answer_is_whole_only_once_some_of_it_came() -> None:
    turn = KeptTurn()
    turn.ask(1)
    turn.generated(1)
    stages = [turn.stage]
    turn.received(1, 320, 24_000)
    for answer in (2, 1):
        turn.generated(answer)
        stages.append(turn.stage)
    assert stages == [Stage.ASKED, Stage.BEGUN, Stage.GENERATED]
    assert turn.wanted


def test_an_answer_that_goes_on_was_not_whole() -> None:
    more_sound, a_tool = begun(), begun()
    for turn in (more_sound, a_tool):
        turn.generated(1)
    more_sound.received(1, 320, 24_000)
    a_tool.call(ToolCall(1, "c", "f", "{}"))
    assert [more_sound.stage, a_tool.stage] == [Stage.BEGUN, Stage.BEGUN]
