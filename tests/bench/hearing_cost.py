"""What hearing costs, paced like a microphone: `python -m tests.bench.hearing_cost [SECONDS [ROUNDS]]`.

The processor time of the hearing thread against the time that passed, in cores: the copies, the resampler,
the echo canceller, the detector and the turn detector, and what the interpreter adds.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from appliance.hearing.echo.cancelling import echo_canceller
from appliance.hearing.echo.echo_stage import EchoStage
from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.quiet_gate import QuietGate
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.thread import HearingThread
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.pcm.ring import SampleRing
from appliance.service.live.live_far_end import LiveFarEnd
from tests.bench.false_turns_noise import pink
from tests.bench.table import percentiles, spread
from tests.recordings import recordings

BLOCK_MS = 20
SETTLE_S = 3.0  # after which a quiet room is known to be one
ROOM_DBFS = -60.0
ECHO_DB = -12.0
ROUNDS = 4


@dataclass(frozen=True)
class Scene:
    """What happens in the room. With `loudspeaker` None there is no echo canceller; else there is, and False
    is a loudspeaker that plays nothing."""

    name: str
    speaks: bool
    loudspeaker: bool | None


SPEECH = Scene("speech and pauses", speaks=True, loudspeaker=None)
SILENT_ROOM = Scene("a silent room", speaks=False, loudspeaker=False)
EVERYTHING = Scene("everything on: speech over an answer", speaks=True, loudspeaker=True)
SCENES = (SPEECH, SILENT_ROOM, EVERYTHING)


def measure(seconds: float, rate_hz: int = 48_000, scene: Scene = SPEECH) -> dict[str, float]:
    """Let the hearing thread hear a scene for so long, at real time, as the daemon has it."""
    near, far = _sounds(scene, rate_hz)
    capture = SampleRing.allocate(rate_hz)
    history = SampleRing.allocate(40 * NEAR_RATE_HZ)
    far_ring = SampleRing.allocate(NEAR_RATE_HZ)
    far_end = LiveFarEnd(far_ring, rate_hz)
    echo = None if scene.loudspeaker is None else EchoStage(echo_canceller(), far_end)
    events: list[object] = []
    detector = QuietGate(SileroDetector())
    hearing = Hearing(TurnOptions(), detector, capture, rate_hz, history, events.append, echo)
    wake = threading.Event()
    block, far_block = rate_hz * BLOCK_MS // 1000, NEAR_RATE_HZ * BLOCK_MS // 1000
    with _ears(hearing, wake) as clock:
        began = started = time.monotonic()
        cpu_started, windows_before = 0.0, 0
        for n in range(int((SETTLE_S + seconds) * 1000 / BLOCK_MS)):
            if n == int(SETTLE_S * 1000 / BLOCK_MS):
                started, cpu_started = time.monotonic(), time.clock_gettime(clock)
                windows_before = hearing.heard_until // 512
            far_ring.write(_piece(far, n, far_block))
            far_end.rendered(time.monotonic(), far_ring.written, 0)
            capture.write(_piece(near, n, block))
            far_end.captured(capture.written)
            wake.set()
            time.sleep(max(0.0, began + (n + 1) * BLOCK_MS / 1000 - time.monotonic()))
        cpu_s, wall_s = time.clock_gettime(clock) - cpu_started, time.monotonic() - started
    windows = hearing.heard_until // 512 - windows_before
    return {
        "rate_hz": rate_hz,
        "seconds": wall_s,
        "cpu_share": cpu_s / wall_s,
        "cpu_ms_per_window": cpu_s * 1000 / windows,
        "windows": windows,
        "events": len(events),
        "overrun_samples": hearing.overrun_samples,
    }


@contextmanager
def _ears(hearing: Hearing, wake: threading.Event) -> Iterator[int]:
    """The thread that hears; yields the clock of its processor time."""
    deaths: list[Exception] = []
    thread = HearingThread(hearing, wake, deaths.append)
    thread.start()
    (ears,) = (t for t in threading.enumerate() if t.name == "hearing")
    assert ears.ident is not None
    try:
        yield time.pthread_getcpuclockid(ears.ident)
    finally:
        thread.stop()
    assert not deaths


def _piece(stream: Pcm, n: int, block: int) -> Pcm:
    at = n * block % (len(stream) - block)
    return stream[at : at + block]


def _sounds(scene: Scene, rate_hz: int) -> tuple[Pcm, Pcm]:
    """What the microphone hears at its rate, and what the loudspeaker plays at 16 kHz."""
    silence = np.zeros(NEAR_RATE_HZ, dtype=np.int16)
    words = [part for recording in recordings() for part in (recording.pcm, silence)]
    said = np.concatenate(words).astype(np.float64)
    near = pink(len(said), np.random.default_rng(0)) * FULL_SCALE * 10 ** (ROOM_DBFS / 20)
    far = np.roll(said, len(said) // 2) if scene.loudspeaker else np.zeros(len(said))
    near += (said if scene.speaks else 0) + np.roll(far, NEAR_RATE_HZ // 10) * 10 ** (ECHO_DB / 20)
    heard = np.clip(np.rint(near), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return Resampler(NEAR_RATE_HZ, rate_hz).process(heard), far.astype(np.int16)


def shares(scene: Scene, seconds: float, rounds: int = ROUNDS, rate_hz: int = 48_000) -> dict[str, float]:
    """Per cent of a core, of some rounds of so many seconds each."""
    return percentiles([measure(seconds, rate_hz, scene)["cpu_share"] * 100 for _ in range(rounds)])


def main() -> None:
    """Print the cost of each scene at the two rates that microphones have."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    for rate_hz in (NEAR_RATE_HZ, 48_000):
        for scene in SCENES:
            stats = shares(scene, seconds, rounds, rate_hz)
            print(f"{rate_hz} Hz, {scene.name}: {spread(stats, '% of a core')}", flush=True)


if __name__ == "__main__":
    main()
