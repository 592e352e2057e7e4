"""What the echo canceller does for hearing: `python -m tests.bench.echo [SECONDS [aec3]]`, 30 s a case.

A novel is read by the loudspeaker, other voices speak over it, in rooms of numbers (`echo_room`): what is
taken out, what Silero hears of the echo alone, what it still hears of the person, and what it costs. With
`aec3` by that one alone.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from appliance.hearing.echo.aec3 import Aec3
from appliance.hearing.echo.canceller import EchoCanceller
from appliance.hearing.echo.cancelling import echo_canceller
from appliance.hearing.echo.echo_stage import EchoStage
from appliance.hearing.speech.silero import SileroDetector
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing
from appliance.service.duplex.modelled_echo import SharedClock
from tests.bench.echo_room import CAPTURE_BLOCK, Room, answer, microphone, person, through

DELAYS_MS = (20.0, 120.0, 250.0)
LEVELS_DB = (-20.0, -12.0, 0.0, 6.0)
WINDOW = 512
SPEECH = 0.5  # `hearing.speech_threshold`
SPANS_S = ((0, 1), (1, 3), (3, 5), (5, None))
TALK_FROM_S, TALK_EVERY_S = 6.0, 4.0


@dataclass(frozen=True)
class Outcome:
    """Of one room: ERLE in each of `SPANS_S`, the share of windows of echo alone that are called speech
    without and with the canceller, and of the person's windows those that are: alone, and in double talk."""

    room: Room
    erle_db: tuple[float, ...]
    false_before: float
    false_after: float
    kept_alone: float
    kept: float


def rooms() -> Iterator[Room]:
    """Every delay and level, linear; then the clocks, the loudspeaker and the walls, at 120 ms."""
    for delay_ms in DELAYS_MS:
        for echo_db in LEVELS_DB:
            yield Room(delay_ms, echo_db)
    for echo_db in (-12.0, 0.0):
        yield Room(echo_db=echo_db, drift_ppm=200)
        yield Room(echo_db=echo_db, drift_ppm=-200)
        yield Room(echo_db=echo_db, drift_ppm=1000)
        yield Room(echo_db=echo_db, drive=1.0)
        yield Room(echo_db=echo_db, rings_s=0.7)
        yield Room(echo_db=echo_db, known=True)


def measure(
    room: Room, seconds: float, detector: SileroDetector, make: Callable[[], EchoCanceller]
) -> Outcome:
    """Hear a novel through `room` and a canceller, alone and with somebody who speaks over it."""
    far = answer(seconds)
    said, spans = person(seconds, TALK_FROM_S, TALK_EVERY_S)
    alone, talk = microphone(room, far), microphone(room, far, said)
    nobody = microphone(room, np.zeros_like(far), said)
    cancelled = through(room, alone, far, make())
    speech = _windows_of(spans, len(said))
    heard_alone, heard = (_speech(pcm, detector) for pcm in (nobody, through(room, talk, far, make())))
    count = min(len(speech), len(heard), len(heard_alone))
    return Outcome(
        room,
        tuple(_erle_db(alone, cancelled, *span) for span in SPANS_S),
        float(np.mean(_speech(alone, detector))),
        float(np.mean(_speech(cancelled, detector))),
        float(np.mean(heard_alone[:count][speech[:count]])),
        float(np.mean(heard[:count][speech[:count]])),
    )


def cost_ms(seconds: float, make: Callable[[], EchoCanceller], *, sounds: bool) -> float:
    """Processor time of the stage for one second of sound, while the far end sounds or while it is silent."""
    far = answer(seconds) if sounds else np.zeros(round(seconds * NEAR_RATE_HZ))
    near = microphone(Room(), far)
    ring = SampleRing.allocate(len(far) + CAPTURE_BLOCK)
    ring.write(far.astype(np.int16))
    stage = EchoStage(make(), SharedClock(ring, 0.0))
    began_s = time.process_time()
    for at in range(0, len(near) - CAPTURE_BLOCK, CAPTURE_BLOCK):
        stage.process(near[at : at + CAPTURE_BLOCK])
    return (time.process_time() - began_s) * 1000 / seconds


def _speech(pcm: Pcm, detector: SileroDetector) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    detector.reset()
    starts = range(0, len(pcm) - WINDOW + 1, WINDOW)
    return np.array([detector.probability(pcm[at : at + WINDOW]) >= SPEECH for at in starts], np.bool_)


def _windows_of(
    spans: list[tuple[int, int]], samples: int
) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Which windows are speech from end to end."""
    windows = np.zeros(samples // WINDOW, np.bool_)
    for start, end in spans:
        windows[-(-start // WINDOW) : end // WINDOW] = True
    return windows


def _erle_db(before: Pcm, after: Pcm, start_s: float, end_s: float | None) -> float:
    end = len(after) if end_s is None else round(end_s * NEAR_RATE_HZ)
    start = round(start_s * NEAR_RATE_HZ)
    powers = [float(np.mean(pcm[start:end].astype(np.float64) ** 2)) for pcm in (before, after)]
    return 10 * float(np.log10(powers[0] / max(powers[1], 1e-9)))


def _both() -> EchoCanceller:
    return echo_canceller()


def _name(room: Room) -> str:
    more = [f"{room.drift_ppm:+g} ppm"] if room.drift_ppm else []
    more += ["saturated"] if room.drive else []
    more += [f"rings {room.rings_s:g} s"] if room.rings_s != Room().rings_s else []
    more += ["measured before"] if room.known else []
    return ", ".join([f"{room.delay_ms:g} ms", f"{room.echo_db:+g} dB", *more])


def main() -> None:
    """Print a line a room, and what it costs."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    make = Aec3 if sys.argv[2:] == ["aec3"] else _both
    detector = SileroDetector()
    print("| room | ERLE 0-1 s | 1-3 s | 3-5 s | later | echo heard as speech | cancelled | person | alone |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for room in rooms():
        one = measure(room, seconds, detector, make)
        erle = " | ".join(f"{value:.0f}" for value in one.erle_db)
        shares = (one.false_before, one.false_after, one.kept, one.kept_alone)
        print(f"| {_name(room)} | {erle} | {' | '.join(f'{share:.3f}' for share in shares)} |", flush=True)
    for sounds in (False, True):
        state = "sounds" if sounds else "is silent"
        print(
            f"while the loudspeaker {state}: {cost_ms(seconds, make, sounds=sounds):.1f} ms a second of sound"
        )


if __name__ == "__main__":
    main()
