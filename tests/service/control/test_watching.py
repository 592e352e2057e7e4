"""A person who watches sees what goes on, that it went away, and that it is back."""

import asyncio
import io
import os
import pty
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from appliance.service.control.controls import Status
from appliance.service.control.failures import NotRunning
from appliance.service.control.watching import REFRESH_S, WIDE_COLUMNS, watch
from tests.service.control.fake_controls import STATUS, daemon

GONE = NotRunning("No appliance is running: nobody listens.")
Looks = list[Status | BaseException]


class Screens:
    """What stood on the screen after each look, and how long was waited for the next one."""

    def __init__(self, looks: Looks, *, width: int = 100, slow: bool = False) -> None:
        self.out = io.StringIO()
        self.console = Console(
            file=self.out,
            force_terminal=True,
            width=width,
            height=70,
            color_system=None,
            legacy_windows=False,
        )
        self.waited_s: list[float] = []
        self._looks: Iterator[Status | BaseException] = iter(looks)
        self._slow = slow
        self.seen: list[str] = []

    def fetch(self, wondering: Callable[[], None]) -> Status:
        look = next(self._looks)
        if self._slow:
            wondering()
        if isinstance(look, BaseException):
            raise look
        return look

    def pause(self, seconds: float) -> None:
        self.waited_s.append(seconds)
        self.seen.append(self.out.getvalue())
        self.out.seek(0)
        self.out.truncate()

    def watch(self) -> None:
        watch(self.fetch(lambda: None), self.fetch, self.console, self.pause)


def test_it_is_shown_anew_until_ctrl_c_which_is_no_failure() -> None:
    screens = Screens([STATUS, replace(STATUS, phase="speaking"), KeyboardInterrupt()])
    screens.watch()
    assert screens.waited_s == [REFRESH_S, REFRESH_S]
    assert "It waits for somebody to speak." in screens.seen[0]
    assert "It speaks." in screens.seen[1]
    assert "Ctrl-C ends this." in screens.seen[1]


def test_an_appliance_that_goes_away_is_told_and_its_return_too() -> None:
    screens = Screens([STATUS, GONE, replace(STATUS, muted=True), KeyboardInterrupt()])
    screens.watch()
    assert "No appliance is running" in screens.seen[1]
    assert "What follows was so before" in screens.seen[1]
    assert "It is muted" in screens.seen[2]
    assert "was so before" not in screens.seen[2]


def test_one_that_hangs_is_told_while_it_is_waited_for() -> None:
    screens = Screens([STATUS, STATUS, KeyboardInterrupt()], slow=True)
    screens.watch()
    assert "It does not answer at the moment." in screens.seen[1]


@pytest.mark.parametrize("width", [80, WIDE_COLUMNS])
def test_everything_is_on_it_on_any_screen(width: int) -> None:
    screens = Screens([STATUS, KeyboardInterrupt()], width=width)
    screens.watch()
    for title in ("Who answers", "Devices", "Timers", "Money", "So far", "You waited"):
        assert title in screens.seen[0]


def read_until(terminal: int, words: bytes) -> bytes:
    """What the program shows, until `words` came or it has ended."""
    shown = b""
    with suppress(OSError):  # Linux: who held the other side is gone
        while words not in shown and (piece := os.read(terminal, 65536)):
            shown += piece
    return shown


def _hear_signals() -> None:
    """A shell has what it starts in the background ignore SIGINT, which children inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def test_on_a_terminal_the_verb_watches_and_ctrl_c_leaves_it_as_it_was(tmp_path: Path) -> None:
    terminal, program_side = pty.openpty()
    async with daemon(tmp_path) as running, asyncio.timeout(60):
        environ = {**os.environ, "APPLIANCE_SOCKET": str(running.path), "TERM": "xterm", "LINES": "60"}
        command = [sys.executable, "-m", "appliance", "status"]
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=program_side,
            stdout=program_side,
            stderr=program_side,
            env=environ,
            preexec_fn=_hear_signals,
        )
        os.close(program_side)
        shown = await asyncio.to_thread(read_until, terminal, b"Ctrl-C ends this.")
        assert b"It waits for somebody to speak." in shown
        process.send_signal(signal.SIGINT)
        rest = await asyncio.to_thread(read_until, terminal, b"never")
        assert await process.wait() == 0
    os.close(terminal)
    assert b"\x1b[?1049l" in rest  # back from the other screen
    assert b"Traceback" not in rest
