"""Each call is run once and answered once, whoever repeats it and however late it ends."""

import io
import json
from collections.abc import Callable

from appliance.conversation import vocabulary as v
from appliance.service.event_log import EventLog
from appliance.service.network.clock import TickerClock
from appliance.service.record import Record
from appliance.service.toolbox.tool_calls import ToolCalls


class Room:
    """Tools that end when the test says so, a provider that keeps what it is told, and a log."""

    def __init__(self) -> None:
        self.running: list[tuple[v.ToolCall, Callable[[v.ToolDone], None]]] = []
        self.told: list[v.Command | v.OpenTurn] = []
        self._lines = io.StringIO()
        self._log = EventLog(self._lines)
        record = Record(self._log, TickerClock(), "c-1", keep_transcripts=True)
        self.calls = ToolCalls(self, self, record, lambda done: self.calls.done(done, turn=7))

    def run(self, call: v.ToolCall, done: Callable[[v.ToolDone], None]) -> None:
        self.running.append((call, done))

    def send(self, command: v.Command | v.OpenTurn) -> None:
        self.told.append(command)

    def end(self, number: int = 0, *, ok: bool = True, output: str = "{}") -> None:
        call, done = self.running[number]
        done(v.ToolDone(call, ok, output))

    @property
    def logged(self) -> list[tuple[int, str, bool]]:
        self._log.close()
        events = [json.loads(line) for line in self._lines.getvalue().splitlines()]
        return [(event["turn"], event["name"], event["ok"]) for event in events]


def call(answer: int = 1, name: str = "set_timer", key: str = "call-1") -> v.ToolCall:
    return v.ToolCall(answer, key, name, "{}")


def test_a_result_is_told_and_logged() -> None:
    room = Room()
    room.calls.run(call())
    assert room.calls.awaited_by(1)
    room.end(output='{"timer": 1}')
    assert room.told == [v.ToolResult(1, "call-1", '{"timer": 1}')]
    assert room.logged == [(7, "set_timer", True)]
    assert not room.calls.running


def test_a_call_that_is_told_again_runs_once_also_after_its_end() -> None:
    room = Room()
    room.calls.run(call())
    room.calls.run(call())
    room.end()
    room.calls.run(call())
    assert len(room.running) == len(room.told) == 1


def test_two_providers_may_call_their_calls_the_same() -> None:
    room = Room()
    room.calls.run(call(answer=1))
    room.calls.run(call(answer=2))
    room.end(1, output="2")
    room.end(0, output="1")
    assert room.told == [v.ToolResult(2, "call-1", "2"), v.ToolResult(1, "call-1", "1")]


def test_also_for_one_answer_where_the_first_was_lost() -> None:
    room = Room()
    room.calls.run(call())
    room.end(0)
    room.calls.run(call(name="get_time"))
    room.end(1)
    assert len(room.told) == 2


def test_what_takes_too_long_is_given_up_and_what_it_gives_later_is_dropped() -> None:
    room = Room()
    room.calls.run(call())
    room.calls.run(call(key="call-2", name="list_timers"))
    room.end(1)
    room.calls.give_up()
    room.end(0)
    assert room.told == [
        v.ToolResult(1, "call-2", "{}"),
        v.ToolResult(1, "call-1", '{"error": "the tool took too long"}'),
    ]
    assert room.logged == [(7, "list_timers", True), (7, "set_timer", False)]
