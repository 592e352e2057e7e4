"""A strict stand-in for ElevenLabs' speech over HTTP on loopback (facts: `elevenlabs`).

It fails on anything the vendor would refuse: another path, query, key or field, or a value out of its range.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from elevenlabs.types.voice_settings import VoiceSettings
from pydantic import ValidationError

from appliance.pcm.formats import Pcm, pcm_to_bytes
from tests.simulators.elevenlabs_refusals import NO_SUCH_PATH, Refusal, wrong_key
from tests.simulators.openai_script import chirp
from tests.simulators.openai_types import unknown_keys

KEY = "xi-a-very-secret-key"
VOICE = "JBFqnCBsd6RMkjVDRZzb"
SPEECH_PATH = f"/v1/text-to-speech/{VOICE}/stream"
VOICE_PATH = f"/v1/voices/{VOICE}"
FIELDS = {"text", "model_id", "language_code", "voice_settings", "previous_text", "next_text", "seed"}
_FORMAT = {"output_format": ["pcm_24000"]}


class Trouble(Enum):
    """What goes wrong after so many pieces of the sound."""

    DROPS = auto()  # the connection is lost
    KEEPS_SILENT = auto()  # nothing comes any more
    BABBLES = auto()  # something that is no piece


@dataclass(frozen=True)
class Script:
    """What every text sounds like, in pieces of `piece_bytes`, which may be odd."""

    sound: Pcm = field(default_factory=lambda: chirp(0.5))
    piece_bytes: int = 1_001
    pace_s: float = 0.0  # after each piece
    content_type: str = "audio/pcm"
    body: bytes | None = None  # in place of the sound
    trouble: Trouble | None = None
    after: int = 0
    refuses: Refusal | None = None  # every text
    refuses_voices: Refusal | None = None
    key: str = KEY


@dataclass(frozen=True)
class Request:
    """One HTTP request; the names of its headers in lower case, `body` None where it had none."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


@dataclass
class Record:
    """What the clients of one server did; lists only ever grow."""

    violations: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    voices_asked: int = 0
    connections: int = 0
    gone: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_all_are_gone(self) -> None:
        """Wait until no client is connected any more."""
        while self.gone < self.connections:
            self.changed.clear()
            await self.changed.wait()


class Simulator:
    """The server as an async context manager; any number of clients, one record."""

    def __init__(self, script: Script = Script()) -> None:
        self.record = Record()
        self.url = ""
        self._script = script
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for client in tuple(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.ensure_future(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.record.connections += 1
        try:
            while await self._one_request(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.record.gone += 1
            self.record.changed.set()
            writer.transport.abort()

    async def _one_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False where the connection is not to be used further."""
        asked = await _read(reader)
        self.record.requests.append(asked)
        if (refusal := self._refusal(asked)) is not None:
            return await _refuse(writer, refusal)
        if asked.path == VOICE_PATH:
            return await _refuse(writer, _VOICE)
        return await self._speak(reader, writer)

    def _refusal(self, asked: Request) -> Refusal | None:
        """Why there is nothing but this for `asked`; None where there is more."""
        script, record = self._script, self.record
        if (key := asked.headers.get("xi-api-key", "")) != script.key:
            return wrong_key(key)
        if (asked.method, asked.path, asked.query) == ("GET", VOICE_PATH, {}):
            record.voices_asked += 1
            return script.refuses_voices
        if (asked.method, asked.path, asked.query) == ("POST", SPEECH_PATH, _FORMAT):
            record.asked.append(asked.body)
            record.violations += _mistakes(asked.body, asked.headers)
            return script.refuses
        record.violations.append(f"{asked.method} {asked.path} {asked.query}")
        return NO_SUCH_PATH

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        script = self._script
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {script.content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        data = pcm_to_bytes(script.sound) if script.body is None else script.body
        for number, start in enumerate(range(0, len(data), script.piece_bytes)):
            if script.trouble is not None and number == script.after:
                return await _fail(script.trouble, reader, writer)
            piece = data[start : start + script.piece_bytes]
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()
            await asyncio.sleep(script.pace_s)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


def _mistakes(asked: Mapping[str, Any], headers: Mapping[str, str]) -> list[str]:
    mistakes = [f"{key} is unknown" for key in sorted(set(asked) - FIELDS)]
    if headers.get("content-type") != "application/json":
        mistakes.append("the body is said to be no JSON")
    if not isinstance(asked.get("text"), str) or not asked["text"].strip():
        mistakes.append("no text")
    model = str(asked.get("model_id", ""))
    if not model.startswith("eleven_"):
        mistakes.append("no model")
    if "language_code" in asked and (len(asked["language_code"]) != 2 or "multilingual_v2" in model):
        mistakes.append("a language code that is none, or for a model that takes none")
    return mistakes + _mistakes_of_voice(asked.get("voice_settings", {}))


def _mistakes_of_voice(settings: object) -> list[str]:
    try:
        known = VoiceSettings.model_validate(settings, strict=True)
    except ValidationError as wrong:
        return [f"voice_settings: {error['loc']}: {error['msg']}" for error in wrong.errors()]
    mistakes = [f"voice_settings{key} is unknown" for key in unknown_keys(known)]
    if not 0.7 <= (1.0 if known.speed is None else known.speed) <= 1.2:
        mistakes.append("a speed out of range")
    return mistakes


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    return Request(method, parts.path, query, headers, json.loads(body) if body else None)


_VOICE = Refusal(200, json.dumps({"voice_id": VOICE, "name": "George", "category": "premade"}))


async def _refuse(writer: asyncio.StreamWriter, refusal: Refusal) -> bool:
    lines = {"Content-Type": "application/json", "Content-Length": str(len(refusal.body.encode()))}
    head = "".join(f"{name}: {value}\r\n" for name, value in (lines | dict(refusal.headers)).items())
    writer.write(f"HTTP/1.1 {refusal.status} X\r\n{head}\r\n{refusal.body}".encode())
    await writer.drain()
    return True


async def _fail(trouble: Trouble, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    match trouble:
        case Trouble.DROPS:
            writer.transport.abort()
            return False
        case Trouble.BABBLES:
            writer.write(b"this is no piece of a body\r\n")
        case Trouble.KEEPS_SILENT:
            await writer.drain()
    await reader.read()  # until the client goes
    return False
