"""A conversation in virtual time with a panel on gpiozero's mock pins."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from appliance.conversation.vocabulary import AppendAudio, Command
from appliance.panel.joint_state import Shown
from appliance.panel.options import PanelOptions
from appliance.panel.pins import Hardware, pin_factory
from appliance.pcm.formats import Pcm
from appliance.service.assembly import Assembly
from appliance.service.event_log import EventLog
from appliance.service.network.clock import TickerClock
from appliance.service.panel.panel import Panel
from appliance.service.ticker import Ticker
from tests.bench.soak_time import VirtualLoop
from tests.service.stage import Played, ScriptedProvider, play, sample, tone
from tests.service.wiring import Ports, Wiring

BUTTON, LED = 17, 27
LOOK_EVERY_MS = 100.0

Act = Callable[["PanelStage"], None]


class StagedEar:
    """The kernel's word: closes `close_ms` after it was asked to, or never."""

    def __init__(self) -> None:
        self.open = True
        self.sticks = False


class PanelStage(Wiring):
    """The panel of a conversation, what is done to it, and what its light did."""

    def __init__(self, acts: Iterable[tuple[float, Act]] = (), down: bool = False) -> None:
        """`acts` are done at their stream time (ms); `down`: the button is, from the start."""
        self._acts = deque(sorted(acts, key=lambda act: act[0]))
        self.factory: Any = pin_factory("mock")
        self._down = down
        self.ear = StagedEar()
        self.told: list[str] = []
        self.forgotten = 0
        self.seen: list[tuple[float, Shown | None]] = []
        self._looked_ms = 0.0

    def connect(self, ports: Ports, assembly: Assembly, clock: TickerClock, log: EventLog) -> Ports:
        self.assembly = assembly
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        hardware = Hardware(PanelOptions(button=BUTTON, led=LED), self.factory)
        if self._down:
            self.factory.pin(BUTTON).drive_low()
        self.panel = Panel(
            hardware,
            assembly,
            log,
            self.ear,
            30.0,
            lambda: sample(clock.now_ms()),
            self._forget,
            self.told.append,
            self._loop.time,
        )
        return ports

    def set_muted(self, ticker: Ticker, muted: bool) -> None:
        ticker.set_muted(muted)
        self.ear.open = self.ear.sticks or not muted

    def _forget(self) -> None:
        self.forgotten += 1

    def each_tick(self, assembly: Assembly) -> None:
        """Time goes on, by the stream's."""
        now_ms = self._clock.now_ms()
        assert isinstance(self._loop, VirtualLoop)
        self._loop.move_to(now_ms / 1000)
        if now_ms == 10.0:
            self.panel.ready()
        while self._acts and now_ms >= self._acts[0][0]:
            self._acts.popleft()[1](self)
        if now_ms >= self._looked_ms + LOOK_EVERY_MS:
            self._looked_ms = now_ms
            self.panel.look()
        shown = self.panel.light.shown
        if not self.seen or self.seen[-1][1] is not shown:
            self.seen.append((now_ms, shown))

    @property
    def shown(self) -> list[Shown | None]:
        return [shown for _, shown in self.seen]

    @property
    def lit(self) -> bool:
        return bool(self.factory.pin(LED).state)


def press(stage: PanelStage) -> None:
    stage.factory.pin(BUTTON).drive_low()


def let_go(stage: PanelStage) -> None:
    stage.factory.pin(BUTTON).drive_high()


def taps(at_ms: float, count: int) -> list[tuple[float, Act]]:
    """So many taps, five a second."""
    return [(at_ms + 200 * n + 100 * up, let_go if up else press) for n in range(count) for up in (0, 1)]


def held(at_ms: float, for_ms: float) -> list[tuple[float, Act]]:
    """One press."""
    return [(at_ms, press), (at_ms + for_ms, let_go)]


class WatchedProvider(ScriptedProvider):
    """Looks at the lamp whenever a sample is about to leave the box."""

    def __init__(self, answers: Sequence[Pcm], stage: PanelStage) -> None:
        super().__init__(answers, delay_ms=300)
        self._stage = stage
        self.lit_when_sent: list[bool] = []

    def send(self, command: Command) -> None:
        if isinstance(command, AppendAudio):
            self.lit_when_sent.append(self._stage.lit)
        super().send(command)


def play_with_panel(stage: PanelStage, *near: Pcm, answers: Sequence[Pcm] | None = None) -> Played:
    """As `play`; the lamp is watched whenever something is sent."""
    return play(
        *near,
        provider=WatchedProvider(answers or [tone(1000)], stage),
        each_tick=stage.each_tick,
        wiring=stage,
        loop_factory=VirtualLoop,
    )
