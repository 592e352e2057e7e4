"""What the control socket asks, carried out by the running conversation."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from appliance import __version__
from appliance.conversation import vocabulary as v
from appliance.conversation.announcements import Ruling
from appliance.conversation.counters import Counters
from appliance.conversation.machine import Phase
from appliance.errors import ApplianceError, ConfigurationError, ProviderError
from appliance.service.assembly import Assembly
from appliance.service.control.controls import (
    AlarmStatus,
    AnswerText,
    DeviceStatus,
    ProviderStatus,
    Refused,
    Status,
    TimerStatus,
)
from appliance.service.event_log import Event, EventLog
from appliance.service.instructions import UnknownVariable
from appliance.service.liveness import Part
from appliance.service.utterances import utterances
from appliance.skills.alarm import Alarm
from appliance.skills.wall_clock import DAYS

# How often somebody who asked is shown how far the answer's text has come: as fast as one reads.
PIECE_S: Final = 0.25

# How the link stands of a provider to whom nobody has turned so far (public contract: `status`).
UNUSED: Final = "unused"

# Parts without which the best microphone is of no use.
_EARS: Final = (Part.CAPTURE, Part.HEARING)


class LiveControls:
    """The `Controls` of a running appliance; belongs to the event loop's thread."""

    def __init__(
        self,
        assembly: Assembly,
        log: EventLog,
        near_index: Callable[[], int],
        gauges: Callable[[], Mapping[str, int | float]],
        devices: Sequence[DeviceStatus],
        light: Callable[[], str] = lambda: "",
        reload: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`near_index()` is the 16 kHz sample that is said at this moment; `gauges` are counters that no
        event tells of; `devices` are those that were opened at the start; `light()` is
        what the light tells; `reload()` is `Reload.ask`."""
        self._assembly = assembly
        self._near_index = near_index
        self._gauges = gauges
        self._light = light
        self._reload = reload
        self._counters = Counters()
        self._devices = {device.device: device for device in devices}
        self._providers: dict[str, ProviderStatus] = {}
        self._stuck: set[str] = set()
        self._over: dict[int, asyncio.Event] = {}  # by turn: whose answer somebody waits for
        log.subscribe(self._take)

    # ------------------------------------------------------------------ wishes

    async def say(self, text: str) -> None:
        """Speak `text` as an announcement."""
        self._refuse_to_speak_in_vain()
        try:
            pcm = await self._assembly.announcer.prepare(text)
        except ProviderError as error:
            raise Refused(f"there is no voice to say it with: {error}") from error
        if not len(pcm):
            raise Refused("the text has nothing in it that can be spoken; give it words")
        self._refuse_to_speak_in_vain()  # it took its time
        if self._assembly.announcer.say(text, pcm) is Ruling.DROP:
            raise Refused("too much waits to be said already; say it again later")

    def _refuse_to_speak_in_vain(self) -> None:
        if self._assembly.conductor.state.phase is Phase.LISTENING:
            raise Refused("somebody is speaking; say it afterwards")
        if reason := self._why_not_ready("loudspeaker"):
            raise Refused(f"there is no loudspeaker to say it with: {reason}")

    async def ask(self, text: str, *, spoken: bool) -> AsyncGenerator[AnswerText, None]:
        """Ask in writing; the answer's text as it grows."""
        conductor, answers, history = self._assembly.conductor, self._assembly.answers, self._assembly.history
        if conductor.state.phase is not Phase.IDLE:
            raise Refused(
                f"it is {conductor.state.phase}; ask again afterwards, or say `appliance stop` first"
            )
        turn = self._assembly.turns.current.number + 1
        over = self._over[turn] = asyncio.Event()
        conductor.post(v.Asked(text, spoken))
        number, shown = answers.current, ""
        try:
            while not over.is_set():
                if (so_far := history.reply(number)) != shown:
                    shown = so_far
                    yield AnswerText(shown, final=False)
                try:
                    await asyncio.wait_for(over.wait(), PIECE_S)
                except TimeoutError:
                    continue
        finally:
            del self._over[turn]
        if not history.reply(number):
            raise Refused("nobody answered; `appliance status` tells how the providers stand")
        yield AnswerText(history.reply(number), final=True)

    def mute(self) -> None:
        """Hear nothing."""
        self._assembly.conductor.post(v.MuteWanted(True))

    def unmute(self) -> None:
        """Hear again."""
        self._assembly.conductor.post(v.MuteWanted(False))

    def stop(self) -> None:
        """End whatever goes on."""
        self._assembly.conductor.post(v.StopWanted())

    def forget(self) -> None:
        """Forget what was said."""
        self._assembly.forget()

    def commit(self) -> None:
        """The open turn is said."""
        if self._assembly.conductor.state.phase is not Phase.LISTENING:
            raise Refused("there is nothing to commit: nobody is speaking")
        self._assembly.conductor.post(v.CommitWanted(self._near_index()))

    def press(self) -> None:
        """The button goes down."""
        if self._assembly.conductor.muted:
            raise Refused("it is muted; say `appliance unmute` first")
        self._assembly.conductor.post(v.Pressed(self._near_index()))

    def release(self, *, held: bool) -> None:
        """The button comes up."""
        self._assembly.conductor.post(v.Released(self._near_index(), held))

    def volume(self) -> int:
        """0…100."""
        return self._assembly.volume.percent

    def set_volume(self, percent: int) -> None:
        """0…100."""
        self._assembly.volume.set(percent)

    def variables(self) -> Mapping[str, str]:
        """What the instructions may name."""
        return self._assembly.briefing.instructions.variables

    def set_variable(self, name: str, value: str) -> None:
        """Fill in the instructions anew."""
        try:
            self._assembly.briefing.set_variable(name, value)
        except UnknownVariable as unknown:
            raise Refused(str(unknown)) from unknown

    async def reload(self) -> None:
        """Apply the changed configuration in the next quiet moment."""
        if self._reload is None:
            raise Refused("this one has no configuration that could change; start it anew")
        try:
            await self._reload()
        except ApplianceError as error:
            mistakes = error.mistakes if isinstance(error, ConfigurationError) else [str(error)]
            raise Refused(f"the old configuration stays: {'; '.join(mistakes)}") from error

    # ------------------------------------------------------------------ news

    def transcript(self) -> Sequence[v.HistoryItem]:
        """What was said and heard so far."""
        return utterances(self._assembly.answers.lines())

    def status(self) -> Status:
        """What it is doing."""
        conductor, chain = self._assembly.conductor, self._assembly.chain
        return Status(
            version=__version__,
            uptime_s=self._assembly.record.now_ms() / 1000,
            phase=conductor.state.phase,
            state=conductor.state,
            muted=conductor.muted,
            volume=self._assembly.volume.percent,
            conversation=self._assembly.conversation,
            providers=[
                replace(
                    self._providers.get(name, ProviderStatus(name, UNUSED)), current=name == chain.provider
                )
                for name in self._assembly.provider_names
            ],
            devices=list(self._devices.values()),
            timers=[
                TimerStatus(timer.number, timer.name, round(left_s, 1))
                for timer, left_s in self._assembly.toolbox.timers()
            ],
            alarms=[_alarm_status(alarm, rings) for alarm, rings in self._assembly.toolbox.alarms()],
            alarm_rings=self._assembly.toolbox.rings,
            money=self._assembly.money.status(),
            deaf=self._deaf(),
            mouthless=self._why_not_ready("loudspeaker")
            or (f"{Part.PLAYOUT} is stuck" if Part.PLAYOUT in self._stuck else ""),
            light=self._light(),
            trigger=self._assembly.attention.trigger,
            wake_word=self._assembly.attention.word,
            quiet_until=self._assembly.quiet.until,
            echo=self._assembly.echo.status(self._assembly.duplex.rung.word),
            microphone=self._assembly.microphone.status(),
            end_of_turn=self._assembly.turn_ending.words(self._assembly.hearing.learnt),
            counters={**self._counters.snapshot(), **self._gauges()},
        )

    def _deaf(self) -> str:
        if self._assembly.conductor.muted:
            return "it is muted"
        stuck = next((f"{part} is stuck" for part in _EARS if part in self._stuck), "")
        return self._why_not_ready("microphone") or stuck

    def _why_not_ready(self, device: str) -> str:
        status = self._devices.get(device)
        return status.reason if status is not None and status.state != v.DeviceState.READY else ""

    def _take(self, event: Event) -> None:
        self._counters.take(event)
        match event:
            case {"event": "provider", "name": str(name), "link": v.LinkState.DOWN, "reason": ""}:
                self._providers[name] = ProviderStatus(name, UNUSED)  # let go, and nothing is wrong with it
            case {"event": "provider", "name": str(name), "link": str(link), "reason": reason}:
                why = event.get("cause") or reason or ""
                self._providers[name] = ProviderStatus(name, link, str(why))
            case {"event": "device", "device": str(device), "state": str(state), "name": str(name)}:
                self._devices[device] = DeviceStatus(device, state, name, str(event.get("reason") or ""))
            case {"event": "liveness", "part": str(part), "state": "stuck"}:
                self._stuck.add(part)
            case {"event": "liveness", "part": str(part)}:
                self._stuck.discard(part)
            case {"event": "answer_done" | "turn_discarded", "turn": int(turn)} if turn in self._over:
                self._over[turn].set()


def _alarm_status(alarm: Alarm, rings: datetime | None) -> AlarmStatus:
    days = [DAYS[day] for day in sorted(alarm.weekdays)]
    at = "" if rings is None else rings.isoformat(timespec="minutes")
    return AlarmStatus(alarm.number, alarm.name, f"{alarm.at:%H:%M}", days, at)
