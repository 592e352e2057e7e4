"""What every section of the configuration is made of, and how it refuses what it cannot be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


@dataclass(frozen=True, slots=True)
class Allowed:
    """The allowed values in words, where the bounds of the field do not say them."""

    words: str


class Section(BaseModel):
    """A table of the configuration file: frozen, unknown keys forbidden, no conversions but int to float."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False
    )


@dataclass(frozen=True, slots=True)
class Conflict:
    """`key` contradicts another key of its section: `must` says how, `other` names that key; either may
    stand in a table of the section ("table.key")."""

    key: str
    must: str
    other: str | None = None


def refuse_value(words: str | None) -> None:
    """Raises an error that says `words` of the value it is raised for; nothing for None."""
    if words is not None:
        raise PydanticCustomError("rule", "{words}", {"words": words})


def refuse(conflicts: list[Conflict]) -> None:
    """Raises one error that carries all conflicts of a section, if there are any."""
    if conflicts:
        raise PydanticCustomError("conflicts", "keys contradict each other", {"conflicts": conflicts})


Text = Annotated[str, Field(max_length=200)]


def if_given(check: Callable[[str], None]) -> AfterValidator:
    """Of a text that may be left empty, `check` raises what is wrong with it."""

    def checked(text: str) -> str:
        if text:
            check(text)
        return text

    return AfterValidator(checked)
