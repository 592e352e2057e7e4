"""Two hours with the real daemon in real time: `python -m tests.bench.long_run [--minutes N]`.

`appliance run` on the virtual cable, in a quiet room, with the offline provider; every 20 s somebody asks
aloud, interrupts, mutes, lets a timer ring, looks at the status. Each question must get an answer that can be
heard. Between the questions, when it is at rest, /proc tells what the daemon and its processes hold.

Drift is what came after everything was used once (`WARM_UP` questions, each habit at least once): the
greater of two. One is the rise of the line through all looks by the median slope of all pairs: a slow leak
moves every pair, while some looks at a bad moment, up to 29 % of them, move nothing. The other is the median
of the last round of habits less that of the first: what was taken once and kept, late, lies on no line. End
minus beginning of single looks would tell mostly what the allocator had just put aside. Resident memory
counts, not proportional: the share of a shared page depends on what else runs on the machine.

Ends with 1 where a promise is missed, and leaves no process behind.
"""

import argparse
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.bench.long_run_growth import PROC, Holding, drift, family, look, new
from tests.bench.long_run_person import Person, Tally
from tests.bench.long_run_room import quiet_room
from tests.bench.table import Row, render
from tests.cable.daemon import Daemon, daemon
from tests.rig.cable import VirtualCable

MINUTES: Final = 120.0
EVERY_S: Final = 20.0
# One round of habits: by then each was had once.
WARM_UP: Final = 10
ROUND: Final = 10
# Below that there is no first round and last one after the warm-up.
MIN_MINUTES: Final = (WARM_UP + 2 * ROUND) * EVERY_S / 60
DRIFT_KB: Final = 3 * 1024
SETTINGS: Final = (
    'providers=[{name="offline",kind="offline"}]',
    "conversation.memory_hours=1",
    "conversation.time_zone=Europe/Vienna",
    "audio.echo.cancel=off",  # there is none on the cable, and nobody could interrupt otherwise
)
# Nobody expects any of these in an evening without a fault.
TROUBLE: Final = frozenset({"error", "liveness", "failover"})
# A process that has lost its parent ends within its own deadline, on a busy machine too.
GONE_WITHIN_S: Final = 15.0


@dataclass
class Lived:
    """What came of it."""

    minutes: float = 0.0
    tally: Tally = field(default_factory=Tally)
    held: list[Holding] = field(default_factory=list)
    lines: int = 0
    complaints: list[str] = field(default_factory=list)  # on the daemon's standard error
    trouble: list[str] = field(default_factory=list)
    ended_s: float = 0.0
    left_over: int = 0

    @property
    def warm(self) -> list[Holding]:
        """From when on everything was used once."""
        return self.held[WARM_UP:]


def live(minutes: float) -> Lived:
    """Ask for so many minutes; tells every minute how it goes on standard error."""
    lived = Lived()
    with tempfile.TemporaryDirectory() as name, VirtualCable(Path(name)) as cable:
        folder = Path(name)
        places = {"APPLIANCE_SOCKET": str(folder / "control.sock"), "STATE_DIRECTORY": str(folder / "kept")}
        with quiet_room(cable), daemon(cable, "", *SETTINGS, environment=places) as running:
            said_at_the_start = len(running.sentences)
            person = Person(cable, running, folder / "control.sock", folder)
            lived.tally = person.tally
            members = family(running.process.pid)
            _pass_time(lived, running, person, minutes)
            members |= family(running.process.pid)
            lived.ended_s = running.end()
            lived.left_over = _left_over(members)
            lived.complaints = list(running.sentences)[said_at_the_start:]
            lived.lines = len(running.lines)
            events = [line.event for line in running.lines]
            lived.trouble = [
                str(e) for e in events if e["event"] in TROUBLE or e.get("state") in ("lost", "silent")
            ]
    return lived


def _pass_time(lived: Lived, running: Daemon, person: Person, minutes: float) -> None:
    began_s = told_s = time.monotonic()
    for number in range(max(round(minutes * 60 / EVERY_S), 1)):
        person.rest()
        time.sleep(max(began_s + number * EVERY_S - time.monotonic(), 0.0))
        now_s = time.monotonic()
        lived.held.append(look(running.process.pid, now_s - began_s))
        if now_s - told_s >= 60:
            told_s = now_s
            _tell(lived, now_s - began_s)
        person.live(number)
    person.rest()
    time.sleep(max(began_s + minutes * 60 - time.monotonic(), 0.0))
    lived.minutes = (time.monotonic() - began_s) / 60
    lived.held.append(look(running.process.pid, lived.minutes * 60))


def _tell(lived: Lived, at_s: float) -> None:
    held, tally = lived.held[-1], lived.tally
    print(
        f"{at_s / 60:.0f} min: {tally.answered} of {tally.asked} answered; daemon {held.daemon_kb} kB,"
        f" all {held.resident_kb} kB ({held.anonymous_kb} anonymous), {held.processes} processes,"
        f" {held.threads} threads, {held.files} files, {held.sockets} sockets"
        + "".join(f"; lost last: {lost}" for lost in tally.lost[-1:]),
        file=sys.stderr,
        flush=True,
    )


def _left_over(members: set[int]) -> int:
    """How many of the processes are still there; a dead one that only waits to be reaped is not."""
    deadline_s = time.monotonic() + GONE_WITHIN_S
    while alive := sum(_lives(pid) for pid in members):
        if time.monotonic() > deadline_s:
            return alive
        time.sleep(0.1)
    return 0


def _lives(pid: int) -> bool:
    try:
        return (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def rows(lived: Lived) -> list[Row]:
    """Turns, memory, what is open, what is written, and the end."""
    tally, warm = lived.tally, lived.warm
    return [
        Row(
            f"{lived.minutes:.0f} min, a question every {EVERY_S:g} s: answered so that it can be heard",
            f"{tally.answered} of {tally.asked} ({tally.interrupted} interruptions, {tally.tools} calls of"
            f" tools, {tally.rung} timers rung), {len(tally.lost)} lost",
            "all, 0 lost",
            tally.answered == tally.asked and not tally.lost,
            {"asked": tally.asked, "answered": tally.answered, "interrupted": tally.interrupted},
        ),
        _memory(warm),
        _open(warm),
        Row(
            "event log, standard error",
            f"{lived.lines / lived.minutes:.0f} lines/min, {len(lived.complaints)} lines;"
            f" {len(lived.trouble)} of errors, lost devices and standstills",
            "-",
            None,
            {"lines": lived.lines, "trouble": len(lived.trouble), "complaints": len(lived.complaints)},
        ),
        Row(
            "asked to end",
            f"gone after {lived.ended_s:.1f} s, {lived.left_over} processes left",
            "0 left",
            lived.left_over == 0,
            {"ended_s": lived.ended_s, "left_over": lived.left_over},
        ),
    ]


def _memory(warm: list[Holding]) -> Row:
    daemon_kb = drift(warm, lambda held: held.daemon_kb, ROUND)
    all_kb = drift(warm, lambda held: held.resident_kb, ROUND)
    anonymous_kb = drift(warm, lambda held: held.anonymous_kb, ROUND)
    proportional_kb = drift(warm, lambda held: held.proportional_kb, ROUND)
    return Row(
        f"resident memory, drift after {WARM_UP} questions",
        f"daemon {daemon_kb:+.0f} kB ({warm[0].daemon_kb}→{warm[-1].daemon_kb}), with all its processes"
        f" {all_kb:+.0f} kB ({warm[0].resident_kb}→{warm[-1].resident_kb}); anonymous {anonymous_kb:+.0f} kB,"
        f" proportional {proportional_kb:+.0f} kB",
        f"≤ {DRIFT_KB} kB each",
        daemon_kb <= DRIFT_KB and all_kb <= DRIFT_KB,
        {"daemon_kb": daemon_kb, "all_kb": all_kb, "anonymous_kb": anonymous_kb},
    )


def _open(warm: list[Holding]) -> Row:
    counts = {
        "threads": new(warm, lambda held: held.threads, ROUND),
        "files": new(warm, lambda held: held.files, ROUND),
        "sockets": new(warm, lambda held: held.sockets, ROUND),
        "processes": new(warm, lambda held: held.processes, ROUND),
    }
    last = warm[-1]
    return Row(
        "new threads, files, sockets, processes",
        ", ".join(f"{count:+d} ({getattr(last, name)} {name})" for name, count in counts.items()),
        "0 new",
        all(count <= 0 for count in counts.values()),
        {name: float(count) for name, count in counts.items()},
    )


def main() -> None:
    """Exit 1 when a promise is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.long_run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=MINUTES, help="(%(default)g)")
    minutes: float = parser.parse_args().minutes
    if minutes < MIN_MINUTES:
        parser.error(f"in less than {MIN_MINUTES:g} minutes there is nothing to compare")
    # Whoever ends this early leaves nothing behind either.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    lived = live(minutes)
    found = rows(lived)
    print(render(found))
    for line in (*lived.tally.lost, *lived.trouble, *lived.complaints):
        print(f"  {line}")
    sys.exit(0 if all(row.met is not False for row in found) else 1)


if __name__ == "__main__":
    main()
