"""A tool that ran for a turn does not run again, whoever answers it in the end."""

import pytest

from appliance.conversation.vocabulary import (
    AppendAudio,
    CancelAnswer,
    Capabilities,
    CommitTurn,
    OpenTurn,
    ToolCall,
    ToolRan,
    ToolResult,
)
from tests.providers.chain_stage import GONE, SOUND, ScriptedSession, ready, spoken, stage

TIMER = ToolCall(1, "call-1", "set_timer", '{"minutes":5}')


async def test_a_tools_result_goes_to_the_session_that_called() -> None:
    async with stage("only") as s:
        only = await ready(s, "only")
        s.turn(1)
        only.says(TIMER)
        s.chain.send(ToolResult(1, "call-1", "set"))
        assert s.of(ToolCall) == [TIMER]
        assert spoken(only) == [CommitTurn(1), ToolResult(1, "call-1", "set")]


async def test_a_tool_that_ran_is_told_to_the_next_provider_before_it_is_asked() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(TIMER)
        s.chain.send(ToolResult(1, "call-1", "set"))
        first.says(GONE)
        second = await ready(s, "second")
        assert spoken(second) == [ToolRan("call-1", "set_timer", '{"minutes":5}', "set"), CommitTurn(1)]


async def test_the_next_provider_is_asked_only_when_the_tool_that_runs_has_its_result() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(TIMER)
        first.says(GONE)
        second = await ready(s, "second")
        assert (second.heard, spoken(second)) == ([320, 320], [])
        s.chain.send(ToolResult(1, "call-1", "set"))
        assert spoken(second) == [ToolRan("call-1", "set_timer", '{"minutes":5}', "set"), CommitTurn(1)]


async def test_a_tool_that_ran_in_the_first_half_of_a_turn_does_not_run_again_in_the_second() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(TIMER)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(ToolResult(1, "call-1", "set"))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        assert ToolResult(1, "call-1", "set") in first.told
        first.says(GONE)
        second = await ready(s, "second")
        assert spoken(second) == [ToolRan("call-1", "set_timer", '{"minutes":5}', "set"), CommitTurn(2)]
        assert second.heard == [320, 320, 320]


async def test_a_result_that_comes_after_the_next_turn_opened_still_goes_to_who_called() -> None:
    async with stage("only") as s:
        only = await ready(s, "only")
        s.turn(1)
        only.says(TIMER)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(OpenTurn())
        s.chain.send(ToolResult(1, "call-1", "set"))
        assert only.told[-1] == ToolResult(1, "call-1", "set")


async def test_a_provider_without_tools_is_told_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(TIMER)
        s.chain.send(ToolResult(1, "call-1", "set"))
        monkeypatch.setattr(ScriptedSession, "capabilities", Capabilities(16_000, 24_000))
        first.says(GONE)
        second = await ready(s, "second")
        assert spoken(second) == [CommitTurn(1)]


async def test_a_call_that_is_told_twice_keeps_nobody_waiting_for_a_second_result() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(TIMER)
        first.says(TIMER)
        s.chain.send(ToolResult(1, "call-1", "set"))
        first.says(GONE)
        second = await ready(s, "second")
        assert spoken(second) == [ToolRan("call-1", "set_timer", '{"minutes":5}', "set"), CommitTurn(1)]


async def test_the_same_call_of_the_next_provider_has_the_result_that_is_there() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(TIMER)
        s.chain.send(ToolResult(1, "call-1", "set"))
        first.says(GONE)
        second = await ready(s, "second")
        second.says(TIMER)
        assert second.told[-1] == ToolResult(1, "call-1", "set")
        assert s.of(ToolCall) == [TIMER]


async def test_another_call_of_the_same_name_is_another_call() -> None:
    time = ToolCall(1, "call-1", "get_time", "{}")
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(TIMER)
        s.chain.send(ToolResult(1, "call-1", "set"))
        first.says(GONE)
        second = await ready(s, "second")
        second.says(time)
        s.chain.send(ToolResult(1, "call-1", "noon"))
        assert second.told[-1] == ToolResult(1, "call-1", "noon")
        assert s.of(ToolCall) == [TIMER, time]
