"""A hundred moments at which the first provider dies: `python -m tests.bench.moments [--seed N]`.

`appliance replay` with a real recording and two servers on loopback that answer at once, each of any of the
providers, by seed. The first one dies while it connects, listens, takes the turn, thinks, begins to speak,
speaks, has said all, or calls a tool; the second one has to answer, or to go on. What was lost is looked for
in the sound of the loudspeaker, which tells who speaks and where in the story, and in what the second server
was told. Losses that cannot be seen are rows of their own: there the deadlines are what is waited for. Exit 1
when a promise is missed.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.bench import moments_fate
from tests.bench.moments_fate import IMPOSSIBLE, MOMENTS, SILENT_MOMENTS, WORDS_AHEAD
from tests.bench.moments_look import WORDS_OFF, Moment, Subject
from tests.bench.moments_run import live
from tests.bench.moments_story import Fate, Kind, Manner
from tests.bench.table import Row, percentiles, render, spread

MOMENTS_TRIED = 100
SILENT_TRIED = len(Kind) * len(SILENT_MOMENTS)
AHEAD_TRIED = 3 * len(WORDS_AHEAD)
# Side by side: each takes a fifth of a core, and the machine has two.
AT_ONCE = 4
DELAY_MS = 1500.0
# `answer_deadline_s` from the end of the turn; `stall_s` after the last sound is less, and so is the time in
# which a session must open. A busy event loop adds the rest.
DEADLINE_MS = 6000.0 + 250.0


def run(moments: int = MOMENTS_TRIED, silent: int = SILENT_TRIED, seed: int = 0) -> list[Moment]:
    """Live them; each is a line on stderr as it ends."""
    fates = [(n, moments_fate.visible(n)) for n in range(seed, seed + moments)]
    fates += [(n, moments_fate.silent(n)) for n in range(seed, seed + silent)]
    return _live([(n, fate, 0) for n, fate in fates])


def run_with_words_ahead(moments: int = AHEAD_TRIED, seed: int = 0) -> list[Moment]:
    """Those of a server whose text runs ahead of its sound: vendors promise no order among the two."""
    return _live([(n, *moments_fate.with_words_ahead(n)) for n in range(seed, seed + moments)])


def _live(fates: Sequence[tuple[int, Fate, int]]) -> list[Moment]:
    lived: list[Moment] = []
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for moment in pool.map(live, *zip(*fates, strict=True)):
            print(moment, file=sys.stderr, flush=True)
            lived.append(moment)
    return lived


def rows(lived: Sequence[Moment], ahead: Sequence[Moment] = ()) -> list[Row]:
    """Losses that are known at once, those that are not, and what must hold of both; `ahead`: those of a
    server whose text runs ahead of its sound."""
    silent = [m for m in lived if m.fate.manner is Manner.SILENT]
    visible = [m for m in lived if m not in silent]
    about = "a provider dies at any moment"
    return [
        _drawn(f"{about}: who died, who had to go on", lived),
        _delay(f"{about}: the loss is known → first sample of the next one", visible),
        _delay(f"{about}, without a word: the deadline → first sample of the next one", silent),
        _noticed(f"{about}, without a word: noticed in a turn", silent),
        _lost(f"{about}: samples of the turn lost at the next one", lived),
        _all(
            f"{about}: the question is asked once, nothing is heard twice",
            lived,
            Subject.ASKED,
            Subject.SOUND,
        ),
        _told(f"{about}: words that the next one was told, against those heard", lived),
        _tools(f"{about}: set_timer runs once, one timer is set", lived),
        *(
            [_ahead(f"{about}, its text ahead of its sound: words told, against those heard", ahead)]
            if ahead
            else []
        ),
    ]


def _drawn(name: str, some: Sequence[Moment]) -> Row:
    """Which providers were drawn; each must have been both."""
    died = {kind: sum(m.fate.first is kind for m in some) for kind in Kind}
    went_on = {kind: sum(m.fate.second is kind for m in some) for kind in Kind}
    listed = (", ".join(f"{kind} {n}" for kind, n in kinds.items()) for kinds in (died, went_on))
    values: dict[str, float] = {f"{kind}_died": n for kind, n in died.items()}
    values |= {f"{kind}_next": n for kind, n in went_on.items()}
    return Row(name, "; ".join(listed), "-", None, values)


def _delay(name: str, some: Sequence[Moment]) -> Row:
    stats = percentiles([m.delay_ms for m in some if m.delay_ms is not None])
    whatever = percentiles([m.after_loss_ms for m in some if m.after_loss_ms is not None])
    stats |= {f"whatever_{key}": value for key, value in whatever.items()}
    return Row(
        name,
        spread(stats, "ms"),
        f"p95 ≤ {DELAY_MS / 1000:g} s, all",
        stats["n"] == len(some) > 0 and stats["p95"] <= DELAY_MS,
        stats,
    )


def _noticed(name: str, some: Sequence[Moment]) -> Row:
    stats = percentiles([m.unnoticed_ms for m in some if m.unnoticed_ms is not None])
    met = stats["n"] == len(some) > 0 and stats["max"] <= DEADLINE_MS
    return Row(name, spread(stats, "ms"), f"all ≤ {DEADLINE_MS:g} ms", met, stats)


def _lost(name: str, some: Sequence[Moment]) -> Row:
    lost = sum(m.lost_samples for m in some)
    return Row(
        name, f"{lost} in {len(some)} turns", "0", bool(some) and not lost, {"n": len(some), "lost": lost}
    )


def _all(name: str, some: Sequence[Moment], *subjects: Subject) -> Row:
    well = sum(not m.wrong_in(*subjects) for m in some)
    return Row(name, f"{well} of {len(some)}", "all", well == len(some) > 0, {"n": len(some), "well": well})


def _told(name: str, some: Sequence[Moment]) -> Row:
    off = percentiles([abs(m.told_words - m.heard_words) for m in some if m.heard_words])
    all_of_them = _all(name, some, Subject.WORDS)
    measured = f"{all_of_them.measured} within {WORDS_OFF:g}; off by {spread(off, 'words')}"
    return Row(name, measured, f"± {WORDS_OFF:g} word, all", all_of_them.met, all_of_them.values | off)


def _ahead(name: str, some: Sequence[Moment]) -> Row:
    """Nothing but the usual pace of a voice places such words."""
    off = percentiles([abs(m.told_words - m.heard_words) for m in some])
    return Row(name, f"off by {spread(off, 'words')}", "-", None, off)


def _tools(name: str, some: Sequence[Moment]) -> Row:
    wrong = sum(m.wrong_in(Subject.TOOL) for m in some)
    called = [m for m in some if m.fate.moment == "tool"]
    well = sum(not m.wrong_in(Subject.TOOL) for m in called)
    return Row(
        name,
        f"{well} of {len(called)}",
        "all",
        bool(called) and not wrong,
        {"n": len(called), "well": well, "wrong": wrong},
    )


def details(lived: Sequence[Moment]) -> str:
    """The moments, the providers that died and those that went on, each in a line of a Markdown table."""
    seen = [m for m in lived if m.fate.manner is not Manner.SILENT]
    tables = [
        _table("the first one dies at", {at: [m for m in seen if m.fate.moment == at] for at in MOMENTS}),
        _table("who dies", {kind: [m for m in seen if m.fate.first is kind] for kind in Kind}),
        _table("who goes on", {kind: [m for m in seen if m.fate.second is kind] for kind in Kind}),
    ]
    return "\n\n".join([*tables, *IMPOSSIBLE.values()])


def _table(title: str, groups: Mapping[str, Sequence[Moment]]) -> str:
    heads = (title, "n", "delay", "with what was still to be said or heard", "samples lost", "words off")
    lines = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    for name, some in groups.items():
        delays = percentiles([m.delay_ms for m in some if m.delay_ms is not None])
        whatever = percentiles([m.after_loss_ms for m in some if m.after_loss_ms is not None])
        off = percentiles([abs(m.told_words - m.heard_words) for m in some if m.heard_words])
        cells = (name, str(len(some)), spread(delays, "ms"), spread(whatever, "ms"))
        lines.append(
            f"| {' | '.join(cells)} | {sum(m.lost_samples for m in some)} | {spread(off, 'words')} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Exit 1 when a promise is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.moments", description=__doc__)
    parser.add_argument("--moments", type=int, default=MOMENTS_TRIED, help="losses that are known at once")
    parser.add_argument("--silent", type=int, default=SILENT_TRIED, help="losses that a deadline notices")
    parser.add_argument("--ahead", type=int, default=AHEAD_TRIED, help="with text ahead of the sound")
    parser.add_argument("--seed", type=int, default=0, help="of the first one; counted up")
    arguments = parser.parse_args()
    lived = run(arguments.moments, arguments.silent, arguments.seed)
    ahead = run_with_words_ahead(arguments.ahead, arguments.seed) if arguments.ahead else []
    found = rows(lived, ahead)
    print(f"{render(found)}\n\n{details(lived)}")
    sys.exit(0 if all(row.met is not False for row in found) else 1)


if __name__ == "__main__":
    main()
