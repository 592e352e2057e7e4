"""A strict Wyoming server on loopback, made of the `wyoming` package's own server and event classes.

Whatever a client sends out of order, or in another shape than those classes read, is a violation.
"""

import asyncio
from types import TracebackType
from typing import Any, Self

import numpy as np
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.server import AsyncEventHandler, AsyncServer, AsyncTcpServer, AsyncUnixServer
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
)

from appliance.pcm.formats import pcm_from_bytes
from tests.simulators.wyoming_script import Record, Script, Trouble

# What may come next, by what came last. A connection is for one thing.
_AFTER: dict[str, frozenset[str]] = {
    "": frozenset({"describe", "transcribe", "synthesize", "synthesize-start"}),
    "describe": frozenset({"transcribe", "synthesize", "synthesize-start"}),
    "transcribe": frozenset({"audio-start"}),
    "audio-start": frozenset({"audio-chunk", "audio-stop"}),
    "audio-chunk": frozenset({"audio-chunk", "audio-stop"}),
    "synthesize-start": frozenset({"synthesize-chunk"}),
    "synthesize-chunk": frozenset({"synthesize-chunk", "synthesize"}),
}
_US = Attribution("the appliance's tests", "")


class Handler(AsyncEventHandler):
    """One client."""

    def __init__(
        self,
        script: Script,
        record: Record,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        super().__init__(reader, writer)
        self._script = script
        self._record = record
        self._last = ""
        self._seen: dict[str, int] = {}
        self._turn: list[bytes] = []
        record.connections += 1

    async def handle_event(self, event: Event) -> bool:
        """Judge the event, and answer it."""
        script = self._script
        self._seen[event.type] = self._seen.get(event.type, 0) + 1
        allowed = _AFTER.get(self._last, frozenset())
        if self._last == "synthesize" and script.streams:
            allowed = frozenset({"synthesize-stop"})
        if event.type not in allowed:
            self._record.violations.append(f"{event.type} after {self._last or 'connecting'}")
        self._last = event.type
        await asyncio.sleep(script.delay_s)
        if self._fails_at(event.type) and self._seen[event.type] > script.after:
            return await self._fail()
        try:
            await self._answer(event)
        except ConnectionError:
            return False
        except (KeyError, TypeError, ValueError, AssertionError) as error:
            self._record.violations.append(f"{event.type}: {error!r}")
        self._record.note()
        return True

    async def disconnect(self) -> None:
        self._record.gone += 1
        self._record.note()

    def _fails_at(self, at: str) -> bool:
        script, failed = self._script, self._record.failed
        return (
            script.trouble is not None and script.at == at and (script.times is None or failed < script.times)
        )

    async def _fail(self) -> bool:
        self._record.failed += 1
        match self._script.trouble:
            case Trouble.DROPS:
                self.writer.transport.abort()
                return False
            case Trouble.BABBLES:
                self.writer.write(b"<html>\n")
                await self.writer.drain()
            case Trouble.FAILS:
                await self.write_event(Error("the model\nis not loaded", "model").event())
            case Trouble.KEEPS_SILENT:
                pass
        await self.reader.read()  # until the client goes
        return False

    async def _answer(self, event: Event) -> None:
        if Describe.is_type(event.type):
            self._record.described += 1
            await self.write_event(self._info().event())
        elif Transcribe.is_type(event.type):
            wanted = Transcribe.from_event(event)
            self._record.asked.append((wanted.name, wanted.language))
        elif AudioStart.is_type(event.type):
            begun = AudioStart.from_event(event)
            assert (begun.rate, begun.width, begun.channels, begun.timestamp) == (16_000, 2, 1, 0)
        elif AudioChunk.is_type(event.type):
            await self._hear(AudioChunk.from_event(event))
        elif AudioStop.is_type(event.type):
            assert AudioStop.from_event(event).timestamp == sum(map(len, self._turn)) // 32
            self._record.turns.append(pcm_from_bytes(b"".join(self._turn)))
            await self._write_down()
        elif Synthesize.is_type(event.type):
            text = Synthesize.from_event(event)
            self._record.texts.append(text.text)
            assert text.voice is not None
            self._record.voices.append(text.voice.to_dict())
            if not self._script.streams:
                await self._speak()
        elif SynthesizeStart.is_type(event.type):
            assert SynthesizeStart.from_event(event).voice is not None
        elif SynthesizeChunk.is_type(event.type):
            assert SynthesizeChunk.from_event(event).text
        elif SynthesizeStop.is_type(event.type):
            await self._speak()
            await self.write_event(SynthesizeStopped().event())

    async def _hear(self, chunk: AudioChunk) -> None:
        assert (chunk.rate, chunk.width, chunk.channels) == (16_000, 2, 1)
        assert chunk.audio, "an empty chunk"
        assert chunk.timestamp == sum(map(len, self._turn)) // 32
        self._turn.append(chunk.audio)
        self._record.heard_samples += chunk.samples
        if self._script.transcribes_early:
            await self._write_down()

    async def _write_down(self) -> None:
        script = self._script
        if script.pieces:
            await self.write_event(TranscriptStart(language="en").event())
        for piece in script.pieces:
            await self.write_event(TranscriptChunk(piece).event())
        if not script.only_pieces:
            await self.write_event(Transcript(script.transcript, language="en").event())
        if script.pieces:
            await self.write_event(TranscriptStop().event())

    async def _speak(self) -> None:
        script = self._script
        form = {"rate": script.rate, "width": script.width, "channels": script.channels}
        frames = np.frombuffer(script.sound, np.uint8).reshape(-1, script.width * script.channels)
        sent = 0
        for sentence in np.array_split(frames, script.sentences):
            await self.write_event(AudioStart(**form).event())
            data = sentence.tobytes()
            for start in range(0, len(data), script.chunk_bytes):
                if self._fails_at("sound") and sent >= script.after:
                    await self._fail()
                    raise ConnectionAbortedError
                chunk = data[start : start + script.chunk_bytes]
                await self.write_event(AudioChunk(**form, audio=chunk).event())
                sent += 1
                await asyncio.sleep(script.pace_s)
            await self.write_event(AudioStop().event())

    def _info(self) -> Info:
        script = self._script
        common: dict[str, Any] = {"attribution": _US, "installed": True, "description": None, "version": None}
        model = AsrModel(name="tiny", languages=list(script.asr_languages), **common)
        voices = [TtsVoice(name=f"{tag}-voice", languages=[tag], **common) for tag in script.tts_languages]
        asr = AsrProgram(name="ears", models=[model], **common)
        tts = TtsProgram(name="mouth", voices=voices, supports_synthesize_streaming=script.streams, **common)
        return Info(asr=[asr] if "asr" in script.offers else [], tts=[tts] if "tts" in script.offers else [])


class Simulator:
    """The server as an async context manager; any number of clients, one record.

    With `path` it listens there, else on a free port of loopback.
    """

    def __init__(self, script: Script = Script(), path: str = "") -> None:  # noqa: B008  frozen
        self.record = Record()
        self.url = f"unix://{path}"
        self._script = script
        self._path = path
        self._server: AsyncServer | None = None

    async def __aenter__(self) -> Self:
        if self._path:
            self._server = AsyncUnixServer(self._path)
            await self._server.start(self._handler)
        else:
            self._server = tcp = AsyncTcpServer("127.0.0.1", 0)
            await tcp.start(self._handler)
            assert isinstance(tcp._server, asyncio.Server)
            self.url = f"tcp://127.0.0.1:{tcp._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        clients = list(self._server._handlers)
        await self._server.stop()
        await asyncio.gather(*clients, return_exceptions=True)

    def _handler(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Handler:
        return Handler(self._script, self.record, reader, writer)
