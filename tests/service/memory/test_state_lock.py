"""Who goes on from what is kept and who deletes it from outside do not get in each other's way."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from appliance.service.memory.state_lock import VARIABLE, StateInUse, StateUse, alone_in


def test_several_may_go_on_from_it_and_nobody_deletes_it_meanwhile(tmp_path: Path) -> None:
    one, two = StateUse({}), StateUse({})
    one.begin(tmp_path, print)
    two.begin(tmp_path, print)
    one.end()
    with pytest.raises(StateInUse), alone_in(tmp_path):
        pass
    two.end()
    with alone_in(tmp_path):
        pass


def test_who_starts_waits_until_it_is_deleted(tmp_path: Path) -> None:
    use, told = StateUse({}), list[str]()
    with alone_in(tmp_path):
        starting = threading.Thread(target=use.begin, args=(tmp_path, told.append, 30.0))
        starting.start()
    starting.join(30)
    with pytest.raises(StateInUse), alone_in(tmp_path):
        pass
    use.end()
    assert told == []


def test_who_starts_does_not_wait_for_ever_and_says_so(tmp_path: Path) -> None:
    use, told = StateUse({}), list[str]()
    with alone_in(tmp_path):
        use.begin(tmp_path, told.append, patience_s=0.0)
    assert told == [f"somebody deletes from {tmp_path}: what was there may be known until a restart"]
    use.end()


def test_where_nothing_is_kept_nothing_is_held(tmp_path: Path) -> None:
    use = StateUse({})
    use.begin(tmp_path / "nowhere", print)
    assert use.leave() == {}
    use.end()


# Two programs in one process, as after a reload; the second says whether somebody else can delete.
_PROGRAM = f"""
import os, subprocess, sys
from pathlib import Path
from appliance.service.memory.state_lock import StateInUse, StateUse, alone_in

use, folder, second = StateUse(os.environ), Path(sys.argv[1]), {VARIABLE!r} in os.environ
def tried():
    try:
        with alone_in(folder): return "deleted"
    except StateInUse: return "in use"
if len(sys.argv) == 2:
    use.begin(folder, print)
    left = use.leave()
    use.end()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:], "again"], {{**os.environ, **left}})
print(tried())
use.begin(folder, print)
print(tried(), {VARIABLE!r} in os.environ)
use.end()
print(tried())
"""


def test_it_is_held_without_a_gap_while_the_program_becomes_itself_again(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, tmp_path],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout.splitlines(), done.stderr) == (["in use", "in use False", "deleted"], "")
