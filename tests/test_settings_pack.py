"""A PromptKit pack loads as it is; a mistake in one is a line with file, key and reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import ConfigurationError
from appliance.settings import load_settings
from appliance.settings.pack import Prompt, read_pack
from appliance.settings.pack_shape import mistakes_in

NOWHERE = Path("/nonexistent/config.toml")


def prompt(**members: Any) -> dict[str, Any]:
    return {"id": "butler", "name": "Butler", "version": "1.0.0", "system_template": "Serve.", **members}


def pack(*prompts: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "$schema": "https://promptpack.org/schema/v1/promptpack.schema.json",
        "id": "house",
        "name": "House",
        "version": "v1.2.0",
        "template_engine": {"version": "v1", "syntax": "{{variable}}", "features": ["basic_substitution"]},
        "prompts": {str(one["id"]): one for one in (prompts or (prompt(),))},
        **members,
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "house.pack.json"


def read(file: Path, content: object, prompt_id: str = "") -> Prompt:
    file.write_text(json.dumps(content), encoding="utf-8")
    return read_pack(file, prompt_id)


def mistakes(file: Path, content: object, prompt_id: str = "") -> list[str]:
    with pytest.raises(ConfigurationError) as wrong:
        read(file, content, prompt_id)
    return [line.replace(str(file), "F") for line in wrong.value.mistakes]


def test_template_and_parameters_are_taken_over(file: Path) -> None:
    served = prompt(parameters={"temperature": 0.8, "max_tokens": 1000})
    assert read(file, pack(served)) == Prompt("Serve.", temperature=0.8, max_output_tokens=1000)


def test_a_prompt_is_chosen_by_its_id(file: Path) -> None:
    cook = prompt(id="cook", system_template="Cook.")
    assert read(file, pack(prompt(), cook), "cook").template == "Cook."


def test_variables_as_the_format_has_them(file: Path) -> None:
    variables = [
        {"name": "topic", "type": "string", "required": False, "default": "Rock"},
        {"name": "total", "type": "number", "required": False, "default": 5},
        {"name": "strict", "type": "boolean", "required": False, "default": True},
        {"name": "note", "type": "string", "required": False},
        {"name": "guest", "type": "string", "required": True},
    ]
    template = "{{topic}} {{ total }} {{strict}} {{note}} {{guest}} {{undeclared}}"
    got = read(file, pack(prompt(system_template=template, variables=variables)))
    assert got.defaults == {"topic": "Rock", "total": "5", "strict": "true", "note": ""}
    assert got.required == {"guest", "undeclared"}


def test_variables_as_examples_of_promptkit_have_them(file: Path) -> None:
    variables = {"target_language": {"type": "string", "required": True, "default": "Spanish"}}
    got = read(file, pack(prompt(system_template="To {{target_language}}.", variables=variables)))
    assert got.defaults == {"target_language": "Spanish"}
    assert not got.required


def test_fragments_are_written_out(file: Path) -> None:
    fragments = {"manners": "Be kind. {{tone}}", "tone": "Speak to {{guest}} softly."}
    template = "{{fragment:manners}} {{tone}}"
    got = read(file, pack(prompt(system_template=template), fragments=fragments))
    assert got.template == "Be kind. Speak to {{guest}} softly. Speak to {{guest}} softly."


def test_members_of_later_versions_are_no_mistake(file: Path) -> None:
    assert read(file, pack(prompt(mood="good"), agents={}, workflow={"states": []})).template == "Serve."


def test_what_is_not_carried_out_is_told(file: Path) -> None:
    served = prompt(tools=["x"], validators=[], parameters={"top_p": 0.5, "top_k": None, "temperature": 1})
    assert read(file, pack(served)).unused == ("prompts.butler.tools", "prompts.butler.parameters.top_p")


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ([], ["F: must be an object"]),
        (pack(id=7), ["F: id: must be a text"]),
        (pack(prompts={}), ["F: prompts: has nothing in it"]),
        ({"prompts": {"x": {}}}, [
            "F: id: is missing",
            "F: name: is missing",
            "F: version: is missing",
            "F: template_engine: is missing",
            "F: prompts.x.id: is missing",
            "F: prompts.x.name: is missing",
            "F: prompts.x.version: is missing",
            "F: prompts.x.system_template: is missing",
        ]),
        (pack(prompt(system_template="")), ["F: prompts.butler.system_template: is empty"]),
        (
            pack(prompt(parameters={"temperature": 3, "max_tokens": 0.5})),
            [
                "F: prompts.butler.parameters.temperature: must be at most 2",
                "F: prompts.butler.parameters.max_tokens: must be a whole number",
            ],
        ),
        (pack(prompt(variables=[{"type": "string"}])), ["F: prompts.butler.variables: must be an object"]),
        (
            pack(template_engine={"version": "v1", "syntax": "${variable}"}),
            ['F: template_engine.syntax: "${variable}" is not known here, only "{{variable}}"'],
        ),
        (
            pack(prompt(system_template="{{#if guest}}Hi{{/if}}")),
            [
                "F: prompts.butler.system_template: {{#if guest}}Hi{{/if}} is no {{variable}}; conditions, "
                "loops and filters are not carried out here"
            ],
        ),
        (
            pack(prompt(system_template="{{fragment:x}}")),
            ["F: prompts.butler.system_template: {{fragment:x}} is not in fragments"],
        ),
        (
            pack(prompt(system_template="{{a}}"), fragments={"a": "{{b}}", "b": "{{a}}"}),
            ["F: fragments: they name one another without an end"],
        ),
        (
            pack(prompt(system_template="{{a}}"), fragments={"a": "{{a}}{{a}}" * 100}),
            ["F: prompts.butler.system_template: is longer than 100000 characters with its fragments"],
        ),
        (
            pack(prompt(), prompt(id="cook")),
            ["F: prompts: there are several; set conversation.prompt to one of butler, cook"],
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_pack(file: Path, content: object, lines: list[str]) -> None:
    assert mistakes(file, content) == lines


def test_a_prompt_that_is_not_there(file: Path) -> None:
    assert mistakes(file, pack(), "maid") == [
        "F: prompts: there is no maid (conversation.prompt); there are butler"
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"id: house\n", "is not valid JSON, which a compiled PromptKit pack is"),
        (b"\xff{}", "is not UTF-8 text"),
        (b"[" * 100_000, ""),
        (b" " * 1_100_000, "is longer than 1048576 bytes"),
    ],
)
def test_a_file_that_is_no_pack(file: Path, content: bytes, reason: str) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as wrong:
        read_pack(file, "")
    assert wrong.value.mistakes[0].startswith(f"{file}: {reason}")


@pytest.mark.parametrize("name", ["none.pack.json", "with\0zero"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=name.split("\0")[0]):
        read_pack(tmp_path / name, "")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["id", "template_engine", "prompts", "fragments"]) | st.none(),
    st.sampled_from(["id", "system_template", "variables", "parameters"]),
    _JSON | st.lists(st.fixed_dictionaries({"name": _JSON, "default": _JSON}), max_size=2),
)
def test_whatever_stands_in_a_pack_it_is_one_or_has_mistakes(
    outer: str | None, inner: str, value: object
) -> None:
    content = pack(prompt(**{inner: value})) if outer is None else pack(**{outer: value})
    shape, lines = mistakes_in(content)
    assert (shape is None) == bool(lines)


def test_a_pack_is_used_from_the_configuration(file: Path) -> None:
    read(file, pack(prompt(system_template="Serve {{guest}} at {{time}}.", tools=["bell"])))
    name = [f"conversation.pack={file}", "conversation.instructions={{nobody}}"]
    with pytest.raises(ConfigurationError) as wrong:
        load_settings((), name, {}, NOWHERE)
    [line] = wrong.value.mistakes
    assert line.startswith("conversation.pack = ")
    assert line.endswith("(--set): {{guest}} needs a value in [conversation.variables]")
    loaded = load_settings((), [*name, "conversation.variables.guest=Al"], {}, NOWHERE)
    assert loaded.warnings == (f"{file}: prompts.butler.tools is not carried out here",)


def test_a_mistake_in_a_pack_is_one_of_the_configuration(file: Path) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        load_settings((), [f"conversation.pack={file}"], {}, NOWHERE)
    assert wrong.value.exit_code == 78
    assert wrong.value.mistakes == [f"{file}: No such file or directory"]
