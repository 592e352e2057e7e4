"""Recordings in place of the microphone, strict servers of a cascade's three stages, in real time."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.pcm.formats import Pcm
from appliance.providers.cascade.dialogue import GO_ON
from appliance.service.replay import ReplayOptions, run_replay
from appliance.settings import Settings, load_settings
from tests.bench.stage import lay, read_wav, tone, write_wav
from tests.recordings import Recording, recordings
from tests.service.event_schema import problems
from tests.service.test_replay import likeness
from tests.simulators.cascade_script import Call, Completion, Script, Speech, Transcript, Trouble
from tests.simulators.cascade_server import CascadeThread
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

LONG = "This is a long answer, of many words, to a short question. It goes on and on. And then some more."
SHORT = Completion("Very well.")
CLOCK = Call("get_time", "{}")


def settings_for(url: str, *more: str) -> Settings:
    servers = ", ".join(f'{each}={{url="{url}",model="m"}}' for each in ("stt", "llm", "tts"))
    provider = f'[{{name="house",kind="cascade",{servers}}}]'
    return load_settings([], [f"providers={provider}", *more], {}, Path("/nonexistent")).settings


def replay(folder: Path, pcm: Pcm, script: Script) -> tuple[int, list[dict[str, Any]], CascadeThread]:
    """Exit code, events, and the server with its record; nothing of either breaks any rule."""
    files = (folder / "in.wav", folder / "out.wav", folder / "events.jsonl")
    write_wav(files[0], pcm)
    with CascadeThread(script) as server:
        exit_code = run_replay(settings_for(server.url), ReplayOptions(*files))
    events = [json.loads(line) for line in files[2].read_text().splitlines()]
    assert server.record.violations == []
    assert problems(events) == []
    return exit_code, events, server


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind]


def asked() -> list[Recording]:
    return [recordings()[0], recordings()[3]]


def test_every_word_of_every_question_arrives_and_every_answer_is_heard(tmp_path: Path) -> None:
    pcm, _ = lay(asked(), [800.0, 3000.0])
    exit_code, events, server = replay(tmp_path, pcm, Script((Transcript("Well?"),), (SHORT,)))
    assert exit_code == 0
    assert len(server.record.turns) == len(asked())
    for turn, recording in zip(server.record.turns, asked(), strict=True):
        words = recording.pcm[recording.speech_start : recording.speech_end]
        assert likeness(turn, words) > 0.99
    assert [event["complete"] for event in of(events, "answer_done")] == [True, True]
    said = [(event["role"], event["text"]) for event in of(events, "transcript")]
    assert said == [("user", "Well?"), ("assistant", "Very well.")] * 2
    out = read_wav(tmp_path / "out.wav")
    loud_ms = np.count_nonzero(np.abs(out.astype(np.int32)).reshape(-1, 24).max(axis=1) > 3000)
    assert loud_ms == pytest.approx(2 * len("Very well.") * 60, abs=30)


def test_an_interruption_stops_the_answer_and_the_model_knows_what_was_heard(tmp_path: Path) -> None:
    pcm, _ = lay(asked(), [800.0, 2500.0])
    exit_code, events, server = replay(
        tmp_path, pcm, Script((Transcript("Well?"), Transcript("Stop.")), (Completion(LONG), SHORT))
    )
    assert exit_code == 0
    (interruption,) = [event for event in of(events, "interruption") if event["decision"] == "confirmed"]
    assert 0 < interruption["heard_ms"] < len(LONG) * 60
    assert [event["complete"] for event in of(events, "answer_done")] == [False, True]
    question, heard, stop = server.record.said()
    assert (question, stop) == (("user", "Well?"), ("user", "Stop."))
    heard_ms = of(events, "answer_done")[0]["heard_ms"]
    words = LONG[: round(heard_ms / 60)].split()
    assert abs(len(heard[1].split()) - len(words)) <= 1
    assert LONG.startswith(heard[1])


def test_a_tool_call_and_a_lost_connection_cost_no_question(tmp_path: Path) -> None:
    pcm, _ = lay(asked(), [800.0, 6000.0])
    lost = Completion(LONG, trouble=Trouble(after_bytes=200, drop=True))
    script = Script(
        (Transcript("What time is it?"), Transcript("And now?")),
        (Completion("", calls=(CLOCK,)), Completion("It is noon."), lost, SHORT),
        (Speech(),),
    )
    exit_code, events, server = replay(tmp_path, pcm, script)
    assert exit_code == 0
    assert [event["name"] for event in of(events, "tool_call")] == ["get_time"]
    assert [role for role, _ in server.record.said(1)] == ["user", "assistant", "tool"]
    assert of(events, "error")[0]["category"] == "session_closed"
    assert of(events, "answer_done")[0]["complete"]
    assert len(server.record.chats) == 4
    assert server.record.said()[-1] == ("user", "And now?")
    assert likeness(server.record.turns[-1], server.record.turns[-2]) > 0.99  # told again as a whole
    assert of(events, "answer_done")[-1]["complete"]


def test_the_first_sound_follows_the_commit_at_once_where_the_servers_do(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[3]], [800.0])
    _, events, _ = replay(tmp_path, pcm, Script(completions=(Completion(LONG[:60]),)))
    waits_ms = [event["provider_ms"] for event in of(events, "latency")]
    assert max(waits_ms) < 500


def test_an_answer_that_another_provider_broke_off_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "sk-test")
    pcm, _ = lay([recordings()[0]], [800.0])
    files = (tmp_path / "in.wav", tmp_path / "out.wav", tmp_path / "events.jsonl")
    write_wav(files[0], pcm)
    broken = Answer(tone(6.0), transcript=LONG, user_transcript="Well?", drop_after_ms=3000)
    with SimulatorThread(broken) as first, CascadeThread(Script((Transcript("Well?"),), (SHORT,))) as second:
        servers = ", ".join(f'{each}={{url="{second.url}",model="m"}}' for each in ("stt", "llm", "tts"))
        openai = f'{{name="openai",kind="openai",url="{first.url}",api_key="env:KEY"}}'
        providers = f'providers=[{openai},{{name="house",kind="cascade",{servers}}}]'
        settings = load_settings([], [providers], {"KEY": "sk-test"}, Path("/nonexistent")).settings
        assert run_replay(settings, ReplayOptions(*files)) == 0
    events = [json.loads(line) for line in files[2].read_text().splitlines()]
    assert problems(events) == []
    assert second.record.violations == []
    assert [event["to"] for event in of(events, "failover")] == ["house"]
    question, said, go_on = second.record.said()
    assert question == ("user", "Well?")
    assert LONG.startswith(said[1])
    assert len(said[1]) > 10
    assert go_on == ("user", GO_ON)
    assert [event["complete"] for event in of(events, "answer_done")] == [True]
