"""Recordings in place of the microphone, a strict Gemini in place of the vendor's, in real time."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.service.replay import ReplayOptions, run_replay
from appliance.settings import load_settings
from tests.bench.stage import lay, read_wav, tone, write_wav
from tests.recordings import recordings
from tests.service.event_schema import problems
from tests.simulators.gemini_live import SimulatorThread
from tests.simulators.gemini_script import Answer, Behaviour, Call, Record, Script

Events = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "a-key")


def replayed(
    folder: Path,
    gaps_ms: list[float],
    answers: Answer | list[Answer] | Script,
    *more: str,
    behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
) -> tuple[int, Events, Record]:
    """What came of recorded questions, so far apart, with two providers that are one simulator."""
    asked = [recordings()[0], recordings()[3], recordings()[10]][: len(gaps_ms)]
    pcm, _ = lay(asked, gaps_ms)
    write_wav(folder / "in.wav", pcm)
    with SimulatorThread(answers, behaviour) as simulator:
        told = f'kind="gemini",url="{simulator.url}",api_key="env:KEY"'
        both = f'providers=[{{name="gemini",{told}}},{{name="another",{told}}}]'
        settings = load_settings([], [both, *more], {"KEY": "a-key"}).settings
        options = ReplayOptions(folder / "in.wav", folder / "out.wav", folder / "events.jsonl")
        exit_code = run_replay(settings, options)
        record = simulator.record
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert problems(events) == []
    assert record.violations == []
    return exit_code, events, record


def of(events: Events, name: str) -> Events:
    return [event for event in events if event["event"] == name]


def test_recorded_questions_are_answered(tmp_path: Path) -> None:
    answer = Answer(tone(1.0), "Thank you.", user_transcript="a question")
    exit_code, events, record = replayed(tmp_path, [800.0, 3000.0], answer)
    assert exit_code == 0
    assert len(record.turns) == 2
    assert [e["complete"] for e in of(events, "answer_done")] == [True, True]
    out = read_wav(tmp_path / "out.wav")
    loud_ms = np.count_nonzero(np.abs(out.astype(np.int32)).reshape(-1, 24).max(axis=1) > 3000)
    assert abs(loud_ms - 2 * 1000) <= 30
    said = {(e["role"], e["text"]) for e in of(events, "transcript") if e["final"]}
    assert said == {("user", "a question"), ("assistant", "Thank you.")}


def test_an_answer_is_interrupted_and_the_interruption_answered(tmp_path: Path) -> None:
    answers = [Answer(tone(20.0), "word " * 60, speed=4.0), Answer(tone(1.0))]
    exit_code, events, record = replayed(tmp_path, [800.0, 4000.0], answers)
    assert exit_code == 0
    assert [e["decision"] for e in of(events, "interruption")] == ["confirmed"]
    assert [e["complete"] for e in of(events, "answer_done")] == [False, True]
    assert record.interrupted == 1
    assert "was heard of it" in record.instructions[0]


def test_a_tool_is_called_and_the_answer_goes_on(tmp_path: Path) -> None:
    calling = Answer(tone(0.0), "", calls=(Call("get_time"),), then=Answer(tone(1.0)))
    exit_code, events, record = replayed(tmp_path, [800.0], calling)
    assert exit_code == 0
    assert [e["name"] for e in of(events, "tool_call")] == ["get_time"]
    assert len(record.results) == 1
    assert [e["complete"] for e in of(events, "answer_done")] == [True]


def test_a_connection_that_is_lost_before_the_answer_costs_no_question(tmp_path: Path) -> None:
    answers = [Answer(tone(1.0), drop_after_ms=0), Answer(tone(1.0))]
    exit_code, events, record = replayed(tmp_path, [800.0], answers)
    assert exit_code == 0
    (change,) = of(events, "failover")
    assert (change["from"], change["to"], change["reason"]) == ("gemini", "another", "session_closed")
    assert len(record.turns) == 2
    assert np.array_equal(record.turns[0].pcm16k, record.turns[1].pcm16k)
    assert [e["complete"] for e in of(events, "answer_done")] == [True]


def test_the_server_ends_the_turn_before_local_silence_does(tmp_path: Path) -> None:
    answer = Answer(tone(1.0), "Thank you.", user_transcript="a question")
    ending = Behaviour(ends_turn_after_ms=1300)
    exit_code, events, record = replayed(
        tmp_path, [800.0, 4000.0], answer, "hearing.end_of_turn=provider", behaviour=ending
    )
    assert exit_code == 0
    assert [e["cause"] for e in of(events, "turn_committed")] == ["provider", "provider"]
    assert [e["complete"] for e in of(events, "answer_done")] == [True, True]
    assert len(record.turns) == 2
