"""Everything that the model may call, in one conversation: who declares it, runs it, and lets timers ring."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.conversation.vocabulary import ToolCall, ToolDeclaration, ToolDone
from appliance.service.clock import StreamClock
from appliance.service.record import Record
from appliance.service.state import StateDirectory
from appliance.service.toolbox_alarm import AlarmRoom, TimerAlarm
from appliance.service.toolbox_volume import VolumeKnob
from appliance.skills.builtin import builtin_tools
from appliance.skills.mcp_server import McpOptions, McpServer
from appliance.skills.mcp_texts import named
from appliance.skills.registry import Registry
from appliance.skills.runner import ToolRunner
from appliance.skills.timers import KeptTimer, Timer, Timers
from appliance.skills.tool import Tool


@dataclass(frozen=True, slots=True)
class ToolboxOptions:
    """Which tools there are. `environment` is what a started server gets to know of ours."""

    builtin: bool = True
    servers: tuple[McpOptions, ...] = ()
    environment: Mapping[str, str] | None = None


class RoomClock:
    """Both of the times that tools know."""

    def __init__(self, stream: StreamClock, local: Callable[[], datetime]) -> None:
        self._stream = stream
        self.local = local

    def now_s(self) -> float:
        """Seconds of the stream: they never jump."""
        return self._stream.now_ms() / 1000


@dataclass(frozen=True, slots=True)
class Hands:
    """What tools can do to the room, and whom they tell."""

    volume: VolumeKnob
    alarm: AlarmRoom
    say: Callable[[str], None]  # in the device's own voice, when nothing else sounds
    tell_owner: Callable[[str], None]  # a sentence
    changed: Callable[[], None]  # `Toolbox.declarations` are others


class Toolbox:
    """The `Tools` of a conversation. Belongs to the event loop."""

    def __init__(
        self,
        options: ToolboxOptions,
        clock: RoomClock,
        record: Record,
        state: StateDirectory | None,
        hands: Hands,
    ) -> None:
        """Without `state` a restart forgets the timers."""
        self._clock = clock
        self._hands = hands
        self._timers = Timers()
        self._alarm = TimerAlarm(self._timers, clock, state, record, hands.alarm)
        tools = builtin_tools(clock, hands.volume, self._timers, self._alarm, self._alarm.keep)
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
        self._alarm.look()

    def timers(self) -> Sequence[tuple[Timer, float]]:
        """Those that run, with the seconds left of each."""
        now_s = self._clock.now_s()
        return [(timer, max(timer.due_s - now_s, 0.0)) for timer in self._timers.pending]

    @property
    def rings(self) -> bool:
        """An alarm can be heard, or will be again after a moment."""
        return self._alarm.rings

    def next_ring_ms(self) -> float | None:
        """The stream time at which the next timer ends."""
        due_s = self._timers.next_due_s
        return None if due_s is None else due_s * 1000

    def start(self) -> None:
        """The stream has begun: go on with the timers that were kept, and start the servers behind it."""
        missed = self._alarm.restore()
        if missed:
            self._hands.say(_missed_words(missed))
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


def _missed_words(missed: Sequence[KeptTimer]) -> str:
    """One sentence for all of them."""
    *others, last = [timer.words for timer in missed]
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"While I was off, your {listed} ended."
