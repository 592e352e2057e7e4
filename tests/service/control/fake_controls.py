"""An appliance that only remembers what it was asked, and a socket on which it answers."""

import asyncio
import gc
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from appliance.conversation.vocabulary import HistoryItem
from appliance.service.control.claim import claimed
from appliance.service.control.controls import (
    AlarmStatus,
    AnswerText,
    DeviceStatus,
    ProviderStatus,
    Refused,
    Status,
    TimerStatus,
)
from appliance.service.control.server import answering
from appliance.service.control.waits import WAITS, Waits
from appliance.service.money.money_status import MoneyStatus, ProviderMoney

STATUS = Status(
    version="0.1.0",
    uptime_s=93784.2,
    phase="idle",
    state="idle",
    muted=False,
    volume=40,
    conversation="c-5d1e07",
    providers=[
        ProviderStatus("openai", "down", "connection_failed"),
        ProviderStatus("offline", "ready", current=True),
    ],
    devices=[
        DeviceStatus("microphone", "ready", "USB Audio"),
        DeviceStatus("loudspeaker", "lost", "hw:0", "It was unplugged."),
    ],
    timers=[TimerStatus(2, "", 59.0), TimerStatus(1, "tea", 171.5)],
    alarms=[AlarmStatus(1, "", "07:00", [], "2026-11-21T07:00+01:00")],
    light="idle",
    end_of_turn="740 ms of silence; learnt from 23 pauses",
    money=MoneyStatus(
        "EUR",
        1.0,
        1.25,
        1.0,
        0.0,
        [
            ProviderMoney(
                "openai",
                {"output_audio_ms": 60_000, "input_text_tokens": 5},
                0.9,
                "2026-11-01",
                ["input_text_tokens"],
            ),
            ProviderMoney("dear", {"output_characters": 5}, 0.1, "2026-11-01", [], may_answer=False),
            ProviderMoney("gemini", {"output_audio_tokens": 40}, unpriced=[]),
            ProviderMoney("offline", {}, 0.0, unpriced=[]),
        ],
    ),
    mouthless="The loudspeaker hw:0 was unplugged.",
    counters={"turns_opened": 3, "speech_sent_s": 10.5, "latencies": 2, "latency_total_p95_ms": 929.4},
)
BUSY = "Somebody is speaking; ask again afterwards."


class FakeControls:
    """Answers at once. To `ask` it says the text word by word; "why" it refuses, at "wait" it halts
    until `go` is set, "forget" it leaves without a final text, and "bug" is one."""

    def __init__(self) -> None:
        self.done: list[tuple[object, ...]] = []
        self.percent = 40
        self.named = {"user_name": "Alice"}
        self.items: list[HistoryItem] = [
            HistoryItem("user", "What time is it?"),
            HistoryItem("assistant", "It is noon."),
        ]
        self.state = STATUS
        self.halted = asyncio.Event()
        self.go = asyncio.Event()
        self.left = asyncio.Event()

    async def say(self, text: str) -> None:
        if text == "wait":
            self.halted.set()
            await self.go.wait()
        self.done.append(("say", text))

    async def ask(self, text: str, *, spoken: bool) -> AsyncGenerator[AnswerText, None]:
        self.done.append(("ask", text, spoken))
        said = ""
        try:
            for word in text.split():
                match word:
                    case "why":
                        raise Refused(BUSY)
                    case "wait":
                        self.halted.set()
                        await self.go.wait()
                    case "bug":
                        raise RuntimeError("out of cheese")
                    case "forget":
                        return
                said = f"{said} {word}".strip()
                yield AnswerText(said, final=False)
            yield AnswerText(f"{said}.", final=True)
        finally:
            self.left.set()

    def mute(self) -> None:
        self.done.append(("mute",))

    def unmute(self) -> None:
        self.done.append(("unmute",))

    def stop(self) -> None:
        self.done.append(("stop",))

    def forget(self) -> None:
        self.done.append(("forget",))

    def commit(self) -> None:
        raise Refused("Nobody is speaking: there is no turn to end.")

    def press(self) -> None:
        self.done.append(("press",))

    def release(self, *, held: bool) -> None:
        self.done.append(("release", held))

    def volume(self) -> int:
        return self.percent

    def set_volume(self, percent: int) -> None:
        self.percent = percent

    def variables(self) -> Mapping[str, str]:
        return self.named

    def set_variable(self, name: str, value: str) -> None:
        self.named[name] = value

    async def reload(self) -> None:
        self.done.append(("reload",))

    def transcript(self) -> Sequence[HistoryItem]:
        return self.items

    def status(self) -> Status:
        return self.state


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Daemon:
    """A running control server with a `FakeControls`; `faults` are the lines it reported."""

    def __init__(self, path: Path, controls: FakeControls) -> None:
        self.path = path
        self.controls = controls
        self.faults: list[str] = []

    async def connect(self) -> Streams:
        return await asyncio.open_unix_connection(self.path, limit=1 << 20)

    async def ask(self, *lines: bytes) -> list[bytes]:
        """Send `lines`, end the requests, and everything that comes back, line by line."""
        reader, writer = await self.connect()
        writer.write(b"".join(lines))
        writer.write_eof()
        replies = (await reader.read()).splitlines()
        writer.close()
        return replies


@asynccontextmanager
async def daemon(
    folder: Path, waits: Waits = WAITS, controls: FakeControls | None = None
) -> AsyncIterator[Daemon]:
    """One that listens in `folder`, with these waits; at its end no task of it has failed unseen."""
    path = folder / "control.sock"
    running = Daemon(path, controls or FakeControls())
    unseen: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unseen.append(context))
    with claimed(path) as listener:
        async with answering(listener, running.controls, running.faults.append, waits):
            yield running
    gc.collect()  # a task tells of its exception when it is thrown away
    assert unseen == []


def raw_connection(path: Path) -> socket.socket:
    """A client that does as it likes."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(str(path))
    return connection
