"""The thread that speaks, and the lock between it and whoever decides what is said."""

import threading
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from appliance.audio.pacing import Pacer
from appliance.audio.playout import Playout
from appliance.audio.playout_events import PlayoutEvent
from appliance.audio.pump import SpeakerPump
from appliance.audio.seam import SpeakerDevice
from appliance.audio.threads import DeviceThread
from appliance.errors import DeviceError
from appliance.pcm.formats import Pcm
from appliance.pcm.ring import SampleRing

# The last fade takes a block of 20 ms behind 40 ms of queue; the rest is for a busy machine.
CLOSE_TIMEOUT_S: Final = 0.5


class Speaker:
    """`playout` on `device`: blocks of one length, always full, for as long as it is open.

    The playout's verbs may be called from any thread. They wait for no longer than one block is being
    rendered (less than a millisecond), never for the device, which is written outside of the lock.
    What is rendered goes into `far_ring` as well (see SpeakerPump).

    `on_event` gets the playout's events in the speaker thread, without the lock. `on_lost` and `fatal`
    as for DeviceThread. The thread closes the device, however it ends.
    """

    def __init__(
        self,
        playout: Playout,
        device: SpeakerDevice,
        far_ring: SampleRing,
        on_event: Callable[[PlayoutEvent], None],
        on_lost: Callable[[DeviceError], None],
        fatal: Callable[[Exception], None],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._playout = playout
        self._device = device
        self._on_event = on_event
        self._lock = threading.Lock()
        self._pump = SpeakerPump(playout, device.rate_hz, far_ring)
        self._pacer = Pacer(device, clock, sleep)
        self._clock = clock
        self._anchor = (clock(), 0)
        self._closing = threading.Event()
        self._fade = True
        self._block = np.zeros(device.block_samples, np.int16)
        self._frames = np.zeros((device.block_samples, device.channels), np.int16)
        self._thread = DeviceThread("speaker", self._run, on_lost, fatal)

    # ------------------------------------------------------------------ the playout's verbs, locked

    def begin(self, answer: int) -> None:
        """As Playout."""
        with self._lock:
            self._playout.begin(answer)

    def append(self, answer: int, pcm: Pcm) -> int:
        """As Playout."""
        with self._lock:
            return self._playout.append(answer, pcm)

    def end(self, answer: int) -> None:
        """As Playout."""
        with self._lock:
            self._playout.end(answer)

    def play(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.play()

    def duck(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.duck()

    def hush(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.hush()

    def resume(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.resume()

    def flush(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.flush()

    def say(self, clip: int, pcm: Pcm) -> None:
        """As Playout."""
        with self._lock:
            self._playout.say(clip, pcm)

    def stop_clip(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.stop_clip()

    def heard_samples(self, answer: int) -> int:
        """As Playout."""
        with self._lock:
            return self._playout.heard_samples(answer)

    def remaining(self, answer: int) -> Pcm:
        """As Playout."""
        with self._lock:
            return self._playout.remaining(answer)

    # ------------------------------------------------------------------ the thread

    @property
    def underruns(self) -> int:
        """How often the device had run dry before the next block came."""
        return self._pacer.underruns

    @property
    def beyond_limit(self) -> int:
        """Blocks that the device wanted queued beyond the limit before it would play."""
        return self._pacer.beyond_limit

    @property
    def far_playhead(self) -> int:
        """As SpeakerPump."""
        return self._pump.far_playhead

    def instant_s(self, position: int) -> float:
        """The clock's time of a playout event's `position`; exact while `on_event` is told of it."""
        rendered_s, rendered = self._anchor
        return rendered_s + (position - rendered) / self._device.rate_hz

    def start(self) -> None:
        """Begin to speak, silence at first; called once."""
        self._thread.start()

    def start_closing(self, *, fade: bool = True) -> None:
        """Begin to end, without waiting: `fade` what plays out, and let that leave the loudspeaker."""
        self._fade = fade
        self._closing.set()

    def close(self, *, fade: bool = True) -> bool:
        """End, within 100 ms; whether the thread is gone and the device closed.

        Gives up after CLOSE_TIMEOUT_S: a thread that hangs in a driver is left behind.
        """
        if not self._closing.is_set():
            self.start_closing(fade=fade)
        return self._thread.join(CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._speak_block()
            if self._fade:
                self._speak_farewell()
        finally:
            self._device.close()

    def _speak_block(self) -> None:
        delay_samples = self._pacer.wait_for_room(len(self._block))
        with self._lock:
            self._anchor = (self._clock(), self._playout.position)
            events = self._pump.pump(self._block, delay_samples)
        self._frames[:] = self._block[:, np.newaxis]
        self._device.write(self._frames.tobytes())
        for event in events:
            self._on_event(event)

    def _speak_farewell(self) -> None:
        with self._lock:
            self._playout.flush()
            self._playout.stop_clip()
        self._speak_block()
        self._pacer.drain()
