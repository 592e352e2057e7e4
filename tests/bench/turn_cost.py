"""What the end-of-turn model costs beside hearing: `python -m tests.bench.turn_cost [SECONDS]`.

At the pace of a microphone, once without the model and once with it: processor time, and how late the
windows are judged, which the model must not change.
"""

import os
import sys
import threading
import time
from pathlib import Path
from typing import Final

import numpy as np

from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.thread import HearingThread
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.hearing.turns.turn_worker import TurnWorker
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing
from tests.recordings import recordings

BLOCK_MS: Final = 20
READY_S: Final = 30.0
PAUSE_S: Final = 1.0  # after each sentence


class TimedDetector:
    """Silero, and when it was asked for each window."""

    def __init__(self) -> None:
        self._silero = SileroDetector()
        self.window_samples = self._silero.window_samples
        self.asked_s: list[float] = []

    def probability(self, window: Pcm) -> float:
        self.asked_s.append(time.monotonic())
        return self._silero.probability(window)

    def reset(self) -> None:
        self._silero.reset()

    def late_ms(self, written_s: list[float]) -> list[float]:
        """How long after its last block each window was judged."""
        samples = NEAR_RATE_HZ * BLOCK_MS // 1000
        blocks = [-(-(n + 1) * self.window_samples // samples) for n in range(len(self.asked_s))]
        return [1000 * (at - written_s[b - 1]) for at, b in zip(self.asked_s, blocks, strict=True)]


def measure(seconds: float, *, model: bool) -> dict[str, float]:
    """Shares of a core of the hearing thread and of the model's process, and the lateness of windows."""
    near, block = speech(), NEAR_RATE_HZ * BLOCK_MS // 1000
    capture, history = SampleRing.allocate(NEAR_RATE_HZ), SampleRing.allocate(40 * NEAR_RATE_HZ)
    detector, worker = TimedDetector(), _worker(history) if model else None
    options = TurnOptions(asks_model=model)
    hearing = Hearing(options, detector, capture, NEAR_RATE_HZ, history, lambda event: None, judge=worker)
    wake, deaths = threading.Event(), list[Exception]()
    thread = HearingThread(hearing, wake, deaths.append)
    thread.start()
    (ears,) = (t for t in threading.enumerate() if t.name == "hearing")
    assert ears.ident is not None
    clock = time.pthread_getcpuclockid(ears.ident)
    written_s: list[float] = []
    before, model_before = time.clock_gettime(clock), _children_s()
    began = time.monotonic()
    for n in range(int(seconds * 1000 / BLOCK_MS)):
        at = n * block % (len(near) - block)
        capture.write(near[at : at + block])
        written_s.append(time.monotonic())
        wake.set()
        time.sleep(max(0.0, began + (n + 1) * BLOCK_MS / 1000 - time.monotonic()))
    passed = time.monotonic() - began
    ears_share = (time.clock_gettime(clock) - before) / passed
    model_share = (_children_s() - model_before) / passed if model else 0.0
    asked = 0 if worker is None else worker.asked
    thread.stop()
    if worker is not None:
        worker.stop()
    assert not deaths
    late = np.percentile(detector.late_ms(written_s), [50, 99, 100])
    return {
        "ears": ears_share,
        "model": model_share,
        "asked": asked,
        "seconds": passed,
        "late_p50_ms": float(late[0]),
        "late_p99_ms": float(late[1]),
        "late_max_ms": float(late[2]),
        "overrun_samples": hearing.overrun_samples,
    }


def speech() -> Pcm:
    """The recordings with a second of silence after each."""
    silence = np.zeros(round(PAUSE_S * NEAR_RATE_HZ), dtype=np.int16)
    return np.concatenate([part for recording in recordings() for part in (recording.pcm, silence)])


def _worker(history: SampleRing) -> TurnWorker:
    """With the model loaded."""
    ready = threading.Event()
    worker = TurnWorker(history, print, print, settled=ready.set)
    worker.start()
    assert ready.wait(READY_S)
    return worker


def _children_s() -> float:
    """Processor time of the processes that are our children."""
    ticks = 0
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print both."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    for model in (False, True):
        cost = measure(seconds, model=model)
        print(
            f"{'with' if model else 'without'} the model: hearing {cost['ears']:.1%} of a core,"
            f" the model {cost['model']:.1%} ({cost['asked']:.0f} questions in {cost['seconds']:.0f} s);"
            f" a window is judged {cost['late_p50_ms']:.1f} ms after it is there,"
            f" p99 {cost['late_p99_ms']:.1f}, at most {cost['late_max_ms']:.1f} ms;"
            f" {cost['overrun_samples']:.0f} samples lost"
        )


if __name__ == "__main__":
    main()
