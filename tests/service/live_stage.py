"""The stage of `stage.py`, wired as a running device is.

The conductor is ticked only when it asked to be woken; what hearing and the loudspeaker tell is `late_ms`
on its way to it; a microphone that is muted or lost delivers no sample, and the samples stand still while
the clock goes on.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from appliance.conversation.announcements import Sound
from appliance.conversation.vocabulary import DeviceChanged, DeviceState, Ring, ToolCall, ToolDone
from appliance.pcm.formats import Pcm
from appliance.service.assembly import Assembly
from appliance.service.event_log import EventLog
from appliance.service.floor import Reader
from appliance.service.happenings import Event
from appliance.service.microphone_time import MicrophoneTime
from appliance.service.network.clock import TickerClock
from appliance.service.panel.button import Button
from appliance.service.ticker import Ticker
from appliance.service.toolbox.tool_calls import Tools
from tests.bench.soak_time import VirtualLoop
from tests.service.live_wiring import Loop, Loudspeaker, Microphone, WokenEars
from tests.service.stage import Played, ScriptedProvider, play, tone
from tests.service.wiring import Ports, Wiring


class Live(Wiring):
    """A running device, and what a person can do to it."""

    def __init__(self, late_ms: float = 10.0, close_ms: float = 0.0) -> None:
        """`late_ms` is the way to the event loop; `close_ms` what a microphone takes to fall silent."""
        self._late_ms = late_ms
        self._close_ms = close_ms

    def connect(self, ports: Ports, assembly: Assembly, clock: TickerClock, log: EventLog) -> Ports:
        self.assembly = assembly
        self.log = log
        self.clock = clock
        self.time = MicrophoneTime(clock, lambda: assembly.near.written)
        self.loop = Loop(ports.conductor, clock, self._late_ms)
        self._button = Button(assembly.conductor.post)
        self._microphone = Microphone(ports.capture, clock, self._close_ms, self.time.resume)
        self._loudspeaker = Loudspeaker(ports.pump)
        ears = WokenEars(ports.hearing, self._microphone, self.time)
        return Ports(self._microphone, ears, self._loudspeaker, self.loop)

    def wake_at(self, due_ms: float) -> None:
        self.loop.wake_at(due_ms)

    def near_ms(self, index: int) -> float:
        return self.time.ms_of(index)

    def set_muted(self, ticker: Ticker, muted: bool) -> None:
        self._microphone.set_muted(muted)

    # ------------------------------------------------------------------ what is done to it

    def press(self) -> None:
        self._button.down(self.time.index_now())

    def let_go(self) -> None:
        self._button.up(self.time.index_now())

    def unplug_microphone(self) -> None:
        self._microphone.plugged = False
        self._tell("microphone", DeviceState.LOST)

    def starve_microphone(self) -> None:
        """It delivers nothing more, and nobody has noticed."""
        self._microphone.plugged = False

    def plug_in_microphone(self) -> None:
        self._microphone.plugged = True
        self._tell("microphone", DeviceState.READY)

    def unplug_loudspeaker(self) -> None:
        self._loudspeaker.plugged = False
        self._tell("loudspeaker", DeviceState.LOST)

    def _tell(self, device: Literal["microphone", "loudspeaker"], state: DeviceState) -> None:
        self.assembly.conductor.post(DeviceChanged(device, state, "a device", "its plug was moved"))


class HeldTools:
    """Tools that are done when the test says so."""

    def __init__(self) -> None:
        self._running: list[tuple[ToolCall, Callable[[ToolDone], None]]] = []

    def run(self, call: ToolCall, done: Callable[[ToolDone], None]) -> None:
        self._running.append((call, done))

    def end(self, live: Live) -> None:
        for call, done in self._running:
            done(ToolDone(call, ok=True, output="{}"))


Act = Callable[[Live], None]


def post(event: Event) -> Act:
    """Tell the conductor `event`, as the control socket does: from the loop itself."""
    return lambda live: live.assembly.conductor.post(event)


def announce(sound: Sound, pcm: Pcm) -> Act:
    """A sound of the device's own."""

    def act(live: Live) -> None:
        live.assembly.loudspeaker.announce(sound, pcm)

    return act


def ring(ms: float) -> Act:
    """An alarm of this length, half as loud as an answer."""
    return post(Ring(tone(ms) // 2))


def at(*timed: tuple[float, Act]) -> Act:
    """Do each of these once, at its stream time (ms)."""
    waiting = deque(sorted(timed, key=lambda act: act[0]))

    def do_what_is_due(live: Live) -> None:
        while waiting and live.clock.now_ms() >= waiting[0][0]:
            waiting.popleft()[1](live)

    return do_what_is_due


def play_live(
    *near: Pcm,
    answers: Sequence[Pcm] | None = None,
    provider: ScriptedProvider | None = None,
    settings: Sequence[str] = (),
    acts: Act = lambda live: None,
    reader: Reader | None = None,
    tools: Tools | None = None,
    late_ms: float = 10.0,
    close_ms: float = 0.0,
    tail_ms: float = 6000.0,
) -> Played:
    """`play` on a running device; `acts` is called every 10 ms of its stream."""
    live, loop = Live(late_ms, close_ms), VirtualLoop()

    def act(assembly: Assembly) -> None:
        loop.move_to(live.clock.now_ms() / 1000)
        acts(live)

    return play(
        *near,
        answers=answers,
        provider=provider,
        settings=settings,
        tail_ms=tail_ms,
        each_tick=act,
        loop_factory=lambda: loop,
        reader=reader,
        tools=tools,
        wiring=live,
    )


def is_told(played: Played, words: Pcm) -> bool:
    """Whether the provider was told `words` once, in a row, and nothing loud before them."""
    told = np.concatenate(played.provider.turns)
    first = int(np.flatnonzero(told)[0])
    return np.array_equal(told[first : first + len(words)], words)
