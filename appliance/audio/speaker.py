"""The thread that speaks, whatever loudspeaker there is."""

import threading
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from appliance.audio.cards import Direction
from appliance.audio.keeper import Keeper, Reopen
from appliance.audio.locked_playout import LockedPlayout
from appliance.audio.outlet import Outlet
from appliance.audio.pacing import Pacer
from appliance.audio.playout import Playout
from appliance.audio.playout_events import PlayoutEvent
from appliance.audio.pump import SpeakerPump
from appliance.audio.seam import SpeakerDevice
from appliance.audio.unheard import Unheard
from appliance.conversation.vocabulary import DeviceChanged
from appliance.errors import DeviceError
from appliance.pcm.ring import SampleRing

_BLOCKS_PER_S: Final = 50


class Speaker(LockedPlayout):
    """`playout` on a loudspeaker: blocks of 20 ms, always full, for as long as it is open.

    It outlives its loudspeakers. `rate_hz` is the playout's, for good: whatever comes back is converted.
    While there is none, nothing is rendered; when there is one again, it goes on from the first sample
    that is not known to have been heard: none is lost, and no more than a block is heard twice. What is
    rendered goes into `far_ring` as well (see SpeakerPump). With `keep_awake` the device never gets digital
    silence (see Dither).

    `on_event` gets the playout's events and `tell` what becomes of the loudspeaker, both in the speaker
    thread, without the lock; `on_rendered`, with every block, an instant of the clock, the far-end index that
    left the loudspeaker in it, and how often this device had run dry; `fatal` as for EventfulThread. The
    thread closes each device.
    """

    def __init__(
        self,
        playout: Playout,
        rate_hz: int,
        device: SpeakerDevice,
        reopen: Reopen[SpeakerDevice],
        far_ring: SampleRing,
        on_event: Callable[[PlayoutEvent], None],
        tell: Callable[[DeviceChanged], None],
        fatal: Callable[[Exception], None],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        *,
        keep_awake: bool = False,
        on_rendered: Callable[[float, int, int], None] | None = None,
    ) -> None:
        super().__init__(playout)
        self._on_rendered = on_rendered
        self._keep_awake = keep_awake
        self._rate_hz = rate_hz
        self._on_event = on_event
        self._pump = SpeakerPump(playout, rate_hz, far_ring)
        self._clock = clock
        self._sleep = sleep
        self._anchor = (clock(), 0)
        self._closing = threading.Event()
        self._fade = True
        self._block = np.zeros(rate_hz // _BLOCKS_PER_S, np.int16)
        self._unheard = Unheard(rate_hz)
        self._underruns = self._beyond_limit = self._beats = 0
        self._reopen = reopen
        self._keeper = Keeper(Direction.PLAYBACK, device, self._try, self._speak, tell, fatal, clock)

    # ------------------------------------------------------------------ what cannot be heard any more

    def begin(self, answer: int) -> None:
        """As Playout."""
        self._unheard.forget()
        super().begin(answer)

    def flush(self) -> None:
        """As Playout."""
        self._unheard.forget()
        super().flush()

    def stop_clip(self) -> None:
        """As Playout."""
        self._unheard.forget()
        super().stop_clip()

    # ------------------------------------------------------------------ the thread

    @property
    def underruns(self) -> int:
        """How often a device had run dry before the next block came."""
        return self._underruns

    @property
    def beyond_limit(self) -> int:
        """Blocks that a device wanted queued beyond the limit before it would play."""
        return self._beyond_limit

    @property
    def beats(self) -> int:
        """Moves with every block, and with every try to open a loudspeaker that is lost."""
        return self._beats

    def instant_s(self, position: int) -> float:
        """The clock's time of a playout event's `position`; exact while `on_event` is told of it."""
        rendered_s, rendered = self._anchor
        return rendered_s + (position - rendered) / self._rate_hz

    def start(self) -> None:
        """Begin to speak, silence at first; called once."""
        self._keeper.start()

    def start_closing(self, *, fade: bool = True) -> None:
        """Begin to end, without waiting: `fade` what plays out, and let that leave the loudspeaker."""
        self._fade = fade
        self._closing.set()
        self._keeper.start_stopping()

    def close(self, *, fade: bool = True) -> bool:
        """End, within 100 ms; whether the thread is gone and the device closed.

        Gives up after STOP_TIMEOUT_S of the keeper.
        """
        if not self._closing.is_set():
            self.start_closing(fade=fade)
        return self._keeper.stop()

    def _try(self, previous: str, keep_on: Callable[[], bool]) -> SpeakerDevice:
        self._beats += 1
        return self._reopen(previous, keep_on)

    def _speak(self, device: SpeakerDevice, prove: Callable[[], None], keep_on: Callable[[], bool]) -> None:
        """Speak through `device` until that is not wanted any more. Raises DeviceError: it was lost."""
        outlet = Outlet(device, self._rate_hz, keep_awake=self._keep_awake)
        pacer = Pacer(outlet, self._clock, self._sleep)
        underruns_before, beyond_before = self._underruns, self._beyond_limit
        try:
            for piece in self._unheard.take(len(self._block)):
                pacer.wait_for_room(len(piece))
                outlet.write(piece)
            written, proved = 0, False
            while keep_on():
                self._speak_block(outlet, pacer)
                self._underruns = underruns_before + pacer.underruns
                self._beyond_limit = beyond_before + pacer.beyond_limit
                written += len(self._block)
                # More than fits in was written, and not faster than it plays: some was played.
                if not proved and written > outlet.capacity_samples >= pacer.ahead_samples:
                    proved = True
                    prove()
            if self._fade:
                self._speak_farewell(outlet, pacer)
        except DeviceError:
            self._unheard.keep(pacer.queued_samples)
            raise

    def _speak_block(self, outlet: Outlet, pacer: Pacer) -> None:
        delay_samples = pacer.wait_for_room(len(self._block))
        self._beats += 1
        with self._lock:
            self._anchor = (self._clock(), self._playout.position)
            events = self._pump.pump(self._block, delay_samples)
        if self._on_rendered is not None:
            self._on_rendered(self._anchor[0], self._pump.far_playhead, pacer.underruns)
        self._unheard.rendered(self._block)
        outlet.write(self._block)
        for event in events:
            self._on_event(event)

    def _speak_farewell(self, outlet: Outlet, pacer: Pacer) -> None:
        with self._lock:
            self._playout.flush()
            self._playout.stop_clip()
        self._speak_block(outlet, pacer)
        pacer.drain()
