"""The speaker itself: a real microphone, a real loudspeaker, until SIGINT or SIGTERM."""

import asyncio
import os
import signal
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NoReturn

from appliance.audio.process_link import NotWanted
from appliance.conversation.vocabulary import DeviceState, SpeechEvent
from appliance.hearing.detector import SpeechDetector
from appliance.hearing.thread import HearingThread
from appliance.service.assembly import Assembly, Ends
from appliance.service.clock import LiveClock
from appliance.service.conductor import Event
from appliance.service.control.claim import claimed
from appliance.service.control.controls import DeviceStatus
from appliance.service.control.place import server_path
from appliance.service.control.server import answering
from appliance.service.detectors import load_detector, report_warning
from appliance.service.event_log import EventLog, Listener
from appliance.service.live_controls import LiveControls
from appliance.service.live_sound import Devices, LiveSound, open_devices
from appliance.service.mailbox import Mailbox
from appliance.service.memory import return_memory, spare_memory
from appliance.service.provider_list import ProviderList, list_providers
from appliance.service.sentences import say
from appliance.settings import Settings

# The first provider gets this long before the appliance listens without it: what is said meanwhile
# is kept for it.
START_TIMEOUT_S = 3.0
# How often the log and the half duplex are looked after.
LOOK_EVERY_S = 0.1


def run_live(settings: Settings, socket: Path | None = None, show: Listener | None = None) -> NoReturn:
    """Be the speaker until SIGINT or SIGTERM, which end the process within 2 s, with exit code 0.

    The events go to standard output, a line each, without what was said; with `show` they go there
    instead, with it. It answers on the control socket at `socket`, or where it is looked for by itself.
    Raises AlreadyRunning where another one does, and DeviceError when a device cannot be opened at the
    start; one that is lost later is an event, and opened again.
    """
    spare_memory()
    asyncio.run(_run(settings, server_path(socket, os.environ), show))


async def _run(settings: Settings, socket: Path, show: Listener | None) -> NoReturn:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    providers = list_providers(settings, os.environ)
    with ExitStack() as stack:
        listener = stack.enter_context(claimed(socket))  # before a device is touched that another one uses
        warnings: list[str] = []
        with suppress(NotWanted):  # asked to stop before it could begin
            devices, detector = await asyncio.gather(
                open_devices(settings, lambda: not stopping.is_set()),
                asyncio.to_thread(load_detector, settings.hearing.detector, warnings.append),
            )
            sink = sys.stdout if show is None else stack.enter_context(open(os.devnull, "w"))  # noqa: ASYNC230
            log = stack.enter_context(EventLog(sink))
            if show is not None:
                log.subscribe(show)
            for warning in warnings:
                report_warning(log, warning)
            live = _Live(settings, providers, devices, detector, log, stopping, show is not None)
            async with answering(listener, live.controls):
                await live.run()
    _leave_at_once()


def _leave_at_once() -> NoReturn:
    """End the process: everything is closed and flushed. The interpreter itself would wait for every
    thread, and a name look-up in a dead network holds one for longer than the 2 s we may take."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class _Live:
    """Devices, threads and loop around one assembly."""

    def __init__(
        self,
        settings: Settings,
        providers: ProviderList,
        devices: Devices,
        detector: SpeechDetector,
        log: EventLog,
        stopping: asyncio.Event,
        keep_transcripts: bool,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._log = log
        self._clock = LiveClock()
        self._stopping = stopping
        self._failure: Exception | None = None
        mailbox: Mailbox[Event] = Mailbox(self._loop, self._deliver)
        self._sound = sound = LiveSound(
            settings,
            devices,
            self._clock,
            lambda: self._assembly.near.written,
            mailbox.post,
            self._broke,
            _tell_owner,
        )

        def post_speech(event: SpeechEvent) -> None:  # in the hearing thread
            sound.time.heard()
            mailbox.post(event)

        ends = Ends(
            sound.captured,
            sound.capture_hz,
            sound.speaker,
            sound.playout_hz,
            near_ms=sound.time.ms_of,
            out_ms=lambda position: self._clock.ms_at(sound.speaker.instant_s(position)),
            post_speech=post_speech,
            wake_at=self._wake_at,
            on_fault=self._end_with,
            set_muted=sound.capture.set_muted,
            half_duplex=settings.audio.echo.cancel != "off" or settings.interruption.strategy == "ignore",
            look_every_ms=LOOK_EVERY_S * 1000,
            keep_transcripts=keep_transcripts,
        )
        self._half_duplex = ends.half_duplex
        self._assembly = Assembly(settings, providers, detector, ends, self._clock, log, say)
        self._hearing = HearingThread(self._assembly.hearing, sound.wake, self._broke)
        self.controls = LiveControls(
            settings,
            self._assembly,
            log,
            sound.time.index_now,
            sound.speaker.set_volume,
            self._gauges,
            [
                DeviceStatus("microphone", DeviceState.READY, devices.microphone.name),
                DeviceStatus("loudspeaker", DeviceState.READY, devices.loudspeaker.name),
            ],
        )

    async def run(self) -> None:
        """Listen and speak until asked to stop, or until something of ours breaks."""
        looking = asyncio.create_task(self._keep_looking())
        self._clock.start()
        self._hearing.start()
        self._sound.start()
        try:
            async with self._assembly.running(START_TIMEOUT_S, self._stopping):
                if not self._stopping.is_set():
                    self._say_ready()
                return_memory()
                await self._stopping.wait()
                await self._close_sound()
        finally:
            looking.cancel()
        if self._failure is not None:
            raise self._failure

    def _gauges(self) -> dict[str, int]:
        """What is counted where no event tells of it."""
        return self._assembly.gauges() | self._sound.gauges()

    def _deliver(self, event: Event) -> None:
        self._assembly.conductor.post(event)

    def _wake_at(self, due_ms: float) -> None:
        wait_s = (due_ms - self._clock.now_ms()) / 1000
        self._loop.call_later(max(wait_s, 0.0), self._assembly.conductor.tick)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self._sound.time.heard()
            self._assembly.look()
            with suppress(OSError):  # nobody reads the log any more; the conversation goes on
                self._log.advance(self._clock.now_ms())

    async def _close_sound(self) -> None:
        """Fade out and let the devices go; each of the three ends within its own deadline."""
        await asyncio.gather(
            asyncio.to_thread(self._sound.speaker.close),
            asyncio.to_thread(self._sound.capture.stop),
            asyncio.to_thread(self._hearing.stop),
        )

    def _broke(self, error: Exception) -> None:
        """A thread died of a fault of ours; from any thread."""
        with suppress(RuntimeError):  # the loop is closed: we are ending anyway
            self._loop.call_soon_threadsafe(self._end_with, error)

    def _end_with(self, error: Exception) -> None:
        self._failure = self._failure or error
        self._stopping.set()

    def _say_ready(self) -> None:
        self._assembly.announcer.say_ready()
        who = f"answers come from {self._assembly.chain.provider}"
        _tell_owner(f"ready: {self._sound.ends}; {who}")
        if self._half_duplex:
            _tell_owner(
                "while it speaks it does not listen, because it would hear itself;"
                " with headphones or a cable, --set audio.echo.cancel=off"
            )


def _tell_owner(sentence: str) -> None:
    print(f"appliance: {sentence}", file=sys.stderr, flush=True)
