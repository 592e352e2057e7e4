"""A whole conversation in virtual time: real hearing, machine and playout; a scripted ear and provider."""

import asyncio
import io
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.pump import SpeakerPump
from appliance.conversation.machine import State
from appliance.conversation.vocabulary import SpeechEvent
from appliance.hearing.echo.echo_stage import EchoStage
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.turns.turn_process import TurnProcess
from appliance.hearing.turns.turn_worker import TurnModel
from appliance.hearing.wake_word.wake_word import WakeWordDetector
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples, samples_of_ms
from appliance.pcm.ring import SampleRing
from appliance.providers.chain import Provider
from appliance.service.assembly import Assembly
from appliance.service.duplex.echo_choice import choose_echo
from appliance.service.duplex.modelled_echo import SharedClock
from appliance.service.ends import Ends
from appliance.service.event_log import EventLog
from appliance.service.floor import Reader
from appliance.service.happenings import Event
from appliance.service.memory.state import StateDirectory
from appliance.service.network.clock import TickerClock, local_time
from appliance.service.providers.provider_list import ProviderList
from appliance.service.ticker import TICK_MS, Microphone, Ticker
from appliance.service.toolbox.tool_calls import Tools
from appliance.settings import Settings, load_settings
from tests.service.scripted import (
    OUT_RATE_HZ,
    SENTENCE_MS,
    LoudnessDetector,
    Script,
    ScriptedProvider,
    Tape,
    say,
    silence,
    speech,
    tone,
)
from tests.service.wiring import Ports, Wiring

__all__ = [
    "OUT_RATE_HZ",
    "SENTENCE_MS",
    "LoudnessDetector",
    "Played",
    "ScriptedProvider",
    "Tape",
    "play",
    "sample",
    "say",
    "silence",
    "speech",
    "tone",
    "wishes",
]

# A conversation in which nothing goes on for so long is over.
QUIET_MS = 1000.0


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
    detector: SpeechDetector | None = None,
    microphone: Microphone | None = None,
    hears_itself: bool = False,
    turn_model: Callable[[], TurnModel] = TurnProcess,
    warn: Callable[[str], None] = lambda sentence: None,
    wake_word: WakeWordDetector | None = None,
) -> Played:
    """Let a conversation happen, faster than real time, until it has been quiet for a second.

    `tail_ms` after `near` it is over in any case. `successors` are the providers after the first.
    `microphone` (16 kHz) hears in place of one that hears `near` and nothing else, `detector` in place of
    one that goes by loudness. `hears_itself`: what the loudspeaker plays is cancelled, as the settings say.
    `turn_model` is asked whether turns are over, where the settings say so; `warn` hears of models.
    """
    provider = provider or ScriptedProvider(answers or [tone(1000)])
    scene = _Scene(
        (provider, *successors),
        load_settings([], settings, {}).settings,
        delay_ms,
        tail_ms,
        each_tick,
        tape or Tape(),
        reader,
        tools,
        wiring or Wiring(),
        state,
        now,
        detector or LoudnessDetector(),
        microphone or Script(np.concatenate(near)),
        hears_itself,
        turn_model,
        warn,
        wake_word,
    )
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(_play(scene))


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is to happen, as `play` was told."""

    providers: Sequence[ScriptedProvider]
    settings: Settings
    delay_ms: int
    tail_ms: float
    each_tick: Callable[[Assembly], None]
    tape: Tape
    reader: Reader | None
    tools: Tools | None
    wiring: Wiring
    state: StateDirectory | None
    now: Callable[[], datetime]
    detector: SpeechDetector
    microphone: Microphone
    hears_itself: bool
    turn_model: Callable[[], TurnModel]
    warn: Callable[[str], None]
    wake_word: WakeWordDetector | None


async def _play(scene: _Scene) -> Played:
    return await _Performance(scene).run()


class _Performance:
    """An assembly and its two ends around one ticker."""

    def __init__(self, scene: _Scene) -> None:
        self._scene = scene
        self._lines, self._clock = io.StringIO(), TickerClock()
        self._log = EventLog(self._lines)
        self._heard: deque[SpeechEvent] = deque()
        self._faults: list[Exception] = []
        self._quiet_ms = 0.0
        self._capture = SampleRing.allocate(NEAR_RATE_HZ)
        self._far_ring = SampleRing.allocate(NEAR_RATE_HZ)
        self._playout = Playout(PlayoutOptions(OUT_RATE_HZ, duck_db=scene.settings.interruption.duck_db))
        self._assembly = Assembly(
            scene.settings,
            ProviderList(_named(scene.providers), {}),
            scene.detector,
            self._ends(),
            self._clock,
            self._log,
            say,
            scene.reader,
            scene.tools,
            scene.state,
        )
        self._ticker = self._wired()

    def _ends(self) -> Ends:
        scene = self._scene
        return Ends(
            self._capture,
            NEAR_RATE_HZ,
            self._playout,
            OUT_RATE_HZ,
            scene.wiring.near_ms,
            lambda position: ms_of_samples(position, OUT_RATE_HZ),
            self._heard.append,
            scene.wiring.wake_at,
            on_fault=self._faults.append,
            set_muted=lambda muted: scene.wiring.set_muted(self._ticker, muted),
            half_duplex=scene.settings.interruption.strategy == "ignore",
            look_every_ms=TICK_MS,
            echo=self._echo() if scene.hears_itself else None,
            local_time=scene.now,
            open_turn_model=scene.turn_model,
            warn=scene.warn,
            punctual=True,
            wake_word=scene.wake_word,
        )

    def _echo(self) -> EchoStage | None:
        """As in a replay."""
        choice = choose_echo(self._scene.settings.audio.echo.cancel, lambda warning: None)
        far = SharedClock(self._far_ring, self._scene.delay_ms)
        return choice.stage(far)

    def _wired(self) -> Ticker:
        assembly = self._assembly
        pump = SpeakerPump(self._playout, OUT_RATE_HZ, self._far_ring)
        ports = self._scene.wiring.connect(
            Ports(self._capture, assembly.hearing, pump, assembly.conductor), assembly, self._clock, self._log
        )
        return Ticker(
            self._scene.microphone,
            self._scene.tape,
            ports.capture,
            ports.hearing,
            self._heard,
            ports.pump,
            ports.conductor,
            self._clock,
            OUT_RATE_HZ,
            samples_of_ms(self._scene.delay_ms, OUT_RATE_HZ),
            hold=assembly.turn_ending.hold,
        )

    async def run(self) -> Played:
        """From the first sample to the last."""
        async with self._assembly.running(1.0):
            await self._ticker.run_virtually(self._is_over, lambda: False, self._assembly.provider_spoke)
            standing = self._assembly.conductor.state
        if self._faults:
            raise self._faults[0]
        self._log.close()
        events = [json.loads(line) for line in self._lines.getvalue().splitlines()]
        return Played(events, self._scene.tape.pcm, self._scene.providers[0], self._assembly, standing)

    def _is_over(self) -> bool:
        """Asked at every tick, after which the world goes on by it."""
        scene, ticker = self._scene, self._ticker
        scene.each_tick(self._assembly)
        for provider in scene.providers:
            provider.pass_time(ticker.now_ms)
        self._log.advance(ticker.now_ms)
        self._assembly.look()
        settled = self._assembly.conductor.settled and not self._assembly.toolbox.rings
        self._quiet_ms = self._quiet_ms + TICK_MS if settled else 0.0
        if ticker.ended_ms is None:
            return bool(self._faults)
        return self._quiet_ms > QUIET_MS or ticker.now_ms > ticker.ended_ms + scene.tail_ms


def _named(providers: Sequence[ScriptedProvider]) -> tuple[Provider, ...]:
    names = ("scripted", *(f"successor-{number}" for number in range(1, len(providers))))
    return tuple(Provider(name, provider.open) for name, provider in zip(names, providers, strict=True))
