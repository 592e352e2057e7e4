"""The bytes of the simulated server's replies, in the pieces in which they are sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.pcm.formats import pcm_to_bytes
from appliance.providers.cascade.sound import wav_file
from tests.simulators.cascade_script import Completion, Speech, Transcript, voice


@dataclass(frozen=True)
class Piece:
    """Bytes, and how long the server pauses before it sends them."""

    data: bytes
    pause_s: float = 0.0


@dataclass(frozen=True)
class Prepared:
    """A reply with status 200."""

    content_type: str
    pieces: tuple[Piece, ...]


def of_transcript(transcript: Transcript) -> Prepared:
    """The words of a turn."""
    usage = {"type": "tokens", "input_tokens": 30, "output_tokens": 5, "total_tokens": 35}
    done = {"type": "transcript.text.done", "text": transcript.text, "usage": usage}
    match transcript.form:
        case "json":
            kind, body = "application/json", json.dumps({"text": transcript.text, "usage": usage}).encode()
        case "text":
            kind, body = "text/plain; charset=utf-8", f"{transcript.text}\n".encode()
        case "events":
            deltas = [{"type": "transcript.text.delta", "delta": f"{w} "} for w in transcript.text.split()]
            kind, body = "text/event-stream", b"".join(map(_event, [*deltas, done]))
        case "bare events":
            kind, body = "text/event-stream", _event({"text": transcript.text})
    return Prepared(kind, (Piece(body, transcript.delay_s),))


def of_completion(completion: Completion, number: int) -> Prepared:
    """What the model writes for request `number`."""
    text, finish = completion.text, completion.finish or ("tool_calls" if completion.calls else "stop")
    usage = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27}
    usage |= {"prompt_tokens_details": {"cached_tokens": 4}}  # type: ignore[dict-item]
    calls: list[dict[str, object]] = [
        {
            "id": f"call_{number}_{i}",
            "type": "function",
            "function": {"name": c.name, "arguments": c.arguments},
        }
        for i, c in enumerate(completion.calls)
    ]
    if completion.whole:
        message = {"role": "assistant", "content": text or None, "tool_calls": calls or None}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        body = {"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage}
        return Prepared("application/json", (Piece(json.dumps(body).encode(), completion.delay_s),))
    return Prepared("text/event-stream", tuple(_stream(completion, number, finish, usage, calls)))


def _stream(
    completion: Completion, number: int, finish: str, usage: object, calls: list[dict[str, object]]
) -> Iterator[Piece]:
    def chunk(delta: dict[str, object], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return _event(_chunk(number, [choice], None))

    if completion.comments:
        yield Piece(b": keep-alive\n\n")
    yield Piece(chunk({"role": "assistant", "content": ""}), completion.delay_s)
    for start in range(0, len(completion.text), completion.piece_chars):
        piece = completion.text[start : start + completion.piece_chars]
        yield Piece(chunk({"content": piece}), completion.pace_s if start else 0.0)
    if completion.comments:
        yield Piece(b":\r\n\r\n")
    if completion.error:
        yield Piece(_event({"error": {"message": "it broke", "type": completion.error, "code": None}}))
        return
    for index, call in enumerate(calls):
        function = call["function"]
        assert isinstance(function, dict)
        position = {"index": index} if completion.indexed else {}
        begun = {**position, **call, "function": {"name": function["name"], "arguments": ""}}
        yield Piece(chunk({"tool_calls": [begun]}))
        half = len(function["arguments"]) // 2
        for part in (function["arguments"][:half], function["arguments"][half:]):
            yield Piece(chunk({"tool_calls": [{**position, "function": {"arguments": part}}]}))
    yield Piece(chunk({}, finish))
    if completion.usage:
        yield Piece(_event(_chunk(number, [], usage)))
    if completion.done:
        yield Piece(b"data: [DONE]\n\n")


def of_speech(speech: Speech, text: str, speed: float) -> Prepared:
    """`text` as sound."""
    pcm = voice(text, speech.rate_hz, speech.ms_per_character / speed)
    body, kind = pcm_to_bytes(pcm), "audio/pcm"
    if speech.form == "wav":  # streamed: the sizes are not known when the header is sent
        header = wav_file(pcm[:0], speech.rate_hz)
        body, kind = header[:4] + b"\xff" * 4 + header[8:40] + b"\xff" * 4 + body, "audio/wav"
    size = speech.chunk_bytes
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    pauses = [speech.delay_s, *[speech.pace_s] * len(chunks)]
    return Prepared(speech.content_type or kind, tuple(map(Piece, chunks, pauses)))


def _chunk(number: int, choices: list[dict[str, object]], usage: object) -> dict[str, object]:
    chunk: dict[str, object] = {"id": f"c{number}", "object": "chat.completion.chunk", "created": 1}
    return chunk | {"model": "m", "choices": choices, "usage": usage}


def _event(content: object) -> bytes:
    return f"data: {json.dumps(content)}\n\n".encode()
