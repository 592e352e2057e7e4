"""The `google-genai` package's own types as judge of what goes over the wire, in both directions.

Its models forbid unknown keys but take any word for an enum, and its setup lacks `realtimeInputConfig`,
which stands in the client's options alone: both are looked at here besides.
"""

import warnings
from typing import Any

from google.genai import types
from pydantic import ValidationError

_SCHEMA_TYPES = frozenset({"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"})
_ENUMS = {
    "activityHandling": {"START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"},
    "startOfSpeechSensitivity": {"START_SENSITIVITY_HIGH", "START_SENSITIVITY_LOW"},
    "endOfSpeechSensitivity": {"END_SENSITIVITY_HIGH", "END_SENSITIVITY_LOW"},
}
# Below these keys stands what somebody else named.
_FOREIGN = frozenset({"response", "args"})


def camel(value: Any, *, names: bool = False) -> Any:
    """`value` with its keys in camelCase; the vendor takes both. `names`: its own keys are names."""
    if isinstance(value, list):
        return [camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        (key if names else _camel(key)): each
        if _camel(key) in _FOREIGN and not names
        else camel(each, names=key == "properties" and not names)
        for key, each in value.items()
    }


def _camel(key: str) -> str:
    first, *others = key.split("_")
    return first + "".join(word.title() for word in others)


def mistakes_of_client(message: dict[str, Any]) -> list[str]:
    """What is wrong with a message in camelCase that a client sent; empty if nothing is."""
    if len(message) != 1:
        return [f"a message has one key, not {sorted(message)}"]
    if "setup" in message:
        return _mistakes_of_setup(dict(message["setup"]))
    return _validated(types.LiveClientMessage, message) + _null_keys(message)


def _mistakes_of_setup(setup: dict[str, Any]) -> list[str]:
    turns = setup.pop("realtimeInputConfig", {})
    mistakes = _validated(types.LiveClientSetup, setup) + _validated(types.RealtimeInputConfig, turns)
    flat = dict(turns) | dict(turns.get("automaticActivityDetection") or {})
    mistakes += [f"{k}: {flat[k]}" for k, known in _ENUMS.items() if k in flat and flat[k] not in known]
    modalities = setup.get("generationConfig", {}).get("responseModalities", ["AUDIO"])
    if modalities not in (["AUDIO"], ["TEXT"]):
        mistakes.append(f"responseModalities: {modalities}")
    for tool in setup.get("tools", []):
        for declaration in tool.get("functionDeclarations", []):
            mistakes += mistakes_of_schema(declaration.get("parameters"))
    return mistakes + _null_keys(setup)


def mistakes_of_schema(schema: Any) -> list[str]:
    """What is wrong with the parameters of a function; None has nothing wrong."""
    if schema is None:
        return []
    mistakes = [] if schema.get("type") in _SCHEMA_TYPES or "anyOf" in schema else [f"type: {schema}"]
    if schema.get("type") == "OBJECT" and not schema.get("properties"):
        mistakes.append("an OBJECT needs properties")
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    inner += [schema["items"]] if "items" in schema else []
    return mistakes + [mistake for each in inner for mistake in mistakes_of_schema(each)]


def mistakes_of_server(message: dict[str, Any]) -> list[str]:
    """What is wrong with a message that a server sent; empty if nothing is."""
    return _validated(types.LiveServerMessage, message)


def _validated(model: Any, value: Any) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # an enum that the package does not know
            model.model_validate(value)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    except UserWarning as unknown:
        return [str(unknown)]
    return []


def _null_keys(value: Any, path: str = "") -> list[str]:
    """Keys that are null: 3.x refuses them."""
    if isinstance(value, list):
        return [each for n, inner in enumerate(value) for each in _null_keys(inner, f"{path}[{n}]")]
    if not isinstance(value, dict):
        return []
    own = [f"{path}.{key} is null" for key, inner in value.items() if inner is None]
    return own + [
        e for k, inner in value.items() if k not in _FOREIGN for e in _null_keys(inner, f"{path}.{k}")
    ]
