"""A loudspeaker, a room and a microphone with clocks of their own, made of numbers, before the echo stage."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import numpy.typing as npt
import soxr

from appliance.hearing.echo.canceller import EchoCanceller
from appliance.hearing.echo.echo_stage import EchoStage
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.ring import SampleRing
from appliance.service.live.live_far_end import LiveFarEnd
from tests.recordings import Recording, recordings

Sound = npt.NDArray[np.float64]

LEVEL = 3000.0  # rms of what is played and of what the person says, -20.8 dBFS
NOISE = 26.0  # rms of the room, -62 dBFS
CAPTURE_BLOCK = 512  # 32 ms
PLAYOUT_BLOCK = 320  # 20 ms
QUEUED = 640  # what the loudspeaker's device has queued
LATE_S = 0.004  # how late a thread looks at its device, on average
CLIPPED = 32_768
LEAD_S = 15.0  # before the first answer


@dataclass(frozen=True)
class Room:
    """`drift_ppm`: so much faster the microphone's clock is. `drive`: how far a loudspeaker that saturates is
    driven, its rms over where it bends; 0: it is linear. `known`: doctor has measured delay and drift."""

    delay_ms: float = 120.0
    echo_db: float = 0.0
    drift_ppm: float = 0.0
    drive: float = 0.0
    rings_s: float = 0.3
    seed: int = 1
    known: bool = False

    def echo_of(self, far: Sound) -> Sound:
        """What the microphone hears of `far`, on its own clock."""
        played = far if not self.drive else np.tanh(far / LEVEL * self.drive) * LEVEL / self.drive
        wet = _convolved(played, self._response())[: len(far)] * 10 ** (self.echo_db / 20)
        late = np.concatenate((np.zeros(samples_of_ms(self.delay_ms, NEAR_RATE_HZ)), wet))[: len(far)]
        if not self.drift_ppm:
            return late
        resampled: Sound = soxr.resample(late, NEAR_RATE_HZ, NEAR_RATE_HZ * (1 + self.drift_ppm / 1e6), "VHQ")
        return resampled

    def _response(self) -> Sound:
        """A direct sound and noise that falls by 60 dB in `rings_s`, of the energy of one sample."""
        samples = round(self.rings_s * NEAR_RATE_HZ)
        decay = 10 ** (-3 * np.arange(samples) / samples)
        response = np.random.default_rng(self.seed).standard_normal(samples) * decay * 0.2
        response[0] = 1.0
        return np.asarray(response / np.linalg.norm(response))


def answer(seconds: float, start: int = 0) -> Sound:
    """Somebody who reads a novel, as the loudspeaker plays it."""
    novel = [r for r in recordings() if "austen" in r.name]
    order = novel[start % len(novel) :] + novel[: start % len(novel)]
    read = np.concatenate([_at_level(r)[r.speech_start : r.speech_end] for r in order])
    return np.resize(read, round(seconds * NEAR_RATE_HZ))


def person(seconds: float, first_s: float, every_s: float) -> tuple[Sound, list[tuple[int, int]]]:
    """Somebody else says a sentence every `every_s` from `first_s` on; and where it is speech."""
    said, spans = np.zeros(round(seconds * NEAR_RATE_HZ)), []
    others = cycle([r for r in recordings() if "austen" not in r.name])
    at = round(first_s * NEAR_RATE_HZ)
    while at + 5 * NEAR_RATE_HZ < len(said):
        recording = next(others)
        sound = _at_level(recording)
        said[at : at + len(sound)] += sound
        spans.append((at + recording.speech_start, at + recording.speech_end))
        at += max(round(every_s * NEAR_RATE_HZ), len(sound))
    return said, spans


def microphone(room: Room, far: Sound, said: Sound | None = None) -> Pcm:
    """What is captured: the echo, the room's noise, and what is said."""
    echo = room.echo_of(far)
    heard = echo + np.random.default_rng(room.seed + 100).standard_normal(len(echo)) * NOISE
    if said is not None:
        heard[: len(said)] += said[: len(heard)]
    return np.clip(np.rint(heard), -CLIPPED, CLIPPED - 1).astype(np.int16)


def through(room: Room, near: Pcm, far: Sound, canceller: EchoCanceller) -> Pcm:
    """What the echo stage makes of it, with both devices seen late and by chance as in a daemon that has been
    at work for `LEAD_S`; as long as `near`, less what is kept back."""
    stage, lead, blocks = staged(room, near, far, canceller)
    return np.concatenate([stage.process(block).copy() for block in blocks])[lead:]


def staged(
    room: Room, near: Pcm, far: Sound, canceller: EchoCanceller
) -> tuple[EchoStage, int, Iterator[Pcm]]:
    """The echo stage; how many samples come before `near`; and what it is to be given, each block as soon as
    the one before is heard."""
    clock = _Clock()
    ring = SampleRing.allocate(NEAR_RATE_HZ)
    learnt = (room.delay_ms, room.drift_ppm) if room.known else (0.0, 0.0)
    far_end = LiveFarEnd(ring, NEAR_RATE_HZ, *learnt, clock=clock)
    lead = round(LEAD_S * NEAR_RATE_HZ * (1 + room.drift_ppm / 1e6))
    return EchoStage(canceller, far_end), lead, _captured(room, near, far, lead, ring, far_end, clock)


def _captured(
    room: Room, near: Pcm, far: Sound, lead: int, ring: SampleRing, far_end: LiveFarEnd, clock: "_Clock"
) -> Iterator[Pcm]:
    chance = np.random.default_rng(room.seed + 200)
    near_hz = NEAR_RATE_HZ * (1 + room.drift_ppm / 1e6)
    silence = np.zeros(round(LEAD_S * NEAR_RATE_HZ), np.int16)
    far_pcm = np.concatenate((silence, np.rint(far).astype(np.int16), np.zeros(NEAR_RATE_HZ, np.int16)))
    near = np.concatenate((np.rint(chance.standard_normal(lead) * NOISE).astype(np.int16), near))
    rendered = 0
    for end in range(CAPTURE_BLOCK, len(near) + 1, CAPTURE_BLOCK):
        arrives_s = end / near_hz + chance.exponential(LATE_S)
        while (rendered + PLAYOUT_BLOCK - QUEUED) / NEAR_RATE_HZ <= arrives_s:
            ring.write(far_pcm[rendered : rendered + PLAYOUT_BLOCK])
            looked_s = (rendered - QUEUED + PLAYOUT_BLOCK) / NEAR_RATE_HZ
            rendered += PLAYOUT_BLOCK
            stale = round(chance.exponential(LATE_S) * NEAR_RATE_HZ)
            far_end.rendered(max(looked_s, 0.0), rendered - QUEUED - stale, 0)
        clock.now_s = max(clock.now_s, arrives_s)
        far_end.captured(end)
        yield near[end - CAPTURE_BLOCK : end]


def _convolved(sound: Sound, response: Sound) -> Sound:
    size = 1 << (len(sound) + len(response)).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)


class _Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _at_level(recording: Recording) -> Sound:
    speech = recording.pcm[recording.speech_start : recording.speech_end].astype(np.float64)
    sound: Sound = recording.pcm.astype(np.float64) * (LEVEL / float(np.sqrt(np.mean(speech**2))))
    return sound
