"""Whether it hears is read from the kernel."""

from pathlib import Path

import pytest

from appliance.audio.cards import Places
from appliance.service.ear import Ear

DAEMON, CHILD, STRANGER = 100, 101, 999


class Kernel:
    """What the kernel tells of processes and of one microphone."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root / "asound", root / "sound", root / "proc")
        self._status = root / "asound" / "card1" / "pcm0c" / "sub0" / "status"
        self._status.parent.mkdir(parents=True)
        self.close()
        self.runs(DAEMON, parent=1)

    def runs(self, process: int, parent: int, state: str = "S") -> None:
        folder = self.places.processes / str(process)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "status").write_text(f"Name:\tx\nState:\t{state} (x)\nTgid:\t{process}\nPPid:\t{parent}\n")

    def end(self, process: int) -> None:
        (self.places.processes / str(process) / "status").unlink()

    def open_by(self, thread: int) -> None:
        self._status.write_text(f"state: RUNNING\nowner_pid   : {thread}\ntrigger_time: 1.0\n")

    def close(self) -> None:
        self._status.write_text("closed\n")


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def ear(kernel: Kernel, holder: int | None = None) -> Ear:
    return Ear(lambda: holder, kernel.places, DAEMON)


def test_a_microphone_that_a_process_of_ours_uses_is_open(kernel: Kernel) -> None:
    kernel.runs(CHILD, parent=DAEMON)
    kernel.open_by(CHILD)
    assert ear(kernel).open


def test_a_microphone_that_somebody_else_uses_is_not_our_ear(kernel: Kernel) -> None:
    kernel.runs(STRANGER, parent=1)
    kernel.open_by(STRANGER)
    assert not ear(kernel).open


def test_a_microphone_of_a_sound_server_is_open_as_long_as_its_process_lives(kernel: Kernel) -> None:
    kernel.runs(CHILD, parent=DAEMON)
    assert ear(kernel, CHILD).open
    kernel.end(CHILD)
    assert not ear(kernel, CHILD).open


def test_a_process_that_hangs_in_its_driver_though_it_was_killed_still_holds_it(kernel: Kernel) -> None:
    kernel.runs(CHILD, parent=DAEMON, state="D")
    assert ear(kernel, CHILD).open


def test_a_process_that_has_ended_and_was_not_reaped_holds_nothing(kernel: Kernel) -> None:
    kernel.runs(CHILD, parent=DAEMON, state="Z")
    assert not ear(kernel, CHILD).open


def test_a_number_that_another_process_has_by_now_is_not_ours(kernel: Kernel) -> None:
    kernel.runs(CHILD, parent=1)
    assert not ear(kernel, CHILD).open
