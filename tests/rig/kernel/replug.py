"""Runs in the machine: pulls a card's plug in the middle of something, puts it back, and tells how long
each took.

Usage: replug.py ROOM EDGES QUESTION.raw UNIT DEVICE DRIVER PHASE TIMES. DEVICE is `microphone` or
`loudspeaker`, DRIVER the platform device that stands for its card, PHASE when to pull, EDGES the file of the
chip on which the light is. Prints a line of JSON for each time: `told_s` and `lit_s`, from the plug to the
event and to the next change of the light; `armed_s`, from the plug to the event that it works.
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
REST_S = 2.0


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


def lamp_changed_s(edges: Path, after_s: float) -> float:
    """When the light was first set after that (monotonic)."""
    for line in edges.read_text().splitlines():
        edge = json.loads(line)
        if edge["line"] == LAMP and edge["at_s"] >= after_s:
            return float(edge["at_s"])
    raise SystemExit("the light did not change")


def main() -> None:
    """Do it so often."""
    room, edges, question, unit, device, driver, phase, times = sys.argv[1:]
    journal = Journal(unit)
    for number in range(int(times)):
        if number > 0:
            time.sleep(REST_S)
            journal.wait_for_phase("idle")
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
        lit_s = lamp_changed_s(Path(edges), unplugged_s)
        took = {"told_s": told_s - unplugged_s, "lit_s": lit_s - unplugged_s}
        print(json.dumps(took | {"armed_s": armed_s - replugged_s}), flush=True)
    journal.wait_for_phase("idle")


if __name__ == "__main__":
    main()
