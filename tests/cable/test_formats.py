"""Devices that take one format only, through a real PortAudio: what is tried is narrowed to that format.

PulseAudio and its ALSA plugin take every rate, so the cable cannot refuse one.
"""

from pathlib import Path

import numpy as np
import pytest

from appliance.audio import devices
from appliance.audio.devices import open_loudspeaker, open_microphone
from appliance.audio.intake import Intake
from appliance.audio.outlet import Outlet
from appliance.audio.pacing import Pacer
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.audio.wav import WavWriter
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.recordings import recordings
from tests.rig.cable import MIC_RATE_HZ, SPEAKER_RATE_HZ, VirtualCable, lag_of

pytestmark = pytest.mark.cable


def only(monkeypatch: pytest.MonkeyPatch, rate_hz: int, channels: int) -> None:
    monkeypatch.setattr(devices, "formats_to_try", lambda *asked: [(rate_hz, channels)])


@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 1), (48_000, 2), (96_000, 1)])
def test_speech_is_the_same_from_a_microphone_of_any_format(
    cable: VirtualCable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate_hz: int, channels: int
) -> None:
    only(monkeypatch, rate_hz, channels)
    said = recordings()[3].pcm
    with WavWriter(tmp_path / "said.wav", MIC_RATE_HZ) as file:
        file.write(said)
    microphone = open_microphone(CaptureOptions("mic"))
    assert (microphone.rate_hz, microphone.channels) == (rate_hz, channels)
    intake = Intake(microphone.rate_hz, microphone.channels, NEAR_RATE_HZ)
    cable.start_speaking(tmp_path / "said.wav")
    heard: list[Pcm] = []
    while sum(len(pcm) for pcm in heard) < len(said) + NEAR_RATE_HZ:
        if (block := microphone.read()) is not None:
            heard.append(intake.take(block))
    microphone.close()
    assert lag_of(said, np.concatenate(heard))[1] > 0.95


@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 2), (48_000, 1)])
def test_sound_is_the_same_from_a_loudspeaker_of_any_format(
    cable: VirtualCable, monkeypatch: pytest.MonkeyPatch, rate_hz: int, channels: int
) -> None:
    only(monkeypatch, rate_hz, channels)
    at = np.arange(SPEAKER_RATE_HZ) / SPEAKER_RATE_HZ
    said = (8_000 * np.sin(2 * np.pi * (200 * at + 900 * at**2))).astype(np.int16)
    loudspeaker = open_loudspeaker(SpeakerOptions("spk"))
    assert (loudspeaker.rate_hz, loudspeaker.channels) == (rate_hz, channels)
    outlet = Outlet(loudspeaker, SPEAKER_RATE_HZ)
    pacer = Pacer(outlet)
    with cable.listening() as ear:
        sound = np.concatenate((np.zeros(SPEAKER_RATE_HZ // 2, np.int16), said))
        for start in range(0, 2 * SPEAKER_RATE_HZ, outlet.block_samples):
            pacer.wait_for_room(outlet.block_samples)
            block = np.zeros(outlet.block_samples, np.int16)
            part = sound[start : start + outlet.block_samples]
            block[: len(part)] = part
            outlet.write(block)
        heard = ear.heard
    loudspeaker.close()
    assert lag_of(said, heard)[1] > 0.95
