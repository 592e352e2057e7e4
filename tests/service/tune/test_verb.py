"""`appliance tune` from files to a table, a picture and a profile."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from appliance.audio.wav import WavWriter
from appliance.settings import load_settings
from tests.recordings import recordings

PAUSE_S = 1.1


def room(seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.random.default_rng(7).normal(0, 30, round(seconds * 16_000))


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine sentences, each of two utterances of one voice with a long pause between them."""
    path = tmp_path_factory.mktemp("tune") / "spoken.wav"
    voice = [one for one in recordings() if one.name.startswith("cards/")]
    pairs = [(first, second) for first in voice for second in voice if first is not second][:9]
    parts = [room(2.5)]
    for first, second in pairs:
        said = [one.pcm[one.speech_start : one.speech_end].astype(np.float64) for one in (first, second)]
        parts += [said[0], room(PAUSE_S), said[1], room(2.5)]
    with WavWriter(path, 16_000) as file:
        file.write(np.clip(np.concatenate(parts), -32768, 32767).astype(np.int16))
    return path


def tune(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "appliance", "tune", *arguments]
    environ = {"PATH": os.environ["PATH"], "COLUMNS": "80", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=folder, timeout=120)
    assert "Traceback" not in done.stderr
    return done


def test_it_finds_the_pause_that_these_people_make(spoken: Path, tmp_path: Path) -> None:
    done = tune(tmp_path, str(spoken), "--json", "--name", "mine", "-o", "tune.svg")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    rows = {row["name"]: row for row in told["tried"]}
    assert rows["yours"]["cut_off"] == 9
    assert rows["tuned"]["cut_off"] == 0
    assert 1150 <= rows["tuned"]["hearing"]["end_silence_ms"] <= 1500
    assert [row["name"] for row in told["tried"] if row["recommended"]] == ["tuned"]
    assert told["told"] is False
    assert (tmp_path / "tune.svg").read_text().startswith("<svg")
    profile = tmp_path / told["profile"]
    hearing = load_settings([profile], (), {}).settings.hearing
    assert hearing.end_silence_ms == rows["tuned"]["hearing"]["end_silence_ms"]


def test_the_table_fits_a_terminal_and_says_why_and_how_sure(spoken: Path, tmp_path: Path) -> None:
    done = tune(tmp_path, str(spoken), "--dry-run")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    text = " ".join(done.stdout.split())
    assert "→ tuned" in text
    assert "sentences cut off 0 instead of 9" in text
    assert "What was said is guessed" in text
    assert "(95 % confidence)" in text
    assert list(tmp_path.iterdir()) == []


def test_noise_alone_says_nothing_about_how_somebody_speaks(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "noise.wav", 44_100) as file:
        file.write(np.random.default_rng(1).normal(0, 300, 44_100 * 3).astype(np.int16))
    done = tune(tmp_path, "noise.wav")
    assert done.returncode == 1
    assert "There are only 0 sentences" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["missing.wav"], "missing.wav cannot be read"), (["x.wav", "--name", "X"], "no name of a profile")],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = tune(tmp_path, *arguments)
    assert done.returncode != 0
    assert words in " ".join(done.stderr.split())
