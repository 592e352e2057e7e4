"""Recordings in place of the microphone, a strict server in place of the vendor's, in real time."""

import os
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from appliance.errors import InputFileError
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.service.replay import OUT_RATE_HZ, Press, ReplayOptions, run_replay
from appliance.settings import Settings, load_settings
from tests.bench.stage import lay, read_wav, tone, write_wav
from tests.recordings import recordings
from tests.service.event_schema import problems
from tests.service.replaying import at_24k, likeness, loud_ms, read_events
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer, Behaviour


def settings_for(url: str, *more: str) -> Settings:
    provider = f'[{{name="openai",kind="openai",url="{url}",api_key="env:KEY"}}]'
    return load_settings([], [f"providers={provider}", *more], {"KEY": "sk-test"}).settings


def options_in(folder: Path, **more: float) -> ReplayOptions:
    files = (folder / "in.wav", folder / "out.wav", folder / "events.jsonl")
    return ReplayOptions(*files, **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "sk-test")


def test_every_word_of_every_question_arrives_and_every_answer_is_heard(tmp_path: Path) -> None:
    asked = [recordings()[0], recordings()[3], recordings()[10]]
    pcm, spoken = lay(asked, [800.0, 3000.0, 3000.0])
    write_wav(tmp_path / "in.wav", pcm)
    answer = Answer(tone(1.0), transcript="Thank you.", user_transcript="a question")
    with SimulatorThread(answer) as simulator:
        exit_code = run_replay(settings_for(simulator.url), options_in(tmp_path))
        record = simulator.record
    events = read_events(tmp_path / "events.jsonl")
    assert exit_code == 0
    assert record.violations == []
    assert problems(events) == []
    assert len(record.turns) == len(asked)
    for turn, recording in zip(record.turns, asked, strict=True):
        words = recording.pcm[recording.speech_start : recording.speech_end]
        assert likeness(turn.pcm24k, at_24k(words)) > 0.99
    out = read_wav(tmp_path / "out.wav")
    assert abs(loud_ms(out) - 3 * 1000) <= 30
    assert [e["complete"] for e in events if e["event"] == "answer_done"] == [True] * 3
    assert all(before["t_ms"] <= after["t_ms"] for before, after in pairwise(events))
    assert spoken[-1].end_ms < len(out) / 24


def test_an_answer_goes_on_in_another_session_after_garbage(tmp_path: Path) -> None:
    asked = [recordings()[0], recordings()[3]]
    pcm, _ = lay(asked, [500.0, 9000.0])
    write_wav(tmp_path / "in.wav", pcm)
    garbage = Answer(tone(1.0), garbage="{ this is no json", garbage_after_ms=500)
    with SimulatorThread([garbage, Answer(tone(1.0))]) as simulator:
        exit_code = run_replay(settings_for(simulator.url), options_in(tmp_path))
    events = read_events(tmp_path / "events.jsonl")
    assert exit_code == 0
    categories = [e["category"] for e in events if e["event"] == "error"]
    assert "protocol_violation" in categories
    assert [e["to"] for e in events if e["event"] == "phase"][-1] == "idle"
    assert [e["complete"] for e in events if e["event"] == "answer_done"] == [True, True]
    assert problems(events) == []


def test_with_nobody_to_answer_the_device_says_so_itself(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[3]], [500.0])
    write_wav(tmp_path / "in.wav", pcm)
    with SimulatorThread(behaviour=Behaviour(reject_status=401)) as simulator:
        settings = settings_for(simulator.url, "conversation.offline_fallback=false")
        exit_code = run_replay(settings, options_in(tmp_path))
    events = read_events(tmp_path / "events.jsonl")
    assert exit_code == 1
    assert next(e["category"] for e in events if e["event"] == "error") == "auth_failed"
    out = read_wav(tmp_path / "out.wav")
    assert np.abs(out.astype(np.int32)).max() > 1000
    assert problems(events) == []


def test_the_offline_provider_answers_where_nobody_else_does(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[3]], [500.0])
    write_wav(tmp_path / "in.wav", pcm)
    with SimulatorThread(behaviour=Behaviour(reject_status=401)) as simulator:
        exit_code = run_replay(settings_for(simulator.url), options_in(tmp_path))
    events = read_events(tmp_path / "events.jsonl")
    assert exit_code == 0
    assert problems(events) == []
    assert [e["to"] for e in events if e["event"] == "failover"] == ["offline"]
    (said,) = [e["text"] for e in events if e["event"] == "transcript" and e["role"] == "assistant"]
    assert said.startswith("I am offline")


def test_both_files_are_written_even_when_the_input_is_no_wav(tmp_path: Path) -> None:
    (tmp_path / "in.wav").write_text("no sound")
    with pytest.raises(InputFileError):
        run_replay(settings_for("ws://127.0.0.1:1/v1/realtime"), options_in(tmp_path))
    assert (tmp_path / "events.jsonl").read_text() == ""
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert file.getnframes() == 0


def test_a_recording_without_a_word_ends_soon_after_its_end(tmp_path: Path) -> None:
    write_wav(tmp_path / "in.wav", np.zeros(NEAR_RATE_HZ, dtype=np.int16))
    with SimulatorThread() as simulator:
        exit_code = run_replay(settings_for(simulator.url), options_in(tmp_path))
    assert exit_code == 1
    assert len(read_wav(tmp_path / "out.wav")) < 4 * OUT_RATE_HZ


@pytest.mark.parametrize(
    ("out", "events"),
    [
        ("in.wav", "events.jsonl"),
        ("out.wav", "in.wav"),
        ("out.wav", "out.wav"),
        ("out.wav", "../here/out.wav"),
        ("out.wav", "link"),
        ("out.wav", "hard link"),
    ],
)
def test_no_file_is_two_of_them_and_nothing_is_overwritten(tmp_path: Path, out: str, events: str) -> None:
    here = tmp_path / "here"
    here.mkdir()
    write_wav(here / "in.wav", np.zeros(1000, dtype=np.int16))
    (here / "link").symlink_to("out.wav")
    (here / "hard link").hardlink_to(here / "in.wav")
    before = (here / "in.wav").read_bytes()
    if events == "hard link":
        (here / "out.wav").hardlink_to(here / "in.wav")
    options = ReplayOptions(here / "in.wav", here / out, here / events)
    with pytest.raises(InputFileError, match=r"is named as .* and as .*; name another file"):
        run_replay(settings_for("ws://127.0.0.1:1/v1/realtime"), options)
    assert (here / "in.wav").read_bytes() == before
    assert not (here / "events.jsonl").exists()


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in.wav")
    with pytest.raises(InputFileError, match=r"in\.wav is no regular file"):
        run_replay(settings_for("ws://127.0.0.1:1/v1/realtime"), options_in(tmp_path))
    assert not (tmp_path / "out.wav").exists()


def test_the_button_without_a_word_while_it_thinks_asks_the_provider_again(tmp_path: Path) -> None:
    asked = recordings()[3]
    pcm, spoken = lay([asked], [500.0])
    write_wav(tmp_path / "in.wav", pcm)
    press_s = spoken[0].end_ms / 1000 + 1.5
    with SimulatorThread(Answer(tone(1.0), delay_s=2.0)) as simulator:
        options = options_in(tmp_path, presses=(Press(press_s, press_s + 0.6),))  # type: ignore[arg-type]
        exit_code = run_replay(settings_for(simulator.url), options)
        record = simulator.record
    events = read_events(tmp_path / "events.jsonl")
    assert exit_code == 0
    assert record.violations == []
    assert problems(events) == []
    assert [e["turn"] for e in events if e["event"] == "turn_committed"] == [1, 1]
    assert [e["complete"] for e in events if e["event"] == "answer_done"] == [True]
