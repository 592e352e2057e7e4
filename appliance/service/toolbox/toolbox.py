"""Everything that the model may call, in one conversation: who declares it, runs it, and lets timers ring."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from appliance.conversation.vocabulary import ToolCall, ToolDeclaration, ToolDone
from appliance.service.memory.store import Row, Store
from appliance.service.network.clock import StreamClock
from appliance.service.record import Record
from appliance.service.toolbox.toolbox_bell import RingRoom, RoomBell
from appliance.service.toolbox.toolbox_reminders import Reminders
from appliance.service.toolbox.toolbox_volume import VolumeKnob
from appliance.skills.alarm import Alarm
from appliance.skills.builtin import builtin_tools
from appliance.skills.mcp_server import McpOptions, McpServer
from appliance.skills.mcp_texts import named
from appliance.skills.registry import Registry
from appliance.skills.runner import ToolRunner
from appliance.skills.timers import Timer
from appliance.skills.tool import Tool


@dataclass(frozen=True, slots=True)
class ToolboxOptions:
    """Which tools there are. `environment` is what a started server gets to know of ours."""

    builtin: bool = True
    servers: tuple[McpOptions, ...] = ()
    environment: Mapping[str, str] | None = None


class RoomClock:
    """Both of the times that tools know."""

    def __init__(
        self,
        stream: StreamClock,
        local: Callable[[], datetime],
        is_set: Callable[[], bool] = lambda: True,
    ) -> None:
        """`is_set()` tells whether `local()` is true."""
        self._stream = stream
        self.local = local
        self._is_set = is_set

    @property
    def is_set(self) -> bool:
        """The time on the wall is true."""
        return self._is_set()

    def now_s(self) -> float:
        """Seconds of the stream: they never jump."""
        return self._stream.now_ms() / 1000


@dataclass(frozen=True, slots=True)
class Hands:
    """What tools can do to the room, and whom they tell."""

    volume: VolumeKnob
    room: RingRoom
    met: Callable[[], bool]  # somebody has spoken with the appliance since it was switched on
    say: Callable[[str, Callable[[bool], None]], None]  # in the device's own voice; then whether it was heard
    tell_owner: Callable[[str], None]  # a sentence
    changed: Callable[[], None]  # `Toolbox.declarations` are others


class Toolbox:
    """The `Tools` of a conversation. Belongs to the event loop."""

    def __init__(
        self,
        options: ToolboxOptions,
        clock: RoomClock,
        record: Record,
        store: Store | None,
        hands: Hands,
    ) -> None:
        """Without `store` a restart forgets timers and alarms."""
        self._clock = clock
        self._hands = hands
        self.reminders = Reminders(clock, store, record, RoomBell(hands.room))
        tools = builtin_tools(clock, hands.volume, self.reminders)
        self._registry = Registry(tools if options.builtin else ())
        self._runner = ToolRunner(self._registry)
        environment = options.environment or {}
        self._servers = [
            McpServer(server, environment, self._exchange, hands.tell_owner) for server in options.servers
        ]
        self._serving: list[asyncio.Task[None]] = []

    @property
    def declarations(self) -> tuple[ToolDeclaration, ...]:
        """What every session is told."""
        return self._registry.declarations

    def run(self, call: ToolCall, done: Callable[[ToolDone], None]) -> None:
        """See `Tools`."""
        self._runner.run(call, done)

    def look(self) -> None:
        """To be called several times a second: what is due rings."""
        self.reminders.look()
        self._hands.volume.ring(self.reminders.rings)
        free = self._hands.room.free() and not self.reminders.rings
        if free and (missed := self.reminders.missed_by_now(met=self._hands.met())):
            self._hands.say(missed, self.reminders.told)

    def timers(self) -> Sequence[tuple[Timer, float]]:
        """Those that run, with the seconds left of each."""
        now_s = self._clock.now_s()
        return [(timer, max(timer.due_s - now_s, 0.0)) for timer in self.reminders.timers.pending]

    def alarms(self) -> Sequence[tuple[Alarm, datetime | None]]:
        """Those that are set, with the local time at which each rings next, where that is known."""
        now = self._clock.local()
        assert now.tzinfo is not None
        return [(alarm, self._rings_at(alarm, now, now.tzinfo)) for alarm in self.reminders.alarms.pending]

    def _rings_at(self, alarm: Alarm, now: datetime, zone: tzinfo) -> datetime | None:
        following = alarm.next_unix_s(now.timestamp(), zone) if self._clock.is_set else None
        return None if following is None else datetime.fromtimestamp(following, zone)

    @property
    def rings(self) -> bool:
        """The bell can be heard, or will be again after a moment."""
        return self.reminders.rings

    def next_ring_ms(self) -> float | None:
        """The stream time at which the next timer ends."""
        due_s = self.reminders.timers.next_due_s
        return None if due_s is None else due_s * 1000

    def restore(self, kept: Mapping[str, Sequence[Row]]) -> None:
        """Go on with what an earlier run has left; to be called before any tool can be."""
        for sentence in self.reminders.restore(kept):
            self._hands.tell_owner(sentence)

    def start(self) -> None:
        """The stream has begun: start the servers behind it."""
        self._serving = [asyncio.create_task(server.run()) for server in self._servers]

    async def close(self) -> None:
        """End what runs, and the servers; takes as long as they do."""
        for task in self._serving:
            task.cancel()
        await self._runner.close()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _exchange(self, old: Sequence[Tool], new: Sequence[Tool]) -> None:
        """A server offers other tools than before."""
        if left_out := self._registry.replace(old, new):
            self._hands.tell_owner(f"too many tools, or two of a name: {named(left_out)} left out")
        self._hands.changed()
