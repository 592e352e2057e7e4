"""`appliance tune` records by its script through real PyAudio, and knows what it asked for."""

import json
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from appliance.audio.wav import WavWriter
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.service.tune.script import SCRIPT
from tests.recordings import recordings
from tests.rig.cable import VirtualCable

pytestmark = pytest.mark.cable

BEFORE_S = 1.0  # somebody reads what he is to say
ROOM = 20.0


def person() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Who says something short whenever he is asked to, in a quiet room."""
    short = cycle([one for one in recordings() if one.speech_end - one.speech_start < 3 * NEAR_RATE_HZ])
    whole = np.random.default_rng(4).normal(0, ROOM, round(130 * NEAR_RATE_HZ))
    at_s = 0.0
    for step in SCRIPT:
        if step.spoken:
            said = next(short)
            start = round((at_s + BEFORE_S) * NEAR_RATE_HZ)
            speech = said.pcm[said.speech_start : said.speech_end]
            whole[start : start + len(speech)] += speech
        at_s += step.seconds
    return whole


@pytest.mark.timeout(260)
def test_what_was_said_when_it_was_asked_for_is_known(cable: VirtualCable, tmp_path: Path) -> None:
    with WavWriter(tmp_path / "person.wav", NEAR_RATE_HZ) as file:
        file.write(np.clip(person(), -32768, 32767).astype(np.int16))
    command = [sys.executable, "-m", "appliance", "tune", "--json", "--recording", str(tmp_path / "room.wav")]
    with subprocess.Popen(
        [*command, "--set", "audio.input.device=mic", "--dry-run"],
        env=cable.environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        while "Say nothing" not in (line := running.stderr.readline()):
            assert line, "it ended before it asked for anything"
        cable.start_speaking(tmp_path / "person.wav")
        out, err = running.communicate(timeout=240)
    assert running.returncode == 0, err
    told = json.loads(out)
    yours = told["tried"][0]
    assert told["told"] is True
    assert yours["sentences"] == sum(step.spoken for step in SCRIPT)
    assert (yours["cut_off"], yours["not_heard"], yours["false_starts"]) == (0, 0, 0)
    assert "Say: What time is it?" in err
