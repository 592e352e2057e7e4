"""Recordings in place of the microphone, a strict GPT-Live server in place of the vendor's, in real time."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.pcm.formats import Pcm
from appliance.service.replay import ReplayOptions, run_replay
from appliance.settings import Settings, load_settings
from tests.bench.stage import lay, read_wav, tone, write_wav
from tests.recordings import recordings
from tests.service.event_schema import problems
from tests.service.test_replay import at_24k, likeness
from tests.simulators.live_script import Answer, Behaviour
from tests.simulators.live_server import SimulatorThread
from tests.simulators.openai_script import Call

# The pauses within these recordings are shorter: the simulated model waits until the person has finished.
PATIENT = Behaviour(endpoint_ms=600)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "sk-test")


def settings_for(*urls: str) -> Settings:
    names = ("live", "second")[: len(urls)]
    providers = ",".join(
        f'{{name="{name}",kind="openai-live",url="{url}",api_key="env:KEY"}}'
        for name, url in zip(names, urls, strict=True)
    )
    return load_settings([], [f"providers=[{providers}]"], {"KEY": "sk-test"}).settings


def replayed(folder: Path, microphone: Pcm, *urls: str) -> tuple[int, list[dict[str, Any]], Pcm]:
    """The exit code, the events, and what the loudspeaker played."""
    write_wav(folder / "in.wav", microphone)
    files = (folder / "in.wav", folder / "out.wav", folder / "events.jsonl")
    exit_code = run_replay(settings_for(*urls), ReplayOptions(*files))
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert problems(events) == []
    return exit_code, events, read_wav(folder / "out.wav")


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind]


def loud_ms(pcm: Pcm) -> int:
    whole = pcm[: len(pcm) // 24 * 24]
    return int(np.count_nonzero(np.abs(whole.astype(np.int32)).reshape(-1, 24).max(axis=1) > 3000))


def test_every_question_arrives_and_every_answer_is_heard(tmp_path: Path) -> None:
    asked = [recordings()[0], recordings()[3]]
    pcm, _ = lay(asked, [800.0, 5000.0])
    answer = Answer(tone(1.0), transcript="Thank you.", user_transcript="a question")
    with SimulatorThread(answer, PATIENT) as simulator:
        exit_code, events, out = replayed(tmp_path, pcm, simulator.url)
        record = simulator.record
    assert exit_code == 0
    assert record.violations == []
    assert len(record.sessions) == 1
    for recording in asked:
        words = recording.pcm[recording.speech_start : recording.speech_end]
        assert likeness(record.sessions[0].pcm24k, at_24k(words)) > 0.99
    assert [e["complete"] for e in of(events, "answer_done")] == [True, True]
    assert abs(loud_ms(out) - 2 * 1000) <= 40
    texts = {(e["role"], e["text"]) for e in of(events, "transcript") if e["final"]}
    assert texts == {("user", "a question"), ("assistant", "Thank you.")}


def test_an_interruption_takes_the_floor_and_is_answered(tmp_path: Path) -> None:
    first, over = recordings()[3], recordings()[10]
    pcm, spoken = lay([first, over], [800.0, 3500.0])
    answers = [Answer(tone(8.0), "On and on."), Answer(tone(1.0), "Very well.")]
    with SimulatorThread(answers, PATIENT) as simulator:
        exit_code, events, _ = replayed(tmp_path, pcm, simulator.url)
        record = simulator.record
    assert exit_code == 0
    assert record.violations == []
    assert record.broken_off == 1
    assert [e["decision"] for e in of(events, "interruption")] == ["confirmed"]
    assert [e["complete"] for e in of(events, "answer_done")] == [False, True]
    assert of(events, "interruption")[0]["onset_ms"] >= spoken[1].start_ms - 100


def test_a_tool_is_called_and_its_result_is_spoken(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[3]], [800.0])
    calling = Answer(calls=(Call("get_time"),), then=Answer(tone(1.0), "It is noon."))
    with SimulatorThread(calling, PATIENT) as simulator:
        exit_code, events, _ = replayed(tmp_path, pcm, simulator.url)
        record = simulator.record
    assert exit_code == 0
    assert record.violations == []
    assert [(e["name"], e["ok"]) for e in of(events, "tool_call")] == [("get_time", True)]
    assert len(record.results) == 1


def test_a_connection_lost_while_it_thinks_costs_no_word_of_the_question(tmp_path: Path) -> None:
    asked = recordings()[3]
    pcm, _ = lay([asked], [800.0])
    lost = Behaviour(endpoint_ms=600, close_after_ms=3500, close_reason="connection_lost")
    silent = Answer(tone(1.0), delay_ms=60_000)
    with (
        SimulatorThread(silent, lost) as first,
        SimulatorThread(Answer(tone(1.0), "Here I am."), PATIENT) as second,
    ):
        exit_code, events, out = replayed(tmp_path, pcm, first.url, second.url)
        records = first.record, second.record
    assert exit_code == 0
    assert [record.violations for record in records] == [[], []]
    assert [(e["from"], e["to"]) for e in of(events, "failover") if e["turn"] == 1] == [("live", "second")]
    words = asked.pcm[asked.speech_start : asked.speech_end]
    assert likeness(records[1].sessions[0].pcm24k, at_24k(words)) > 0.99
    assert abs(loud_ms(out) - 1000) <= 40


def test_an_answer_that_is_lost_in_the_middle_is_gone_on_with_by_the_next_provider(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[3]], [800.0])
    lost = Answer(tone(5.0), "one two three four five", drop_after_ms=2000)
    rest = Answer(tone(1.0), "and six.")
    with SimulatorThread(lost, PATIENT) as first, SimulatorThread(rest, PATIENT) as second:
        exit_code, events, _ = replayed(tmp_path, pcm, first.url, second.url)
        records = first.record, second.record
    assert exit_code == 0
    assert [record.violations for record in records] == [[], []]
    assert [(e["from"], e["to"]) for e in of(events, "failover") if e["turn"] == 1] == [("live", "second")]
    (kind, told), *_ = records[1].sessions[0].appended
    assert kind == "session.instructions.append"
    assert "one two" in told
    assert [e["complete"] for e in of(events, "answer_done")] == [True]
