"""A recording asks for tools over a strict server: for timers that ring, and for those of an MCP server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.pcm.formats import Pcm
from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import Store
from appliance.service.replay import OUT_RATE_HZ
from tests.bench.stage import lay, tone
from tests.recordings import recordings
from tests.service.replaying import Event, of, replayed
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer, Call, Record

HOUSE = f'[{{name="house",command=["{sys.executable}","-m","tests.skills.mcp_house"],allow=["add"]}}]'


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "sk-test")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def asked(
    folder: Path, *calls: Call, settings: tuple[str, ...] = (), lead_ms: float = 500.0, **options: Any
) -> tuple[list[Event], Pcm, Record]:
    """One question, `lead_ms` into the stream, for which the model calls these tools and then answers."""
    pcm, _ = lay([recordings()[3]], [lead_ms])
    done = Answer(tone(0.5), transcript="Done.")
    answer = Answer(tone(0.0), calls=calls, then=done) if calls else done
    with SimulatorThread(answer) as simulator:
        provider = f'providers=[{{name="openai",kind="openai",url="{simulator.url}",api_key="env:KEY"}}]'
        exit_code, events, out = replayed(folder, pcm, provider, *settings, **options)
        record = simulator.record
    assert (exit_code, record.violations) == (0, [])
    return events, out, record


def test_a_timer_is_declared_set_told_and_rings_in_the_tail(tmp_path: Path) -> None:
    timer = Call("set_timer", '{"seconds": 3, "name": "tea"}')
    events, out, record = asked(tmp_path, timer, Call("fly"), tail_s=8.0)
    declared = [tool["name"] for tool in record.updates[-1]["tools"]]
    assert declared[:5] == ["get_time", "set_volume", "set_timer", "list_timers", "cancel_timer"]
    assert declared[5:] == ["set_alarm", "list_alarms", "cancel_alarm", "snooze_alarm"]
    assert [(call["name"], call["ok"]) for call in of(events, "tool_call")] == [
        ("set_timer", True),
        ("fly", False),
    ]
    assert json.loads(record.results[0][1])["name"] == "tea"
    (rang,) = of(events, "timer")
    rings = np.abs(out.astype(np.int32))[round(rang["t_ms"] * OUT_RATE_HZ / 1000) :][: 2 * OUT_RATE_HZ]
    assert rings.max() > 500


def test_a_timer_that_rings_later_is_kept_where_the_owner_said(tmp_path: Path) -> None:
    asked(tmp_path, Call("set_timer", '{"minutes": 5}'), state=tmp_path / "state")
    store = Store(StateDirectory(tmp_path / "state", print))
    (kept,) = store.load().result(5)["timers"]
    store.close()
    assert kept["length_s"] == 300


def test_a_tool_that_appears_after_the_start_is_told_to_the_open_session_and_called(tmp_path: Path) -> None:
    """The server takes a second or two to start, so the question comes later."""
    call = Call("house_add", '{"a": 20, "b": 22}')
    events, _, record = asked(tmp_path, call, settings=(f"tools.mcp={HOUSE}",), lead_ms=10_000.0)
    assert "house_add" not in [tool["name"] for tool in record.updates[0]["tools"]]
    assert "house_add" in [tool["name"] for tool in record.updates[-1]["tools"]]
    assert [output for _, output in record.results] == ['"42"']
    assert [(call["name"], call["ok"]) for call in of(events, "tool_call")] == [("house_add", True)]


def test_without_the_built_in_tools_none_is_declared(tmp_path: Path) -> None:
    _, _, record = asked(tmp_path, settings=("tools.builtin=false",))
    assert [update["tools"] for update in record.updates if update.get("tools")] == []


def test_a_daemon_without_mcp_servers_does_not_load_the_package() -> None:
    """It would cost some 30 MB."""
    code = (
        "import appliance.service.live.live, sys; print({'mcp', 'httpx2', 'starlette'} & sys.modules.keys())"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"
