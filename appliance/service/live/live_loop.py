"""Devices, threads and loop of the speaker, around one assembly."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

import numpy as np

from appliance.audio.remote import LeftMicrophone
from appliance.conversation.vocabulary import DeviceState, MuteWanted, SpeechEvent
from appliance.errors import FailureCategory
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.thread import HearingThread
from appliance.hearing.wake_word.wake_word import WakeWordDetector
from appliance.panel.pins import Hardware, NoHardware
from appliance.service.assembly import Assembly
from appliance.service.control.controls import DeviceStatus
from appliance.service.doctor.learnt import Learnt
from appliance.service.doctor.learnt_file import learnt_of
from appliance.service.duplex.echo_choice import choose_echo
from appliance.service.ear import Ear
from appliance.service.ending import Ending, Why
from appliance.service.ends import Ends
from appliance.service.event_log import EventLog
from appliance.service.faults import Faults
from appliance.service.handover import Handover
from appliance.service.happenings import Event
from appliance.service.heartbeat import Heartbeat
from appliance.service.instructions import UnknownVariable
from appliance.service.live.live_controls import LiveControls
from appliance.service.live.live_sound import Devices, LiveSound
from appliance.service.liveness import Beat, Part
from appliance.service.mailbox import Mailbox
from appliance.service.memory.memory import AfterWork, return_memory, trim_heap
from appliance.service.memory.state import StateDirectory
from appliance.service.network.clock import LiveClock, zone_of
from appliance.service.network.clock_trust import ClockTrust
from appliance.service.network.network_news import NetworkEvent
from appliance.service.network.network_watch import NetworkWatch
from appliance.service.notify import Notifier
from appliance.service.panel.panel import Panel
from appliance.service.providers.provider_list import ProviderList
from appliance.service.reload import Reload
from appliance.service.sentences import say
from appliance.service.wake_words import WORDLESS_SENTENCE
from appliance.settings import Settings

# The first provider gets this long before the appliance listens without it: what is said meanwhile
# is kept for it.
START_TIMEOUT_S = 3.0
# What the program that takes our place hears once more: the beginning of a word that nobody knew to be one,
# with its prefix. Less than what has to be quiet before it.
RECENT_S = 1.0
# How often the log and the half duplex are looked after.
LOOK_EVERY_S = 0.1


class LiveLoop:
    """Devices, threads and loop around one assembly."""

    def __init__(
        self,
        settings: Settings,
        providers: ProviderList,
        devices: Devices,
        detector: SpeechDetector,
        log: EventLog,
        ending: Ending,
        tell_owner: Callable[[str], None],
        keep_transcripts: bool,
        state: StateDirectory,
        notifier: Notifier,
        hardware: Hardware | NoHardware,
        reload: Reload,
        handed: Handover | None,
        wake_word: WakeWordDetector | None = None,
    ) -> None:
        """`handed` is what the program before left, where this one goes on in its place."""
        self._loop = asyncio.get_running_loop()
        self._hears = asyncio.Event()
        self._log = log
        self._clock = LiveClock()
        self._ending = ending
        self._tell_owner = tell_owner
        self._greeting = settings.conversation.greeting
        self._device = settings.audio.input.device
        self._reload = reload
        self._handed = handed
        self._left: LeftMicrophone | None = None  # for a program that takes our place
        self._timer: asyncio.TimerHandle | None = None
        self._mailbox = Mailbox[Event | NetworkEvent](self._loop, self._deliver)
        self._network = NetworkWatch(self._mailbox.post, self._broke)
        self._sound = self._take_sound(settings, devices, learnt_of(state, *devices.names))
        self._clock_trust = ClockTrust()
        log.subscribe(self._clock_trust.take)
        ends = self._ends(settings, keep_transcripts, wake_word)
        self._assembly = Assembly(settings, providers, detector, ends, self._clock, log, say, state=state)
        self._heartbeat = Heartbeat(notifier, self._assembly.note_standstill, tell_owner, ending.break_down)
        self._hearing = HearingThread(self._assembly.hearing, self._sound.wake, self._broke)
        self.controls = self._open_controls(devices)
        self._panel = self._light_panel(settings, hardware)

    def _take_sound(self, settings: Settings, devices: Devices, learnt: Learnt | None) -> LiveSound:
        return LiveSound(
            settings,
            devices,
            self._clock,
            lambda: self._assembly.near.written,
            self._mailbox.post,
            self._broke,
            self._tell_owner,
            None if learnt is None else learnt.echo,
        )

    def _open_controls(self, devices: Devices) -> LiveControls:
        return LiveControls(
            self._assembly,
            self._log,
            self._sound.time.index_now,
            self._gauges,
            [
                _status("microphone", devices.microphone.name, devices.deaf),
                _status("loudspeaker", devices.loudspeaker.name, devices.mouthless),
            ],
            lambda: self._panel.light.shown or "",
            self._reload.ask,
        )

    def _light_panel(self, settings: Settings, hardware: Hardware | NoHardware) -> Panel:
        return Panel(
            hardware,
            self._assembly,
            self._log,
            Ear(lambda: self._sound.capture.process),
            settings.hearing.max_turn_s,
            self._sound.time.index_now,
            self.controls.forget,
            self._tell_owner,
        )

    def _ends(self, settings: Settings, keep_transcripts: bool, wake_word: WakeWordDetector | None) -> Ends:
        sound, zone = self._sound, zone_of(settings.conversation.time_zone)
        echo = choose_echo(settings.audio.echo.cancel, self._tell_owner)
        return Ends(
            sound.captured,
            sound.capture_hz,
            sound.speaker,
            sound.playout_hz,
            near_ms=sound.time.ms_of,
            out_ms=lambda position: self._clock.ms_at(sound.speaker.instant_s(position)),
            post_speech=self._post_speech,
            wake_at=self._wake_at,
            on_fault=self._ending.break_down,
            set_muted=sound.capture.set_muted,
            half_duplex=echo.half_duplex or settings.interruption.strategy == "ignore",
            look_every_ms=LOOK_EVERY_S * 1000,
            echo=echo.stage(sound.far_end, sound.coupling_db),
            climbs=echo.climbs,
            keep_transcripts=keep_transcripts,
            local_time=lambda: datetime.now(zone),
            clock_is_set=lambda: self._clock_trust.is_set,
            tell_owner=self._tell_owner,
            wake_word=wake_word,
            warn=self._warn,
        )

    def _warn(self, sentence: str) -> None:
        self._tell_owner(sentence)
        category = FailureCategory.MODEL_UNAVAILABLE
        self._log.write(self._clock.now_ms(), "error", category=category, message=sentence)

    def _post_speech(self, event: SpeechEvent) -> None:
        """In the hearing thread."""
        self._sound.time.heard()
        self._mailbox.post(event)

    async def run(self) -> Handover | None:
        """Listen and speak until asked to stop, or until something of ours breaks; or until the settings are
        to be others: what is left then to the program that takes our place."""
        works = (self._keep_looking(), self._clock_trust.watch(), self._await_reload())
        tasks = [asyncio.create_task(work) for work in works]
        for task in tasks:
            Faults(self._ending.break_down).watch_task(task)
        self._clock.start()
        if self._handed is not None:
            self._take_over(self._handed)
        self._hearing.start()
        self._sound.start()
        self._network.start()
        try:
            async with self._assembly.running(START_TIMEOUT_S, self._ending.begun):
                await self._until_it_hears()
                if not self._ending.begun.is_set():
                    self._panel.ready()
                    self._say_ready()
                    self._heartbeat.ready()
                    if self._handed is not None:
                        self._assembly.note_configuration("applied", "")
                return_memory()
                await self._ending.begun.wait()
                await self._close_sound()
        finally:
            for task in tasks:
                task.cancel()
            self._panel.close()
        if self._ending.failure is not None:
            raise self._ending.failure
        return self._handover() if self._ending.why is Why.REPLACED else None

    async def _await_reload(self) -> None:
        assembly = self._assembly
        await self._reload.moment(
            lambda: assembly.resting and not self._mailbox.waiting,
            lambda why: assembly.note_configuration("refused", why),
        )
        self._ending.replace()

    def _take_over(self, handed: Handover) -> None:
        """Go on from what the program before has left."""
        assembly, sound = self._assembly, self._sound
        assembly.history.recall(handed.said)
        for name, value in handed.variables.items():
            with suppress(UnknownVariable):  # the changed instructions do not name it any more
                assembly.briefing.set_variable(name, value)
        if handed.muted:
            sound.capture.set_muted(True)
            assembly.conductor.post(MuteWanted(True))
        elif handed.recent_hz == sound.capture_hz:
            sound.captured.write(np.frombuffer(handed.recent, np.int16))

    def _handover(self) -> Handover:
        captured, assembly = self._sound.captured, self._assembly
        recent = min(captured.written, round(RECENT_S * self._sound.capture_hz))
        return Handover(
            muted=assembly.conductor.muted,
            device=self._device,
            name=self._sound.capture.name,
            microphone=self._left,
            recent=captured.read(captured.written - recent, recent)[1].tobytes() if self._left else b"",
            recent_hz=self._sound.capture_hz,
            said=assembly.history.items(),
            variables=assembly.briefing.instructions.assigned,
        )

    async def _until_it_hears(self) -> None:
        waits = [asyncio.create_task(event.wait()) for event in (self._hears, self._ending.begun)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def _gauges(self) -> dict[str, int]:
        """What is counted where no event tells of it."""
        return self._assembly.gauges() | self._sound.gauges() | self._mailbox.gauges() | self._panel.gauges()

    def _deliver(self, event: Event | NetworkEvent) -> None:
        if isinstance(event, NetworkEvent):
            self._assembly.network.take(event)
        else:
            self._assembly.conductor.post(event)

    def _wake_at(self, due_ms: float) -> None:
        """One timer is enough: the conductor asks for the earliest of its deadlines, again and again."""
        if self._timer is not None:
            self._timer.cancel()
        wait_s = (due_ms - self._clock.now_ms()) / 1000
        self._timer = self._loop.call_later(max(wait_s, 0.0), self._assembly.conductor.tick)

    async def _keep_looking(self) -> None:
        after_work = AfterWork()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self._sound.time.heard()
            self._assembly.look()
            self._panel.look()
            heard = self._sound.capture.delivered and self._assembly.hearing.heard_until > 0
            if heard or self._assembly.conductor.muted:
                self._hears.set()
            self._log.advance(self._clock.now_ms())
            if not self._ending.begun.is_set():  # else whatever stands still does so because it ended
                self._heartbeat.look(self._loop.time(), self._beats(), self.controls.status)
            if after_work.look(self._loop.time(), rests=self._assembly.resting):
                self._loop.run_in_executor(None, trim_heap)  # nobody waits for it

    def _beats(self) -> list[Beat]:
        sound, mailbox = self._sound, self._mailbox
        return [
            Beat(Part.CAPTURE, sound.capture.beats, due=not self._assembly.conductor.muted),
            Beat(Part.PLAYOUT, sound.speaker.beats),
            Beat(Part.CONDUCTOR, mailbox.delivered, due=mailbox.waiting > 0),
            *self._assembly.beats(),
        ]

    async def _close_sound(self) -> None:
        """Fade out and let the devices go; each of them ends within its own deadline."""
        with_threads = ThreadPoolExecutor(4, "closing")  # the loop's may be waiting for a name server
        sound = self._sound
        ends = (sound.speaker.close, self._end_capture, self._hearing.stop, self._network.stop)
        await asyncio.gather(*(self._loop.run_in_executor(with_threads, end) for end in ends))

    def _end_capture(self) -> None:
        if self._ending.why is Why.REPLACED:
            self._left = self._sound.capture.hand_over()
        else:
            self._sound.capture.stop()

    def _broke(self, error: Exception) -> None:
        """A thread died of a fault of ours; from any thread."""
        with suppress(RuntimeError):  # the loop is closed: we are ending anyway
            self._loop.call_soon_threadsafe(self._ending.break_down, error)

    def _say_ready(self) -> None:
        if self._handed is None:
            self._assembly.announcer.say_ready(self._assembly.briefing.instructions.filled(self._greeting))
        if self._assembly.attention.wordless:
            self._assembly.announcer.announce(WORDLESS_SENTENCE)
        who = f"answers come from {self._assembly.chain.provider}"
        self._tell_owner(f"ready: {self._sound.ends}; {who}")


def _status(device: str, name: str, reason: str) -> DeviceStatus:
    """How a device stands at the start; `reason`: why it is not there."""
    return DeviceStatus(device, DeviceState.LOST if reason else DeviceState.READY, name, reason)
