"""No wish is lost while the program becomes itself again."""

import os
import signal
import subprocess
import sys

import pytest

# Two programs in one process: what the first was told while it was about to end, the second handles.
_PROGRAM = """
import asyncio, os, signal, sys
from appliance.service import start_anew

async def leave():
    asyncio.get_running_loop().add_signal_handler(int(os.environ["WISH"]), lambda: None)
    await start_anew.hold_back()
    os.kill(os.getpid(), int(os.environ["WISH"]))
    start_anew.start_anew({"SECOND": "1"})

if "SECOND" not in os.environ:
    asyncio.run(leave())
print("the second", flush=True)
signal.signal(int(os.environ["WISH"]), lambda *_: (print("handled", flush=True), os._exit(0)))
start_anew.let_through()
"""


@pytest.mark.parametrize("wish", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_what_is_wished_before_the_next_program_is_there_waits_for_it(wish: signal.Signals) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env={**os.environ, "PYTHONPATH": os.getcwd(), "WISH": str(int(wish))},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout, done.stderr) == ("the second\nhandled\n", "")


_BEFORE = """
import asyncio, os, signal
from appliance.service.start_anew import hold_back

async def main():
    wished = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, wished.set)
    os.kill(os.getpid(), signal.SIGTERM)
    await hold_back()
    print(wished.is_set())

asyncio.run(main())
"""


def test_what_was_wished_before_is_handled_before_it_is_decided() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BEFORE],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


_SAME = """
import os, sys
from appliance.service.start_anew import has_terminal, start_anew
if "BEFORE" not in os.environ:
    start_anew({"BEFORE": str(os.getpid())})
print(sys.argv[1:], os.environ["BEFORE"] == str(os.getpid()), has_terminal())
"""


def test_the_next_program_is_the_same_process_with_the_same_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SAME, "run", "--set", "a=b c"],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout, done.stderr) == ("['run', '--set', 'a=b c'] True False\n", "")
