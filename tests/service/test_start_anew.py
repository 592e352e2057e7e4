"""The program that takes our place has our number and our command line, and misses no wish to reload."""

import os
import subprocess
import sys

from appliance.service.start_anew import RELOAD_SIGNAL

_PROGRAM = """
import asyncio, os, signal, sys
from appliance.service.start_anew import RELOAD_SIGNAL, has_terminal, hold_back, let_through, start_anew
if "BEFORE" not in os.environ:
    asyncio.run(hold_back())
    os.kill(os.getpid(), RELOAD_SIGNAL)
    start_anew({"BEFORE": str(os.getpid())})
print(sys.argv[1:], os.environ["BEFORE"] == str(os.getpid()), has_terminal())
signal.signal(RELOAD_SIGNAL, lambda number, frame: print("reload"))
let_through()
"""


def test_it_begins_again_as_the_same_process_and_a_wish_meanwhile_waits() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, "run", "--set", "a=b c"],
        env={name: value for name, value in os.environ.items() if name != "BEFORE"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.stderr == ""
    assert done.stdout == "['run', '--set', 'a=b c'] True False\nreload\n"


def test_from_a_terminal_the_signal_means_its_end() -> None:
    master, terminal = os.openpty()
    code = "from appliance.service.start_anew import has_terminal; print(has_terminal())"
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=terminal, capture_output=True, text=True, timeout=20
    )
    os.close(master)
    os.close(terminal)
    assert done.stdout == "True\n"
    assert RELOAD_SIGNAL.name == "SIGHUP"
