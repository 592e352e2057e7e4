"""Real PyAudio, real threads, real time: sound goes in at one end and comes out at the other."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from appliance.audio.alsa import AlsaCapture, AlsaSpeaker
from appliance.audio.capture import CaptureThread
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import AnswerAudible, AnswerHeard, PlayoutEvent
from appliance.audio.portaudio import list_devices
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.audio.speaker import Speaker
from appliance.audio.wav import WavWriter
from appliance.errors import DeviceError
from appliance.pcm.formats import Pcm
from appliance.pcm.ring import SampleRing
from tests.rig.cable import MIC_RATE_HZ, SPEAKER_RATE_HZ, VirtualCable, lag_of

pytestmark = pytest.mark.cable

PATIENCE_S = 10.0  # for what takes a tenth of a second on an idle machine


def unexpected(error: Exception) -> None:
    raise error


class Microphone:
    """A running capture thread on the cable, with everything it captured."""

    def __init__(self) -> None:
        self.lost: list[DeviceError] = []
        self.gone = threading.Event()
        device = AlsaCapture(CaptureOptions())
        self.ring = SampleRing.allocate(60 * device.rate_hz)
        self.wake = threading.Event()
        self.thread = CaptureThread(device, self.ring, self.wake, self._on_lost, unexpected)
        self.thread.start()

    def _on_lost(self, error: DeviceError) -> None:
        self.lost.append(error)
        self.gone.set()

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
        self.gone = threading.Event()
        device = AlsaSpeaker(SpeakerOptions())
        self.far = SampleRing.allocate(60 * MIC_RATE_HZ)
        self.speaker = Speaker(
            Playout(PlayoutOptions(device.rate_hz)),
            device,
            self.far,
            self._on_event,
            lambda _: self.gone.set(),
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


def test_a_microphone_that_is_pulled_is_an_event(cable: VirtualCable, microphone: Microphone) -> None:
    cable.unplug()
    assert microphone.gone.wait(PATIENCE_S)
    assert "microphone 'default'" in str(microphone.lost[0])


def test_a_loudspeaker_that_is_pulled_is_an_event(cable: VirtualCable, loudspeaker: Loudspeaker) -> None:
    cable.unplug()
    assert loudspeaker.gone.wait(PATIENCE_S)


def test_after_replugging_the_devices_can_be_opened_again(cable: VirtualCable) -> None:
    before = Microphone()
    cable.unplug()
    assert before.gone.wait(PATIENCE_S)
    assert before.thread.stop()
    cable.plug()
    after = Microphone()
    with cable.listening() as ear:
        ear.wait_for(SPEAKER_RATE_HZ // 2)
    after.wait_for(1)
    assert after.thread.stop()


def test_the_cable_is_listed(cable: VirtualCable) -> None:
    assert {device.name for device in list_devices()} == {"mic", "spk", "default"}


def test_a_missing_microphone_is_one_sentence(cable: VirtualCable) -> None:
    with pytest.raises(
        DeviceError, match=r"^there is no microphone 'Jabra'; present: 'mic', 'spk', 'default'$"
    ):
        AlsaCapture(CaptureOptions(device="Jabra"))


def test_a_machine_without_sound_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asound.conf").write_text("pcm.pulled { type hw card 31 }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    with pytest.raises(DeviceError, match=r"^there is no loudspeaker: connect one"):
        AlsaSpeaker(SpeakerOptions())
