"""What runs here tells nobody: a library that reports to its maker is told not to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Where one of these is set it takes itself for a test and reports nothing; an appliance has none of them.
_HUSHES = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "TF_BUILD", "ORT_DISABLE_TELEMETRY")

_DETECTOR = """
import numpy as np
from appliance.hearing.speech.silero import SileroDetector
detector = SileroDetector()
print(0 <= detector.probability(np.zeros(detector.window_samples, np.int16)) <= 1)
"""
_VOICE = """
import appliance.providers.offline.piper_child
import onnxruntime
onnxruntime.SessionOptions()
print(True)
"""


@pytest.mark.parametrize("program", [_DETECTOR, _VOICE])
def test_onnxruntime_collects_nothing_for_its_maker(tmp_path: Path, program: str) -> None:
    """Since its version 1.29 it numbers the machine, keeps events in a database and sends them away."""
    environment = {name: value for name, value in os.environ.items() if name not in _HUSHES}
    places = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, **places},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("True\n", "")
    assert list(tmp_path.rglob("*")) == []
