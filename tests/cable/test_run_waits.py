"""The daemon that is started before its devices are there: it says so, waits, and needs no restart."""

import subprocess
import sys
import time

import pytest

from tests.cable.daemon import PATIENCE_S, Daemon
from tests.rig.cable import VirtualCable

pytestmark = pytest.mark.cable

# What is promised: from when it can be known to light and event, and from the plug to armed.
TOLD_S = 2.0
ARMED_S = 5.0


@pytest.mark.timeout(90)
def test_started_without_its_microphone_it_says_so_and_hears_once_that_is_plugged_in(
    cable: VirtualCable,
) -> None:
    cable.microphone.unplug()
    command = [sys.executable, "-m", "appliance", "run", "--wait-for-devices"]
    command += ["--set", "audio.input.device=mic", "--set", "audio.output.device=spk"]
    process = subprocess.Popen(
        command, env=cable.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stdout is not None
    with process.stdout, process.stderr:
        running = Daemon(process)
        try:
            running.wait_for_words("there is no microphone 'mic'")
            said_s = time.monotonic()
            lost = running.wait_for("device", device="microphone", state="lost")
            assert lost.came_s - said_s < TOLD_S
            assert "there is no microphone 'mic'" in lost.event["reason"]
            cable.microphone.plug()
            plugged_s = time.monotonic()
            assert running.wait_for("device", device="microphone", state="ready").came_s - plugged_s < ARMED_S
            running.wait_for_words("ready: it hears 'mic'")
            assert time.monotonic() - plugged_s < ARMED_S
            assert running.end() < TOLD_S
        finally:
            process.kill()
            process.wait(PATIENCE_S)
            running.close()
