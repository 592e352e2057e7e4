"""Our waiting around PortAudio, on a PortAudio that says what the test wants."""

from collections.abc import Callable

import numpy as np
import pytest

from appliance.audio import alsa
from appliance.audio.alsa import AlsaCapture, AlsaSpeaker
from appliance.audio.catalog import DeviceInfo, Direction
from appliance.audio.portaudio import Stream, formats_to_try
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.errors import DeviceError


class FakePortAudioStream:
    """Says what is available from a list, the last one for ever; delivers numbered samples."""

    def __init__(self, available: list[int | OSError], latency_s: float = 10.0) -> None:
        self._available = available
        self._latency_s = latency_s
        self._samples = 0

    def get_read_available(self) -> int:
        now = self._available.pop(0) if len(self._available) > 1 else self._available[0]
        if isinstance(now, OSError):
            raise now
        return now

    get_write_available = get_read_available

    def get_input_latency(self) -> float:
        return self._latency_s

    def read(self, frames: int, *, exception_on_overflow: bool) -> bytes:
        assert not exception_on_overflow
        self._samples += frames
        return np.arange(self._samples - frames, self._samples, dtype=np.int16).tobytes()


class FakeStream(Stream):
    """A mono stream of 16 kHz that is not open."""

    def __init__(self, stream: FakePortAudioStream) -> None:
        self.name = "fake"
        self._kind = "device"
        self.rate_hz, self.channels, self.block_samples = 16_000, 1, 512
        self.stream = stream


@pytest.fixture
def portaudio(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakePortAudioStream], None]:
    def use(stream: FakePortAudioStream) -> None:
        monkeypatch.setattr(alsa, "Stream", lambda *_: FakeStream(stream))

    return use


Use = Callable[[FakePortAudioStream], None]


def test_a_block_is_made_of_what_comes(portaudio: Use) -> None:
    portaudio(FakePortAudioStream([0, 100, 0, 400, 700, 324]))
    microphone = AlsaCapture(CaptureOptions())
    blocks = [microphone.read(), microphone.read()]
    assert b"".join(block or b"" for block in blocks) == np.arange(1024, dtype=np.int16).tobytes()


def test_a_late_block_is_none_and_nothing_of_it_is_lost(portaudio: Use) -> None:
    stream = FakePortAudioStream([100, 0])
    portaudio(stream)
    microphone = AlsaCapture(CaptureOptions())
    assert microphone.read() is None
    stream._available = [512]
    assert microphone.read() == np.arange(512, dtype=np.int16).tobytes()


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (OSError(-9999, "Unanticipated host error"), "Unanticipated host error"),
        (-9988, "PortAudio says -9988"),
    ],
)
def test_a_lost_microphone_is_one_sentence_whether_it_is_raised_or_returned(
    portaudio: Use, failure: OSError | int, words: str
) -> None:
    portaudio(FakePortAudioStream([512, failure]))
    microphone = AlsaCapture(CaptureOptions())
    microphone.read()
    with pytest.raises(DeviceError) as raised:
        microphone.read()
    assert str(raised.value) == f"the device 'fake' was lost: {words}"


def test_an_overrun_is_counted_when_nobody_looked_for_longer_than_the_buffer_holds(portaudio: Use) -> None:
    buffer_s = 0.001  # shorter than the shortest wait
    portaudio(FakePortAudioStream([0, 0, 512], latency_s=buffer_s - 0.032))
    microphone = AlsaCapture(CaptureOptions())
    microphone.read()
    assert microphone.overruns >= 2


def test_reading_in_time_is_no_overrun(portaudio: Use) -> None:
    portaudio(FakePortAudioStream([0, 0, 512]))
    microphone = AlsaCapture(CaptureOptions())
    microphone.read()
    assert microphone.overruns == 0


def test_the_delay_is_the_buffer_less_what_is_free(portaudio: Use) -> None:
    portaudio(FakePortAudioStream([1440, 480, 1440, 1500]))
    loudspeaker = AlsaSpeaker(SpeakerOptions())
    assert loudspeaker.capacity_samples == 1440
    assert [loudspeaker.delay_samples() for _ in range(3)] == [960, 0, 0]


def test_the_wanted_rate_is_tried_first_then_the_devices_own_then_common_ones() -> None:
    stereo_only = DeviceInfo("USB", 0, 2, 0, 44_100, usb=True)
    assert formats_to_try(stereo_only, Direction.CAPTURE, 16_000) == [
        (16_000, 1),
        (44_100, 1),
        (44_100, 2),
        (48_000, 1),
        (48_000, 2),
        (16_000, 2),
    ]
