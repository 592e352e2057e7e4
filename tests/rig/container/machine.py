"""A container with a real systemd in it, which leaves nothing behind however its test ends.

Its mounts live in a namespace of their own and its processes in another: when the first process of
them goes, the kernel takes all the rest away. That one goes with the thread that started it.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.rig.container.control_group import ControlGroup
from tests.rig.root import RigUnavailable

# It boots in one to three seconds; a machine that builds something meanwhile takes longer.
BOOT_TIMEOUT_S: Final = 60.0
# systemd gives a stuck service 90 s to end; none of ours may take so long.
POWER_OFF_TIMEOUT_S: Final = 45.0
# Of one command in it, unless told otherwise.
RUN_TIMEOUT_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.02

_ENVIRONMENT: Final = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
}
# $1: control groups, one a line; $2: options of the overlay; $3: where it is mounted; then the command
_LAUNCH: Final = """\
set -e
IFS='
'
for group in $1; do mkdir -p "$group"; echo 0 >"$group/cgroup.procs"; done
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
mount -t overlay -o "$2" overlay "$3"
shift 3
exec "$@"
"""


def why_unavailable() -> str | None:
    """What keeps this machine from running containers, or None."""
    if os.geteuid() != 0:
        return "containers need root"
    for program, package in (
        ("systemd-nspawn", "systemd-container"),
        ("unshare", "util-linux"),
        ("nsenter", "util-linux"),
        ("setpriv", "util-linux"),
    ):
        if shutil.which(program) is None:
            return f"{program} is missing: apt-get install {package}"
    if "\toverlay\n" not in Path("/proc/filesystems").read_text(encoding="ascii"):
        return "the kernel has no overlay file system"
    return None


class Container:
    """A machine with its own disk, processes and journal, and without a network.

    Its disk is `folder`/disk over the folders of `below` (the topmost first), which stay as they are.
    `binds` shows folders of this machine in it: path there → path here.
    """

    def __init__(self, folder: Path, below: Sequence[Path], binds: Mapping[str, Path] | None = None) -> None:
        if (reason := why_unavailable()) is not None:
            raise RigUnavailable(reason)
        self.disk = folder / "disk"
        self._work = folder / "work"
        self._mounted = folder / "root"
        self._console = folder / "console"
        for place in (folder, self.disk, self._work, self._mounted):
            place.mkdir(parents=True, exist_ok=True)
        self._below = below
        self._binds = binds or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._group: ControlGroup | None = None
        self._leader = 0
        self.powered_on_s = 0.0
        """When it was last powered on (monotonic, which is the same clock in it)."""

    def __enter__(self) -> Self:
        self.boot()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut_power()

    def boot(self) -> None:
        """Power it on; returns when systemd in it can be talked to and has begun to start services."""
        self.power_on()
        deadline_s = self.powered_on_s + BOOT_TIMEOUT_S
        while self.run("systemctl", "is-active", "basic.target", check=False).stdout != "active\n":
            self._check_alive(deadline_s)
            time.sleep(_LOOK_EVERY_S)

    def power_on(self) -> None:
        """Power it on; returns when its first process runs."""
        command = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network"]
        command += ["--console=pipe"]
        self._start(command)
        deadline_s = self.powered_on_s + BOOT_TIMEOUT_S
        while (leader := self._find_leader()) is None:
            self._check_alive(deadline_s)
            time.sleep(_LOOK_EVERY_S)
        self._leader = leader

    def run(
        self,
        *command: str,
        given: str = "",
        check: bool = True,
        timeout_s: float = RUN_TIMEOUT_S,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """A command in it, as root, with `given` on its standard input. With `check` it must end with 0."""
        done = subprocess.run(
            self.entering(*command),
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=_ENVIRONMENT | dict(environment or {}),
            check=False,
        )
        assert not check or done.returncode == 0, (
            f"{' '.join(command)} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
        return done

    def put(self, path: str, text: str) -> None:
        """Write a file in it, whole."""
        self.run("sh", "-c", 'mkdir -p "${0%/*}" && cat >"$0"', path, given=text)

    def get(self, path: str) -> str:
        """What stands in a file in it."""
        return self.run("cat", path).stdout

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """A command in it that goes on; it ends with the container at the latest."""
        return subprocess.Popen(
            self.entering(*command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=_ENVIRONMENT,
        )

    def entering(self, *command: str) -> list[str]:
        """What runs `command` in it when it is run here."""
        return ["nsenter", f"--target={self._leader}", "--all", "--wdns=/root", *command]

    def journal(self, *options: str) -> list[dict[str, Any]]:
        """The entries of its journal, oldest first, with journalctl's `options` (`--unit=…`)."""
        told = self.run("journalctl", "--output=json", "--all", "--no-pager", "--quiet", *options).stdout
        return [json.loads(line) for line in told.splitlines()]

    def power_off(self) -> None:
        """Shut it down in order; its disk is complete then."""
        assert self._process is not None
        self.run("systemctl", "poweroff", check=False)
        try:
            self._process.wait(POWER_OFF_TIMEOUT_S)
        finally:
            self.cut_power()

    def cut_power(self) -> None:
        """Every process in it is gone at once, and everything that held it. Its disk stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(POWER_OFF_TIMEOUT_S)
            self._process = None
        if self._group is not None:
            self._group.remove()
            self._group = None
        self._leader = 0

    def _start(self, nspawn: list[str]) -> None:
        assert self._process is None, "it is on already"
        shutil.rmtree(self._work, ignore_errors=True)  # overlayfs wants it empty
        self._work.mkdir()
        self._group = ControlGroup()
        overlay = f"lowerdir={':'.join(map(str, self._below))},upperdir={self.disk},workdir={self._work}"
        alone = ["setpriv", "--pdeathsig=KILL"]
        alone += ["unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child"]
        alone += ["--mount-proc", "sh", "-c", _LAUNCH, "launch"]
        alone += ["\n".join(map(str, self._group.folders)), overlay, str(self._mounted)]
        where = [f"--machine={self._group.name}", f"--directory={self._mounted}"]
        where += [f"--bind={here}:{there}" for there, here in self._binds.items()]
        with self._console.open("wb") as console:
            self.powered_on_s = time.monotonic()
            self._process = subprocess.Popen(
                [*alone, *nspawn, *where],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                env=_ENVIRONMENT | {"UNIFIED_CGROUP_HIERARCHY": "yes"},
            )

    def _check_alive(self, deadline_s: float) -> None:
        assert self._process is not None
        if self._process.poll() is not None or time.monotonic() > deadline_s:
            self.cut_power()
            raise AssertionError(f"it does not boot: {self._console.read_text(errors='replace')}")

    def _find_leader(self) -> int | None:
        """The process here that is process 1 in it: the one two namespaces below ours."""
        assert self._process is not None
        waiting = [self._process.pid]
        while waiting:
            process = Path("/proc") / str(waiting.pop())
            try:
                status = (process / "status").read_text(encoding="utf-8")
                children = (process / "task" / process.name / "children").read_text(encoding="ascii")
            except (FileNotFoundError, ProcessLookupError):
                continue
            waiting += map(int, children.split())
            numbers = status.split("NSpid:")[1].split("\n")[0].split()
            if len(numbers) == _DEPTH and numbers[-1] == "1":
                return int(process.name)
        return None


def _depth() -> int:
    """How many process ids a process of the container has: one for each namespace around it, and two."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return len(status.split("NSpid:")[1].split("\n")[0].split()) + 2


_DEPTH: Final = _depth()
