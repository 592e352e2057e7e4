"""One ticker moves microphone and loudspeaker by the same 10 ms, in real or in virtual time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Protocol

import numpy as np

from appliance.audio.playout_events import PlayoutEvent
from appliance.conversation.vocabulary import SpeechEvent
from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.service.happenings import Event
from appliance.service.network.clock import TickerClock

TICK_MS = 10
# A tick that comes later than this is a stall of the machine: the stream stands still for as long,
# and it is counted. Less is caught up, so that a timer's jitter does not add up.
STALL_MS = 50.0
# In virtual time the stream waits for an answer; real providers have their own, shorter deadlines.
VIRTUAL_WAIT_S = 10.0


class Microphone(Protocol):
    """Where the near end's samples come from (`WavReader`)."""

    @property
    def rate_hz(self) -> int: ...

    def read(self, count: int) -> Pcm:
        """The next `count` samples, fewer at the end."""


class Loudspeaker(Protocol):
    """Where the loudspeaker's samples go (`WavWriter`)."""

    def write(self, pcm: Pcm) -> None: ...


class Capture(Protocol):
    """Where the microphone's samples go (`SampleRing`)."""

    def write(self, pcm: Pcm) -> None: ...


class Ears(Protocol):
    """Who hears what was captured (`Hearing`)."""

    def pump(self) -> bool: ...


class Renderer(Protocol):
    """Where the loudspeaker's samples come from (`SpeakerPump`)."""

    def pump(self, out: Pcm, delay_samples: int) -> list[PlayoutEvent]: ...


class Room(Protocol):
    """The way from the loudspeaker to the microphone (`EchoPath`)."""

    def play(self, rendered: Pcm) -> None:
        """The next block of the loudspeaker, as it is rendered."""

    def hear(self, near: Pcm) -> Pcm:
        """The next block of the microphone, and with it what it hears of the loudspeaker."""


class Mind(Protocol):
    """Who is told what happens, and that time has passed (`Conductor`)."""

    def post(self, event: Event) -> None: ...
    def tick(self) -> None: ...


class Ticker:
    """Drives capture ring, hearing, playout and conductor as their threads would, in one thread.

    What the loudspeaker plays arrives `delay_samples` late, as through a real device's buffer.
    """

    def __init__(
        self,
        microphone: Microphone,
        loudspeaker: Loudspeaker,
        capture: Capture,
        hearing: Ears,
        heard: "deque[SpeechEvent]",
        pump: Renderer,
        conductor: Mind,
        clock: TickerClock,
        out_rate_hz: int,
        delay_samples: int,
        room: Room | None = None,
        hold: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Without a `room` the microphone does not hear the loudspeaker. `hold` is awaited before each step:
        the stream stands still for it."""
        self._microphone = microphone
        self._loudspeaker = loudspeaker
        self._capture = capture
        self._hearing = hearing
        self._heard = heard
        self._pump = pump
        self._conductor = conductor
        self._clock = clock
        self._delay_samples = delay_samples
        self._room = room
        self._hold = hold
        self._ticks = 0
        self._blocks = _block_sizes(microphone.rate_hz)
        self._silence = np.zeros(samples_of_ms(TICK_MS, microphone.rate_hz) + 1, dtype=np.int16)
        self._out = np.zeros(samples_of_ms(TICK_MS, out_rate_hz), dtype=np.int16)
        self._in_device = np.zeros(delay_samples, dtype=np.int16)
        self._muted = False
        self.ended_ms: float | None = None
        self.stalls = 0

    @property
    def now_ms(self) -> float:
        """How much of the stream has passed."""
        return self._ticks * float(TICK_MS)

    def set_muted(self, muted: bool) -> None:
        """Let nothing of the microphone through, or everything again."""
        self._muted = muted

    def tick(self) -> None:
        """Move the stream by 10 ms."""
        played = self._pump.pump(self._out, self._delay_samples)
        self._play(self._out)
        self._listen()
        self._ticks += 1
        self._clock.move_to(self.now_ms)
        for event in played:
            self._conductor.post(event)
        self._hearing.pump()
        while self._heard:
            self._conductor.post(self._heard.popleft())
        self._conductor.tick()

    def _listen(self) -> None:
        """What the microphone hears in this tick, into the capture ring."""
        count = next(self._blocks)
        block = self._microphone.read(count)
        if len(block) < count and self.ended_ms is None:
            self.ended_ms = self.now_ms
        if self._room is not None:
            self._room.play(self._out)
            block = self._room.hear(np.concatenate((block, self._silence[: count - len(block)])))
        heard = block[:0] if self._muted else block
        self._capture.write(heard)
        self._capture.write(self._silence[: count - len(heard)])

    def _play(self, block: Pcm) -> None:
        """Through the modelled device: what comes out now went in `delay_samples` ago."""
        through = np.concatenate((self._in_device, block))
        self._loudspeaker.write(through[: len(block)])
        self._in_device = through[len(block) :]

    async def run(self, done: Callable[[], bool]) -> None:
        """Tick until `done`, 10 ms every 10 ms."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while not done():
            if self._hold is not None:
                await self._hold()
            self.tick()
            due_s += TICK_MS / 1000
            wait_s = due_s - loop.time()
            if wait_s < -STALL_MS / 1000:
                self.stalls += 1
                due_s = loop.time()
            await asyncio.sleep(max(wait_s, 0.0))

    async def run_virtually(
        self, done: Callable[[], bool], awaited: Callable[[], bool], spoke: asyncio.Event
    ) -> None:
        """Tick until `done`, as fast as the machine can; the stream waits while an answer is `awaited`.

        `spoke` is set whenever a provider says something. Who says nothing for `VIRTUAL_WAIT_S` is not
        waited for again before it does: the stream goes on, and its own deadlines pass.
        """
        patient = True
        while not done():
            if self._hold is not None:
                await self._hold()
            self.tick()
            await asyncio.sleep(0)
            patient = patient or spoke.is_set() or not awaited()
            if patient:
                patient = await _spoken(awaited, spoke)


async def _spoken(awaited: Callable[[], bool], spoke: asyncio.Event) -> bool:
    """Wait as long as an answer is `awaited`; False where that took too long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(VIRTUAL_WAIT_S):
            while awaited():
                spoke.clear()
                await spoke.wait()
            return True
    return False


def _block_sizes(rate_hz: int) -> Iterator[int]:
    """Samples of each tick, so that no rate drifts: 44100 Hz gives 441, 11025 Hz 110 and 111 in turn."""
    done, tick = 0, 0
    while True:
        tick += 1
        up_to = rate_hz * TICK_MS * tick // 1000
        yield up_to - done
        done = up_to
