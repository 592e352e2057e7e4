"""What stands between the ticker and the rooms of a running device, as far as it can be staged."""

import math
from collections import deque
from collections.abc import Callable

from appliance.audio.playout_events import PlayoutEvent
from appliance.hearing.thread import WAKE_TIMEOUT_S
from appliance.pcm.formats import Pcm
from appliance.service.happenings import Event
from appliance.service.microphone_time import MicrophoneTime
from appliance.service.network.clock import TickerClock
from appliance.service.ticker import TICK_MS, Capture, Ears, Mind, Renderer

# A device that was let go takes so long to open again.
OPEN_MS = 300.0


class Microphone:
    """Before the capture ring: closed or unplugged, it lets nothing through, not even silence."""

    def __init__(
        self, capture: Capture, clock: TickerClock, close_ms: float, resumed: Callable[[], None]
    ) -> None:
        """`close_ms` passes from the wish until it is closed; `resumed` is called before the first sample
        after a gap."""
        self._capture = capture
        self._clock = clock
        self._close_ms = close_ms
        self._resumed = resumed
        self._open_from_ms = 0.0
        self._open_until_ms = math.inf
        self._gap = False
        self.plugged = True
        self.delivered_samples = 0

    def set_muted(self, muted: bool) -> None:
        """Close it, or open it again."""
        now_ms = self._clock.now_ms()
        if muted:
            self._open_until_ms = now_ms + self._close_ms
        else:
            self._open_from_ms, self._open_until_ms = now_ms + OPEN_MS, math.inf

    def write(self, pcm: Pcm) -> None:
        is_open = self._open_from_ms <= self._clock.now_ms() < self._open_until_ms
        if not (is_open and self.plugged):
            self._gap = True
            return
        if self._gap:
            self._gap = False
            self._resumed()
        self.delivered_samples += len(pcm)
        self._capture.write(pcm)


class Loudspeaker:
    """Before the playout: unplugged, it takes nothing from it."""

    def __init__(self, pump: Renderer) -> None:
        self._pump = pump
        self.plugged = True

    def pump(self, out: Pcm, delay_samples: int) -> list[PlayoutEvent]:
        if self.plugged:
            return self._pump.pump(out, delay_samples)
        out.fill(0)
        return []


class WokenEars:
    """Woken with every sample, and now and then without one, as `HearingThread` is."""

    def __init__(self, hearing: Ears, microphone: Microphone, time: MicrophoneTime) -> None:
        self._hearing = hearing
        self._microphone = microphone
        self._time = time
        self._woken_at = 0
        self._slept_ms = 0.0

    def pump(self) -> bool:
        delivered = self._microphone.delivered_samples
        self._slept_ms += TICK_MS
        if delivered == self._woken_at and self._slept_ms < WAKE_TIMEOUT_S * 1000:
            return False
        self._woken_at, self._slept_ms = delivered, 0.0
        more = self._hearing.pump()
        self._time.heard()
        return more


class Loop:
    """The event loop before the conductor: what is posted comes `late_ms` later, and it is ticked only
    at the instants that it asked for."""

    def __init__(self, conductor: Mind, clock: TickerClock, late_ms: float) -> None:
        self._conductor = conductor
        self._clock = clock
        self._late_ms = late_ms
        self._on_its_way: deque[tuple[float, Event]] = deque()
        self._wakes: list[float] = []

    def wake_at(self, due_ms: float) -> None:
        self._wakes.append(due_ms)

    def carries(self, kind: type) -> bool:
        """Whether such an event is on its way."""
        return any(isinstance(event, kind) for _, event in self._on_its_way)

    def post(self, event: Event) -> None:
        self._on_its_way.append((self._clock.now_ms() + self._late_ms, event))

    def tick(self) -> None:
        now_ms = self._clock.now_ms()
        while self._on_its_way and self._on_its_way[0][0] <= now_ms:
            self._conductor.post(self._on_its_way.popleft()[1])
        due = [due_ms for due_ms in self._wakes if due_ms <= now_ms]
        self._wakes = [due_ms for due_ms in self._wakes if due_ms > now_ms]
        if due:
            self._conductor.tick()
