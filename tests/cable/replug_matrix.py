"""Unplug and replug either device in every phase: `python -m tests.cable.replug_matrix`, three minutes."""

import sys
import tempfile
from pathlib import Path

from tests.cable.replug import ARMED_S, EVENT_S, Phase, unplug_and_replug


def main() -> int:
    """Print the table; 0 when every promise was kept."""
    kept = True
    print(
        f"| device | phase | event (≤ {EVENT_S:g} s) | armed again (≤ {ARMED_S:g} s) | process | answered |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for device in ("microphone", "loudspeaker"):
        for phase in Phase:
            with tempfile.TemporaryDirectory() as folder:
                found = unplug_and_replug(Path(folder), device, phase)
            process = "the same" if found.same_process else "gone"
            times = f"{found.event_s:.2f} s | {found.armed_s:.2f} s"
            answered = "yes" if found.answered else "no"
            print(f"| {device} | {phase} | {times} | {process} | {answered} |", flush=True)
            kept &= found.event_s <= EVENT_S and found.armed_s <= ARMED_S
            kept &= found.same_process and found.answered
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
