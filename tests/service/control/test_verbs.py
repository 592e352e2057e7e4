"""What a person types reaches the appliance, and what it says reaches him."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.service.control.fake_controls import BUSY, STATUS, Daemon, daemon


class Done(NamedTuple):
    code: int
    out: str
    err: str


async def start(*arguments: str, **environ: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "appliance", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **environ},
    )


async def appliance(*arguments: str, **environ: str) -> Done:
    process = await start(*arguments, **environ)
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert b"Traceback" not in err
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Daemon]:
    async with daemon(tmp_path) as started:
        yield started


async def to(running: Daemon, *arguments: str) -> Done:
    return await appliance(*arguments, APPLIANCE_SOCKET=str(running.path))


async def test_an_answer_is_printed_and_nothing_else(running: Daemon) -> None:
    assert await to(running, "ask", "it is", "--text") == Done(0, "it is.\n", "")
    assert running.controls.done == [("ask", "it is", False)]


async def test_a_refused_question_ends_in_the_reason(running: Daemon) -> None:
    assert await to(running, "ask", "it is why") == Done(1, "", f"appliance: {BUSY}\n")
    assert running.controls.done == [("ask", "it is why", True)]


async def test_the_button_has_two_ends(running: Daemon) -> None:
    for arguments in (("press",), ("release",), ("press",), ("release", "--short")):
        assert (await to(running, *arguments)).code == 0
    assert running.controls.done == [("press",), ("release", True), ("press",), ("release", False)]


async def test_mute_stop_and_say_are_done(running: Daemon) -> None:
    for arguments in (
        ("mute",),
        ("unmute",),
        ("stop",),
        ("forget",),
        ("reload",),
        ("say", "Dinner is ready."),
    ):
        done = await to(running, *arguments)
        assert (done.code, done.err) == (0, "")
    assert running.controls.done == [
        ("mute",),
        ("unmute",),
        ("stop",),
        ("forget",),
        ("reload",),
        ("say", "Dinner is ready."),
    ]
    assert (await to(running, "commit")).code == 1


async def test_the_volume_is_told_and_changed(running: Daemon) -> None:
    assert (await to(running, "volume")).out == "40 %\n"
    assert (await to(running, "volume", "70")).out == "70 %\n"
    assert running.controls.percent == 70
    assert (await to(running, "volume", "101")).code == 2
    assert (await to(running, "volume", "loud")).code == 2


async def test_a_variable_is_set_and_shown(running: Daemon) -> None:
    assert (await to(running, "set", "user_name=Zoë = 1")).code == 0
    assert (await to(running, "set")).out == "user_name=Zoë = 1\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("set", "user_name"), "write NAME=VALUE"),
        (("set", "2nd=x"), "must be letters, digits and _"),
        (("say", " "), "The text of say is empty."),
        (("say", "x" * 1001), "at most 1000 characters"),
        (("say", "\udcff"), "no valid Unicode"),
    ],
)
async def test_what_cannot_be_asked_is_a_matter_of_usage(
    running: Daemon, arguments: tuple[str, ...], sentence: str
) -> None:
    done = await to(running, *arguments)
    assert done.code == 2
    assert sentence in done.err
    assert running.controls.done == []


async def test_a_transcript_is_for_people_and_for_programs(running: Daemon) -> None:
    assert (await to(running, "transcript")).out == "You: What time is it?\nIt:  It is noon.\n"
    assert json.loads((await to(running, "transcript", "--json")).out) == [
        {"role": "user", "text": "What time is it?"},
        {"role": "assistant", "text": "It is noon."},
    ]


async def test_a_status_is_for_people_and_for_programs(running: Daemon) -> None:
    assert "It cannot be heard: The loudspeaker hw:0 was unplugged." in (await to(running, "status")).out
    assert json.loads((await to(running, "status", "--json")).out) == asdict(STATUS)


async def test_without_an_appliance_it_is_forgotten_all_the_same(tmp_path: Path) -> None:
    place = ("--socket", str(tmp_path / "control.sock"), "--state", str(tmp_path))
    assert await appliance("forget", *place) == Done(
        0, f"No appliance is running, and nothing of what was said is kept in {tmp_path}.\n", ""
    )


async def test_without_an_appliance_the_place_is_named(tmp_path: Path) -> None:
    done = await appliance("status", "--socket", str(tmp_path / "control.sock"))
    assert done.code == 69
    assert done.err.startswith(f"appliance: No appliance is running: there is no control socket {tmp_path}")


async def test_one_who_has_to_wait_is_told(running: Daemon) -> None:
    process = await start("say", "wait", APPLIANCE_SOCKET=str(running.path))
    assert process.stderr is not None
    async with asyncio.timeout(60):
        assert await process.stderr.readline() == "appliance: waiting for the appliance…\n".encode()
        running.controls.go.set()
        assert await process.communicate() == (b"", b"")
