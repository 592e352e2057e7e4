"""From the edge of the button to the light: `python -m tests.bench.panel [PRESSES]`.

An RGB LED and a button on gpiozero's mock pins, moved by another thread as lgpio's would move them; the
conversation runs in real time on the event loop, hearing and playout included, which in a daemon have
threads of their own. What a kernel and a chip add is measured by the rig on a chip of the kernel.
"""

import asyncio
import io
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.pump import SpeakerPump
from appliance.conversation.vocabulary import Asked, MuteWanted, Ring, SpeechEvent, StopRing, StopWanted
from appliance.hearing.speech.silero import SileroDetector
from appliance.panel.joint_state import Shown
from appliance.panel.options import PanelOptions
from appliance.panel.patterns import PATTERNS, colour
from appliance.panel.pins import Hardware, pin_factory
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples, samples_of_ms
from appliance.pcm.ring import SampleRing
from appliance.providers.chain import Provider
from appliance.service.assembly import Assembly
from appliance.service.ends import Ends
from appliance.service.event_log import EventLog
from appliance.service.happenings import Event
from appliance.service.network.clock import TickerClock
from appliance.service.panel.panel import Panel
from appliance.service.providers.provider_list import ProviderList
from appliance.service.ticker import TICK_MS, Ticker
from appliance.settings import load_settings
from tests.bench.table import Row, percentiles, spread
from tests.service.scripted import OUT_RATE_HZ, ScriptedProvider, say, silence, tone

LIMIT_MS: Final = 50.0
# Longer than a burst of taps, and than a press in vain is shown: each press is one of its own.
APART_S: Final = 1.4
WAIT_S: Final = 5.0
OPTIONS: Final = PanelOptions(lamp="rgb", brightness=1.0)


class Room:
    """A conversation in real time with a panel."""

    def __init__(self, factory: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self._muted = False
        self._clock = TickerClock()
        self._heard = deque[SpeechEvent]()
        self._faults: list[Exception] = []
        self.over = False
        self._provider = ScriptedProvider([tone(3000)], delay_ms=1500)
        capture, playout = SampleRing.allocate(NEAR_RATE_HZ), Playout(PlayoutOptions(OUT_RATE_HZ))
        log = EventLog(io.StringIO())
        self._log = log
        self._assembly = self._assemble(capture, playout, log)
        self.panel = Panel(
            Hardware(OPTIONS, factory),
            self._assembly,
            log,
            self,
            30.0,
            lambda: samples_of_ms(self._clock.now_ms(), NEAR_RATE_HZ),
            lambda: None,
            print,
        )
        self._ticker = self._ticking(capture, playout)

    @property
    def open(self) -> bool:
        """As Ear."""
        return not self._muted

    def _mute(self, muted: bool) -> None:
        self._muted = muted
        self._ticker.set_muted(muted)

    def _assemble(self, capture: SampleRing, playout: Playout, log: EventLog) -> Assembly:
        ends = Ends(
            capture,
            NEAR_RATE_HZ,
            playout,
            OUT_RATE_HZ,
            near_ms=lambda index: ms_of_samples(index, NEAR_RATE_HZ),
            out_ms=lambda position: ms_of_samples(position, OUT_RATE_HZ),
            post_speech=self._heard.append,
            wake_at=lambda due_ms: None,
            on_fault=self._faults.append,
            set_muted=self._mute,
            half_duplex=False,
            look_every_ms=TICK_MS,
        )
        providers = ProviderList((Provider("scripted", self._provider.open),), {})
        settings = load_settings([], [], {}).settings
        return Assembly(settings, providers, SileroDetector(), ends, self._clock, log, say)

    def _ticking(self, capture: SampleRing, playout: Playout) -> Ticker:
        pump = SpeakerPump(playout, OUT_RATE_HZ, SampleRing.allocate(NEAR_RATE_HZ))
        assembly = self._assembly
        return Ticker(
            _Quiet(),
            _Nobody(),
            capture,
            assembly.hearing,
            self._heard,
            pump,
            assembly.conductor,
            self._clock,
            OUT_RATE_HZ,
            samples_of_ms(40, OUT_RATE_HZ),
        )

    async def run(self) -> None:
        """Until it is `over`."""
        async with self._assembly.running(1.0):
            self.panel.ready()
            await self._ticker.run(self._look)
        self.panel.close()
        if self._faults:
            raise self._faults[0]

    def _look(self) -> bool:
        self._provider.pass_time(self._clock.now_ms())
        self._log.advance(self._clock.now_ms())
        self._assembly.look()
        self.panel.look()
        return self.over or bool(self._faults)

    def post(self, *events: Event) -> None:
        """Tell the conductor, from another thread."""
        for event in events:
            self._loop.call_soon_threadsafe(self._assembly.conductor.post, event)


class _Quiet:
    rate_hz = NEAR_RATE_HZ

    def read(self, count: int) -> Pcm:
        return silence(ms_of_samples(count, NEAR_RATE_HZ))


class _Nobody:
    def write(self, pcm: Pcm) -> None:
        """Nobody listens."""


class Hand:
    """Presses, and looks at the pins of the light; in a thread of its own."""

    def __init__(self, room: Room, factory: Any) -> None:
        self._room = room
        self._button = factory.pin(OPTIONS.button)
        self._light = [factory.pin(pin) for pin in OPTIONS.rgb]

    def press_ms(self, before: tuple[Event, ...], seen: Shown, after: Shown) -> float:
        """How long it took from the edge, in the state `seen`, to the first light of the state `after`."""
        self._room.post(*before)
        _wait(lambda: self._room.panel.light.shown is seen, f"{seen} was not shown")
        time.sleep(0.1)
        light = colour(PATTERNS[after], 0.0)
        if seen is not Shown.RINGING:  # which has the same colour in its dark moments as what follows
            _wait(lambda: self._colour != light, f"{seen} never looks different from {after}")
        began_s = time.perf_counter()
        self._button.drive_low()
        _wait(lambda: self._colour == light, f"{after} was not seen after the button went down")
        took_ms = (time.perf_counter() - began_s) * 1000
        self._button.drive_high()
        self._room.post(StopWanted(), StopRing(), MuteWanted(False))
        time.sleep(APART_S)
        self._room.post(StopWanted())
        _wait(lambda: self._room.panel.light.shown is Shown.IDLE, "it did not come to rest")
        return took_ms

    @property
    def _colour(self) -> tuple[float, ...]:
        return tuple(pin.state for pin in self._light)


def _wait(until: Callable[[], bool], complaint: str) -> None:
    deadline_s = time.perf_counter() + WAIT_S
    while not until():
        if time.perf_counter() > deadline_s:
            raise RuntimeError(complaint)
        time.sleep(0.0002)


SCENES: Final[dict[str, tuple[tuple[Event, ...], Shown, Shown]]] = {
    "idle": ((), Shown.IDLE, Shown.LISTENING),
    "thinking": ((Asked("What time is it?", spoken=True),), Shown.THINKING, Shown.LISTENING),
    "speaking": ((Asked("What time is it?", spoken=True),), Shown.SPEAKING, Shown.LISTENING),
    "ringing": ((Ring(tone(4000)),), Shown.RINGING, Shown.IDLE),
    "muted": ((MuteWanted(True),), Shown.MUTED, Shown.PRESSED_MUTED),
}


def rows(presses: int = 20) -> list[Row]:
    """A row for each phase, and one for all."""
    return asyncio.run(_measure(presses))


async def _measure(presses: int) -> list[Row]:
    factory = pin_factory("mock")
    room = Room(factory)
    running = asyncio.create_task(room.run())
    hand = Hand(room, factory)
    took: dict[str, list[float]] = {name: [] for name in SCENES}
    try:
        for _ in range(presses):
            for name, scene in SCENES.items():
                took[name].append(await asyncio.to_thread(hand.press_ms, *scene))
    finally:
        room.over = True
        await running
    found = {**took, "any": [ms for each in took.values() for ms in each]}
    return [_row(name, values) for name, values in found.items()]


def _row(name: str, values: list[float]) -> Row:
    stats = percentiles(values)
    title = f"button goes down, {name} → light"
    return Row(title, spread(stats, "ms"), f"p95 ≤ {LIMIT_MS:g} ms", stats["p95"] <= LIMIT_MS, stats)


def main() -> int:
    """Print the rows; 1 where a promise was not kept."""
    found = rows(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
    for row in found:
        print(f"{'ok  ' if row.met else 'MISS'}  {row.name}: {row.measured}  ({row.promised})")
    return 0 if all(row.met for row in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
