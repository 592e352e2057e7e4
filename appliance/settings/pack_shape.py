"""The parts of a PromptKit pack that are used, and what is wrong with one: a line with key and reason each.

Members that are not named here are allowed: later versions of the format have more.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


Written = Annotated[str, Field(min_length=1)]


class VariableShape(_Shape):
    """A variable of a prompt; one that is `required` without a `default` needs a value."""

    required: bool = False
    default: Any = None

    @property
    def default_text(self) -> str | None:
        """The default as it stands in the instructions; None where there is none."""
        if self.default is None or isinstance(self.default, str):
            return self.default
        return json.dumps(self.default, ensure_ascii=False)


def _by_name(given: Any) -> Any:
    """The format has a list whose members have a name; PromptKit's own examples have a table, too."""
    if isinstance(given, list) and all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in given
    ):
        return {one["name"]: one for one in given}
    return given


class ParametersShape(_Shape):
    """How the model is sampled."""

    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)


class PromptShape(_Shape):
    """One prompt."""

    id: Written
    name: Written
    version: Written
    system_template: Written
    variables: Annotated[dict[str, VariableShape], BeforeValidator(_by_name)] = Field(default_factory=dict)
    parameters: ParametersShape = ParametersShape()


class EngineShape(_Shape):
    """How a template is filled in."""

    version: Written
    syntax: Written


class PackShape(_Shape):
    """The whole file."""

    id: Written
    name: Written
    version: Written
    template_engine: EngineShape
    prompts: dict[str, PromptShape] = Field(min_length=1)
    fragments: dict[str, str] = Field(default_factory=dict)


def mistakes_in(raw: Any) -> tuple[PackShape | None, list[str]]:
    """The pack, or None and `key: reason` for each mistake."""
    try:
        return PackShape.model_validate(raw), []
    except ValidationError as invalid:
        return None, [_line(error) for error in invalid.errors(include_url=False)]


def _line(error: ErrorDetails) -> str:
    where = ".".join(str(segment) for segment in error["loc"] if segment != "[key]")
    return f"{where}: {_reason(error)}" if where else _reason(error)


def _reason(error: ErrorDetails) -> str:
    limits: Mapping[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "is missing"
        case "string_too_short":
            return "is empty"
        case "too_short":
            return "has nothing in it"
        case "greater_than_equal":
            return f"must be at least {limits['ge']:g}"
        case "less_than_equal":
            return f"must be at most {limits['le']:g}"
        case "model_type" | "dict_type" | "model_attributes_type":
            return "must be an object"
        case "string_type":
            return "must be a text"
        case "bool_type":
            return "must be true or false"
        case "int_type":
            return "must be a whole number"
        case "float_type" | "finite_number":
            return "must be a number"
        case _:
            return "cannot be used"
