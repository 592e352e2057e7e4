"""The beta's dialect on the wire of the simulated server, which thinks in GA. Pure.

What a client says is judged by the vendor's beta types before it is translated, and what we say after.
"""

import copy
from collections.abc import Callable
from typing import Any

from tests.simulators.openai_items import Event, Refused
from tests.simulators.openai_types import mistakes_of_beta_server

_FORMATS = {"pcm16": {"type": "audio/pcm", "rate": 24000}}
BETA_NAMES = {
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "conversation.item.added": "conversation.item.created",
}
_PART_NAMES = {"output_audio": "audio", "output_text": "text"}
_SAME = ("instructions", "tools", "tool_choice", "tracing", "temperature")


def ga_of_client(event: Event) -> Event:
    """What a client said in the beta's words, in those of GA; `Refused` for what the beta does not take."""
    event = copy.deepcopy(event)
    match event["type"]:
        case "session.update":
            event["session"] = _ga_session(event["session"])
        case "response.create" if event.get("response"):
            modalities = event["response"].pop("modalities", None)
            if modalities is not None:
                event["response"]["output_modalities"] = _ga_modalities(modalities)
        case "conversation.item.create":
            for part in event["item"].get("content") or ():
                if event["item"].get("role") == "assistant" and part.get("type") == "text":
                    part["type"] = "output_text"
    return event


def beta_of_server(event: Event) -> list[Event]:
    """What the server says, in the beta's words; `AssertionError` where those are no beta."""
    if event["type"] == "conversation.item.done":
        return []
    event = copy.deepcopy(event) | {"type": BETA_NAMES.get(event["type"], event["type"])}
    if "session" in event:
        event["session"] = _beta_session(event["session"])
    if "item" in event:
        event["item"] = _beta_item(event["item"])
    if "response" in event:
        event["response"] = _beta_response(event["response"])
    if event["type"] == "response.function_call_arguments.done":
        del event["name"]
    mistakes = mistakes_of_beta_server(event)
    assert not mistakes, (event["type"], mistakes)
    return [event]


def _ga_session(told: Event) -> Event:
    session: Event = {"type": "realtime"} | {key: told[key] for key in _SAME if key in told}
    audio: dict[str, Event] = {"input": {}, "output": {}}
    moved: dict[str, tuple[Event, str, Callable[[Any], Any]]] = {
        "modalities": (session, "output_modalities", _ga_modalities),
        "max_response_output_tokens": (session, "max_output_tokens", lambda value: value),
        "voice": (audio["output"], "voice", lambda value: value),
        "speed": (audio["output"], "speed", lambda value: value),
        "output_audio_format": (audio["output"], "format", _ga_format),
        "input_audio_format": (audio["input"], "format", _ga_format),
        "input_audio_transcription": (audio["input"], "transcription", lambda value: value),
        "input_audio_noise_reduction": (audio["input"], "noise_reduction", lambda value: value),
        "turn_detection": (audio["input"], "turn_detection", lambda value: value),
    }
    strange = set(told) - set(_SAME) - set(moved)
    if strange:
        raise Refused("unknown_parameter", f"the beta knows no {sorted(strange)}")
    for key, (place, name, translated) in moved.items():
        if key in told:
            place[name] = translated(told[key])
    return session | {"audio": audio}


def _ga_modalities(modalities: list[str]) -> list[str]:
    if sorted(modalities) not in (["text"], ["audio", "text"]):
        raise Refused("invalid_value", "modalities are text, or text and audio")
    return ["audio"] if "audio" in modalities else ["text"]


def _ga_format(name: str) -> Event:
    if name not in _FORMATS:
        raise Refused("simulator", "this server only takes PCM")
    return dict(_FORMATS[name])


def _beta_session(session: Event) -> Event:
    """`model` is left out: the beta's types know its own models alone."""
    audio = session["audio"]
    detection = audio["input"]["turn_detection"]
    told = {
        key: session[key] for key in ("id", "object", "expires_at", *_SAME) if session.get(key) is not None
    }
    return told | {
        "modalities": _beta_modalities(session["output_modalities"]),
        "voice": audio["output"]["voice"],
        "speed": audio["output"]["speed"],
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "input_audio_transcription": audio["input"]["transcription"],
        "turn_detection": detection and {k: v for k, v in detection.items() if k != "idle_timeout_ms"},
        "max_response_output_tokens": session["max_output_tokens"],
    }


def _beta_modalities(modalities: list[str]) -> list[str]:
    return ["text", "audio"] if modalities == ["audio"] else ["text"]


def _beta_item(item: Event) -> Event:
    for part in item.get("content") or ():
        part["type"] = _PART_NAMES.get(part["type"], part["type"])
    return item


def _beta_response(response: Event) -> Event:
    output, modalities = response.pop("audio")["output"], response.pop("output_modalities")
    return response | {
        "modalities": _beta_modalities(modalities),
        "voice": output["voice"],
        "output_audio_format": "pcm16",
        "output": [_beta_item(item) for item in response["output"]],
    }
