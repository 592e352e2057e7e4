"""A whole conversation in virtual time: real hearing, machine and playout; a scripted ear and provider."""

import asyncio
import io
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.pump import SpeakerPump
from appliance.conversation.machine import State
from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    Capabilities,
    CloseSession,
    Command,
    CommitTurn,
    Failure,
    HistoryItem,
    Ready,
    SessionConfig,
    SpeechEvent,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples, samples_of_ms
from appliance.pcm.level import rms_dbfs
from appliance.pcm.ring import SampleRing
from appliance.providers.chain import Provider
from appliance.service.assembly import Assembly, Ends
from appliance.service.clock import TickerClock, local_time
from appliance.service.conductor import Event
from appliance.service.event_log import EventLog
from appliance.service.floor import Reader
from appliance.service.provider_list import ProviderList
from appliance.service.state import StateDirectory
from appliance.service.ticker import TICK_MS, Ticker
from appliance.service.tool_calls import Tools
from appliance.settings import Settings, load_settings
from tests.service.wiring import Ports, Wiring

OUT_RATE_HZ = 24_000
SPEECH_DBFS = -40.0
SENTENCE_MS = 300.0  # every sentence of the device's own


class LoudnessDetector:
    """Takes every loud window for speech: what is spoken stands in the script, to the sample."""

    window_samples = 512

    def probability(self, window: Pcm) -> float:
        return 1.0 if rms_dbfs(window) > SPEECH_DBFS else 0.0

    def reset(self) -> None:
        pass


def speech(ms: float, seed: int = 1) -> Pcm:
    """Noise as loud as speech, no two stretches alike."""
    count = samples_of_ms(ms, NEAR_RATE_HZ)
    return np.random.default_rng(seed).integers(-8000, 8000, count, dtype=np.int16)


def silence(ms: float) -> Pcm:
    return np.zeros(samples_of_ms(ms, NEAR_RATE_HZ), dtype=np.int16)


def tone(ms: float) -> Pcm:
    """An answer that is loud from its first sample to its last."""
    t = np.arange(samples_of_ms(ms, OUT_RATE_HZ))
    return (8000 * np.cos(2 * np.pi * 440 * t / OUT_RATE_HZ)).astype(np.int16)


async def say(text: str, rate_hz: int) -> Pcm:
    """Every sentence of the device's own."""
    return tone(SENTENCE_MS)


@dataclass
class ScriptedProvider:
    """Answers each turn with the next of `answers`, `delay_ms` after it; keeps what it was told."""

    answers: Sequence[Pcm]
    delay_ms: float = 0.0
    breaks_off: bool = False  # fails instead of completing an answer
    told: list[Command] = field(default_factory=list)
    _owed: tuple[int, float] | None = None
    _now_ms: float = 0.0

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(NEAR_RATE_HZ, OUT_RATE_HZ, discards=True, text_in=True)

    def open(self) -> "ScriptedProvider":
        self._over = asyncio.Event()
        self._owed = None
        return self

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        self._emit = emit
        emit(Ready())
        await self._over.wait()

    def send(self, command: Command) -> None:
        self.told.append(command)
        match command:
            case CommitTurn(answer=answer) | AskText(answer=answer):
                self._owed = (answer, self._now_ms + self.delay_ms)
                self.pass_time(self._now_ms)
            case CancelAnswer():
                self._owed = None
            case CloseSession():
                self._over.set()

    def pass_time(self, now_ms: float) -> None:
        """Answer what is due by now."""
        self._now_ms = now_ms
        if self._owed is not None and now_ms >= self._owed[1]:
            number, self._owed = self._owed[0], None
            self._answer(number)

    def _answer(self, number: int) -> None:
        self._emit(UserTranscript(number, f"question {number}", final=True))
        self._emit(AnswerStarted(number))
        pcm = self.answers[min(number, len(self.answers)) - 1]
        for start in range(0, len(pcm), 2400):
            self._emit(AnswerAudio(number, pcm[start : start + 2400]))
        if self.breaks_off:
            self._emit(Failure(FailureCategory.SESSION_CLOSED, "gone", answer=number))
            return
        self._emit(AnswerTranscript(number, f"answer {number}", final=True))
        self._emit(AnswerDone(number, complete=True))

    @property
    def turns(self) -> list[Pcm]:
        """The sound of each committed turn, cancelled and continued ones in their pieces."""
        turns: list[list[Pcm]] = [[]]
        for command in self.told:
            if isinstance(command, AppendAudio):
                turns[-1].append(command.pcm)
            elif isinstance(command, CommitTurn):
                turns.append([])
        return [np.concatenate(pieces) for pieces in turns[:-1]]

    @property
    def cancelled(self) -> list[CancelAnswer]:
        return [command for command in self.told if isinstance(command, CancelAnswer)]


class Script:
    """A microphone that hears what the test says."""

    rate_hz = NEAR_RATE_HZ

    def __init__(self, pcm: Pcm) -> None:
        self._pcm = pcm

    def read(self, count: int) -> Pcm:
        block, self._pcm = self._pcm[:count], self._pcm[count:]
        return block


class Tape:
    """What the loudspeaker played."""

    def __init__(self) -> None:
        self._blocks: list[Pcm] = []

    def write(self, pcm: Pcm) -> None:
        self._blocks.append(pcm.copy())

    @property
    def pcm(self) -> Pcm:
        return np.concatenate(self._blocks)


@dataclass
class Played:
    """What came of a conversation."""

    events: list[dict[str, Any]]
    out: Pcm
    provider: ScriptedProvider
    assembly: Assembly
    state: State  # where the conversation stood in the end

    def of(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == name]

    @property
    def phases(self) -> list[str]:
        return [event["to"] for event in self.of("phase")]

    def audible_ms(self, from_ms: float = 0.0) -> float:
        """The instant of the first sound of the loudspeaker from `from_ms` on."""
        start = samples_of_ms(from_ms, OUT_RATE_HZ)
        loud = np.flatnonzero(np.abs(self.out[start:].astype(np.int32)) > 100)
        return ms_of_samples(start + int(loud[0]), OUT_RATE_HZ)


def wishes(*timed: tuple[float, Event]) -> Callable[[Assembly], None]:
    """For `each_tick`: tell the conductor each of these at its stream time (ms)."""
    waiting = deque(sorted(timed, key=lambda wish: wish[0]))

    def tell(assembly: Assembly) -> None:
        while waiting and assembly.record.now_ms() >= waiting[0][0]:
            assembly.conductor.post(waiting.popleft()[1])

    return tell


def sample(ms: float) -> int:
    """The 16 kHz sample at this stream time."""
    return samples_of_ms(ms, NEAR_RATE_HZ)


def play(
    *near: Pcm,
    answers: Sequence[Pcm] | None = None,
    provider: ScriptedProvider | None = None,
    successors: Sequence[ScriptedProvider] = (),
    settings: Sequence[str] = (),
    delay_ms: int = 40,
    tail_ms: float = 6000.0,
    each_tick: Callable[[Assembly], None] = lambda assembly: None,
    tape: Tape | None = None,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
    reader: Reader | None = None,
    tools: Tools | None = None,
    wiring: Wiring | None = None,
    state: StateDirectory | None = None,
    now: Callable[[], datetime] = local_time,
) -> Played:
    """Let a conversation happen, faster than real time, until it has been quiet for a second.

    `tail_ms` after `near` it is over in any case. `successors` are the providers after the first.
    """
    provider = provider or ScriptedProvider(answers or [tone(1000)])
    loaded = load_settings([], settings, {})
    playing = _play(
        np.concatenate(near),
        (provider, *successors),
        loaded.settings,
        delay_ms,
        tail_ms,
        each_tick,
        tape or Tape(),
        reader,
        tools,
        wiring or Wiring(),
        state,
        now,
    )
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(playing)


async def _play(
    near: Pcm,
    providers: Sequence[ScriptedProvider],
    settings: Settings,
    delay_ms: int,
    tail_ms: float,
    each_tick: Callable[[Assembly], None],
    tape: Tape,
    reader: Reader | None,
    tools: Tools | None,
    wiring: Wiring,
    state: StateDirectory | None,
    now: Callable[[], datetime],
) -> Played:
    lines, clock = io.StringIO(), TickerClock()
    heard: deque[SpeechEvent] = deque()
    capture = SampleRing.allocate(NEAR_RATE_HZ)
    playout = Playout(PlayoutOptions(OUT_RATE_HZ, duck_db=settings.interruption.duck_db))
    log = EventLog(lines)
    faults: list[Exception] = []
    ends = Ends(
        capture,
        NEAR_RATE_HZ,
        playout,
        OUT_RATE_HZ,
        wiring.near_ms,
        lambda position: ms_of_samples(position, OUT_RATE_HZ),
        heard.append,
        wiring.wake_at,
        on_fault=faults.append,
        set_muted=lambda muted: wiring.set_muted(ticker, muted),
        half_duplex=settings.interruption.strategy == "ignore",
        look_every_ms=TICK_MS,
        local_time=now,
    )
    assembly = Assembly(
        settings,
        ProviderList(_named(providers), {}),
        LoudnessDetector(),
        ends,
        clock,
        log,
        say,
        reader,
        tools,
        state,
    )
    pump = SpeakerPump(playout, OUT_RATE_HZ, SampleRing.allocate(NEAR_RATE_HZ))
    ports = wiring.connect(Ports(capture, assembly.hearing, pump, assembly.conductor), assembly, clock, log)
    ticker = Ticker(
        Script(near),
        tape,
        ports.capture,
        ports.hearing,
        heard,
        ports.pump,
        ports.conductor,
        clock,
        OUT_RATE_HZ,
        samples_of_ms(delay_ms, OUT_RATE_HZ),
    )
    quiet_ms = 0.0

    def over() -> bool:
        nonlocal quiet_ms
        each_tick(assembly)
        for provider in providers:
            provider.pass_time(ticker.now_ms)
        log.advance(ticker.now_ms)
        assembly.look()
        quiet_ms = quiet_ms + 10 if assembly.conductor.settled else 0.0
        if ticker.ended_ms is None:
            return bool(faults)
        return quiet_ms > 1000 or ticker.now_ms > ticker.ended_ms + tail_ms

    async with assembly.running(1.0):
        await ticker.run_virtually(over, lambda: False, assembly.provider_spoke)
        standing = assembly.conductor.state
    if faults:
        raise faults[0]
    log.close()
    events = [json.loads(line) for line in lines.getvalue().splitlines()]
    return Played(events, tape.pcm, providers[0], assembly, standing)


def _named(providers: Sequence[ScriptedProvider]) -> tuple[Provider, ...]:
    names = ("scripted", *(f"successor-{number}" for number in range(1, len(providers))))
    return tuple(Provider(name, provider.open) for name, provider in zip(names, providers, strict=True))
