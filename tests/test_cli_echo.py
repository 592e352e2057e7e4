"""`replay --echo-*`: what may stand there, and that the microphone hears the loudspeaker."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from appliance.audio.wav import WavWriter
from appliance.cli import app
from tests.recordings import recordings


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--echo-delay-ms", "120"], "an echo needs its level, such as --echo-db -12"),
        (["--echo-ir", "room.wav"], "an echo needs its level, such as --echo-db -12"),
        (["--echo-db", "99"], "less than or equal to 40"),
        (["--echo-db", "0", "--echo-delay-ms", "-1"], "greater than or equal to 0"),
    ],
)
def test_what_is_no_echo_is_a_mistake_of_usage(tmp_path: Path, options: list[str], complaint: str) -> None:
    arguments = ["replay", "x.wav", "--out", str(tmp_path / "o.wav"), "--events", str(tmp_path / "e.jsonl")]
    result = CliRunner().invoke(app, arguments + options)
    assert result.exit_code == 2
    assert complaint in " ".join(result.output.replace("│", " ").split())


def test_in_a_room_the_answer_is_cancelled_and_heard_to_its_end(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "in.wav", 16_000) as wav:
        wav.write(np.zeros(8_000, np.int16))
        wav.write(recordings()[0].pcm)
    with WavWriter(tmp_path / "room.wav", 8_000) as wav:
        decay = np.exp(-np.arange(1600) / 300) * np.random.default_rng(1).standard_normal(1600)
        wav.write((decay * 8000).astype(np.int16))
    arguments = ["replay", str(tmp_path / "in.wav"), "--virtual-time", "--echo-db", "-6"]
    arguments += ["--echo-delay-ms", "60", "--echo-ir", str(tmp_path / "room.wav")]
    arguments += ["--out", str(tmp_path / "out.wav"), "--events", str(tmp_path / "events.jsonl")]
    result = CliRunner().invoke(app, arguments)
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert result.exit_code == 0
    assert "cancelled" in [event["state"] for event in events if event["event"] == "echo"]
    assert [event["complete"] for event in events if event["event"] == "answer_done"] == [True]
    assert not [event for event in events if event.get("decision") == "confirmed"]
