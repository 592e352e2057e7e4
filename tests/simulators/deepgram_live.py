"""A strict stand-in for Deepgram's live transcription on loopback (facts: `deepgram_codec`).

It fails on anything the vendor would refuse: another address, query or key; sound that is no binary frame of
whole samples; a control message that the vendor's own types do not know; anything after CloseStream.
"""

import asyncio
import http
import json
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, pcm_from_bytes
from tests.simulators.deepgram_frames import error, metadata, refusal, results
from tests.simulators.deepgram_types import mistakes_of_client
from tests.simulators.simulator import SocketSimulator

PATH = "/v1/listen"
KEY = "dg-a-very-secret-key"
_ASKED = {"model", "language", "encoding", "sample_rate", "channels", "interim_results", "punctuate"}
MAY_BE_ASKED = _ASKED | {
    "endpointing",
    "smart_format",
    "numerals",
    "keyterm",
    "mip_opt_out",
    "profanity_filter",
}


# How the vendor refuses [developers.deepgram.com/docs/errors].
WRONG_KEY = refusal("INVALID_AUTH", "Invalid credentials.")
NO_CREDITS = refusal(
    "ASR_PAYMENT_REQUIRED",
    "Project does not have enough credits for an ASR request and does not have an overage agreement.",
)
TOO_MANY_REQUESTS = refusal("TOO_MANY_REQUESTS", "Too many requests. Please try again later")


class Trouble(Enum):
    """What goes wrong."""

    DROPS = auto()  # the connection is lost
    CLOSES = auto()  # with a code and a reason
    BABBLES = auto()  # something that is no message
    KEEPS_SILENT = auto()  # nothing comes any more
    FAILS = auto()  # an Error message


class When(Enum):
    """… and at what."""

    SOUND = auto()
    CLOSE_STREAM = auto()


@dataclass(frozen=True)
class Script:
    """`finals` are told one by one while sound comes, `last` after CloseStream, before Metadata."""

    finals: tuple[str, ...] = ("what time",)
    interims: tuple[str, ...] = ("what", "what dime")
    last: tuple[str, ...] = ("is it",)
    never_final: str = ""  # an interim result that stays one
    others: tuple[str, ...] = ()  # further frames, as they are
    trouble: Trouble | None = None
    at: When = When.SOUND
    times: int | None = None  # it goes wrong so often; None: always
    reject_status: int | None = None
    reject_body: str = ""
    retry_after: str | None = None
    key: str = KEY


@dataclass(frozen=True)
class Asked:
    """One request for a connection; the names of its headers in lower case."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]


@dataclass
class Record:
    """What the clients of one server did; lists only ever grow."""

    violations: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    controls: list[dict[str, Any]] = field(default_factory=list)  # every control message
    told: list[str] = field(default_factory=list)  # every frame that was sent to them
    turns: list[Pcm] = field(default_factory=list)  # those that were closed, 16 kHz
    heard_samples: int = 0
    kept_alive: int = 0
    connections: int = 0
    gone: int = 0
    failed: int = 0  # how often it went wrong
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_all_are_gone(self) -> None:
        """Wait until no client is connected any more."""
        while self.gone < self.connections:
            self.changed.clear()
            await self.changed.wait()

    async def until(self, *, heard: int = 0, kept_alive: int = 0) -> None:
        """Wait until so many samples, and so many signs of life, arrived."""
        while self.heard_samples < heard or self.kept_alive < kept_alive:
            self.changed.clear()
            await self.changed.wait()


class Simulator(SocketSimulator):
    """The server as an async context manager; any number of clients, one record."""

    def __init__(self, script: Script = Script()) -> None:
        super().__init__(PATH, max_queue=None)  # it goes on reading, whatever it does not answer
        self.record = Record()
        self._script = script

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        asked = urlsplit(request.path)
        query = parse_qs(asked.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        self.record.asked.append(Asked(asked.path, query, headers))
        if self._script.reject_status is not None:
            response = connection.respond(
                http.HTTPStatus(self._script.reject_status), self._script.reject_body
            )
            if self._script.retry_after is not None:
                response.headers["Retry-After"] = self._script.retry_after
            return response
        if asked.path != PATH:
            return connection.respond(http.HTTPStatus.NOT_FOUND, "")
        if request.headers.get("Authorization") != f"Token {self._script.key}":
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, WRONG_KEY)
        self.record.violations += _mistakes_of_query(query)
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        self.record.connections += 1
        try:
            await _Client(socket, self._script, self.record).run()
        except ConnectionClosed:
            pass
        finally:
            self.record.gone += 1
            self.record.changed.set()


def _mistakes_of_query(query: dict[str, list[str]]) -> list[str]:
    mistakes = [f"{key} is missing" for key in sorted(_ASKED - set(query))]
    mistakes += [f"{key} is unknown" for key in sorted(set(query) - MAY_BE_ASKED)]
    mistakes += [f"{key} is given twice" for key, values in query.items() if len(values) > 1]
    if query.get("encoding") != ["linear16"] or query.get("sample_rate") != ["16000"]:
        mistakes.append("another sound than is sent")
    return mistakes


class _Client:
    def __init__(self, socket: ServerConnection, script: Script, record: Record) -> None:
        self._socket = socket
        self._script = script
        self._record = record
        self._turn: list[bytes] = []
        self._due = [*_each(script.interims, final=False), *_each(script.finals, final=True)]
        self._due += [*script.others, *_each((script.never_final,), final=False)]

    async def run(self) -> None:
        """Until the client closes the stream, or the script does something worse."""
        async for frame in self._socket:
            if isinstance(frame, bytes):
                if await self._hear(frame):
                    return
            elif await self._obey(frame):
                return
            self._record.changed.set()

    async def _hear(self, sound: bytes) -> bool:
        """Take sound; True at the end."""
        if not sound or len(sound) % 2:
            self._record.violations.append(f"sound of {len(sound)} bytes")
            return False
        self._turn.append(sound)
        self._record.heard_samples += len(sound) // 2
        if (trouble := self._trouble_at(When.SOUND)) is not None:
            return await self._fail(trouble)
        if self._due:
            await self._tell(self._due.pop(0))
        return False

    async def _obey(self, frame: str) -> bool:
        """Take a control message; True at the end."""
        message = _control(frame)
        self._record.controls.append(message)
        self._record.violations += mistakes_of_client(message)
        match message.get("type"):
            case "KeepAlive":
                self._record.kept_alive += 1
            case "Finalize":
                await self._finalize()
            case "CloseStream":
                self._record.turns.append(pcm_from_bytes(b"".join(self._turn)))
                await self._end()
                return True
        return False

    async def _finalize(self) -> None:
        """Everything that is due is written down at once, and so is the rest of the sound."""
        due, self._due = self._due, []
        await self._tell(*due, results("", final=True, from_finalize=True))

    async def _end(self) -> None:
        if (trouble := self._trouble_at(When.CLOSE_STREAM)) is not None:
            await self._fail(trouble)
            return
        duration_s = len(self._record.turns[-1]) / NEAR_RATE_HZ
        await self._tell(*self._due, *_each(self._script.last, final=True), metadata(duration_s))
        await self._socket.close(1000)
        async for late in self._socket:
            self._record.violations.append(f"after CloseStream came {late!r:.80}")

    async def _tell(self, *frames: str) -> None:
        for frame in frames:
            self._record.told.append(frame)
            await self._socket.send(frame)

    def _trouble_at(self, at: When) -> Trouble | None:
        script = self._script
        enough = script.times is not None and self._record.failed >= script.times
        return None if enough or script.at is not at else script.trouble

    async def _fail(self, trouble: Trouble) -> bool:
        self._record.failed += 1
        match trouble:
            case Trouble.DROPS:
                self._socket.transport.abort()
            case Trouble.CLOSES:
                await self._socket.close(1011, f"NET-0001 {self._script.key}")
            case Trouble.BABBLES:
                await self._tell("<html>")
            case Trouble.FAILS:
                await self._tell(error(f"no model for {self._script.key}"))
            case Trouble.KEEPS_SILENT:
                pass
        await self._socket.wait_closed()
        return True


def _control(frame: str) -> dict[str, Any]:
    """A control message; an empty one, which is none, for what is no JSON object."""
    try:
        message = json.loads(frame)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _each(transcripts: tuple[str, ...], *, final: bool) -> list[str]:
    return [results(text, final=final) for text in transcripts if text]
