"""The thread that captures: it reads, makes mono of the ring's rate, and writes."""

import threading
from collections.abc import Callable, Iterator
from typing import Final

from appliance.audio.cards import Direction
from appliance.audio.intake import Intake
from appliance.audio.keeper import Keeper, Reopen
from appliance.audio.remote import LeftMicrophone, Microphone
from appliance.audio.seam import READ_WAIT_S, CaptureDevice
from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import DeviceError
from appliance.pcm.ring import SampleRing

# A microphone that delivers nothing for so long is lost: USB devices need up to half a second to
# start, and within 2 s of losing it the appliance has to say that it is deaf.
STALL_S: Final = 0.7
_STALL_READS: Final = round(STALL_S / READ_WAIT_S)

# A live microphone has noise. So long the same sample is a switch on the device, a mixer at zero, a dead
# capsule or a driver that is stuck; some headsets deliver zeros for a few seconds between two words.
STILL_S: Final = 10.0

# A driver that is stuck works again once it was opened anew. Where that did not help it is tried again
# now and then, and no oftener, because a headset's zeros mean nothing and opening takes some 0.3 s.
REOPEN_EVERY_S: Final = 600.0


class CaptureThread:
    """Moves the sound of a microphone into `ring`, at `ring_hz`, and sets `wake` after each block.

    It outlives its microphones: while there is none, or it is muted, nothing is written and the index of
    the ring stands still; `resumed` is called before the first sample of each one is written, and before the
    first after an overrun, which is a gap as well. Whatever microphone comes back is converted to `ring_hz`.
    What becomes of it is told to `tell`; of one that is there and yet deaf (see Intake) that it is silent,
    where opening it again did not help, and with its first sample that is another that it is ready; and of
    one with a dead channel, once somebody spoke, that it is ready without that. `warn`
    gets the sentence about it too; `captured`, with each block, how far `ring` is written; `fatal` as for
    EventfulThread. All are called in this thread.
    """

    def __init__(
        self,
        device: CaptureDevice,
        reopen: Reopen[CaptureDevice],
        ring: SampleRing,
        ring_hz: int,
        wake: threading.Event,
        tell: Callable[[DeviceChanged], None],
        fatal: Callable[[Exception], None],
        resumed: Callable[[], None],
        warn: Callable[[str], None],
        captured: Callable[[int], None] | None = None,
    ) -> None:
        self._captured = captured
        self._ring = ring
        self._ring_hz = ring_hz
        self._wake = wake
        self._resumed = resumed
        self._warn = warn
        self._overruns = 0
        self._name = device.name
        self._process: int | None = None
        self._leaves = False
        self._left: LeftMicrophone | None = None
        self._beats = 0
        self._delivered = False
        self._to_tell = tell
        self._told = DeviceState.READY
        self._dead_channel = ""
        self._opened_again = False  # because it was deaf, and not lost since
        self._reopen = reopen
        self._keeper = Keeper(Direction.CAPTURE, device, self._try, self._capture, self._tell, fatal)

    @property
    def overruns(self) -> int:
        """How often sound was lost before it was read, of all microphones so far."""
        return self._overruns

    @property
    def beats(self) -> int:
        """Moves with every block, and with every try to open a microphone that is lost."""
        return self._beats

    @property
    def delivered(self) -> bool:
        """Sound has come, from whatever microphone."""
        return self._delivered

    @property
    def name(self) -> str:
        """The microphone that was there last."""
        return self._name

    @property
    def process(self) -> int | None:
        """The process that was given the microphone last; None where it needs none, and before the first."""
        return self._process

    def start(self) -> None:
        """Begin to read; called once."""
        self._keeper.start()

    def set_muted(self, muted: bool) -> None:
        """Close the microphone, within 0.3 s, or open it again; from the event loop, returns at once.

        Muting is no loss: nothing is told of it. What comes after it is opened again is.
        """
        self._keeper.want(not muted)

    def hand_over(self) -> LeftMicrophone | None:
        """End like `stop`, but leave the microphone open for the program that takes our place, if it is."""
        self._leaves = True
        return self._left if self._keeper.stop() else None

    def stop(self) -> bool:
        """End within STOP_TIMEOUT_S of the keeper; whether the thread is gone, and the device closed."""
        return self._keeper.stop()

    def _try(self, previous: str, keep_on: Callable[[], bool]) -> CaptureDevice:
        self._beats += 1
        return self._reopen(previous, keep_on)

    def _capture(self, device: CaptureDevice, prove: Callable[[], None], keep_on: Callable[[], bool]) -> None:
        self._name, self._process = device.name, getattr(device, "process", None)
        intake = Intake(device.rate_hz, device.channels, self._ring_hz)
        self._dead_channel = ""
        overruns_before = self._overruns
        proved = False
        for block in _blocks(device, keep_on):
            overruns = overruns_before + device.overruns
            if not proved or overruns > self._overruns:
                self._resumed()
            self._overruns = overruns
            if not proved:
                proved = True
                prove()
            self._beats += 1
            self._delivered = True
            self._ring.write(intake.take(block))
            if self._captured is not None:
                self._captured(self._ring.written)
            self._wake.set()
            if intake.still_s >= (REOPEN_EVERY_S if self._opened_again else STILL_S):
                self._opened_again = True
                return  # it is still wanted: so it is opened again
            self._listen_for_life(intake, device.name)
            self._look_at_channels(intake, device.name)
        if self._leaves and isinstance(device, Microphone):
            self._left = device.leave()

    def _listen_for_life(self, intake: Intake, name: str) -> None:
        if intake.still_s >= STILL_S and self._told is DeviceState.READY:
            what = "digital silence" if intake.zero else "one and the same sample"
            reason = (
                f"the microphone {name!r} has delivered nothing but {what} for {STILL_S:g} s, although it was"
                " opened again: look for a mute switch on it, or a recording level of zero"
            )
            self._tell(DeviceChanged("microphone", DeviceState.SILENT, name, reason))
            self._warn(reason)
        elif not intake.still_s and self._told is DeviceState.SILENT:
            self._tell(DeviceChanged("microphone", DeviceState.READY, name))

    def _look_at_channels(self, intake: Intake, name: str) -> None:
        dead = intake.dead_channel
        if dead == self._dead_channel or self._told is not DeviceState.READY:
            return
        self._dead_channel = dead
        reason = f"nothing comes from its {dead} channel, so it is heard by the other one" if dead else ""
        self._tell(DeviceChanged("microphone", DeviceState.READY, name, reason))

    def _tell(self, change: DeviceChanged) -> None:
        self._told = change.state
        if change.state is DeviceState.LOST:
            self._opened_again = False
        self._to_tell(change)


def _blocks(device: CaptureDevice, keep_on: Callable[[], bool]) -> Iterator[bytes]:
    """What the microphone delivers, for as long as it is wanted. Raises DeviceError when it is lost."""
    fruitless_reads = 0
    while keep_on():
        block = device.read()
        if block is not None:
            fruitless_reads = 0
            yield block
            continue
        fruitless_reads += 1
        if fruitless_reads == _STALL_READS:
            raise DeviceError(f"the microphone {device.name!r} has stopped delivering sound")
