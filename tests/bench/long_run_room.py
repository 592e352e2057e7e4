"""The room around the microphone of the virtual cable: never digital silence, which is a dead microphone."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final

import numpy as np

from tests.rig.cable import MIC_RATE_HZ, STOP_TIMEOUT_S, VirtualCable

# A quiet room at a usual gain: 50 dB below speech at -20 dBFS.
LEVEL_DBFS: Final = -70.0
# It begins again after that long: nothing that listens looks so far back.
LASTS_S: Final = 60
# The sound server's buffer; a process that gets no turn for so long leaves a gap, which does no harm.
LATENCY_MS: Final = 2000


@contextmanager
def quiet_room(cable: VirtualCable) -> Iterator[None]:
    """White noise at the microphone until the block is left."""
    deviation = 32768 * 10 ** (LEVEL_DBFS / 20)
    noise = np.random.default_rng(0).normal(0.0, deviation, LASTS_S * MIC_RATE_HZ)
    command = ["pacat", "--playback", "--device=cable_mic", "--format=s16le", "--channels=1"]
    command += [f"--rate={MIC_RATE_HZ}", f"--latency-msec={LATENCY_MS}"]
    process = subprocess.Popen(
        command,
        env=cable.environment | cable.microphone.settings,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    sounding = threading.Thread(
        target=_sound, args=(process.stdin, np.round(noise).astype("<i2").tobytes()), daemon=True
    )
    sounding.start()
    try:
        yield
    finally:
        process.kill()
        process.wait(STOP_TIMEOUT_S)
        sounding.join(STOP_TIMEOUT_S)


def _sound(to: IO[bytes], noise: bytes) -> None:
    with suppress(BrokenPipeError), to:
        while True:
            to.write(noise)
