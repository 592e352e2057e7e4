"""The thread that keeps one device open for as long as it is wanted."""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, Literal, Protocol, TypeVar

from appliance.audio.cards import Direction
from appliance.audio.process_link import NotWanted
from appliance.audio.realtime import THREAD_PRIORITY, ask_for_realtime
from appliance.audio.supervision import OPENING, RESTING, Stand, Supervision, Turn
from appliance.audio.threads import EventfulThread
from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import DeviceBusyError, DeviceError

# Opening looks every 0.05 s whether it is still wanted, reading every 0.1 s, and killing a device's process
# takes 0.2 s at most.
STOP_TIMEOUT_S: Final = 0.5


class Closable(Protocol):
    """A device, as far as keeping it goes."""

    @property
    def name(self) -> str: ...

    def close(self) -> None: ...


D = TypeVar("D", bound=Closable)

Reopen = Callable[[str, Callable[[], bool]], D]
"""Opens the device of this name, or what replaces it; gives up when the callable says False."""

Work = Callable[[D, Callable[[], None], Callable[[], bool]], None]
"""Moves sound through a device: calls the second as soon as some was moved, returns when the third says
False, and raises DeviceError when the device is lost."""


class Keeper(Generic[D]):
    """Works `device` in a thread, and opens it again whenever it was lost, by the table of `supervision`.

    `tell` gets each change and `fatal` whatever is a fault of ours, both in that thread. That a device is
    lost is told again where another program turns out to have it, once for each program. The thread closes
    each device, whatever becomes of it.
    """

    def __init__(
        self,
        direction: Direction,
        device: D,
        reopen: Reopen[D],
        work: Work[D],
        tell: Callable[[DeviceChanged], None],
        fatal: Callable[[Exception], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kind: Literal["microphone", "loudspeaker"] = (
            "microphone" if direction is Direction.CAPTURE else "loudspeaker"
        )
        self._first: D | None = device
        self._name = device.name
        self._reopen = reopen
        self._work = work
        self._tell = tell
        self._clock = clock
        self._supervision = Supervision()
        self._busy_with = ""  # what was told last of who has it, while it is lost
        self._wanted = True
        self._stopping = threading.Event()
        self._changed = threading.Event()  # of _wanted or _stopping
        self._thread = EventfulThread(direction.value, self._run, fatal)

    def start(self) -> None:
        """Begin; called once."""
        self._thread.start()

    def want(self, wanted: bool) -> None:
        """Close the device, or open it again; from the event loop, returns at once."""
        self._wanted = wanted
        self._changed.set()

    def start_stopping(self) -> None:
        """Begin to end, without waiting."""
        self._stopping.set()
        self._changed.set()

    def stop(self) -> bool:
        """End within STOP_TIMEOUT_S; whether the thread is gone and the device closed."""
        self.start_stopping()
        return self._thread.join(STOP_TIMEOUT_S)

    def _keep_on(self) -> bool:
        return self._wanted and not self._stopping.is_set()

    def _run(self) -> None:
        ask_for_realtime(THREAD_PRIORITY)
        try:
            while not self._stopping.is_set():
                self._go_on()
        finally:
            if self._first is not None:
                self._first.close()

    def _go_on(self) -> None:
        """Do what the stand asks for, and take what comes of it."""
        stand = self._supervision.stand
        if stand in OPENING:
            self._open_and_work()
        elif stand in RESTING and self._wanted:
            self._take(Turn.WANTED)
        elif stand is Stand.LOST_WAITING and not self._wanted:
            self._take(Turn.UNWANTED)
        elif stand is Stand.LOST_WAITING and not self._changed.wait(self._supervision.retry_s):
            self._take(Turn.DUE)
        else:
            self._changed.wait()
            self._changed.clear()

    def _open_and_work(self) -> None:
        try:
            device, self._first = self._first, None
            device = device or self._reopen(self._name, self._keep_on)
            self._name = device.name
            try:
                self._work(device, self._prove, self._keep_on)
            finally:
                device.close()
        except NotWanted:
            pass
        except DeviceError as error:
            if self._keep_on():
                self._fail(error)
                return
        if not self._stopping.is_set():
            self._take(Turn.UNWANTED)

    def _prove(self) -> None:
        self._take(Turn.PROVED)

    def _fail(self, error: DeviceError) -> None:
        busy_with = str(error) if isinstance(error, DeviceBusyError) else ""
        news = self._supervision.take(Turn.FAILED, self._clock())
        if news is not None or (busy_with and busy_with != self._busy_with):
            lost = DeviceChanged(self._kind, DeviceState.LOST, self._name, str(error), busy=bool(busy_with))
            self._tell(lost)
        self._busy_with = busy_with or self._busy_with

    def _take(self, turn: Turn) -> None:
        news = self._supervision.take(turn, self._clock())
        if news is not None:
            self._busy_with = ""
            self._tell(DeviceChanged(self._kind, news, self._name))
