"""What the daemon leaves to itself arrives as it was, on no disk and in nobody's environment."""

import os
import subprocess
from dataclasses import replace

import pytest

from appliance.audio.absent import ClosedMicrophone
from appliance.audio.cards import Identity
from appliance.audio.left_process import LeftProcess
from appliance.audio.left_process import leave as leave_process
from appliance.audio.remote import LeftMicrophone
from appliance.conversation.vocabulary import HistoryItem
from appliance.service.handover import VARIABLE, Handover, find, from_json, leave, take_microphone, to_json

HANDOVER = Handover(
    muted=False,
    device="",
    name="USB Äudio",
    microphone=LeftMicrophone(
        LeftProcess(4711, 5, 6, b"\x00\xffB"), "USB Äudio", 48_000, 2, Identity("0d8c:0014", "", "1-2")
    ),
    recent=bytes(range(256)),
    recent_hz=48_000,
    said=(HistoryItem("user", "Who was Ada?"), HistoryItem("assistant", "A mathematician.")),
    variables={"user_name": "Alice"},
)


@pytest.mark.parametrize("handover", [HANDOVER, replace(HANDOVER, muted=True, microphone=None, recent=b"")])
def test_it_arrives_as_it_was(handover: Handover) -> None:
    assert from_json(to_json(handover)) == handover


def test_the_environment_names_a_place_that_only_this_process_has() -> None:
    environ = {"HOME": "/", **leave(HANDOVER)}
    descriptor = int(environ[VARIABLE])
    assert os.get_inheritable(descriptor)
    assert os.readlink(f"/proc/self/fd/{descriptor}").startswith("/memfd:")
    assert find(environ) == HANDOVER
    assert environ == {"HOME": "/"}
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


@pytest.mark.parametrize(("muted", "device"), [(True, ""), (False, "another one")])
def test_a_microphone_that_is_not_wanted_any_more_is_closed(*, muted: bool, device: str) -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        left = leave_process(process.pid, process.stdin.fileno(), process.stdout.fileno(), b"")
        microphone = LeftMicrophone(left, "USB Äudio", 48_000, 2)
        try:
            taken = take_microphone(replace(HANDOVER, muted=muted, microphone=microphone), device)
            with pytest.raises(ProcessLookupError):
                os.kill(process.pid, 0)
            process.returncode = 0  # it was reaped already
        finally:
            process.kill()
    assert isinstance(taken, ClosedMicrophone) is muted


def test_where_nothing_was_left_nothing_is_found() -> None:
    assert find({"HOME": "/"}) is None
