"""An end that nobody wished for is shown and heard; a wished one is not, and no earcon becomes a nuisance."""

import gc
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gpiozero.pins.mock import MockFactory

from appliance.audio import devices
from appliance.audio.seam import SpeakerOptions
from appliance.errors import DeviceError
from appliance.panel.pins import Hardware
from appliance.service.down_signal import (
    DEADLINE_S,
    SOUND_EVERY_S,
    _show,
    is_wanted,
    may_sound,
    play,
    signal_down,
)
from appliance.service.panel import panel_pins
from appliance.settings import Settings


@pytest.mark.parametrize("result", ["exit-code", "signal", "core-dump", "watchdog", "timeout", "oom-kill"])
def test_an_end_that_nobody_wished_for_is_signalled(result: str) -> None:
    assert is_wanted(result)


@pytest.mark.parametrize("result", ["success", ""])
def test_a_wished_end_is_not(result: str) -> None:
    assert not is_wanted(result)


def test_the_earcon_is_heard_once_a_minute_however_often_it_fails() -> None:
    assert may_sound(None, 5.0)
    assert not may_sound(5.0, 5.0 + SOUND_EVERY_S - 0.1)
    assert may_sound(5.0, 5.0 + SOUND_EVERY_S)


def test_a_mark_of_the_boot_before_counts_for_nothing() -> None:
    assert may_sound(9000.0, 12.0)


class Device:
    """A stereo loudspeaker that plays half of what it holds whenever it is asked."""

    name = "loudspeaker"
    rate_hz = 16_000
    channels = 2
    capacity_samples = 800

    def __init__(self) -> None:
        self.played = b""
        self._queued = 0

    def delay_samples(self) -> int:
        self._queued //= 2
        return self._queued

    def write(self, block: bytes) -> None:
        self._queued += len(block) // 4
        assert self._queued <= self.capacity_samples
        self.played += block

    def close(self) -> None: ...


def test_all_of_it_is_played_on_every_channel_and_never_more_than_the_device_holds() -> None:
    device = Device()
    tone = np.arange(5000, dtype=np.int16)
    play(device, tone.tobytes())
    heard = np.frombuffer(device.played, np.int16).reshape(-1, 2)
    assert np.array_equal(heard[:, 0], tone)
    assert np.array_equal(heard[:, 1], tone)


class StuckDevice(Device):
    def delay_samples(self) -> int:
        return self.capacity_samples


def test_a_device_that_stands_still_does_not_hold_up_the_next_start() -> None:
    device = StuckDevice()
    play(device, bytes(1000), timeout_s=0.02)
    assert device.played == b""


def test_the_light_stays_lit_as_long_as_it_is_held() -> None:
    light = _show(Settings(), {"GPIOZERO_PIN_FACTORY": "mock"})
    gc.collect()
    assert isinstance(light, Hardware)
    assert light._factory.pin(27).state
    light.close()


# A driver that keeps the interpreter to itself: SIGALRM is not seen by Python before the match is done.
HANGS = """
import re
from appliance.service import down_signal
down_signal.DEADLINE_S = 0.2
down_signal.signal_down = lambda *_: re.match("(a+)+b", "a" * 64)
down_signal.main()
"""


def test_a_driver_that_hangs_does_not_hold_up_the_next_start() -> None:
    done = subprocess.run([sys.executable, "-c", HANGS], env={"SERVICE_RESULT": "watchdog"}, timeout=20)
    assert done.returncode == -signal.SIGALRM


def test_it_is_given_up_before_systemd_would_do_so() -> None:
    unit = Path(__file__).parents[2] / "systemd/voice-appliance.service"
    (given,) = (line for line in unit.read_text(encoding="utf-8").splitlines() if "TimeoutStopSec=" in line)
    assert int(given.partition("=")[2]) > DEADLINE_S


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> MockFactory:
    """Where the light is, on a machine without sound."""

    def no_loudspeaker(options: SpeakerOptions) -> Device:
        raise DeviceError("there is no loudspeaker")

    factory = MockFactory()
    monkeypatch.setattr(panel_pins, "pin_factory", lambda name: factory)
    monkeypatch.setattr(devices, "open_loudspeaker", no_loudspeaker)
    return factory


def test_the_light_is_left_on_also_without_sound(
    pins: MockFactory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = signal_down({"RUNTIME_DIRECTORY": str(tmp_path), "GPIOZERO_PIN_FACTORY": "mock"}, 5.0)
    assert held is not None
    assert pins.pin(27).state
    assert capsys.readouterr().err == "<6>no earcon: there is no loudspeaker\n"


def test_the_earcon_is_tried_once_and_the_light_each_time(
    pins: MockFactory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"RUNTIME_DIRECTORY": str(tmp_path), "GPIOZERO_PIN_FACTORY": "mock"}
    signal_down(environ, 5.0)
    pins.reset()
    held = signal_down(environ, 7.0)
    assert held is not None
    assert pins.pin(27).state
    assert capsys.readouterr().err.count("no earcon") == 1
