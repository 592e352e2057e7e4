"""A container leaves nothing behind, whatever happens to the program that started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.rig.container.conftest import Materials, scratch

pytestmark = [pytest.mark.rig, pytest.mark.timeout(1800)]

GONE_S = 10.0
BOOT_AND_WAIT = """\
import sys, time
from pathlib import Path
from tests.rig.container.machine import Container
with Container(Path(sys.argv[1]), [Path(sys.argv[2])]) as container:
    print("booted", flush=True)
    time.sleep(600)
"""


def test_it_ends_with_the_program_that_was_killed(materials: Materials) -> None:
    with scratch() as folder:
        command = [sys.executable, "-c", BOOT_AND_WAIT, str(folder), str(materials.root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            assert program.stdout.readline() == "booted\n"
            assert processes_naming(folder)
            os.kill(program.pid, signal.SIGKILL)
        deadline_s = time.monotonic() + GONE_S
        while processes_naming(folder):
            assert time.monotonic() < deadline_s, processes_naming(folder)
            time.sleep(0.05)
        assert str(folder) not in Path("/proc/mounts").read_text(encoding="utf-8")


def processes_naming(folder: Path) -> list[str]:
    """The command lines in which it stands; nobody else's, as its name is new."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_text(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found
