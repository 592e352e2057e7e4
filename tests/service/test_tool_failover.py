"""Whoever is lost, a timer that was asked for is set once, and rings."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    Capabilities,
    Command,
    Failure,
    HistoryItem,
    SessionConfig,
    ToolRan,
    ToolResult,
)
from appliance.errors import FailureCategory
from tests.service.event_schema import problems
from tests.service.stage import ScriptedProvider, play, silence, tone
from tests.service.test_tool_timers import QUESTION, Calling, ended_ms, sounds, with_state

GONE = Failure(FailureCategory.CONNECTION_FAILED, "gone")
TIMER: tuple[str, dict[str, object]] = ("set_timer", {"minutes": 10.0})


class Lost(Calling):
    """Is lost when the call was made, or when its result was told; `when` says which."""

    def __init__(self, when: str) -> None:
        super().__init__([tone(300)], calls=(TIMER,))
        self.when = when

    def send(self, command: Command) -> None:
        ScriptedProvider.send(self, command)
        if isinstance(command, ToolResult):
            self._emit(GONE)

    def _answer(self, number: int) -> None:
        super()._answer(number)
        if self.when == "called":
            self._emit(GONE)


class Next(ScriptedProvider):
    """Takes what tools gave for another one, and answers."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, tools=True)


class Refusing(ScriptedProvider):
    """Nobody is let in."""

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        emit(Failure(FailureCategory.AUTH_FAILED, "the key is refused"))


def ran(told: Sequence[Command]) -> list[str]:
    return [command.name for command in told if isinstance(command, ToolRan)]


@pytest.mark.parametrize("when", ["called", "told"])
def test_a_timer_is_set_once_though_its_provider_is_lost(when: str) -> None:
    second = Next([tone(500)])
    played = play(*QUESTION, silence(8000), provider=Lost(when), successors=(second,))
    assert len(played.assembly.toolbox.timers()) == 1
    assert ran(second.told) == ["set_timer"]
    assert len(played.of("tool_call")) == 1
    assert [done["complete"] for done in played.of("answer_done")] == [True]
    assert problems(played.events) == []


def test_a_timer_rings_though_nobody_can_answer_at_all(tmp_path: Path) -> None:
    kept = [{"name": "tea", "length_s": 60, "due_unix_s": time.time() + 3}]
    (tmp_path / "timers.json").write_text(json.dumps(kept))
    played = with_state(tmp_path, silence(10_000), provider=Refusing([]))
    (rang_ms,) = ended_ms(played)
    assert 1000 < rang_ms <= 3100
    assert sounds(played, rang_ms, rang_ms + 1000)
    assert played.of("error")[0]["category"] == "auth_failed"
