"""What the vendor would refuse of a request, by the types of its own package and by its written rules."""

import email.parser
import email.policy
import io
import json
import wave
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openai.types.audio.speech_create_params import SpeechCreateParams
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from pydantic import TypeAdapter, ValidationError

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, pcm_from_bytes

# Of the request of a transcription; everything else this project would send by mistake.
FORM_FIELDS = {"model", "language", "response_format", "prompt", "temperature", "stream"}
MIN_TURN_SAMPLES = NEAR_RATE_HZ // 10

_CHAT = TypeAdapter(CompletionCreateParamsStreaming)
_SPEECH = TypeAdapter(SpeechCreateParams)
_CHAT_KEYS = set(CompletionCreateParamsStreaming.__annotations__)
_SPEECH_KEYS = set(SpeechCreateParams.__annotations__)


def mistakes_of_chat(request: Mapping[str, Any]) -> Iterator[str]:
    """Everything that is wrong with the body of a chat completion."""
    yield from (f"chat: unknown key {key}" for key in sorted(request.keys() - _CHAT_KEYS))
    try:
        checked = _CHAT.validate_python(request)
        for _ in (*checked["messages"], *checked.get("tools", ())):  # checked while they are taken
            pass
    except ValidationError as wrong:
        yield from (f"chat: {error['loc']}: {error['msg']}" for error in wrong.errors()[:5])
        return
    yield from mistakes_of_messages(request["messages"])


def mistakes_of_messages(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Everything that some server refuses in the order of a dialogue."""
    waiting: list[str] = []
    for number, (before, message) in enumerate(zip([None, *messages], messages, strict=False)):
        role, content = message["role"], message.get("content")
        if role == "system" and number:
            yield "chat: a system message that is not the first"
        if role == "tool":
            if message["tool_call_id"] not in waiting:
                yield f"chat: a result of {message['tool_call_id']}, which was not called"
            else:
                waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            yield f"chat: no result of {waiting} before the next {role}"
            waiting = []
        if before is not None and before["role"] == role and not before.get("tool_calls"):
            yield f"chat: two messages of the {role} in a row"
        waiting = [call["id"] for call in message.get("tool_calls", ())]
        if len(waiting) != len(set(waiting)):
            yield "chat: two calls with one id"
        if not content and not waiting:
            yield f"chat: an empty message of the {role}"
    if waiting or messages[-1]["role"] not in ("user", "tool"):
        yield f"chat: nothing to answer after the {messages[-1]['role']}"


def mistakes_of_speech(request: Mapping[str, Any]) -> Iterator[str]:
    """Everything that is wrong with the body of a request to speak."""
    yield from (f"speech: unknown key {key}" for key in sorted(request.keys() - _SPEECH_KEYS))
    try:
        _SPEECH.validate_python(request)
    except ValidationError as wrong:
        yield from (f"speech: {error['loc']}: {error['msg']}" for error in wrong.errors()[:5])
        return
    if not 1 <= len(request["input"]) <= 4096:
        yield f"speech: an input of {len(request['input'])} characters"
    if request.get("response_format") not in ("pcm", "wav"):
        yield f"speech: {request.get('response_format')} cannot be played"
    if not 0.25 <= request.get("speed", 1) <= 4:
        yield f"speech: the speed {request['speed']}"


def turn_of(content_type: str, body: bytes) -> tuple[Pcm, dict[str, str]]:
    """The sound and the other fields of a form. Raises `ValueError` for what the vendor would refuse."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    if form.get_content_type() != "multipart/form-data":
        raise ValueError(f"{content_type} is no form")
    fields: dict[str, str] = {}
    sound = b""
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if name == "file":
            if not str(part.get_filename() or "").endswith(".wav"):
                raise ValueError(f"a file named {part.get_filename()!r}")
            sound = content
        else:
            fields[str(name)] = content.decode()
    if fields.keys() - FORM_FIELDS or not fields.get("model"):
        raise ValueError(f"strange fields {sorted(fields)}")
    if not 2 <= len(fields.get("language", "en")) <= 3:
        raise ValueError(f"the language {fields['language']}")
    if int.from_bytes(sound[4:8], "little") != len(sound) - 8:
        raise ValueError("a WAV file whose size is wrong")
    with wave.open(io.BytesIO(sound)) as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        pcm = pcm_from_bytes(file.readframes(file.getnframes()))
    if shape != (1, 2, NEAR_RATE_HZ):
        raise ValueError(f"sound of the shape {shape}")
    if len(pcm) < MIN_TURN_SAMPLES:
        raise ValueError(f"{len(pcm)} samples are too short")
    return pcm, fields


def json_of(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises `ValueError`."""
    content = json.loads(body)
    if not isinstance(content, dict):
        raise ValueError("no object")
    return content
