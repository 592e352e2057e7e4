"""Tools are found by name; what comes later takes nobody's place."""

import json

from appliance.conversation.vocabulary import ToolCall
from appliance.skills.outcome import Outcome, ToolError
from appliance.skills.registry import MAX_TOOLS, Registry
from appliance.skills.tool import FunctionTool, Tool


def tool(name: str, result: str = "") -> Tool:
    def function() -> str:
        """Answer."""
        return result or name

    function.__name__ = name
    return FunctionTool(function)


def call(name: str) -> ToolCall:
    return ToolCall(1, "call-1", name, "{}")


def test_a_call_finds_its_tool() -> None:
    assert Registry([tool("one"), tool("two")]).call(call("two")) == Outcome(True, '"two"')


def test_a_tool_that_does_not_exist_is_an_error_for_the_model() -> None:
    outcome = Registry([tool("one")]).call(call("three"))
    assert isinstance(outcome, Outcome)
    assert "three" in json.loads(outcome.output)["error"]
    assert not outcome.ok


def test_a_refusal_is_told_in_its_own_words() -> None:
    def refuse() -> None:
        """Refuse."""
        raise ToolError("not today")

    assert Registry([FunctionTool(refuse)]).call(call("refuse")) == Outcome(False, '{"error": "not today"}')


def test_what_came_first_keeps_its_name() -> None:
    registry = Registry([tool("time", "ours")])
    assert registry.replace((), [tool("time", "theirs"), tool("weather")]) == ["time"]
    assert registry.call(call("time")) == Outcome(True, '"ours"')
    assert [declaration.name for declaration in registry.declarations] == ["time", "weather"]


def test_a_server_that_offers_other_tools_than_before_leaves_none_behind() -> None:
    before, after = [tool("a"), tool("b")], [tool("b"), tool("c")]
    registry = Registry([tool("time")])
    registry.replace((), before)
    assert registry.replace(before, after) == []
    assert [declaration.name for declaration in registry.declarations] == ["time", "b", "c"]


def test_there_are_never_more_tools_than_a_model_can_choose_from() -> None:
    registry = Registry(tool(f"tool_{number}") for number in range(MAX_TOOLS + 3))
    assert len(registry.declarations) == MAX_TOOLS
