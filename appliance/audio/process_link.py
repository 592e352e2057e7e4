"""The parent's side of a device process: starting it, frames with deadlines, and killing it."""

import importlib.util
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from appliance.audio.device_process import FRAME
from appliance.audio.left_process import AdoptedProcess, LeftProcess, leave
from appliance.errors import DeviceError

# Where to find our package and PyAudio; `site` would cost 5 MB and 20 ms more. Isolated: what the working
# directory or the environment holds is not imported.
_CODE: Final = "import sys; sys.path += sys.argv[1:]; from appliance.audio.device_process import main; main()"

# What a device process gets to know of our environment: where sound is, and no key.
_PASSED_ON: Final = ("HOME", "LANG", "PATH", "USER", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME")
_PASSED_ON_PREFIXES: Final = ("ALSA_", "PULSE_", "PIPEWIRE_", "JACK_", "PA_", "DBUS_", "LC_", "LD_")

# How often whoever waits looks whether that is still wanted: mute and SIGTERM act within this.
LOOK_EVERY_S: Final = 0.05

# A process that was killed is gone at once, unless a driver holds it; then the kernel ends it later.
_GONE_S: Final = 0.2

# A frame is a block of sound or a list of devices. More is a fault, and would fill the memory.
_MAX_FRAME_BYTES: Final = 1 << 20
_READ_BYTES: Final = 65_536

Frame = tuple[bytes, bytes]  # kind, payload


class NotWanted(DeviceError):
    """Whoever asked for the device does not want it any more."""


def command() -> list[str]:
    """The command line of a device process. Raises DeviceError where PyAudio is not installed."""
    found = importlib.util.find_spec("pyaudio")
    if found is None or found.origin is None:
        raise DeviceError("PyAudio is not installed (Debian: python3-pyaudio)")
    ours = Path(__file__).parents[2]
    theirs = Path(found.origin).parents[1 if found.submodule_search_locations else 0]
    return [sys.executable, "-I", "-S", "-c", _CODE, str(ours), str(theirs)]


class ProcessLink:
    """A running device process. Belongs to one thread.

    Buffers are the two pipes, 64 kB each: two seconds of a microphone at 16 kHz. A process that finds no
    room waits, and the device's overruns tell.
    """

    def __init__(self, subject: str, argv: Sequence[str] | LeftProcess) -> None:
        """`subject`: what it is about, for what is said to people; `argv`: what to start, or what was left
        running by the program before us. Raises DeviceError: it cannot start."""
        self.subject = subject
        self._process = AdoptedProcess(argv) if isinstance(argv, LeftProcess) else _start(subject, argv)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to = self._process.stdin.fileno()
        self._from = self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        self._poll = select.poll()
        self._poll.register(self._from, select.POLLIN)
        self._received = bytearray(argv.received if isinstance(argv, LeftProcess) else b"")

    @property
    def process(self) -> int:
        """The number of the process."""
        return self._process.pid

    def send(self, request: bytes) -> None:
        """Raises DeviceError where the process is gone, or takes nothing any more."""
        try:
            sent = os.write(self._to, request)
        except BlockingIOError:
            sent = 0
        except OSError:
            raise self._ended() from None
        if sent < len(request):
            raise DeviceError(f"the {self.subject} takes no more sound")

    def receive(self, timeout_s: float) -> Frame | None:
        """The next frame; None where none is complete in time. Raises DeviceError: the process is gone."""
        deadline_s = time.monotonic() + timeout_s
        while (frame := self._take_frame()) is None:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or not self._poll.poll(left_s * 1000):
                return None
            data = os.read(self._from, _READ_BYTES)
            if not data:
                raise self._ended()
            self._received += data
        return frame

    def await_frame(self, deadline_s: float, keep_on: Callable[[], bool]) -> Frame:
        """The next frame. Raises DeviceError after `deadline_s` (monotonic), NotWanted without `keep_on`."""
        while keep_on():
            frame = self.receive(LOOK_EVERY_S)
            if frame is not None:
                return frame
            if time.monotonic() > deadline_s:
                raise DeviceError(f"the {self.subject} does not answer: its driver or sound server hangs")
        raise NotWanted(f"the {self.subject} is not wanted any more")

    def leave(self) -> LeftProcess:
        """Let the process run on for the program that takes our place. The last call."""
        return leave(self._process.pid, self._to, self._from, bytes(self._received))

    def kill(self) -> None:
        """End the process, whatever it is in. The last call."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        with suppress(subprocess.TimeoutExpired):  # reaped when the next one is started
            self._process.wait(_GONE_S)

    def _take_frame(self) -> Frame | None:
        if len(self._received) < FRAME.size:
            return None
        kind, count = FRAME.unpack_from(self._received)
        if count > _MAX_FRAME_BYTES:
            raise DeviceError(f"the process of the {self.subject} sends garbage")
        end = FRAME.size + count
        if len(self._received) < end:
            return None
        payload = bytes(self._received[FRAME.size : end])
        del self._received[:end]
        return kind, payload

    def _ended(self) -> DeviceError:
        return DeviceError(f"the process of the {self.subject} has ended: its driver or sound server failed")


def _start(subject: str, argv: Sequence[str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # libasound writes a hundred lines there that help nobody
            env=_environment(),
            bufsize=0,
            process_group=0,
        )
    except OSError as error:
        raise DeviceError(f"no process can be started for the {subject}: {error.strerror}") from error


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    }
