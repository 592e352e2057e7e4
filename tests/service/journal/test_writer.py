"""The journal is told of every event, and nobody ever waits for it."""

import asyncio
import os
import socket
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from appliance.service.journal import native
from appliance.service.journal.pacing import OF_PROVIDERS
from appliance.service.journal.writer import Journal, is_the_journal

DOWN = {"t_ms": 1, "event": "provider", "name": "openai", "link": "down", "reason": "timed_out"}


def test_standard_output_is_the_journal_where_its_device_and_inode_are_those_of_the_environment(
    tmp_path: Path,
) -> None:
    with (tmp_path / "stdout").open("w") as file:
        status = os.fstat(file.fileno())
        its_own = f"{status.st_dev}:{status.st_ino}"
        assert is_the_journal(file.fileno(), {"JOURNAL_STREAM": its_own})
        assert not is_the_journal(file.fileno(), {"JOURNAL_STREAM": f"{its_own}1"})
        assert not is_the_journal(file.fileno(), {"JOURNAL_STREAM": "nonsense"})
        assert not is_the_journal(file.fileno(), {})
    assert not is_the_journal(file.fileno() if not file.closed else 10_000, {"JOURNAL_STREAM": its_own})


async def test_every_event_is_an_entry_in_its_order() -> None:
    told: list[Mapping[str, str]] = []
    with Journal(told.append) as journal:
        journal.take({"t_ms": 1, "event": "mute", "muted": True})
        journal.take({"t_ms": 2, "event": "mute", "muted": False})
    assert [entry["MESSAGE"] for entry in told] == [
        "It is muted: nothing is read from the microphone.",
        "It hears again.",
    ]


async def test_what_comes_too_often_is_told_at_the_end_with_how_many_others_there_were() -> None:
    told: list[Mapping[str, str]] = []
    with Journal(told.append) as journal:
        for _ in range(OF_PROVIDERS.burst + 5):
            journal.take(DOWN)
        journal.take({**DOWN, "name": "gemini"})
    assert len(told) == OF_PROVIDERS.burst + 2
    assert told[-2]["APPLIANCE_NAME"] == "gemini"
    assert told[-1]["MESSAGE"] == "openai cannot answer: it did not answer in time. (4 more like this)"
    assert told[-1]["APPLIANCE_OTHERS"] == "4"


async def test_a_journal_that_takes_nothing_holds_nobody_up() -> None:
    go_on = threading.Event()
    with Journal(lambda entry: go_on.wait(10)) as journal:
        for turn in range(100_000):
            journal.take({"t_ms": turn, "event": f"kind {turn % 200}", "turn": turn})
        assert journal.dropped > 0
        go_on.set()


async def test_the_journals_protocol_is_one_datagram_an_entry(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
        journald.bind(str(tmp_path / "socket"))
        journald.settimeout(5)
        with Journal(partial(native.send, path=str(tmp_path / "socket"))) as journal:
            journal.take({"t_ms": 1, "event": "mute", "muted": True, "conversation": "c-1"})
        fields = dict(line.split("=", 1) for line in journald.recv(65536).decode().splitlines())
    assert fields["APPLIANCE_EVENT"] == "mute"
    assert fields["APPLIANCE_MUTED"] == "true"
    assert fields["PRIORITY"] == "5"
    assert fields["SYSLOG_IDENTIFIER"] == "voice-appliance"
    assert len(fields["MESSAGE_ID"]) == 32


def test_an_entry_for_a_journal_that_is_gone_is_lost_and_no_fault(tmp_path: Path) -> None:
    assert not native.send({"MESSAGE": "nobody reads this"}, str(tmp_path / "socket"))


@pytest.mark.parametrize("fault", [OSError, ValueError])
async def test_a_sender_that_breaks_is_no_fault_of_the_conversation(fault: type[Exception]) -> None:
    def broken(entry: Mapping[str, str]) -> None:
        raise fault

    with Journal(broken) as journal:
        journal.take(DOWN)
        await asyncio.sleep(0)
        journal.take(DOWN)
