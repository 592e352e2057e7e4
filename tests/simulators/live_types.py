"""`openai.types.live` as judge of what goes over the wire, in both directions: strictly, no extra keys."""

import json
import typing
from typing import Any

from openai.types.live import ClientEvent, ServerEvent
from pydantic import BaseModel, ValidationError

from tests.simulators.openai_types import unknown_keys


def _by_type(union: object) -> dict[str, type[BaseModel]]:
    members = typing.get_args(typing.get_args(union)[0])
    return {typing.get_args(m.model_fields["type"].annotation)[0]: m for m in members}


CLIENT_EVENTS = _by_type(ClientEvent)
SERVER_EVENTS = _by_type(ServerEvent)


def mistakes_of_client(event: dict[str, Any]) -> list[str]:
    """What is wrong with an event that a client sent; empty if nothing is."""
    return _mistakes(CLIENT_EVENTS, event)


def mistakes_of_server(event: dict[str, Any]) -> list[str]:
    """What is wrong with an event that a server sent; empty if nothing is."""
    return _mistakes(SERVER_EVENTS, event)


def _mistakes(known: dict[str, type[BaseModel]], event: dict[str, Any]) -> list[str]:
    model = known.get(event.get("type", ""))
    if model is None:
        return [f"there is no event {event.get('type')!r}"]
    try:
        parsed = model.model_validate_json(json.dumps(event), strict=True)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return [f"there is no key {key}" for key in unknown_keys(parsed)]
