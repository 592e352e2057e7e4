"""Everything between the capture ring and the playout, wired: the same for a device and a replay."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from appliance.conversation.history import History
from appliance.conversation.machine import Phase, State
from appliance.conversation.vocabulary import (
    ChainEvent,
    CloseSession,
    LinkChanged,
    LinkState,
    ProviderEvent,
    StopWanted,
    ToolDone,
)
from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.detector import SpeechDetector
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.gain import TurnGain
from appliance.pcm.ring import SampleRing
from appliance.providers.chain import Chain
from appliance.service.announcer import Announcer
from appliance.service.answers import Answers
from appliance.service.briefing import Briefing
from appliance.service.conductor import Conductor
from appliance.service.duplex.duplex_doors import duplex_of
from appliance.service.duplex.echo_watch import EchoWatch
from appliance.service.duplex.half_duplex import HalfDuplex
from appliance.service.ends import Ends
from appliance.service.event_log import EventLog
from appliance.service.faults import Faults
from appliance.service.floor import Floor, Reader
from appliance.service.happenings import Event
from appliance.service.liveness import Beat, Part
from appliance.service.loudspeaker import Loudspeaker
from appliance.service.memory.keepsakes import open_keepsakes
from appliance.service.memory.state import StateDirectory
from appliance.service.microphone_watch import MicrophoneWatch
from appliance.service.money.money import Money
from appliance.service.money.money_accounts import accounts_of
from appliance.service.money.money_meter import metered
from appliance.service.network.clock import StreamClock
from appliance.service.network.network_news import NetworkNews
from appliance.service.providers.offline_workers import OfflineWorkers
from appliance.service.providers.provider_list import ProviderList
from appliance.service.quiet_hours import QuietDoor, quiet_hours
from appliance.service.record import Record
from appliance.service.rooms import Rooms
from appliance.service.strategy_choice import load_strategy
from appliance.service.toolbox.tool_calls import ToolCalls, Tools
from appliance.service.toolbox.toolbox import RoomClock, Toolbox
from appliance.service.toolbox.toolbox_hands import hands_of
from appliance.service.toolbox.toolbox_options import toolbox_options
from appliance.service.turn_ending import TurnEnding, goes_on
from appliance.service.turn_options import attention_of, conductor_options, near_samples, turn_options
from appliance.service.turns import Turns
from appliance.service.words import WordReader
from appliance.settings import Settings

# The whole process has to end within 2 s of the wish.
CLOSE_TIMEOUT_S = 1.5


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
        self.provider_names = tuple(provider.name for provider in providers.providers)
        self._workers = OfflineWorkers(providers.workers, self.provider_names, self._post)
        self.provider_spoke = asyncio.Event()
        self.first_link_settled = asyncio.Event()
        self._chain_ended = False
        self._on_fault = ends.on_fault
        self.near = SampleRing.allocate(near_samples(settings))
        self.turn_ending = TurnEnding(settings, self.near, ends)
        self.hearing = self._open_ears(settings, detector, ends)
        self.microphone = MicrophoneWatch(self.hearing, self.record.write)
        self.echo = EchoWatch(ends.echo, self.record.write)
        self.keepsakes = open_keepsakes(settings, ends, self.history, state)
        self.volume = self.keepsakes.volume
        self.briefing = self._brief(settings, ends)
        self.toolbox = self._fill_toolbox(settings, ends, clock)
        self.money = self._open_purse(settings, ends, state)
        self.chain = self._link_up(settings, providers)
        self.quiet = quiet_hours(settings, ends, self.volume, self.record.write)
        self._door = QuietDoor(self.chain.send, self._take, self.quiet, lambda: self.toolbox.rings)
        self.network = self._watch_network(providers)
        self.duplex = duplex_of(self, ends)
        self._half_duplex = self._hear_by_turns(ends)
        self.loudspeaker = Loudspeaker(ends.mouth, self._half_duplex.begin)
        self.announcer = self._give_voice(ends, say)
        for take in (self.duplex.take, self.briefing.take, self._hear_on, self.keepsakes.memory.take):
            log.subscribe(take)
        readers = [WordReader(worker) for worker in providers.workers.values()]
        self._conduct(settings, ends, clock, reader or next(iter(readers), None), tools or self.toolbox)

    def _open_ears(self, settings: Settings, detector: SpeechDetector, ends: Ends) -> Hearing:
        options, rate_hz = turn_options(settings), ends.capture_rate_hz
        more = (ends.echo, self.turn_ending.judge, ends.wake_word)
        return Hearing(options, detector, ends.capture, rate_hz, self.near, ends.post_speech, *more)

    def _brief(self, settings: Settings, ends: Ends) -> Briefing:
        return Briefing(
            settings,
            ends.local_time,
            lambda: self.toolbox.declarations,
            lambda order: self.chain.send(order),
        )

    def _fill_toolbox(self, settings: Settings, ends: Ends, clock: StreamClock) -> Toolbox:
        room_clock = RoomClock(clock, ends.local_time, ends.clock_is_set)
        options, hands = toolbox_options(settings), hands_of(self, ends)
        return Toolbox(options, room_clock, self.record, self.keepsakes.store, hands)

    def _open_purse(self, settings: Settings, ends: Ends, state: StateDirectory | None) -> Money:
        return Money(
            accounts_of(settings, self.provider_names),
            state,
            lambda: ends.local_time().date(),
            self.record.write,
            lambda sentence: self.announcer.announce(sentence),
        )

    def _link_up(self, settings: Settings, providers: ProviderList) -> Chain:
        return Chain(
            [metered(one, self.money, self.history.turn_of) for one in providers.providers],
            self.briefing.as_of_now(),
            lambda before: self.answers.said(before),
            self._take,
            said=self.history.reply,
            now_s=lambda: asyncio.get_running_loop().time(),
            chance=random.random,
            resting=lambda: not self.loudspeaker.busy,
            hedges=settings.conversation.hedge == "auto",
        )

    def _watch_network(self, providers: ProviderList) -> NetworkNews:
        return NetworkNews(
            providers.providers[0].distance,
            self.record.write,
            lambda: self.announcer.sound_trouble(),
            self.chain,
        )

    def _hear_by_turns(self, ends: Ends) -> HalfDuplex:
        return HalfDuplex(
            self.hearing,
            lambda: self.near.written,
            lambda: self.conductor.sounds,
            ends.look_every_ms,
            lambda: ends.half_duplex or self.duplex.button_only,
        )

    def _give_voice(self, ends: Ends, say: Callable[[str, int], Awaitable[Pcm]]) -> Announcer:
        return Announcer(
            self.loudspeaker,
            self.hearing,
            lambda: self.near.written,
            say,
            ends.mouth_rate_hz,
            lambda: self.conductor.state.phase is Phase.LISTENING,
            lambda category: self.money.excuse(category) if (said := self._door.excuse()) is None else said,
            lambda sentence, duration_ms: self.record.write("say", text=sentence, duration_ms=duration_ms),
            lambda: self.quiet.hushed,
        )

    def forget(self) -> None:
        """What goes on is over, and what was said in this conversation is known to nobody any more."""
        self.conductor.post(StopWanted())
        self.history.forget()
        self.keepsakes.memory.forget()
        self.answers.last.forget()
        self.hearing.forget_habits()
        self.turns.cut()
        self.chain.forget()

    def _hear_on(self, event: Mapping[str, object]) -> None:
        if goes_on(event):
            self.hearing.go_on()

    def _conduct(
        self, settings: Settings, ends: Ends, clock: StreamClock, reader: Reader | None, tools: Tools
    ) -> None:
        """Put turns and answers into one conductor's hands."""
        strategy = load_strategy(settings.interruption.strategy, resume=settings.interruption.resume)
        prefix_samples = samples_of_ms(settings.hearing.prefix_padding_ms, NEAR_RATE_HZ)
        self.answers = Answers(
            ends.mouth,
            self.loudspeaker,
            self._door,
            self.record,
            self.history,
            clock,
            ends.mouth_rate_hz,
            ends.near_ms,
            ends.out_ms,
        )
        gain, near_ms = TurnGain(settings.audio.input.gain_db), ends.near_ms
        self.turns = Turns(self.near, self._door, self.record, near_ms, clock.now_ms, prefix_samples, gain)
        self.attention = attention_of(settings, strategy, ends.wake_word)
        self.floor = Floor(self.attention, self.near, reader, self._post, gain)
        self.conductor = Conductor(
            conductor_options(settings),
            clock,
            self.record,
            Rooms(
                self.attention,
                self.hearing,
                ends.mouth,
                self.chain,
                self.turns,
                self.answers,
                self.loudspeaker,
                self.floor,
                ToolCalls(tools, self.chain, self.record, self._post_or_fail),
                self.announcer,
                ends.set_muted,
                lambda: self.toolbox.rings,
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
            **self.turn_ending.gauges(),
        }

    def beats(self) -> list[Beat]:
        """How far hearing has come, and whether the chain still runs."""
        hearing = Beat(Part.HEARING, self.hearing.heard_until, due=self.hearing.waiting_samples > 0)
        return [hearing, Beat(Part.LINK, 0, due=self._chain_ended)]

    def note_standstill(self, part: Part, alive: bool, still_ms: int) -> None:
        """A part stood still for so long: it moves again, or it does not."""
        self.record.write("liveness", part=part, state="moving" if alive else "stuck", still_ms=still_ms)

    def note_configuration(self, state: str, reason: str) -> None:
        """A changed configuration was `applied`, or `refused`, and why."""
        self.record.write("configuration", state=state, reason=reason)

    @property
    def resting(self) -> bool:
        """Nothing goes on, and nothing is about to. What waits for a loudspeaker that is gone may wait for
        the one that a changed configuration names."""
        quiet = self.conductor.state is State.IDLE and not self.conductor.sounds
        return quiet and not self.toolbox.rings and not self.announcer.pending

    def look(self) -> None:
        """To be called every `look_every_ms`."""
        self.toolbox.look()
        self.quiet.look()
        self.keepsakes.memory.look()
        self.echo.look()
        self.microphone.look()
        self.duplex.look()
        self._half_duplex.look()

    def _note_chain_end(self, chain: "asyncio.Task[None]") -> None:
        self._chain_ended = True

    def _take(self, event: ProviderEvent | ChainEvent) -> None:
        self._post_or_fail(event)
        self.provider_spoke.set()
        if isinstance(event, LinkChanged) and event.link in (LinkState.READY, LinkState.DOWN):
            self.first_link_settled.set()

    def _post_or_fail(self, event: ProviderEvent | ChainEvent | ToolDone) -> None:
        try:
            self.conductor.post(event)
        except Exception as fault:  # noqa: BLE001  who calls is the task of a provider or a tool: nobody watches
            self._on_fault(fault)

    @asynccontextmanager
    async def running(
        self, start_timeout_s: float, stopping: asyncio.Event | None = None
    ) -> AsyncIterator[None]:
        """The chain runs; entered when its first provider is ready, has failed, or is not awaited longer;
        or at once when `stopping` is set."""
        kept = await self.keepsakes.find()
        self.toolbox.restore(kept)
        self.duplex.restore(kept)
        faults = Faults(self._on_fault)
        faults.watch_loop()
        chain = asyncio.create_task(self.chain.run())
        faults.watch_task(chain)
        chain.add_done_callback(self._note_chain_end)
        behind = self._workers.warm_up()
        await self.turn_ending.start()
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
            ending = self._workers.stop()
            ending.append(asyncio.create_task(self.toolbox.close()))
            ending.append(asyncio.create_task(self.keepsakes.leave()))
            ending.append(asyncio.create_task(self.turn_ending.stop()))
            await asyncio.wait({chain, *behind, *ending, *self.announcer.pending}, timeout=CLOSE_TIMEOUT_S)
            self.record.write("session", state="ended", provider=self.chain.provider)
