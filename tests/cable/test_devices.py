"""Real PyAudio, real threads, real time: sound goes in at one end and comes out at the other."""

import queue
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from appliance.audio.capture import CaptureThread
from appliance.audio.devices import list_devices, open_loudspeaker, open_microphone
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import AnswerAudible, AnswerHeard, PlayoutEvent
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.audio.speaker import Speaker
from appliance.audio.wav import WavWriter
from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import DeviceError
from appliance.pcm.formats import Pcm
from appliance.pcm.ring import SampleRing
from tests.rig.cable import MIC_RATE_HZ, SPEAKER_RATE_HZ, VirtualCable, lag_of

pytestmark = pytest.mark.cable

EVENT_S, ARMED_S = 2.0, 5.0  # what is promised after an unplug, and after a replug
PATIENCE_S = 10.0  # for what takes a tenth of a second on an idle machine


def unexpected(error: Exception) -> None:
    raise error


class Microphone:
    """A running capture thread on the cable, with everything it captured."""

    def __init__(self) -> None:
        self.news: queue.SimpleQueue[DeviceChanged] = queue.SimpleQueue()
        options = CaptureOptions("mic")
        device = open_microphone(options)
        self.ring = SampleRing.allocate(60 * device.rate_hz)
        self.wake = threading.Event()
        self.thread = CaptureThread(
            device,
            lambda name, keep_on: open_microphone(options, keep_on),
            self.ring,
            device.rate_hz,
            self.wake,
            self.news.put,
            unexpected,
            lambda: None,
            lambda warning: None,
        )
        self.thread.start()

    def wait_for(self, samples: int) -> None:
        """Return when `samples` more were captured."""
        wanted = self.ring.written + samples
        while self.ring.written < wanted:
            assert self.wake.wait(PATIENCE_S)
            self.wake.clear()

    @property
    def captured(self) -> Pcm:
        return self.ring.read(0, self.ring.written)[1]


class Loudspeaker:
    """A running speaker on the cable, with the events of its playout."""

    def __init__(self) -> None:
        self.events: list[PlayoutEvent] = []
        self.heard = threading.Event()
        self.news: queue.SimpleQueue[DeviceChanged] = queue.SimpleQueue()
        options = SpeakerOptions("spk")
        device = open_loudspeaker(options)
        self.far = SampleRing.allocate(60 * MIC_RATE_HZ)
        self.speaker = Speaker(
            Playout(PlayoutOptions(device.rate_hz)),
            device.rate_hz,
            device,
            lambda name, keep_on: open_loudspeaker(options, keep_on),
            self.far,
            self._on_event,
            self.news.put,
            unexpected,
        )
        self.speaker.start()

    def _on_event(self, event: PlayoutEvent) -> None:
        self.events.append(event)
        if isinstance(event, AnswerHeard):
            self.heard.set()


@pytest.fixture
def microphone(cable: VirtualCable) -> Iterator[Microphone]:
    microphone = Microphone()
    yield microphone
    assert microphone.thread.stop()


@pytest.fixture
def loudspeaker(cable: VirtualCable) -> Iterator[Loudspeaker]:
    loudspeaker = Loudspeaker()
    yield loudspeaker
    assert loudspeaker.speaker.close()


def babble(seconds: float, rate_hz: int) -> Pcm:
    """Noise that swells and falls like syllables, so that it fits in one place only."""
    count = int(seconds * rate_hz)
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * np.arange(count) / rate_hz)
    return (np.random.default_rng(7).normal(0, 4000, count) * swell).clip(-32768, 32767).astype(np.int16)


def lags_of_pieces(sound: Pcm, recording: Pcm, rate_hz: int) -> set[int]:
    """By how much each second of `sound` is late in `recording`; every one must be alike to 0.9."""
    lags = set()
    for start in range(0, len(sound), rate_hz):
        at, alike = lag_of(sound[start : start + rate_hz], recording)
        assert alike > 0.9
        lags.add(at - start)
    return lags


def test_what_is_said_into_the_microphone_is_captured_without_a_gap(
    cable: VirtualCable, microphone: Microphone, tmp_path: Path
) -> None:
    said = babble(3, MIC_RATE_HZ)
    with WavWriter(tmp_path / "said.wav", MIC_RATE_HZ) as file:
        file.write(said)
    cable.speak(tmp_path / "said.wav")
    microphone.wait_for(MIC_RATE_HZ // 4)
    assert len(lags_of_pieces(said, microphone.captured, MIC_RATE_HZ)) == 1
    assert microphone.thread.overruns == 0


def test_what_is_answered_comes_out_of_the_loudspeaker_and_stands_in_the_far_end_ring(
    cable: VirtualCable, loudspeaker: Loudspeaker
) -> None:
    answer = babble(3, SPEAKER_RATE_HZ)
    with cable.listening() as ear:
        speaker = loudspeaker.speaker
        speaker.begin(1)
        assert speaker.append(1, answer) == 0
        speaker.end(1)
        speaker.play()
        assert loudspeaker.heard.wait(PATIENCE_S)
        ear.wait_for(SPEAKER_RATE_HZ // 2)
        assert len(lags_of_pieces(answer, ear.heard, SPEAKER_RATE_HZ)) == 1
    assert [type(event) for event in loudspeaker.events] == [AnswerAudible, AnswerHeard]
    assert loudspeaker.events[1].position - loudspeaker.events[0].position == pytest.approx(
        len(answer), abs=50
    )
    far = loudspeaker.far.read(0, loudspeaker.far.written)[1]
    audible_ms = loudspeaker.events[0].position * 1000 / SPEAKER_RATE_HZ
    assert np.flatnonzero(abs(far) > 300)[0] * 1000 / MIC_RATE_HZ == pytest.approx(audible_ms, abs=45)


def test_a_microphone_that_is_pulled_is_told_and_comes_back(
    cable: VirtualCable, microphone: Microphone
) -> None:
    microphone.wait_for(MIC_RATE_HZ // 4)
    pulled_s = time.monotonic()
    cable.microphone.unplug()
    lost = microphone.news.get(timeout=PATIENCE_S)
    assert time.monotonic() - pulled_s < EVENT_S
    assert (lost.device, lost.state, lost.name) == ("microphone", DeviceState.LOST, "mic")
    assert "microphone 'mic'" in lost.reason
    cable.microphone.plug()
    plugged_s = time.monotonic()
    assert microphone.news.get(timeout=PATIENCE_S).state is DeviceState.READY
    assert time.monotonic() - plugged_s < ARMED_S
    microphone.wait_for(MIC_RATE_HZ // 4)


def test_a_loudspeaker_that_is_pulled_is_told_and_the_answer_goes_on_when_it_is_back(
    cable: VirtualCable, loudspeaker: Loudspeaker
) -> None:
    answer = babble(4, SPEAKER_RATE_HZ)
    speaker = loudspeaker.speaker
    with cable.listening() as ear:
        speaker.begin(1)
        speaker.append(1, answer)
        speaker.end(1)
        speaker.play()
        ear.wait_for(SPEAKER_RATE_HZ)
        cable.loudspeaker.unplug()
        before = ear.heard
    assert loudspeaker.news.get(timeout=PATIENCE_S).state is DeviceState.LOST
    heard = speaker.heard_samples(1)
    cable.loudspeaker.plug()
    with cable.listening() as ear:
        assert loudspeaker.news.get(timeout=PATIENCE_S).state is DeviceState.READY
        assert loudspeaker.heard.wait(PATIENCE_S)
        ear.wait_for(SPEAKER_RATE_HZ // 4)
        after = ear.heard
    assert 0 < heard < len(answer)
    assert speaker.heard_samples(1) == len(answer)
    assert lag_of(answer[: heard // 2], before)[1] > 0.9
    assert lag_of(answer[heard + SPEAKER_RATE_HZ :], after)[1] > 0.9


def test_a_sound_server_that_hangs_is_a_lost_device_and_holds_nobody_up(
    cable: VirtualCable, microphone: Microphone
) -> None:
    microphone.wait_for(MIC_RATE_HZ // 4)
    hung_s = time.monotonic()
    cable.microphone.signal(signal.SIGSTOP)
    assert microphone.news.get(timeout=PATIENCE_S).state is DeviceState.LOST
    assert time.monotonic() - hung_s < EVENT_S
    cable.microphone.signal(signal.SIGCONT)
    assert microphone.news.get(timeout=PATIENCE_S).state is DeviceState.READY
    cable.microphone.signal(signal.SIGSTOP)
    assert microphone.news.get(timeout=PATIENCE_S).state is DeviceState.LOST
    assert microphone.thread.stop(), "while it is opened, which hangs"
    cable.microphone.signal(signal.SIGCONT)


def test_a_muted_microphone_is_let_go_of(cable: VirtualCable, microphone: Microphone) -> None:
    microphone.wait_for(MIC_RATE_HZ // 4)
    assert cable.microphone.recorded()
    microphone.thread.set_muted(True)
    deadline_s = time.monotonic() + ARMED_S
    while cable.microphone.recorded():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)
    microphone.wake.clear()
    microphone.thread.set_muted(False)
    unmuted_s = time.monotonic()
    microphone.wait_for(MIC_RATE_HZ // 4)
    assert time.monotonic() - unmuted_s < 0.25 + 1.0
    assert microphone.news.empty()


def test_the_cable_is_listed(cable: VirtualCable) -> None:
    assert {device.name for device in list_devices()[0]} == {"mic", "spk", "default"}


def test_a_missing_microphone_is_one_sentence(cable: VirtualCable) -> None:
    with pytest.raises(
        DeviceError, match=r"^there is no microphone 'Jabra'; present: 'mic', 'spk', 'default'$"
    ):
        open_microphone(CaptureOptions(device="Jabra"))


def test_a_machine_without_sound_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asound.conf").write_text("pcm.pulled { type hw card 31 }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    with pytest.raises(DeviceError, match=r"^there is no loudspeaker: connect one"):
        open_loudspeaker(SpeakerOptions())
