"""Runs in the machine: pulls a card's plug in the middle of something, puts it back, and tells how long
each took.

Usage: replug.py ROOM EDGES QUESTION.raw UNIT DEVICE DRIVER PHASE TIMES. DEVICE is `microphone` or
`loudspeaker`, DRIVER the platform device that stands for its card, PHASE when to pull, EDGES the file of the
chip on which the light is. Each time begins once the light is dark. Prints a line of JSON for each: `told_s`
and, while idle, `lit_s`, from the plug to the event and until the light is lit; `armed_s`, from the plug to
the event that it works.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PLATFORM = Path("/sys/bus/platform/drivers/snd_aloop")
LAMP = 5
# The only pattern of the light with longer gaps tells that another provider stands in, which none does here.
DARK_S = 2.0


class Journal:
    """The events of one unit as they come."""

    def __init__(self, unit: str) -> None:
        command = ["journalctl", f"--unit={unit}", "--follow", "--lines=1", "--output=json"]
        self._reader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._entries = self._read()
        next(self._entries)  # the last of before: from here on it follows
        self.phase = "idle"

    def _read(self) -> Iterator[dict[str, str]]:
        assert self._reader.stdout is not None
        for line in self._reader.stdout:
            yield json.loads(line)

    def wait_for(self, event: str, **fields: str) -> float:
        """When the journal got the next such event (monotonic)."""
        wanted = {"APPLIANCE_EVENT": event} | {
            f"APPLIANCE_{name.upper()}": text for name, text in fields.items()
        }
        for entry in self._entries:
            if entry.get("APPLIANCE_EVENT") == "phase":
                self.phase = entry["APPLIANCE_TO"]
            if wanted.items() <= entry.items():
                return int(entry["__MONOTONIC_TIMESTAMP"]) / 1e6
        raise SystemExit("the journal ended")

    def wait_for_phase(self, phase: str) -> None:
        """Until it is in that phase, perhaps already."""
        if self.phase != phase:
            self.wait_for("phase", to=phase)


def lamp_edges(edges: Path) -> list[tuple[float, int]]:
    """When the light was set (monotonic), and to what."""
    told = [json.loads(line) for line in edges.read_text().splitlines()]
    return [(float(edge["at_s"]), edge["level"]) for edge in told if edge["line"] == LAMP]


def wait_until_dark(edges: Path) -> None:
    """Until nothing is told by the light, not even in a gap."""
    while True:
        at_s, level = lamp_edges(edges)[-1]
        dark_s = time.monotonic() - at_s if level == 0 else 0.0
        if dark_s > DARK_S:
            return
        time.sleep(DARK_S - dark_s)


def main() -> None:
    """Do it so often."""
    room, edges, question, unit, device, driver, phase, times = sys.argv[1:]
    journal = Journal(unit)
    for _ in range(int(times)):
        wait_until_dark(Path(edges))
        if phase != "idle":
            shutil.copyfile(question, Path(room) / "say.part")
            (Path(room) / "say.part").rename(Path(room) / "say.raw")
            journal.wait_for_phase(phase)
        unplugged_s = time.monotonic()
        (PLATFORM / "unbind").write_text(driver)
        told_s = journal.wait_for("device", device=device, state="lost")
        replugged_s = time.monotonic()
        (PLATFORM / "bind").write_text(driver)
        armed_s = journal.wait_for("device", device=device, state="ready")
        took = {"told_s": told_s - unplugged_s, "armed_s": armed_s - replugged_s}
        if phase == "idle":  # else the light is on already
            lit_s = next(at_s for at_s, level in lamp_edges(Path(edges)) if at_s >= unplugged_s and level)
            took["lit_s"] = lit_s - unplugged_s
        print(json.dumps(took), flush=True)
        journal.wait_for_phase("idle")


if __name__ == "__main__":
    main()
