"""What hearing costs, paced like a microphone: `python -m tests.bench.hearing_cost [SECONDS]`."""

import sys
import threading
import time

import numpy as np

from appliance.hearing.hearing import Hearing
from appliance.hearing.silero import SileroDetector
from appliance.hearing.thread import HearingThread
from appliance.hearing.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.pcm.ring import SampleRing
from tests.recordings import recordings

BLOCK_MS = 20


def measure(seconds: float, rate_hz: int = 48_000) -> dict[str, float]:
    """Let the hearing thread hear recorded speech and pauses for so long, at real time.

    `cpu_share` is the processor time of that thread against the time that passed, in cores: the
    copies, the resampler, the detector and the turn detector, and what the interpreter adds.
    """
    stream = _speech(rate_hz)
    block = rate_hz * BLOCK_MS // 1000
    capture = SampleRing.allocate(rate_hz)
    history = SampleRing.allocate(40 * NEAR_RATE_HZ)
    events: list[object] = []
    hearing = Hearing(TurnOptions(), SileroDetector(), capture, rate_hz, history, events.append)
    wake = threading.Event()
    deaths: list[Exception] = []
    thread = HearingThread(hearing, wake, deaths.append)
    thread.start()
    (ears,) = (t for t in threading.enumerate() if t.name == "hearing")
    assert ears.ident is not None
    clock = time.pthread_getcpuclockid(ears.ident)
    started, cpu_started = time.monotonic(), time.clock_gettime(clock)
    for n in range(int(seconds * 1000 / BLOCK_MS)):
        at = n * block % (len(stream) - block)
        capture.write(stream[at : at + block])
        wake.set()
        time.sleep(max(0.0, started + (n + 1) * BLOCK_MS / 1000 - time.monotonic()))
    cpu_s, wall_s = time.clock_gettime(clock) - cpu_started, time.monotonic() - started
    thread.stop()
    assert not deaths
    windows = hearing.heard_until // 512
    return {
        "rate_hz": rate_hz,
        "seconds": wall_s,
        "cpu_share": cpu_s / wall_s,
        "cpu_ms_per_window": cpu_s * 1000 / windows,
        "windows": windows,
        "events": len(events),
        "overrun_samples": hearing.overrun_samples,
    }


def _speech(rate_hz: int) -> Pcm:
    """The recordings with a second of silence after each, as a device of this rate would give them."""
    silence = np.zeros(NEAR_RATE_HZ, dtype=np.int16)
    near = np.concatenate([part for recording in recordings() for part in (recording.pcm, silence)])
    return Resampler(NEAR_RATE_HZ, rate_hz).process(near)


def main() -> None:
    """Print the cost at the two rates that microphones have."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    for rate_hz in (NEAR_RATE_HZ, 48_000):
        cost = measure(seconds, rate_hz)
        print(
            f"{rate_hz} Hz: {cost['cpu_share']:.1%} of a core, {cost['cpu_ms_per_window']:.2f} ms a window"
            f" ({cost['seconds']:.1f} s, {cost['overrun_samples']:.0f} samples overrun)"
        )


if __name__ == "__main__":
    main()
