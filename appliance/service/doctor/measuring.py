"""Playing the probe on a real loudspeaker and hearing it with a real microphone, in real time."""

import queue
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Final

from appliance.audio.acoustics import Acoustics, Echo, measure
from appliance.audio.capture import CaptureThread
from appliance.audio.devices import KeepOn, open_loudspeaker, open_microphone
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import AnswerHeard, PlayoutEvent
from appliance.audio.remote import Loudspeaker, Microphone
from appliance.audio.seam import CaptureDevice, CaptureOptions, SpeakerDevice, SpeakerOptions
from appliance.audio.speaker import Speaker
from appliance.audio.sweep import Probe, whole_probe
from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import DeviceError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing
from appliance.service.doctor.learnt import Learnt, LearntEcho
from appliance.service.microphone_time import MicrophoneTime
from appliance.service.network.clock import LiveClock

# Of quiet before the probe: from it the noise is known, and when the microphone's samples were spoken.
_LEAD_S: Final = 1.5

# After the probe: the echo is late by some hundred milliseconds, and the room rings for a while.
_TAIL_S: Final = 1.2

# A device that delivers nothing for 0.7 s says so itself; this is for what nobody foresaw.
_PATIENCE_S: Final = 5.0

_LOOK_EVERY_S: Final = 0.02
_ANSWER: Final = 1


class Measured:
    """The devices by name, what was measured, and what may be kept of it (None of a dead microphone)."""

    def __init__(
        self, microphone: str, loudspeaker: str, acoustics: Acoustics, learnt: Learnt | None
    ) -> None:
        self.microphone = microphone
        self.loudspeaker = loudspeaker
        self.acoustics = acoustics
        self.learnt = learnt


def measure_devices(microphone: str, loudspeaker: str, probe: Probe = Probe()) -> Measured:  # noqa: B008
    """Play `probe` and measure what comes back; names as in the configuration, "" chooses.

    Blocks for `probe.lasts_s` and some 3 s. Raises DeviceError: one cannot be opened, or is lost meanwhile.
    """
    with ExitStack() as stack:
        ears = open_microphone(CaptureOptions(microphone))
        stack.callback(ears.close)
        mouth = open_loudspeaker(SpeakerOptions(loudspeaker))
        stack.callback(mouth.close)
        fitting = probe.for_rates(ears.rate_hz, mouth.rate_hz)
        loop = stack.enter_context(_Loop(ears, mouth, fitting))
        began_ms = loop.play(whole_probe(fitting, mouth.rate_hz))
        recording = loop.recording()
        acoustics = measure(recording, ears.rate_hz, fitting)
        return Measured(ears.name, mouth.name, acoustics, loop.learnt(acoustics, began_ms))


class _Loop:
    """Both devices at work, as in the daemon."""

    def __init__(self, ears: Microphone, mouth: Loudspeaker, probe: Probe) -> None:
        self._ears, self._mouth = ears, mouth
        self._news: queue.SimpleQueue[DeviceChanged | Exception | float] = queue.SimpleQueue()
        self._rate_hz = ears.rate_hz
        whole_s = _LEAD_S + probe.lasts_s + _TAIL_S + 2 * _PATIENCE_S
        self._ring = SampleRing.allocate(round(whole_s * ears.rate_hz))
        self._clock = LiveClock()
        self._time = MicrophoneTime(self._clock, self._near_written)
        self._speaker = Speaker(
            Playout(PlayoutOptions(mouth.rate_hz)),
            mouth.rate_hz,
            mouth,
            _no_other_loudspeaker,
            SampleRing.allocate(NEAR_RATE_HZ),
            self._on_event,
            self._news.put,
            self._news.put,
        )
        self._capture = CaptureThread(
            ears,
            _no_other_microphone,
            self._ring,
            ears.rate_hz,
            threading.Event(),
            self._news.put,
            self._news.put,
            self._time.resume,
            lambda warning: None,
        )

    def __enter__(self) -> "_Loop":
        self._capture.start()
        self._speaker.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._speaker.close()
        self._capture.stop()

    def play(self, sound: Pcm) -> float:
        """After `_LEAD_S` of quiet, until `_TAIL_S` after its end; the instant at which it began to sound."""
        self._hear(_LEAD_S)
        self._speaker.begin(_ANSWER)
        self._speaker.append(_ANSWER, sound)
        self._speaker.end(_ANSWER)
        self._speaker.play()
        ended_ms = self._await_end(len(sound) / self._mouth.rate_hz + _PATIENCE_S)
        self._hear(_TAIL_S)
        return ended_ms - len(sound) * 1000 / self._mouth.rate_hz

    def recording(self) -> Pcm:
        """Everything that was heard."""
        return self._ring.read(0, self._ring.written)[1]

    def learnt(self, acoustics: Acoustics, began_ms: float) -> Learnt | None:
        """What is worth keeping of it."""
        if acoustics.dead:
            return None
        return Learnt(
            measured_at=datetime.now(UTC).replace(microsecond=0),
            microphone=self._ears.name,
            loudspeaker=self._mouth.name,
            capture_hz=self._ears.rate_hz,
            playout_hz=self._mouth.rate_hz,
            noise_dbfs=round(acoustics.noise_dbfs, 2),
            clipped_share=round(acoustics.clipped_share, 5),
            overruns=self._capture.overruns,
            underruns=self._speaker.underruns,
            echo=None if acoustics.echo is None else self._learnt_echo(acoustics.echo, began_ms),
        )

    def _learnt_echo(self, echo: Echo, began_ms: float) -> LearntEcho:
        heard_ms = self._time.ms_of(round(echo.arrival_samples * NEAR_RATE_HZ / self._rate_hz))
        return LearntEcho(
            delay_ms=round(heard_ms - began_ms, 2),
            level_db=round(echo.level_db, 2),
            distortion_db=round(echo.distortion_db, 2),
            drift_ppm=round(echo.drift_ppm, 2),
            slip_ms=round(echo.slip_ms, 3),
        )

    def _near_written(self) -> int:
        return self._ring.written * NEAR_RATE_HZ // self._rate_hz

    def _on_event(self, event: PlayoutEvent) -> None:
        """In the speaker's thread."""
        if isinstance(event, AnswerHeard):
            self._news.put(self._clock.ms_at(self._speaker.instant_s(event.position)))

    def _hear(self, seconds: float) -> None:
        """Return when so much more was captured."""
        wanted = self._ring.written + round(seconds * self._rate_hz)
        self._wait(lambda: self._ring.written >= wanted, seconds + _PATIENCE_S)

    def _await_end(self, timeout_s: float) -> float:
        ended: list[float] = []
        self._wait(lambda: bool(ended), timeout_s, ended.append)
        return ended[0]

    def _wait(
        self, done: Callable[[], bool], timeout_s: float, ended: Callable[[float], None] = lambda at_ms: None
    ) -> None:
        deadline_s = time.monotonic() + timeout_s
        while not done():
            if time.monotonic() > deadline_s:
                raise DeviceError("the sound does not get on: a driver or a sound server hangs")
            self._time.heard()
            try:
                news = self._news.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                continue
            if isinstance(news, Exception):
                raise news
            if isinstance(news, float):
                ended(news)
            elif news.state is DeviceState.LOST:
                raise DeviceError(news.reason)


def _no_other_microphone(previous: str, keep_on: KeepOn) -> CaptureDevice:
    raise DeviceError(f"the microphone {previous!r} was lost")


def _no_other_loudspeaker(previous: str, keep_on: KeepOn) -> SpeakerDevice:
    raise DeviceError(f"the loudspeaker {previous!r} was lost")
