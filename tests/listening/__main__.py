"""`python -m tests.listening`: does it listen like a person? Ours and the peers on the same set.

The set and what was heard are kept in a folder outside of the repository (`LISTENING_CACHE`); a run that was
broken off goes on where it stopped. Peers are heard where `LISTENING_PEERS_PYTHON` names their Python.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.listening import document
from tests.listening.cases import Half
from tests.listening.compare import compared
from tests.listening.conditions import CONDITIONS
from tests.listening.frozen import NotFrozenError, check_frozen
from tests.listening.ours import Ours
from tests.listening.peers import peers
from tests.listening.perfect import PerfectTurns
from tests.listening.report import at_their_defaults, curve_table, table
from tests.listening.run import Record, load, new_record, run_half, save, shared
from tests.listening.silence_only import END_SILENCES_MS, SilenceOnly
from tests.listening.systems import System
from tests.listening.the_set import make

# A small run takes two minutes of a core: of each condition the first case, a minute instead of hours.
SMALL_CASES = 1
SMALL_HOURS = 1 / 60
HOURS = 0.5


def arguments() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(prog="python -m tests.listening", description=__doc__)
    add = parser.add_argument
    add("--only", action="append", choices=list(CONDITIONS), metavar="CONDITION", help=", ".join(CONDITIONS))
    add("--small", action="store_true", help="of every condition one case, and ours alone")
    add("--share", type=int, default=1, metavar="N", help="one case of N, by chance (%(default)d)")
    add(
        "--hours", type=float, default=HOURS, help="of noise of each kind, and of its own voice (%(default)g)"
    )
    add("--held-out", metavar="COMMIT", help="hear the held-out half too; COMMIT has frozen the parameters")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the appliance")
    add("--ours-only", action="store_true", help="no peers, no curve")
    add("--docs", action="store_true", help=f"write {document.DOCUMENT} and its pictures")
    add("--heard", action="store_true", help="hear nothing new, tell of what was heard so far")
    add("--from", dest="kept", type=Path, metavar="RUN.json", help="hear nothing, tell of a kept run again")
    add("--json", type=Path, metavar="FILE", help="keep the run")
    add("--compare", type=Path, metavar="LAST.json", help="say what got better or worse beyond chance")
    return parser.parse_args()


def systems(settings: Sequence[str], ours_only: bool) -> list[System]:
    """Ours first."""
    ours = Ours(" ".join(("ours", *settings)), settings)
    if ours_only:
        return [ours]
    model = Ours(", ".join((ours.name, "model")), [*settings, "hearing.end_of_turn=model"], ["turn"])
    return [ours, model, PerfectTurns(), *peers(), *(SilenceOnly(ms) for ms in END_SILENCES_MS)]


def run(typed: argparse.Namespace) -> Record:
    """The halves that may be heard, one after the other."""
    first, hours = (SMALL_CASES, SMALL_HOURS) if typed.small else (None, typed.hours)
    record = new_record(typed.share, hours)
    record.broken_off = typed.heard
    everybody = systems(typed.set, typed.ours_only or typed.small)
    halves: list[Half] = ["development", "held-out"] if typed.held_out else ["development"]
    for half in halves:
        cases = shared(make(half, typed.only or list(CONDITIONS), hours, first), typed.share)
        run_half(record, half, cases, everybody, only_kept=typed.heard)
    return record


def main() -> None:
    """Exit 0 also where a promise is missed: the tables say so; 2 where the held-out half is refused."""
    typed = arguments()
    if typed.held_out:
        try:
            check_frozen(typed.held_out)
        except NotFrozenError as why:
            print(f"The held-out half is not heard: {why}.", file=sys.stderr)
            sys.exit(2)
    record = load(typed.kept) if typed.kept else run(typed)
    if typed.json:
        save(record, typed.json)
    if typed.docs:
        document.write(record)
    for half, by_system in record.measures.items():
        for condition in dict.fromkeys(m.condition for found in by_system.values() for m in found):
            shown = at_their_defaults(by_system)
            print(f"\n### {condition}, {half}\n\n{table(condition, shown)}")
        print(f"\n### delays, {half}\n\n{curve_table(by_system)}")
    if typed.compare:
        print(f"\n{compared(load(typed.compare), record)}")


if __name__ == "__main__":
    main()
