"""A virtual machine under QEMU, without hardware virtualisation: everything in it is emulated, and slow.

Its time is made of its instructions: it has one processor, which does one in each nanosecond, and takes
several times as long for it here. So what happens in it takes the same time by its own clock however busy
this machine is, and every deadline and promise in it stands as it is. While it has nothing to do its clock
goes as ours.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.rig.kernel.agent import PORT

# Twelve seconds of its own time, half a minute of ours.
BOOT_TIMEOUT_S: Final = 60.0
POWER_OFF_TIMEOUT_S: Final = 60.0
RUN_TIMEOUT_S: Final = 60.0
# A second in it takes up to six here where all of it is computing; on a busy machine, some times that.
_SLOWER: Final = 10
_START_TIMEOUT_S: Final = 30.0
_MEMORY_MB: Final = 2048
_QEMU: Final = "qemu-system-x86_64"
# Its processor has none of the faults that are worked around, which costs every call of the kernel.
_KERNEL_LINE: Final = (
    "root=/dev/vda rw console=ttyS0 quiet mitigations=off systemd.mask=serial-getty@ttyS0.service"
)


def why_unavailable() -> str | None:
    """What keeps this machine from emulating another, or None."""
    for program, package in ((_QEMU, "qemu-system-x86"), ("mke2fs", "e2fsprogs")):
        if shutil.which(program) is None:
            return f"{program} is missing: apt-get install {package}"
    return None


class Machine:
    """Switched on for the length of a `with` block, with a disk image that stays as it is.

    `boot` has the kernel `vmlinuz` and its `initrd`; console and socket are kept in `folder`.
    """

    def __init__(self, folder: Path, image: Path, boot: Path) -> None:
        self._folder = folder
        self._image = image
        self._boot = boot
        self._process: subprocess.Popen[bytes] | None = None
        self._port: socket.socket | None = None
        self._received = b""

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        port = self._folder / "port"
        with (self._folder / "console").open("wb") as console:
            self._process = subprocess.Popen(
                self._command(port), stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT
            )
        try:
            self._port = self._connect(port)
            self.run("true", timeout_s=BOOT_TIMEOUT_S)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(
        self,
        *command: str,
        given: str = "",
        check: bool = True,
        timeout_s: float = RUN_TIMEOUT_S,
    ) -> "subprocess.CompletedProcess[str]":
        """A command in it, as root, with `given` on its standard input. With `check` it must end with 0.
        `timeout_s` is of its time."""
        assert self._port is not None
        request = {"command": command, "given": given, "timeout_s": timeout_s}
        self._port.settimeout(timeout_s * _SLOWER)
        self._port.sendall(json.dumps(request).encode() + b"\n")
        reply = json.loads(self._line())
        code, printed, complained = reply["code"], reply["printed"], reply["complained"]
        assert not check or code == 0, (
            f"{' '.join(command)} ended with {code}: {printed[-2000:]}{complained[-2000:]}"
        )
        return subprocess.CompletedProcess(command, code, printed, complained)

    def journal(self, *options: str) -> list[dict[str, Any]]:
        """The entries of its journal, oldest first, with journalctl's `options` (`--unit=…`)."""
        told = self.run("journalctl", "--output=json", "--all", "--no-pager", "--quiet", *options).stdout
        return [json.loads(line) for line in told.splitlines()]

    def now_s(self) -> float:
        """Its monotonic clock."""
        return float(self.run("cat", "/proc/uptime").stdout.split()[0])

    def console(self) -> str:
        """What the kernel and the first process have printed."""
        return (self._folder / "console").read_text(errors="replace")

    def close(self) -> None:
        """Cut its power."""
        if self._port is not None:
            self._port.close()
            self._port = None
        if self._process is not None:
            self._process.kill()
            self._process.wait(POWER_OFF_TIMEOUT_S)
            self._process = None

    def _command(self, port: Path) -> list[str]:
        options: Mapping[str, str] = {
            "-accel": "tcg,thread=single",
            "-icount": "shift=0,sleep=on",
            "-rtc": "clock=vm",
            "-cpu": "max",
            "-smp": "1",
            "-m": str(_MEMORY_MB),
            "-display": "none",
            "-serial": "stdio",
            "-nic": "none",
            "-kernel": str(self._boot / "vmlinuz"),
            "-initrd": str(self._boot / "initrd"),
            "-append": _KERNEL_LINE,
            "-drive": f"file={self._image},if=virtio,format=raw,snapshot=on",
            "-chardev": f"socket,id=rig,path={port},server=on,wait=off",
        }
        devices = [
            "virtio-serial-pci",
            f"virtserialport,chardev=rig,name={Path(PORT).name}",
            "virtio-rng-pci",
        ]
        command = ["setpriv", "--pdeathsig=KILL", _QEMU, "-no-reboot"]
        command += [word for pair in options.items() for word in pair]
        return command + [word for device in devices for word in ("-device", device)]

    def _connect(self, port: Path) -> socket.socket:
        deadline_s = time.monotonic() + _START_TIMEOUT_S
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(os.fspath(port))
                return connection
            except OSError:
                connection.close()
                self._check_alive(deadline_s)
                time.sleep(0.05)

    def _line(self) -> bytes:
        assert self._port is not None
        while b"\n" not in self._received:
            try:
                piece = self._port.recv(65_536)
            except TimeoutError:
                piece = b""
            if not piece:
                raise AssertionError(f"the machine does not answer: {self.console()[-3000:]}")
            self._received += piece
        line, _, self._received = self._received.partition(b"\n")
        return line

    def _check_alive(self, deadline_s: float) -> None:
        assert self._process is not None
        if self._process.poll() is not None or time.monotonic() > deadline_s:
            raise AssertionError(f"QEMU does not start: {self.console()[-3000:]}")
