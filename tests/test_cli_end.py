"""A replay that is asked to end leaves whole files behind."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from appliance.audio.wav import WavReader, WavWriter


def _hear_signals() -> None:
    """A shell has what it starts in the background ignore SIGINT, which children inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_replay_that_is_stopped_closes_its_files(tmp_path: Path, number: signal.Signals) -> None:
    with WavWriter(tmp_path / "in.wav", 16_000) as wav:
        wav.write(np.zeros(16_000 * 60, np.int16))
    arguments = [str(tmp_path / "in.wav"), "--out", str(tmp_path / "out.wav")]
    arguments += ["--events", str(tmp_path / "events.jsonl")]
    process = subprocess.Popen(
        [sys.executable, "-m", "appliance", "replay", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_signals,
    )
    events = tmp_path / "events.jsonl"
    while not (events.exists() and "ready" in events.read_text()):  # ends by pytest's own timeout
        assert process.poll() is None
    process.send_signal(number)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 1
    assert told == "appliance: stopped\n"
    states = [json.loads(line).get("state") for line in events.read_text().splitlines()]
    assert states[-1] == "ended"
    with WavReader(tmp_path / "out.wav") as out:
        assert out.rate_hz == 24_000
