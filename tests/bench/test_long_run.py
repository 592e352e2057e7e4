"""The judges of the long run must be able to say no, and only where there is something."""

import os
import random
import socket
import sys
from dataclasses import replace
from pathlib import Path

from tests.bench.long_run import DRIFT_KB, ROUND, Lived, rows
from tests.bench.long_run_growth import Holding, drift, family, look, new, rise, step
from tests.bench.long_run_person import Tally

AT_REST = Holding(0.0, 80_000, 300_000, 270_000, 200_000, 20, 60, 12, 4)
TURNS = 30


def looks(*changes: dict[str, int]) -> list[Holding]:
    """Every 20 s."""
    return [replace(AT_REST, at_s=20.0 * number, **change) for number, change in enumerate(changes)]


def lived(*changes: dict[str, int]) -> Lived:
    """Ten questions of warm-up and then those."""
    tally = Tally(asked=TURNS, answered=TURNS)
    return Lived(minutes=10.0, tally=tally, held=looks(*[{}] * 10, *changes))


def missed(life: Lived) -> list[str]:
    """The promises that it does not keep."""
    return [row.name for row in rows(life) if row.met is False]


def test_who_holds_the_same_all_the_time_keeps_every_promise() -> None:
    assert missed(lived(*[{}] * TURNS)) == []


def test_a_slow_leak_is_found_in_noise_that_is_greater_than_what_a_turn_leaks() -> None:
    noise = random.Random(1)
    leak_kb = 200
    resident = [80_000 + leak_kb * turn + noise.randint(-1500, 1500) for turn in range(TURNS)]
    life = lived(*[{"daemon_kb": kb} for kb in resident])
    assert missed(life) == ["resident memory, drift after 10 questions"]


def test_noise_alone_is_no_drift_even_with_some_looks_at_a_bad_moment() -> None:
    noise = random.Random(2)
    resident = [80_000 + noise.randint(-500, 500) + 20_000 * (turn % 9 == 5) for turn in range(TURNS)]
    assert missed(lived(*[{"daemon_kb": kb} for kb in resident])) == []


def test_what_was_taken_once_and_kept_counts_though_it_lies_on_no_line() -> None:
    resident = [80_000.0] * (TURNS - ROUND) + [84_000.0] * ROUND
    at_s = [20.0 * turn for turn in range(TURNS)]
    assert rise(at_s, resident) < DRIFT_KB
    assert step(resident, ROUND) == 4000
    life = lived(*[{"resident_kb": int(kb)} for kb in resident])
    assert drift(life.warm, lambda held: held.resident_kb, ROUND) > DRIFT_KB


def test_one_thread_more_that_stays_is_told_and_a_connection_for_a_moment_is_not() -> None:
    more = looks(*[{}] * 15, *[{"threads": 21}] * 15)
    assert new(more, lambda held: held.threads, ROUND) == 1
    passing = looks(*[{}] * 25, {"sockets": 14}, *[{}] * 4)
    assert new(passing, lambda held: held.sockets, ROUND) == 0
    assert missed(lived(*[{}] * 15, *[{"threads": 21}] * 15)) == ["new threads, files, sockets, processes"]


def test_a_turn_that_nobody_answered_and_a_process_that_stayed_are_told() -> None:
    life = lived(*[{}] * TURNS)
    life.tally.answered -= 1
    life.left_over = 1
    assert len(missed(life)) == 2


def test_an_open_socket_and_an_open_file_of_this_process_are_seen_in_proc() -> None:
    before = look(os.getpid(), 0.0)
    with socket.socket(), Path(sys.executable).open("rb"):
        during = look(os.getpid(), 1.0)
    assert (during.sockets - before.sockets, during.files - before.files) == (1, 1)
    assert before.daemon_kb > 5000
    assert before.threads >= before.processes >= 1


def test_descendants_belong_to_the_family_and_whoever_is_gone_does_not() -> None:
    assert os.getpid() in family(os.getppid())
    gone = 1 << 30
    assert family(gone) == {gone}
