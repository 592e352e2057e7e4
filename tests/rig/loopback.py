"""An audio cable from the virtual loudspeaker back to the virtual microphone."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.rig.cable import MIC_RATE_HZ, STOP_TIMEOUT_S, VirtualCable

_FORMAT = ("--raw", "--format=s16le", "--channels=1", f"--rate={MIC_RATE_HZ}")


@contextmanager
def looped_back(cable: VirtualCable) -> Iterator[None]:
    """What the loudspeaker plays reaches the microphone, some 50 ms later, until the block is left.

    PulseAudio's own module-loopback joins two devices of one server; each of ours has its own.
    """
    listens = ["parec", "--device=cable_spk.monitor", "--latency-msec=20", *_FORMAT]
    speaks = ["pacat", "--playback", "--device=cable_mic", "--latency-msec=40", *_FORMAT]
    ear = subprocess.Popen(
        listens, env=os.environ | cable.environment | cable.loudspeaker.settings, stdout=subprocess.PIPE
    )
    mouth = subprocess.Popen(
        speaks, env=os.environ | cable.environment | cable.microphone.settings, stdin=ear.stdout
    )
    try:
        yield
    finally:
        for process in (mouth, ear):
            process.kill()
            process.wait(STOP_TIMEOUT_S)
        assert ear.stdout is not None
        ear.stdout.close()
