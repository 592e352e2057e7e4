"""A tool is a typed function: declared by its type hints and docstring, its arguments checked. Pure."""

import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.json_schema import GenerateJsonSchema

from appliance.conversation.vocabulary import ToolDeclaration
from appliance.skills.outcome import Outcome, ToolError, failed, gave

# Of the mistakes in one call that the model is told.
_MAX_MISTAKES: Final = 3


class Tool(Protocol):
    """What can be called by name."""

    @property
    def declaration(self) -> ToolDeclaration:
        """What the model is told of it."""

    def call(self, arguments: str) -> Outcome | Awaitable[Outcome]:
        """Do it with `arguments`, JSON text as a model wrote it: at once, or to be awaited.

        Raises ToolError with a sentence for the model; anything else is a fault of the tool.
        """


class FunctionTool:
    """A function whose type hints are the parameters and whose docstring tells what it is for.

    A plain function must return at once, for it runs on the event loop; one that waits is `async`. What
    it returns becomes JSON. `Annotated[…, Field(…)]` gives a parameter its range and description.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        """TypeError for a function without docstring or hints, or whose parameters have no names."""
        self._function = function
        self._arguments = _model_of(function)
        description = inspect.getdoc(function)
        if not description:
            raise TypeError(f"{function.__name__} has no docstring for the model")
        schema = self._arguments.model_json_schema(schema_generator=_Untitled)
        for note in ("title", "description"):  # the declaration has them
            schema.pop(note, None)
        schema.setdefault("properties", {})
        self._declaration = ToolDeclaration(
            function.__name__, " ".join(description.split()), json.dumps(schema, ensure_ascii=False)
        )

    @property
    def declaration(self) -> ToolDeclaration:
        """What the model is told of it."""
        return self._declaration

    def call(self, arguments: str) -> Outcome | Awaitable[Outcome]:
        """See `Tool`."""
        try:
            found = self._arguments.model_validate_json(arguments.strip() or "{}")
        except ValidationError as invalid:
            return failed(_mistakes(invalid))
        result = self._function(**{name: getattr(found, name) for name in type(found).model_fields})
        return _awaited(result) if inspect.isawaitable(result) else gave(result)


async def _awaited(result: Awaitable[object]) -> Outcome:
    return gave(await result)


class _Untitled(GenerateJsonSchema):
    """A title repeats the name, and the model pays for every token."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _model_of(function: Callable[..., Any]) -> type[BaseModel]:
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"{function.__name__}: {name} cannot be given by name")
        if name not in hints:
            raise TypeError(f"{function.__name__}: {name} has no type hint")
        fields[name] = (hints[name], ... if parameter.default is parameter.empty else parameter.default)
    config = ConfigDict(extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)
    model: type[BaseModel] = create_model(function.__name__, __config__=config, **fields)
    return model


def _mistakes(invalid: ValidationError) -> str:
    """What is wrong with the arguments, and where; not what they were: the model knows what it wrote."""
    errors = invalid.errors(include_url=False, include_input=False, include_context=False)
    lines = [": ".join(filter(None, (".".join(map(str, e["loc"])), e["msg"]))) for e in errors]
    return "the arguments are not valid: " + "; ".join(lines[:_MAX_MISTAKES])


__all__ = ["FunctionTool", "Tool", "ToolError"]
