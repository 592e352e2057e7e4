"""A typed function is declared as it is written, and called only with what it can take."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from pydantic import Field

from appliance.skills.outcome import Outcome
from appliance.skills.tool import FunctionTool


def light(room: str, percent: Annotated[int, Field(ge=0, le=100)] = 100) -> dict[str, object]:
    """Switch the light
    of a room."""
    return {"room": room, "percent": percent}


async def slow(seconds: float) -> str:
    """Take a while."""
    return f"took {seconds:g}"


def test_hints_and_docstring_become_the_declaration() -> None:
    declaration = FunctionTool(light).declaration
    assert (declaration.name, declaration.description) == ("light", "Switch the light of a room.")
    assert json.loads(declaration.parameters) == {
        "type": "object",
        "properties": {
            "room": {"type": "string"},
            "percent": {"type": "integer", "minimum": 0, "maximum": 100, "default": 100},
        },
        "required": ["room"],
        "additionalProperties": False,
    }


def test_a_tool_without_parameters_takes_an_empty_object_or_nothing_at_all() -> None:
    def ping() -> str:
        """Answer."""
        return "pong"

    tool = FunctionTool(ping)
    assert json.loads(tool.declaration.parameters)["properties"] == {}
    assert [tool.call(arguments) for arguments in ("{}", "", " ")] == [Outcome(True, '"pong"')] * 3


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ("{}", "room"),
        ('{"room":"hall","percent":101}', "percent"),
        ('{"room":"hall","percent":"loud"}', "percent"),
        ('{"room":"hall","colour":"red"}', "colour"),
        ('["hall"]', "object"),
        ('{"room":', "JSON"),
        ("\x00", "JSON"),
        ("[" * 5000, "JSON"),
    ],
)
def test_arguments_that_do_not_fit_are_named_to_the_model(arguments: str, what: str) -> None:
    outcome = FunctionTool(light).call(arguments)
    assert isinstance(outcome, Outcome)
    assert not outcome.ok
    assert what in json.loads(outcome.output)["error"]


def test_numbers_that_models_write_as_text_are_taken() -> None:
    assert FunctionTool(light).call('{"room":"hall","percent":"40"}') == Outcome(
        True, '{"room": "hall", "percent": 40}'
    )


async def test_a_function_that_waits_is_awaited() -> None:
    outcome = FunctionTool(slow).call('{"seconds":2}')
    assert not isinstance(outcome, Outcome)
    assert await outcome == Outcome(True, '"took 2"')


def without_words(room: str) -> None: ...


def without_hint(room) -> None:  # type: ignore[no-untyped-def]
    """Do something."""


def with_many(*rooms: str) -> None:
    """Do something."""


@pytest.mark.parametrize("function", [without_words, without_hint, with_many])
def test_what_cannot_be_declared_is_refused_where_it_is_written(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=function.__name__):
        FunctionTool(function)
