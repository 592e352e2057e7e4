"""What a person types is answered in sentences and exit codes, never in tracebacks."""

import json
import os
import subprocess
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from appliance.cli import main


def appliance(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], **(env or {})}
    command = [sys.executable, "-m", "appliance", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environ, timeout=30)


def sentences(done: subprocess.CompletedProcess[str]) -> Sequence[str]:
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()


def test_every_mistake_in_a_configuration_gets_a_line_with_key_value_range_and_file(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[hearing]\nspeech_threshold = 1.5\nend_silence = 800\nmax_turn_s = "long"\n')
    done = appliance("check-config", "--config", str(config))
    assert done.returncode == 78
    lines = sentences(done)
    assert len(lines) == 3
    assert all(str(config) in line for line in lines)
    assert any("speech_threshold = 1.5" in line and "0.05…0.95" in line for line in lines)
    assert any("did you mean hearing.end_silence_ms?" in line for line in lines)


def test_a_right_configuration_is_shown_whole_and_loads_back(tmp_path: Path) -> None:
    done = appliance("check-config", "--set", "conversation.language=de")
    assert done.returncode == 0
    shown = tmp_path / "shown.toml"
    shown.write_text(done.stdout)
    again = appliance("check-config", "--config", str(shown))
    assert again.returncode == 0
    assert 'language = "de"' in again.stdout


def test_every_plugin_that_cannot_be_loaded_is_a_mistake_in_the_configuration() -> None:
    done = appliance(
        "check-config", "--set", "hearing.detector=no_such:Ear", "--set", "interruption.strategy=json:loads"
    )
    assert done.returncode == 78
    assert done.stdout == ""
    strategy, detector = sentences(done)
    assert 'interruption.strategy = "json:loads": it is no' in strategy
    assert 'hearing.detector = "no_such:Ear": there is no module no_such to import' in detector


def test_what_may_be_left_out_stands_in_one_pair_of_brackets() -> None:
    for verb, argument in (("volume", "[N]"), ("set", "[NAME=VALUE]")):
        usage = appliance(verb, "--help").stdout
        assert argument in usage
        assert f"[{argument}]" not in usage


def test_devices_takes_the_configuration_and_refuses_a_wrong_one() -> None:
    done = appliance("devices", "--set", "audio.output.sample_rate=1")
    assert done.returncode == 78
    assert any("audio.output.sample_rate" in line for line in sentences(done))


def test_a_missing_key_is_named_and_never_printed(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "in.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 1600)
    done = appliance(
        "replay",
        str(tmp_path / "in.wav"),
        "--out",
        str(tmp_path / "o.wav"),
        "--events",
        str(tmp_path / "e.jsonl"),
        "--set",
        'providers=[{name="openai",kind="openai",api_key="env:NO_SUCH_KEY"}]',
    )
    assert done.returncode == 78
    assert any("NO_SUCH_KEY" in line for line in sentences(done))


def test_a_file_that_is_no_wav_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "in.wav").write_text("this is a letter")
    done = appliance(
        "replay", str(tmp_path / "in.wav"), "--out", str(tmp_path / "o.wav"), "--events", str(tmp_path / "e")
    )
    assert done.returncode == 1
    assert len(sentences(done)) == 1
    assert "in.wav is not a WAV file" in done.stderr


def test_an_unknown_verb_is_a_matter_of_usage() -> None:
    done = appliance("dance")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_log_that_is_none_cannot_be_drawn_and_the_line_is_named(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text(json.dumps({"t_ms": 0, "event": "session", "state": "started"}) + "\nnot json\n")
    done = appliance("timeline", str(log), "-o", str(tmp_path / "out.svg"))
    assert done.returncode == 1
    assert "2" in sentences(done)[0]


def test_a_fault_of_ours_is_admitted_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def break_down() -> None:
        raise RuntimeError("out of cheese")

    with pytest.raises(SystemExit) as ended:
        main(break_down)
    assert ended.value.code == 70
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "a fault of ours: RuntimeError: out of cheese at test_cli.py" in error
