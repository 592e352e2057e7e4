"""A prompt of a PromptKit pack file: what the model is told, and how it is sampled.

The format is that of promptpack.org, version 1, whose packs are JSON. Of a pack are used: `prompts.ID` with
`system_template`, `variables` and `parameters` (`temperature`, `max_tokens`), and `fragments`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from appliance.errors import ConfigurationError
from appliance.settings.mistakes import plain
from appliance.settings.options import PLACEHOLDER, Conversation
from appliance.settings.pack_shape import PackShape, PromptShape, mistakes_in

MAX_PACK_BYTES: Final = 1 << 20  # hundreds of times what a prompt needs
MAX_TEMPLATE_CHARACTERS: Final = 100_000  # filled with its fragments: more than the longest prompts in use
# `syntax` of the template engine, as the format writes it.
_SYNTAX: Final = "{{variable}}"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FRAGMENT: Final = "fragment:"
# A fragment may name others; beyond this they name one another.
_MAX_NESTING: Final = 8


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told: `template` with `{{variables}}`, the `defaults` of those that have one, and the
    names of those that need a value."""

    template: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    temperature: float | None = None
    max_output_tokens: int | None = None
    unused: tuple[str, ...] = ()  # what of the prompt is not carried out, by its dotted key

    @property
    def names(self) -> frozenset[str]:
        """The variables that the template names."""
        return frozenset(PLACEHOLDER.findall(self.template))


def prompt_of(conversation: Conversation) -> Prompt:
    """What the settings have the model told. Raises ConfigurationError as `read_pack`."""
    if conversation.pack:
        return read_pack(Path(conversation.pack), conversation.prompt)
    return Prompt(conversation.instructions)


def read_pack(file: Path, prompt_id: str) -> Prompt:
    """The prompt `prompt_id` of a pack, or its only one for "".

    Raises ConfigurationError with a line for each mistake: file, key and reason.
    """
    shape, raw = _load(file)
    found = _choose(file, shape, prompt_id)
    template = _with_fragments(file, found.key, found.prompt.system_template, shape.fragments)
    _refuse_other_syntax(file, shape, found.key, template)
    variables = found.prompt.variables
    defaults = {name: text for name, one in variables.items() if (text := one.default_text) is not None}
    named = frozenset(PLACEHOLDER.findall(template))
    optional = {name for name, one in variables.items() if not one.required}
    return Prompt(
        template,
        {**dict.fromkeys(optional, ""), **defaults},
        named - optional - set(defaults),
        found.prompt.parameters.temperature,
        found.prompt.parameters.max_tokens,
        tuple(_unused(found.key, raw["prompts"][found.key])),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    key: str
    prompt: PromptShape


def _load(file: Path) -> tuple[PackShape, Mapping[str, Any]]:
    raw = _json(file)
    shape, mistakes = mistakes_in(raw)
    if shape is None:
        raise _refused(file, *mistakes)
    return shape, raw


def _json(file: Path) -> Any:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_PACK_BYTES + 1)
    except OSError as failure:
        raise _refused(file, str(failure.strerror)) from None
    except ValueError:
        raise _refused(file, "is no name that a file can have") from None
    if len(content) > MAX_PACK_BYTES:
        raise _refused(file, f"is longer than {MAX_PACK_BYTES} bytes")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _refused(file, "is not UTF-8 text") from None
    except RecursionError:
        raise _refused(file, "is nested too deeply") from None
    except ValueError as failure:
        reason = f"is not valid JSON, which a compiled PromptKit pack is: {failure}"
        raise _refused(file, reason) from None


def _choose(file: Path, shape: PackShape, prompt_id: str) -> _Found:
    """By the key of `prompts`, or by the prompt's own id."""
    prompts = shape.prompts
    there = ", ".join(prompts)
    if not prompt_id:
        if len(prompts) > 1:
            raise _refused(file, f"prompts: there are several; set conversation.prompt to one of {there}")
        prompt_id = next(iter(prompts))
    for key, prompt in prompts.items():
        if prompt_id in (key, prompt.id):
            return _Found(key, prompt)
    raise _refused(file, f"prompts: there is no {prompt_id} (conversation.prompt); there are {there}")


def _with_fragments(file: Path, key: str, template: str, fragments: Mapping[str, str]) -> str:
    """`{{fragment:name}}`, and `{{name}}` where that is a fragment, written out."""
    where = f"prompts.{key}.system_template"

    def text_of(found: re.Match[str]) -> str:
        name = found[1].removeprefix(_FRAGMENT)
        if found[1].startswith(_FRAGMENT) and name not in fragments:
            raise _refused(file, f"{where}: {found[0]} is not in fragments")
        return fragments.get(name, found[0])

    for _ in range(_MAX_NESTING):
        filled = PLACEHOLDER.sub(text_of, template)
        if len(filled) > MAX_TEMPLATE_CHARACTERS:
            raise _refused(
                file, f"{where}: is longer than {MAX_TEMPLATE_CHARACTERS} characters with its fragments"
            )
        if filled == template:
            return filled
        template = filled
    raise _refused(file, "fragments: they name one another without an end")


def _refuse_other_syntax(file: Path, shape: PackShape, key: str, template: str) -> None:
    syntax = shape.template_engine.syntax
    if "".join(syntax.split()) != _SYNTAX:
        raise _refused(file, f'template_engine.syntax: "{syntax}" is not known here, only "{_SYNTAX}"')
    rest = PLACEHOLDER.sub(lambda found: "" if _NAME.fullmatch(found[1]) else found[0], template)
    if "{{" in rest:
        shown = rest[rest.index("{{") :][:40].splitlines()[0]
        raise _refused(
            file,
            f"prompts.{key}.system_template: {shown} is no {_SYNTAX}; conditions, loops and filters "
            "are not carried out here",
        )


# What else a prompt may ask for in the format, and nothing here does.
_NOT_CARRIED_OUT: Final = ("tools", "tool_policy", "validators", "pipeline", "model_overrides", "media")
_NOT_SAMPLED: Final = ("top_p", "top_k", "frequency_penalty", "presence_penalty")


def _unused(key: str, raw: Mapping[str, Any]) -> Iterator[str]:
    for name in _NOT_CARRIED_OUT:
        if raw.get(name):
            yield f"prompts.{key}.{name}"
    for name in _NOT_SAMPLED:
        if (raw.get("parameters") or {}).get(name) is not None:
            yield f"prompts.{key}.parameters.{name}"


def _refused(file: Path, *reasons: str) -> ConfigurationError:
    return ConfigurationError([plain(f"{file}: {reason}") for reason in reasons])
