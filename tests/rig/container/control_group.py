"""A control group for one container: systemd in it makes its own below, and two must not share them."""

import contextlib
import os
import time
from itertools import count
from pathlib import Path
from typing import Final

_MOUNTED: Final = Path("/sys/fs/cgroup")
# The processes in it were killed just now; the kernel takes a moment to forget them.
_REMOVE_TIMEOUT_S: Final = 5.0
_numbers = count(1)


class ControlGroup:
    """Folders of control groups that a process joins by writing itself into their `cgroup.procs`."""

    def __init__(self) -> None:
        ours = Path("/proc/self/cgroup").read_text(encoding="utf-8")
        unified = _MOUNTED / "unified"
        places = groups_in(ours, _MOUNTED, unified if unified.is_dir() else _MOUNTED)
        _remove_left_behind(places)
        self.name = f"rig-{os.getpid()}-{next(_numbers)}"
        self.folders = [place / self.name for place in places]

    def remove(self) -> None:
        """Remove it and all below it, once the last process has left."""
        deadline_s = time.monotonic() + _REMOVE_TIMEOUT_S
        while any(folder.is_dir() for folder in self.folders) and time.monotonic() < deadline_s:
            for folder in self.folders:
                _forget(folder)
            time.sleep(0.01)


def groups_in(proc_cgroup: str, mounted: Path, unified: Path) -> list[Path]:
    """Where a process with this /proc/PID/cgroup is, in the hierarchies that systemd keeps services in."""
    found = []
    for line in proc_cgroup.splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            found.append(unified / path.lstrip("/"))
        elif controllers == "name=systemd":
            found.append(mounted / "systemd" / path.lstrip("/"))
    return found


def _remove_left_behind(places: list[Path]) -> None:
    """A run that was killed could not remove its groups; the processes in them went with it."""
    for place in places:
        for folder in place.glob("rig-*-*"):
            if not Path("/proc", folder.name.split("-")[1]).exists():
                _forget(folder)


def _forget(folder: Path) -> None:
    for group in [*sorted(folder.rglob("*/"), reverse=True), folder]:
        if group.is_dir():
            with contextlib.suppress(OSError):  # busy, or gone meanwhile
                group.rmdir()
