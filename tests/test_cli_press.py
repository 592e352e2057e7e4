"""`replay --press START-END`: what may stand there, and that it reaches the conversation."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from appliance.audio.wav import WavWriter
from appliance.cli import app
from tests.recordings import recordings


@pytest.mark.parametrize(
    ("spans", "complaint"),
    [
        (["3"], "'3' is not START-END in seconds"),
        (["3-2"], "'3-2' is not START-END in seconds"),
        (["-1-2"], "'-1-2' is not START-END in seconds"),
        (["1-3", "2-4"], "pressed again at 2 s, before it comes up at 3 s"),
    ],
)
def test_what_is_no_press_is_a_mistake_of_usage(tmp_path: Path, spans: list[str], complaint: str) -> None:
    arguments = ["replay", "x.wav", "--out", str(tmp_path / "o.wav"), "--events", str(tmp_path / "e.jsonl")]
    for span in spans:
        arguments += ["--press", span]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert complaint in " ".join(result.output.replace("│", " ").split())


def test_a_held_button_ends_the_turn_of_a_replay(tmp_path: Path) -> None:
    voice = recordings()[0].pcm
    with WavWriter(tmp_path / "in.wav", 16_000) as wav:
        wav.write(np.zeros(16_000, np.int16))
        wav.write(voice)
        wav.write(np.zeros(8_000, np.int16))
    end_s = 1 + len(voice) / 16_000
    arguments = ["replay", str(tmp_path / "in.wav"), "--virtual-time", "--press", f"0.5-{end_s:.3f}"]
    arguments += ["--out", str(tmp_path / "out.wav"), "--events", str(tmp_path / "events.jsonl")]
    arguments += ["--set", "hearing.end_silence_ms=3000"]
    result = CliRunner().invoke(app, arguments)
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    (committed,) = (event for event in events if event["event"] == "turn_committed")
    assert result.exit_code == 0
    assert committed["cause"] == "button"
    assert abs(committed["t_ms"] - end_s * 1000) <= 60
