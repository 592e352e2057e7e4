"""Recordings in real time against every server that speaks the realtime protocol."""

import json
from pathlib import Path
from typing import Any

import pytest

from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.service.replay import ReplayOptions, run_replay
from appliance.settings import load_settings
from tests.bench.stage import lay, tone, write_wav
from tests.recordings import recordings
from tests.service.event_schema import problems
from tests.simulators.azure_realtime import DEPLOYMENT, AzureSimulator
from tests.simulators.openai_realtime import Simulator, SimulatorThread
from tests.simulators.openai_script import Answer, Behaviour, Dialect

ANSWER = Answer(tone(1.0), transcript="Thank you.", user_transcript="a question")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "sk-test")


def replay(folder: Path, simulator: Simulator, *settings: str, **provider: str) -> list[dict[str, Any]]:
    """One recorded question, and the events of the conversation."""
    pcm, _ = lay([recordings()[0]], [800.0])
    write_wav(folder / "in.wav", pcm)
    files = ReplayOptions(folder / "in.wav", folder / "out.wav", folder / "events.jsonl")
    with SimulatorThread(simulator=simulator) as server:
        url = simulator.resource if isinstance(simulator, AzureSimulator) else server.url
        given = {"name": "peer", "url": url, "api_key": "env:KEY"} | provider
        table = ",".join(f'{key}="{value}"' for key, value in given.items())
        loaded = load_settings([], [f"providers=[{{{table}}}]", *settings], {"KEY": "sk-test"})
        assert run_replay(loaded.settings, files) == 0
    assert simulator.record.violations == []
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert problems(events) == []
    return events


@pytest.mark.parametrize("dialect", ["ga", "beta"])
def test_a_question_is_answered_by_azure(tmp_path: Path, dialect: Dialect) -> None:
    azure = AzureSimulator(ANSWER, Behaviour(dialect=dialect))
    events = replay(tmp_path, azure, kind="azure", model=DEPLOYMENT, dialect=dialect)
    assert [e["complete"] for e in events if e["event"] == "answer_done"] == [True]
    assert azure.shown[0] == "sk-test"


def test_a_question_is_answered_by_an_older_server(tmp_path: Path) -> None:
    server = Simulator(ANSWER, Behaviour(dialect="beta"))
    events = replay(tmp_path, server, kind="openai", dialect="beta", voice="alloy")
    assert [e["complete"] for e in events if e["event"] == "answer_done"] == [True]


def test_the_server_ends_the_turn_before_silence_does(tmp_path: Path) -> None:
    recording = recordings()[0]
    spoken_ms = round(ms_of_samples(recording.speech_end - recording.speech_start, NEAR_RATE_HZ))
    server = Simulator(ANSWER, Behaviour(hears=((200, spoken_ms + 400),)))
    wishes = ('hearing.end_of_turn="provider"', "hearing.end_silence_ms=3000")
    events = replay(tmp_path, server, *wishes, kind="openai", provider_turn_detection="server_vad")
    (committed,) = (e for e in events if e["event"] == "turn_committed")
    assert committed["cause"] == "provider"
    assert [e["complete"] for e in events if e["event"] == "answer_done"] == [True]
    assert len(server.record.turns) == 1
