"""What the daemon costs: start to armed, and memory, on the virtual cable with a realtime provider first."""

import os
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.stage import lay, tone, write_wav
from tests.bench.table import Row, percentiles, spread
from tests.recordings import recordings
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

STARTS = 5
ARMED_S = 1.0
RESIDENT_MB = 110.0
# The offline provider's process, which stands behind every other provider; it takes 180 MB of its own.
WORKER = "appliance.providers.offline.worker"
_PAGE_BYTES = 4096
_LAST_PAGE = 1 << 47 >> 12
_FRAME = (1 << 55) - 1
# A question and its answer, so that everything was used once.
TALK_S = 6.0


@dataclass(frozen=True)
class Footprint:
    """One start: seconds until it said that it is ready, megabytes after its first conversation."""

    armed_s: float
    resident_mb: float


def measure() -> list[Footprint]:
    """Start it again and again."""
    with tempfile.TemporaryDirectory() as folder, VirtualCable(Path(folder)) as cable:
        pcm, _ = lay([recordings()[3]], [500.0])
        question = Path(folder) / "question.wav"
        write_wav(question, pcm)
        with SimulatorThread(Answer(tone(1.0))) as simulator:
            return [_start(cable, simulator.url, question) for _ in range(STARTS)]


def _start(cable: VirtualCable, url: str, question: Path) -> Footprint:
    provider = f'[{{name="openai",kind="openai",url="{url}",api_key="env:BENCH_KEY"}}]'
    command = [sys.executable, "-m", "appliance", "run", "--set", f"providers={provider}"]
    command += ["--set", "audio.input.device=mic", "--set", "audio.output.device=spk"]
    environ = cable.environment | {"BENCH_KEY": "bench"}
    started = time.monotonic()
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        said: list[str] = []
        while not said or "ready" not in said[-1]:
            said.append(process.stderr.readline())
            if not said[-1]:
                raise RuntimeError(f"it does not start: {said}")
        armed_s = time.monotonic() - started
        cable.speak(question)
        time.sleep(TALK_S - 2.0)
        return Footprint(armed_s, _resident_mb(process.pid))
    finally:
        process.terminate()
        process.communicate(timeout=5)


def _resident_mb(pid: int) -> float:
    """What the process and all its descendants but the offline worker hold of the machine's memory, every
    page counted once."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    counted = [member for member in family if not _is_offline_worker(member)]
    return len(set().union(*(_pages(member) for member in counted))) * _PAGE_BYTES / 1e6


def _is_offline_worker(pid: int) -> bool:
    return WORKER.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def _pages(pid: int) -> set[int]:
    """The numbers of the physical pages of a process (Linux, Documentation/admin-guide/mm/pagemap.rst)."""
    found: set[int] = set()
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/pagemap", "rb", 0) as pagemap:
        for line in maps:
            start, end = (int(address, 16) // _PAGE_BYTES for address in line.split()[0].split("-"))
            if start > _LAST_PAGE:
                continue  # of the kernel
            pagemap.seek(start * 8)
            for (entry,) in struct.iter_unpack("<Q", pagemap.read((end - start) * 8)):
                if entry >> 63:
                    found.add(entry & _FRAME)
    if found == {0}:
        raise PermissionError("the numbers of pages are shown to root alone: run the bench as root")
    return found


def rows() -> list[Row]:
    """Start and memory."""
    footprints = measure()
    armed, resident = (
        percentiles([f.armed_s for f in footprints]),
        percentiles([f.resident_mb for f in footprints]),
    )
    return [
        Row(
            "start → armed, realtime provider first",
            spread(armed, "s"),
            f"≤ {ARMED_S:g} s",
            armed["p50"] <= ARMED_S,
            armed,
        ),
        Row(
            "memory of all processes but the offline worker, every page once, after a conversation",
            spread(resident, "MB"),
            f"≤ {RESIDENT_MB:g} MB",
            resident["max"] <= RESIDENT_MB,
            resident,
        ),
    ]


if __name__ == "__main__":
    print(os.linesep.join(f"{row.name}: {row.measured}" for row in rows()))
