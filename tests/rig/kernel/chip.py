"""Runs in the machine: the GPIO chip, whose inputs are driven by lines `LINE LEVEL` written into a FIFO.

Usage: chip.py FOLDER. In the folder are `drive`, the FIFO, and `edges`: a line of JSON for each level
that was driven or that the kernel set, with the instant of the monotonic clock: `{"at_s": …, "line": 5,
"level": 1}`.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

from tests.rig.cp2112 import Chip


class Edges:
    """The file of edges."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()

    def note(self, line: int, level: int) -> None:
        """An edge, now."""
        with self._lock:
            self._file.write(json.dumps({"at_s": time.monotonic(), "line": line, "level": level}) + "\n")


def main() -> None:
    """Be the chip until the machine is switched off."""
    folder = Path(sys.argv[1])
    edges = Edges(folder / "edges")
    chip = Chip(edges.note)
    os.mkfifo(folder / "drive")
    while True:
        with (folder / "drive").open() as wishes:
            for wish in wishes:
                line, level = map(int, wish.split())
                chip.drive(line, level)
                edges.note(line, level)


if __name__ == "__main__":
    main()
