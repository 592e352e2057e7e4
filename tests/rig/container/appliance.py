"""The installed appliance in a container: what systemd says of it, what it says itself, and its sound."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.rig.cable import VirtualCable
from tests.rig.container.machine import Container

UNIT: Final = "voice-appliance.service"
PROGRAM: Final = "/opt/voice-appliance/current/bin/appliance"
CONFIGURATION: Final = "/etc/voice-appliance/config.toml"
STATE: Final = "/var/lib/voice-appliance"

CABLE_IN_IT: Final = "/srv/cable"
_ASOUND: Final = f"""\
pcm.mic {{ type pulse; server "unix:{CABLE_IN_IT}/mic/native"; device "cable_mic.monitor" }}
pcm.spk {{ type pulse; server "unix:{CABLE_IN_IT}/spk/native"; device "cable_spk" }}
pcm.!default {{ type asym; playback.pcm "spk"; capture.pcm "mic" }}
"""
# The longest that is promised of anything is 30 s.
PATIENCE_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.1
_PROPERTIES: Final = (
    "ActiveState",
    "MainPID",
    "NRestarts",
    "ExecMainStartTimestampMonotonic",
    "ActiveEnterTimestampMonotonic",
    "StatusText",
)


@dataclass(frozen=True, slots=True)
class State:
    """Of the unit, as systemd has it. `started_s`: when its main process was last started (monotonic);
    `armed_s`: when it last said that it can hear."""

    active: bool
    main_process: int
    restarts: int
    started_s: float
    armed_s: float
    status: str


class Appliance:
    """The unit in `container`, with `cable` as its microphone and loudspeaker."""

    def __init__(self, container: Container, cable: VirtualCable) -> None:
        self.container = container
        self.cable = cable

    @property
    def state(self) -> State:
        """What systemd says of it now."""
        names = ",".join(_PROPERTIES)
        told = self.container.run("systemctl", "show", UNIT, f"--property={names}").stdout
        said = dict(line.split("=", 1) for line in told.splitlines())
        return State(
            said["ActiveState"] == "active",
            int(said["MainPID"]),
            int(said["NRestarts"]),
            int(said["ExecMainStartTimestampMonotonic"]) / 1_000_000,
            int(said["ActiveEnterTimestampMonotonic"]) / 1_000_000,
            said["StatusText"],
        )

    def armed(self, after_s: float = 0.0, timeout_s: float = PATIENCE_S) -> State:
        """Its state once it is armed, and became so after `after_s` (monotonic)."""
        return self.wait_until(lambda state: state.active and state.armed_s > after_s, "armed", timeout_s)

    def started(self, after_s: float) -> State:
        """Its state once its main process runs that was started after `after_s` (monotonic)."""
        return self.wait_until(lambda state: state.main_process != 0 and state.started_s > after_s, "started")

    def wait_until(self, reached: Callable[[State], bool], what: str, timeout_s: float = PATIENCE_S) -> State:
        """Its state once that is `reached`."""
        deadline_s = time.monotonic() + timeout_s
        while not reached(state := self.state):
            assert time.monotonic() < deadline_s, f"not {what} within {timeout_s} s: {state}; {self.words()}"
            time.sleep(_LOOK_EVERY_S)
        return state

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        """What it told the journal, oldest first, a dictionary of fields each; only events called `name`."""
        entries = self.container.journal(f"--unit={UNIT}")
        return [entry for entry in entries if name is None or entry.get("APPLIANCE_EVENT") == name]

    def wait_for_event(
        self, name: str, known: int, timeout_s: float = PATIENCE_S, **fields: str
    ) -> dict[str, Any]:
        """The first event `name` after `known` of them that has these APPLIANCE_ fields (`state="ready"`)."""
        wanted = {f"APPLIANCE_{field.upper()}": value for field, value in fields.items()}
        deadline_s = time.monotonic() + timeout_s
        while True:
            for event in self.events(name)[known:]:
                if wanted.items() <= event.items():
                    return event
            assert time.monotonic() < deadline_s, f"no {name} within {timeout_s} s: {self.words()}"
            time.sleep(_LOOK_EVERY_S)

    def words(self) -> str:
        """The last it said, and when (monotonic), for people."""
        shape = ("--no-pager", "--lines=50", "--output=short-monotonic")
        return self.container.run("journalctl", f"--unit={UNIT}", *shape, check=False).stdout

    def control(self, *verb: str) -> str:
        """`appliance VERB` in it, as root; what it printed."""
        return self.container.run(PROGRAM, *verb).stdout

    def kill(self, signal: str) -> float:
        """Send its main process a signal; when (monotonic)."""
        now_s = time.monotonic()
        self.container.run("systemctl", "kill", "--kill-whom=main", f"--signal={signal}", UNIT)
        return now_s

    def processes(self) -> dict[int, str]:
        """Every process of the unit with its command line, by process id in the container."""
        script = f"cd /sys/fs/cgroup/system.slice/{UNIT}; " + (
            "for p in $(find . -name cgroup.procs -exec cat {} +); do"
            " echo \"$p $(tr '\\0' ' ' </proc/$p/cmdline)\"; done"
        )
        found = {}
        for line in self.container.run("sh", "-c", script).stdout.splitlines():
            number, _, command = line.partition(" ")
            found[int(number)] = command
        return found

    def files(self, *folders: str) -> dict[str, str]:
        """The SHA-256 of every file below `folders`, and the target of every link."""
        listing = self.container.run(
            "sh",
            "-c",
            'find "$@" -xdev -type f -exec sha256sum {} + ; find "$@" -xdev -type l -printf "%l  %p\\n"',
            "files",
            *folders,
            check=False,
        ).stdout
        return {path: digest for digest, path in re.findall(r"^(\S+)  (.+)$", listing, re.MULTILINE)}


def put_sound_into(disk: Path) -> None:
    """The cable as the sound devices of the machine with this disk: `mic`, `spk`, `default`."""
    (disk / "etc").mkdir(exist_ok=True)
    (disk / "etc/asound.conf").write_text(_ASOUND, encoding="utf-8")
