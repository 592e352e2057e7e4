"""Everything between the capture ring and the playout, wired: the same for a device and a replay."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from appliance.audio.ringtone import ring_stroke
from appliance.conversation.history import History
from appliance.conversation.machine import Phase
from appliance.conversation.vocabulary import (
    ChainEvent,
    CloseSession,
    Configure,
    LinkChanged,
    LinkState,
    ProviderEvent,
    SessionConfig,
    SpeechEvent,
    ToolDone,
)
from appliance.errors import ProviderError
from appliance.hearing.detector import SpeechDetector
from appliance.hearing.hearing import Hearing
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.ring import SampleRing
from appliance.providers.chain import Chain
from appliance.service.announcer import Announcer
from appliance.service.answers import Answers
from appliance.service.clock import StreamClock, local_time
from appliance.service.conductor import Conductor
from appliance.service.event_log import EventLog
from appliance.service.floor import Floor, Reader
from appliance.service.half_duplex import HalfDuplex
from appliance.service.happenings import Event
from appliance.service.instructions import instructions_of
from appliance.service.loudspeaker import Loudspeaker, Mouth
from appliance.service.money import Money
from appliance.service.money_accounts import accounts_of
from appliance.service.money_meter import metered
from appliance.service.provider_list import ProviderList, session_config
from appliance.service.record import Record
from appliance.service.rooms import ConductorOptions, Rooms
from appliance.service.state import StateDirectory
from appliance.service.strategy_choice import load_strategy
from appliance.service.tool_calls import ToolCalls, Tools
from appliance.service.toolbox import Hands, RoomClock, Toolbox
from appliance.service.toolbox_alarm import AlarmRoom
from appliance.service.toolbox_options import toolbox_options
from appliance.service.toolbox_volume import VolumeKnob
from appliance.service.turn_options import turn_options
from appliance.service.turns import Turns
from appliance.service.words import WordReader
from appliance.settings import Settings
from appliance.skills.bell import STROKE_S

# Beyond the longest turn and its prefix: what the loop may be late by before a sample is lost.
_HISTORY_SLACK_S = 10
# The whole process has to end within 2 s of the wish.
CLOSE_TIMEOUT_S = 1.5


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of the sound, as the caller has them."""

    capture: SampleRing
    capture_rate_hz: int
    mouth: Mouth
    mouth_rate_hz: int
    near_ms: Callable[[int], float]  # stream time of a 16 kHz sample of the near end
    out_ms: Callable[[int], float]  # stream time of a position of the loudspeaker
    post_speech: Callable[[SpeechEvent], None]
    wake_at: Callable[[float], None]  # have the conductor ticked at this stream time
    on_fault: Callable[[Exception], None]  # something of ours broke: it cannot go on
    set_muted: Callable[[bool], None]  # from here on nothing is read from the microphone, or again
    half_duplex: bool  # what is said while the loudspeaker sounds is not heard
    look_every_ms: float  # how often `Assembly.look` is called
    keep_transcripts: bool = True  # log what was said
    local_time: Callable[[], datetime] = local_time
    tell_owner: Callable[[str], None] = lambda sentence: None


class Assembly:
    """A conversation ready to run: hearing, conductor and chain around the given ends."""

    def __init__(
        self,
        settings: Settings,
        providers: ProviderList,
        detector: SpeechDetector,
        ends: Ends,
        clock: StreamClock,
        log: EventLog,
        say: Callable[[str, int], Awaitable[Pcm]],
        reader: Reader | None = None,
        tools: Tools | None = None,
        state: StateDirectory | None = None,
    ) -> None:
        """`say(text, rate_hz)` is the voice of the device's own sentences; it raises ProviderError.
        `reader` tells what was said over an answer; without one the first offline worker does, and
        without that only the length of speech decides. `tools` run in place of those of the settings.
        Without `state` the end of the conversation forgets what else would outlive it."""
        self.conversation = f"c-{secrets.token_hex(4)}"
        self.record = Record(log, clock, self.conversation, keep_transcripts=ends.keep_transcripts)
        self.history = History(self.conversation)
        self._config = session_config(settings)
        self.instructions = instructions_of(settings, ends.local_time)
        self._workers = providers.workers
        self.provider_names = tuple(provider.name for provider in providers.providers)
        self._standby = self.provider_names[1:]
        self.provider_spoke = asyncio.Event()
        self.first_link_settled = asyncio.Event()
        self.near = SampleRing.allocate(_near_samples(settings))
        self.hearing = Hearing(
            turn_options(settings),
            detector,
            ends.capture,
            ends.capture_rate_hz,
            self.near,
            ends.post_speech,
        )
        self.volume = VolumeKnob(ends.mouth.set_volume)
        self.toolbox = self._fill_toolbox(settings, ends, clock, state)
        self.money = Money(
            accounts_of(settings, [provider.name for provider in providers.providers]),
            state,
            lambda: ends.local_time().date(),
            self.record.write,
            lambda sentence: self.announcer.announce(sentence),
        )
        self.chain = Chain(
            [metered(one, self.money, self.history.turn_of) for one in providers.providers],
            self._session_config(),
            lambda before: self.answers.said(before),
            self._take,
            said=self.history.reply,
            now_s=lambda: asyncio.get_running_loop().time(),
            chance=random.random,
            resting=lambda: not self.loudspeaker.busy,
            hedges=settings.conversation.hedge == "auto",
        )
        half_duplex = HalfDuplex(
            self.hearing, lambda: self.near.written, lambda: self.conductor.sounds, ends.look_every_ms
        )
        self.loudspeaker = Loudspeaker(ends.mouth, half_duplex.begin if ends.half_duplex else _do_nothing)
        self._half_duplex = half_duplex if ends.half_duplex else None
        self._on_fault = ends.on_fault
        self.announcer = Announcer(
            self.loudspeaker,
            self.hearing,
            lambda: self.near.written,
            say,
            ends.mouth_rate_hz,
            lambda: self.conductor.state.phase is Phase.LISTENING,
            self.money.excuse,
            lambda sentence, duration_ms: self.record.write("say", text=sentence, duration_ms=duration_ms),
        )
        readers = [WordReader(worker) for worker in providers.workers.values()]
        log.subscribe(self._keep_up_to_date)
        self._conduct(settings, ends, clock, reader or next(iter(readers), None), tools or self.toolbox)

    def _fill_toolbox(
        self, settings: Settings, ends: Ends, clock: StreamClock, state: StateDirectory | None
    ) -> Toolbox:
        rate_hz = ends.mouth_rate_hz
        alarm = AlarmRoom(
            self._post,
            lambda: self.loudspeaker.rings,
            lambda: self.conductor.settled,
            lambda: self.loudspeaker.silences,
            lambda stroke: ring_stroke(stroke, STROKE_S * 1000, rate_hz),
        )
        hands = Hands(
            self.volume,
            alarm,
            lambda sentence: self.announcer.announce(sentence),
            ends.tell_owner,
            self.configure,
        )
        room = RoomClock(clock, ends.local_time)
        return Toolbox(toolbox_options(settings), room, self.record, state, hands)

    def configure(self) -> None:
        """From the next answer on, sessions are told what is true by now."""
        self.chain.send(Configure(self._session_config()))

    def set_variable(self, name: str, value: str) -> None:
        """From the next answer on, the instructions have this value. Raises UnknownVariable."""
        self.instructions.assign(name, value)
        self.configure()

    def _session_config(self) -> SessionConfig:
        told = self.instructions.as_of_now()
        return replace(self._config, instructions=told, tools=self.toolbox.declarations)

    def _keep_up_to_date(self, event: Mapping[str, object]) -> None:
        """Where a turn or a session opens, what was told of the time and the like has to be true."""
        opens = event["event"] == "turn_opened" or event.get("link") == LinkState.CONNECTING
        if opens and self.instructions.out_of_date:
            self.configure()

    def _conduct(
        self, settings: Settings, ends: Ends, clock: StreamClock, reader: Reader | None, tools: Tools
    ) -> None:
        """Put turns and answers into one conductor's hands."""
        strategy = load_strategy(settings.interruption.strategy, resume=settings.interruption.resume)
        prefix_samples = samples_of_ms(settings.hearing.prefix_padding_ms, NEAR_RATE_HZ)
        self.answers = Answers(
            ends.mouth,
            self.loudspeaker,
            self.chain,
            self.record,
            self.history,
            clock,
            ends.mouth_rate_hz,
            ends.near_ms,
            ends.out_ms,
        )
        self.turns = Turns(self.near, self.chain, self.record, ends.near_ms, clock.now_ms, prefix_samples)
        self.floor = Floor(strategy, self.near, reader, self._post)
        self.conductor = Conductor(
            ConductorOptions(
                strategy.table, settings.interruption.confirm_ms, settings.conversation.answer_deadline_s
            ),
            clock,
            self.record,
            Rooms(
                self.hearing,
                ends.mouth,
                self.chain,
                self.turns,
                self.answers,
                self.loudspeaker,
                self.floor,
                ToolCalls(tools, self.chain, self.record, self._take_tool),
                self.announcer,
                ends.set_muted,
            ),
            ends.wake_at,
            ends.near_ms,
        )

    def _post(self, event: Event) -> None:
        self.conductor.post(event)

    def gauges(self) -> dict[str, int]:
        """What is counted where no event tells of it."""
        return {
            "ignored_happenings": self.conductor.ignored.total(),
            "stale_provider_events": self.answers.stale_events,
            "refused_answer_samples": self.answers.refused_samples,
            "hearing_overrun_samples": self.hearing.overrun_samples,
            "turn_overrun_samples": self.turns.overrun_samples,
            "dropped_turn_samples": self.chain.dropped_samples,
            "dropped_announcements": self.announcer.dropped,
        }

    def look(self) -> None:
        """To be called every `look_every_ms`."""
        self.toolbox.look()
        if self._half_duplex is not None:
            self._half_duplex.look()

    def _take(self, event: ProviderEvent | ChainEvent) -> None:
        try:
            self.conductor.post(event)
        except Exception as fault:  # noqa: BLE001  who calls is some provider's task, which nobody watches
            self._on_fault(fault)
        self.provider_spoke.set()
        if isinstance(event, LinkChanged) and event.link in (LinkState.READY, LinkState.DOWN):
            self.first_link_settled.set()

    def _take_tool(self, done: ToolDone) -> None:
        try:
            self.conductor.post(done)
        except Exception as fault:  # noqa: BLE001  as in `_take`: who calls is the task of a tool
            self._on_fault(fault)

    @asynccontextmanager
    async def running(
        self, start_timeout_s: float, stopping: asyncio.Event | None = None
    ) -> AsyncIterator[None]:
        """The chain runs; entered when its first provider is ready, has failed, or is not awaited longer;
        or at once when `stopping` is set."""
        # An exception in a callback would only be logged, and leave a conductor that takes nothing more.
        asyncio.get_running_loop().set_exception_handler(self._take_fault)
        chain = asyncio.create_task(self.chain.run())
        chain.add_done_callback(self._watch_chain)
        behind = [asyncio.create_task(self._warm_up(name)) for name in self._standby if name in self._workers]
        starts = [asyncio.create_task(event.wait()) for event in (self.first_link_settled, stopping) if event]
        await asyncio.wait(starts, timeout=start_timeout_s, return_when=asyncio.FIRST_COMPLETED)
        for start in starts:
            start.cancel()
        self.record.write("session", state="started", provider=self.chain.provider)
        self.toolbox.start()
        try:
            yield
        finally:
            self.chain.send(CloseSession())
            ending = [asyncio.create_task(worker.stop()) for worker in self._workers.values()]
            ending.append(asyncio.create_task(self.toolbox.close()))
            await asyncio.wait({chain, *behind, *ending, *self.announcer.pending}, timeout=CLOSE_TIMEOUT_S)
            self.record.write("session", state="ended", provider=self.chain.provider)

    def _take_fault(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Only a callback that raised is a fault of ours; a socket that broke is the link's business."""
        fault = context.get("exception")
        if fault is not None and "handle" in context:
            self._on_fault(fault)
        else:
            loop.default_exception_handler(context)

    def _watch_chain(self, chain: "asyncio.Task[None]") -> None:
        if not chain.cancelled() and (fault := chain.exception()) is not None:
            self._on_fault(fault if isinstance(fault, Exception) else RuntimeError(repr(fault)))

    async def _warm_up(self, name: str) -> None:
        """Let a standby worker be warm before it is needed; the log says how that went."""
        self.conductor.post(LinkChanged(name, LinkState.CONNECTING))
        try:
            await self._workers[name].start()
        except ProviderError as error:
            self.conductor.post(LinkChanged(name, LinkState.DOWN, error.category, str(error)))
        else:
            self.conductor.post(LinkChanged(name, LinkState.READY))


def _do_nothing() -> None:
    pass


def _near_samples(settings: Settings) -> int:
    """How far back the near end is kept: the longest turn, as much again of what is said beyond it and
    waits for the answer's end, the prefix, and what the loop may be late by."""
    turn_and_kept_s = 2 * settings.hearing.max_turn_s + _HISTORY_SLACK_S
    longest_ms = turn_and_kept_s * 1000 + settings.hearing.prefix_padding_ms
    return samples_of_ms(longest_ms, NEAR_RATE_HZ)
