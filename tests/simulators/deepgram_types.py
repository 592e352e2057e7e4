"""The `deepgram-sdk` package's own types as judge of what goes over the wire, in both directions.

The package itself judges nothing: it builds whatever class fits best, without a look at what is missing or
unknown. Hence one specific class for each message, strict validation, and a search for keys that no class
knows.
"""

import json
from collections.abc import Mapping
from typing import Any

from deepgram.listen.v1.types import (
    ListenV1CloseStream,
    ListenV1Error,
    ListenV1Finalize,
    ListenV1KeepAlive,
    ListenV1Metadata,
    ListenV1Results,
    ListenV1SpeechStarted,
    ListenV1UtteranceEnd,
)
from deepgram.types import ErrorResponseLegacyError
from pydantic import BaseModel, ValidationError

from tests.simulators.openai_types import unknown_keys

SERVER_MESSAGES: Mapping[str, type[BaseModel]] = {
    "Results": ListenV1Results,
    "Metadata": ListenV1Metadata,
    "UtteranceEnd": ListenV1UtteranceEnd,
    "SpeechStarted": ListenV1SpeechStarted,
    "Error": ListenV1Error,
}
CLIENT_MESSAGES: Mapping[str, type[BaseModel]] = {
    "KeepAlive": ListenV1KeepAlive,
    "Finalize": ListenV1Finalize,
    "CloseStream": ListenV1CloseStream,
}


def mistakes_of_server(message: Mapping[str, Any]) -> list[str]:
    """What is wrong with a message that a server sent; empty if nothing is."""
    return _mistakes_by_type(SERVER_MESSAGES, message)


def mistakes_of_client(message: Mapping[str, Any]) -> list[str]:
    """What is wrong with a control message that a client sent; empty if nothing is."""
    return _mistakes_by_type(CLIENT_MESSAGES, message)


def mistakes_of_refusal(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with the body of a refused connection; empty if nothing is."""
    return _mistakes(ErrorResponseLegacyError, body)


def _mistakes_by_type(known: Mapping[str, type[BaseModel]], message: Mapping[str, Any]) -> list[str]:
    model = known.get(message.get("type", ""))
    return [f"there is no message {message.get('type')!r}"] if model is None else _mistakes(model, message)


def _mistakes(model: type[BaseModel], message: Mapping[str, Any]) -> list[str]:
    try:
        parsed = model.model_validate_json(json.dumps(message), strict=True)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return [f"there is no key {key}" for key in unknown_keys(parsed)]
