"""What somebody sees, hears and finds who has just cloned the project."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.bench.levels import envelope
from tests.bench.stage import read_wav
from tests.rig.cable import SPEAKER_RATE_HZ, VirtualCable


@pytest.mark.cable
@pytest.mark.timeout(60)
def test_a_spoken_question_is_answered_aloud_without_key_or_network(
    cable: VirtualCable, tmp_path: Path
) -> None:
    with cable.listening() as ear:
        done = subprocess.run(
            [sys.executable, "-m", "appliance", "demo", "--out", str(tmp_path / "talk")],
            env=cable.environment | {"COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=40,
        )
        heard = ear.heard
    assert done.returncode == 0, done.stderr
    assert "What time is it?" in done.stdout
    assert "It answers" in done.stdout
    assert "It is " in done.stdout
    assert "You waited" in done.stdout
    assert f"What it left in {tmp_path / 'talk'}" in done.stdout

    events = [json.loads(line) for line in (tmp_path / "talk" / "events.jsonl").read_text().splitlines()]
    (answered,) = [e for e in events if e["event"] == "answer_done"]
    assert answered["complete"]
    picture = ElementTree.parse(tmp_path / "talk" / "timeline.svg")
    assert picture.getroot().tag.endswith("svg")

    answer = read_wav(tmp_path / "talk" / "answer.wav")
    spoken_ms = np.count_nonzero(envelope(answer, 24_000).db > -40)
    aloud_ms = np.count_nonzero(envelope(heard, SPEAKER_RATE_HZ).db > -40)
    assert spoken_ms > 500
    assert aloud_ms > spoken_ms + 300, "question and answer can be heard in the room"


@pytest.mark.cable
def test_the_devices_are_listed_by_the_names_that_the_configuration_takes(cable: VirtualCable) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "devices"], env=cable.environment, capture_output=True, text=True
    )
    assert done.returncode == 0
    microphones, loudspeakers = done.stdout.split("loudspeakers:\n")
    assert "  mic\n" in microphones
    assert "  spk\n" in loudspeakers
    assert done.stderr == ""
