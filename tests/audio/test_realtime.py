"""What moves sound runs before the rest where the machine allows that, and nothing else does."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from appliance.audio.realtime import DEVICE_PRIORITY, THREAD_PRIORITY, ask_for_realtime

PRINT_POLICY = "import os; print(os.sched_getscheduler(0))"


def test_it_is_granted_to_the_thread_that_asks_and_to_no_child_of_it() -> None:
    def ask() -> tuple[bool, int, str]:
        granted = ask_for_realtime(DEVICE_PRIORITY)
        child = subprocess.run([sys.executable, "-S", "-c", PRINT_POLICY], capture_output=True, text=True)
        return granted, os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK, child.stdout

    with ThreadPoolExecutor(1) as thread:
        granted, policy, child = thread.submit(ask).result()
    assert (policy == os.SCHED_RR) is granted
    assert child == f"{os.SCHED_OTHER}\n"
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_where_it_is_not_allowed_sound_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert not ask_for_realtime(THREAD_PRIORITY)


def test_a_device_that_spins_does_not_keep_those_from_running_who_kill_it() -> None:
    assert DEVICE_PRIORITY < THREAD_PRIORITY
