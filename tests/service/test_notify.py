"""What reaches the socket of a service manager, and that nothing depends on there being one."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.service.notify import Notifier

PATIENCE_S = 5.0


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(PATIENCE_S)
        listener.bind(str(tmp_path / "notify"))
        yield listener


@pytest.fixture
def notifier(tmp_path: Path) -> Iterator[Notifier]:
    notifier = Notifier(str(tmp_path / "notify"))
    yield notifier
    notifier.close()


def test_each_word_is_a_datagram_of_its_own(manager: socket.socket, notifier: Notifier) -> None:
    for word, sent in (
        (notifier.ready, b"READY=1"),
        (notifier.alive, b"WATCHDOG=1"),
        (notifier.stopping, b"STOPPING=1"),
    ):
        assert word()
        assert manager.recv(4096) == sent


def test_a_status_is_one_line(manager: socket.socket, notifier: Notifier) -> None:
    assert notifier.status("Listening;\nmicrophone 'Gerät'\nREADY=1")
    assert manager.recv(4096).decode() == "STATUS=Listening; microphone 'Gerät' READY=1"


def test_a_reload_says_when_it_began(manager: socket.socket, notifier: Notifier) -> None:
    before_us = time.monotonic_ns() // 1000
    assert notifier.reloading()
    first, second = manager.recv(4096).decode().split("\n")
    assert first == "RELOADING=1"
    name, _, instant_us = second.partition("=")
    assert name == "MONOTONIC_USEC"
    assert before_us <= int(instant_us) <= time.monotonic_ns() // 1000


def test_a_name_in_the_abstract_space_is_an_address_too() -> None:
    name = f"voice-appliance-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(PATIENCE_S)
        listener.bind("\0" + name)
        notifier = Notifier("@" + name)
        assert notifier.ready()
        assert listener.recv(4096) == b"READY=1"
        notifier.close()


def test_without_a_manager_nothing_is_sent() -> None:
    notifier = Notifier.from_environment({})
    assert notifier.watchdog_s is None
    assert not notifier.ready()
    notifier.close()


def test_a_manager_that_is_gone_harms_nobody(tmp_path: Path) -> None:
    notifier = Notifier(str(tmp_path / "nobody"))
    assert not notifier.alive()
    notifier.close()


def test_a_manager_that_reads_nothing_blocks_nobody(manager: socket.socket, notifier: Notifier) -> None:
    for _ in range(100_000):
        if not notifier.alive():
            break
    else:
        pytest.fail("the socket has no bound")
    while manager.recv(4096, socket.MSG_DONTWAIT):
        if notifier.ready():
            return


def test_what_is_ours_is_taken_out_of_the_environment() -> None:
    environ = {
        "NOTIFY_SOCKET": "/run/notify",
        "WATCHDOG_USEC": "15000000",
        "WATCHDOG_PID": str(os.getpid()),
        "HOME": "/",
    }
    notifier = Notifier.from_environment(environ)
    assert notifier.watchdog_s == 15.0
    assert environ == {"HOME": "/"}
    notifier.close()


@pytest.mark.parametrize(("period_us", "for_whom"), [("15000000", "1"), ("0", ""), ("soon", ""), ("²", "")])
def test_a_watchdog_that_is_not_ours_is_none(period_us: str, for_whom: str) -> None:
    notifier = Notifier.from_environment({"WATCHDOG_USEC": period_us, "WATCHDOG_PID": for_whom})
    assert notifier.watchdog_s is None
    notifier.close()
