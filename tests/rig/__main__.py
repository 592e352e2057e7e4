"""`python -m tests.rig`: everything of the rig as often as the promises say, and docs/rig.md of that run."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.rig.results import FILE_VARIABLE, FULL_VARIABLE, REQUIRED_VARIABLE, page, read_results

CLONE = Path(__file__).parents[2]
PAGE = CLONE / "docs/rig.md"
COMMAND = [sys.executable, "-m", "pytest", "-m", "rig", "-vv", "-rfEs", "tests/rig"]


def main(arguments: list[str]) -> int:
    """Run it with pytest's own `arguments` added, write the page, and return pytest's exit code."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "results"
        variables = {FILE_VARIABLE: str(file), FULL_VARIABLE: "1", REQUIRED_VARIABLE: "1"}
        with subprocess.Popen(
            [*COMMAND, *arguments], cwd=CLONE, env=os.environ | variables, stdout=subprocess.PIPE, text=True
        ) as run:
            assert run.stdout is not None
            failed = []
            for line in run.stdout:
                print(line, end="", flush=True)
                if line.startswith(("FAILED ", "ERROR ", "SKIPPED ")):
                    failed.append(line.strip())
        PAGE.write_text(
            page(read_results(file), about(arguments, time.monotonic() - began_s), failed), encoding="utf-8"
        )
    return run.returncode


def about(arguments: list[str], took_s: float) -> list[tuple[str, str]]:
    """What this run was."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=CLONE, capture_output=True, text=True, check=False
    )
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return [
        ("command", f"`{' '.join(['python -m tests.rig', *arguments])}`"),
        ("when", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, in {took_s / 60:.0f} minutes"),
        ("commit", commit.stdout.strip()),
        ("machine", f"{platform.machine()}, {cores} processors, Linux {platform.release().split('-')[0]}"),
        ("load at its end", f"{load:.1f}"),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
