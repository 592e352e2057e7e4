"""A PortAudio that hangs, wherever it does: nobody waits for it, and its process is killed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.audio import devices
from appliance.audio.cards import Places
from appliance.audio.devices import list_devices, open_loudspeaker, open_microphone
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.errors import DeviceError
from tests.audio.test_devices import process

NOWHERE = Places(*[Path("/nonexistent")] * 4)

# Deaf to all but SIGKILL, as a process is that waits in a driver.
HANGS = "signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))\nwhile True: time.sleep(60)\n"
LISTS = 'order = listing(["Both: Audio (hw:1,0)", 5, 1, 2, 48000.0])\n'
OPENS = LISTS + 'send(b"O", b"[48000, 1, 4800]")\n'


class Driver:
    """The command line of a device process that does something and then hangs, and what became of it."""

    def __init__(self, folder: Path, does: str) -> None:
        self._file = folder / "pid"
        self.argv = process(
            f"import signal\nopen({str(self._file)!r}, 'w').write(str(os.getpid()))\n{does}{HANGS}"
        )

    @property
    def is_gone(self) -> bool:
        """It was started, and there is no such process any more."""
        try:
            os.kill(int(self._file.read_text()), 0)
        except ProcessLookupError:
            return True
        return False


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "OPEN_TIMEOUT_S", 1.0)
    monkeypatch.setattr(devices, "PROBE_TIMEOUT_S", 0.3)


@pytest.mark.parametrize("does", ["", LISTS], ids=["while it is started", "while it is opened"])
@pytest.mark.parametrize("open_device", [
    lambda argv: open_microphone(CaptureOptions(), argv=argv, places=NOWHERE),
    lambda argv: open_loudspeaker(SpeakerOptions(), argv=argv, places=NOWHERE),
], ids=["microphone", "loudspeaker"])  # fmt: skip
def test_in_opening(tmp_path: Path, does: str, open_device: Callable[[list[str]], object]) -> None:
    driver = Driver(tmp_path, does)
    with pytest.raises(DeviceError, match="does not answer: its driver or sound server hangs"):
        open_device(driver.argv)
    assert driver.is_gone


@pytest.mark.parametrize("does", ["", LISTS], ids=["while it lists", "while it is asked for formats"])
def test_in_listing(tmp_path: Path, does: str) -> None:
    driver = Driver(tmp_path, does)
    with pytest.raises(DeviceError, match="does not answer: its driver or sound server hangs"):
        list_devices(driver.argv, NOWHERE)
    assert driver.is_gone


def test_in_reading(tmp_path: Path) -> None:
    driver = Driver(tmp_path, OPENS)
    microphone = open_microphone(CaptureOptions(), argv=driver.argv, places=NOWHERE)
    assert microphone.read() is None
    assert not driver.is_gone
    microphone.close()
    assert driver.is_gone


def test_in_writing(tmp_path: Path) -> None:
    driver = Driver(tmp_path, OPENS)
    loudspeaker = open_loudspeaker(SpeakerOptions(), argv=driver.argv, places=NOWHERE)
    loudspeaker.write(bytes(960))
    with pytest.raises(DeviceError, match="does not answer"):
        loudspeaker.delay_samples()
    loudspeaker.close()
    assert driver.is_gone
