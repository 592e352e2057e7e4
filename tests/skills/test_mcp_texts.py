"""What a foreign server offers and gives is bounded before a model sees it."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from appliance.skills.mcp_texts import (
    MAX_DESCRIPTION_CHARS,
    MAX_NAME_CHARS,
    MAX_SCHEMA_CHARS,
    declaration_of,
    is_allowed,
    named,
    outcome_of,
)
from appliance.skills.outcome import Outcome

EMPTY: dict[str, Any] = {"type": "object", "properties": {}}


@dataclass
class Offered:
    name: str = "add"
    description: str | None = None
    input_schema: dict[str, Any] = field(default_factory=lambda: dict(EMPTY))


@dataclass
class Block:
    type: str
    text: object = None


@dataclass
class Given:
    content: list[Block] = field(default_factory=list)
    structured_content: Any = None
    is_error: bool = False


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("add", "house_add"),
        ("a.b/c d", "house_a_b_c_d"),
        ("grüße", "house_gr_e"),
        ("x" * 99, f"house_{'x' * 58}"),
    ],
)
def test_a_name_is_one_that_every_vendor_takes(tool: str, name: str) -> None:
    declaration = declaration_of("house", Offered(tool))
    assert declaration is not None
    assert declaration.name == name
    assert len(declaration.name) <= MAX_NAME_CHARS


def test_a_description_is_one_line_and_short() -> None:
    declaration = declaration_of("house", Offered(description="Add\n  two " + "x" * 5000 + "\ud800"))
    assert declaration is not None
    assert declaration.description.startswith("Add two xxx")
    assert len(declaration.description) == MAX_DESCRIPTION_CHARS
    assert declaration_of("house", Offered(description=" \ud800")).description == "?"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "schema", [{}, {"type": "string"}, {**EMPTY, "description": "x" * MAX_SCHEMA_CHARS}], ids=len
)
def test_a_schema_that_is_too_long_or_of_no_object_is_left_out(schema: dict[str, Any]) -> None:
    assert declaration_of("house", Offered(input_schema=schema)) is None


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["add"], "add"),
        (["x" * 1_000_000], "x" * MAX_NAME_CHARS),
        (["a\x1b[31m\nb"], "a?[31m?b"),
        (list("abcdefg"), "a, b, c, d, e and 2 more"),
    ],
    ids=["one", "long", "steering", "many"],
)
def test_names_in_a_sentence_are_few_short_and_printable(names: list[str], sentence: str) -> None:
    assert named(names) == sentence


def test_without_a_list_everything_is_allowed() -> None:
    assert is_allowed("add", ())
    assert is_allowed("add", ("add",))
    assert not is_allowed("add", ("much",))


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (Given([Block("text", "3")]), Outcome(True, '"3"')),
        (Given([Block("text", "a"), Block("text", "b")]), Outcome(True, '"a\\nb"')),
        (Given([Block("image")]), Outcome(True, '"(image that cannot be shown)"')),
        (Given([], {"sum": 3}), Outcome(True, '{"sum": 3}')),
        (Given([]), Outcome(True, '""')),
        (Given([Block("text", "no")], is_error=True), Outcome(False, '{"error": "no"}')),
        (Given([], is_error=True), Outcome(False, '{"error": "the tool failed"}')),
    ],
)
def test_a_result_becomes_text(given: Given, outcome: Outcome) -> None:
    assert outcome_of(given) == outcome
    json.loads(outcome.output)
