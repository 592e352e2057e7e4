"""The `openai` package's own types as judge of what goes over the wire, in both directions.

The package itself judges nothing: it builds unknown events without a word, its models take extra
keys, and lax validation turns "1500" into 1500. Hence one specific class for each event, strict
validation, and a search for keys that no class knows.
"""

import json
import typing
from typing import Any

from openai.types.beta.realtime import RealtimeClientEvent as BetaClientEvent
from openai.types.beta.realtime import RealtimeServerEvent as BetaServerEvent
from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent
from pydantic import BaseModel, ValidationError


def _by_type(union: object) -> dict[str, type[BaseModel]]:
    members = typing.get_args(typing.get_args(union)[0])
    return {typing.get_args(m.model_fields["type"].annotation)[0]: m for m in members}


CLIENT_EVENTS = _by_type(RealtimeClientEvent)
SERVER_EVENTS = _by_type(RealtimeServerEvent)
BETA_CLIENT_EVENTS = _by_type(BetaClientEvent)
BETA_SERVER_EVENTS = _by_type(BetaServerEvent)
# On the wire, although the package does not model them.
# A temperature is there in the beta alone, before the event is put into its words.
_GENUINE_EXTRAS = frozenset({f".session.{key}" for key in ("id", "object", "expires_at", "temperature")})


def unknown_keys(value: object, path: str = "") -> list[str]:
    """The paths of all keys in a validated event that no class knows."""
    if isinstance(value, BaseModel):
        unknown = [f"{path}.{key}" for key in value.model_extra or {}]
        for key in value.model_fields_set - set(value.model_extra or {}):
            unknown += unknown_keys(getattr(value, key), f"{path}.{key}")
        return unknown
    if isinstance(value, list):
        return [key for n, each in enumerate(value) for key in unknown_keys(each, f"{path}[{n}]")]
    return []


def mistakes_of_client(event: dict[str, Any]) -> list[str]:
    """What is wrong with an event that a client sent; empty if nothing is."""
    return _mistakes(CLIENT_EVENTS, event, frozenset())


def mistakes_of_server(event: dict[str, Any]) -> list[str]:
    """What is wrong with an event that a server sent; empty if nothing is."""
    return _mistakes(SERVER_EVENTS, event, _GENUINE_EXTRAS)


def mistakes_of_beta_client(event: dict[str, Any]) -> list[str]:
    """As `mistakes_of_client`, in the dialect of the beta."""
    return _mistakes(BETA_CLIENT_EVENTS, event, frozenset())


def mistakes_of_beta_server(event: dict[str, Any]) -> list[str]:
    """As `mistakes_of_server`, in the dialect of the beta."""
    return _mistakes(BETA_SERVER_EVENTS, event, _GENUINE_EXTRAS)


def _mistakes(known: dict[str, type[BaseModel]], event: dict[str, Any], extras: frozenset[str]) -> list[str]:
    model = known.get(event.get("type", ""))
    if model is None:
        return [f"there is no event {event.get('type')!r}"]
    try:
        parsed = model.model_validate_json(json.dumps(event), strict=True)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return [f"there is no key {key}" for key in unknown_keys(parsed) if key not in extras]
