"""What was saved is there again, whatever happened in between: all of it, or all of what was saved before."""

import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from appliance.service.memory import store_schema
from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import FILE, Row, Store
from tests.service.stores import TEA, OpenStore, loaded, saved

EGGS: Row = {"name": "eggs", "length_s": 300.0, "due_unix_s": 2000.0, "rang": 1}
LOUD: Row = {"percent": 80}
KILLS = 20


def test_before_anything_was_saved_every_table_is_empty(open_store: OpenStore) -> None:
    assert set(map(len, loaded(open_store()).values())) == {0}


def test_what_was_saved_is_there_after_a_restart(open_store: OpenStore) -> None:
    before = open_store()
    loaded(before)
    saved(before, timers=[TEA, EGGS], volume=[LOUD])
    saved(before, timers=[EGGS])
    before.close()
    after = loaded(open_store())
    assert (after["timers"], after["volume"]) == ([EGGS], [LOUD])


def test_the_file_is_its_owners_alone(open_store: OpenStore, tmp_path: Path) -> None:
    loaded(open_store())
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "added",
    [{"errands": "what TEXT NOT NULL"}, {"volume": "percent INTEGER NOT NULL, night_percent INTEGER"}],
)
def test_a_file_of_before_a_table_or_a_column_is_gone_on_with(
    added: Mapping[str, str], open_store: OpenStore, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_store()
    loaded(before)
    saved(before, timers=[TEA], volume=[LOUD])
    before.close()
    monkeypatch.setattr(store_schema, "TABLES", {**store_schema.TABLES, **added})
    after = open_store()
    assert loaded(after)["timers"] == [TEA]
    (table,) = added
    row: Row = {"what": "milk"} if table == "errands" else {"percent": 3, "night_percent": 1}
    saved(after, **{table: [row]})
    after.close()
    assert (loaded(open_store())[table], warnings) == ([row], [])


def test_timers_of_before_are_taken_over_once(open_store: OpenStore) -> None:
    first = open_store([TEA])
    assert loaded(first)["timers"] == [TEA]
    saved(first, timers=[])
    first.close()
    assert loaded(open_store([TEA]))["timers"] == []


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_spoilt_file_is_put_aside_and_told(
    damage: bytes, open_store: OpenStore, tmp_path: Path, warnings: list[str]
) -> None:
    (tmp_path / FILE).write_bytes(damage)
    one = open_store()
    assert loaded(one)["timers"] == []
    assert (tmp_path / f"{FILE}.spoilt").read_bytes() == damage
    assert len(warnings) == 1
    saved(one, timers=[TEA])
    one.close()
    assert loaded(open_store())["timers"] == [TEA]


def test_a_file_of_a_later_version_is_put_aside_and_not_written_over(
    open_store: OpenStore, tmp_path: Path, warnings: list[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as later:
        later.execute("PRAGMA user_version=99")
    assert loaded(open_store())["timers"] == []
    assert (tmp_path / f"{FILE}.spoilt").exists()
    assert "version 99" in warnings[0]


def test_a_file_of_a_version_that_only_adds_is_gone_on_with(open_store: OpenStore, tmp_path: Path) -> None:
    one = open_store()
    loaded(one)
    saved(one, timers=[TEA])
    one.close()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as later:
        later.execute("ALTER TABLE timers ADD COLUMN sound TEXT NOT NULL DEFAULT 'bell'")
    two = open_store()
    assert loaded(two)["timers"] == [{**TEA, "sound": "bell"}]
    saved(two, timers=[EGGS])
    two.close()
    assert loaded(open_store())["timers"] == [{**EGGS, "sound": "bell"}]


def test_what_cannot_be_written_is_told_once_and_written_once_it_can(
    open_store: OpenStore, tmp_path: Path, warnings: list[str]
) -> None:
    one = open_store()
    loaded(one)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        saved(one, timers=[TEA])
        saved(one, volume=[LOUD])
        other.execute("ROLLBACK")
    assert len(warnings) == 1
    saved(one, missed=[])
    one.close()
    after = loaded(open_store())
    assert (after["timers"], after["volume"]) == ([TEA], [LOUD])


def test_somebody_who_looks_at_the_file_for_a_moment_costs_nothing(
    open_store: OpenStore, tmp_path: Path, warnings: list[str]
) -> None:
    one = open_store()
    loaded(one)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM timers").fetchall()
        done = threading.Timer(0.05, other.execute, ["ROLLBACK"])
        done.start()
        saved(one, timers=[TEA])
        done.join()
    assert warnings == []


def test_a_file_that_could_not_be_read_is_left_as_it_is(
    open_store: OpenStore, tmp_path: Path, warnings: list[str]
) -> None:
    one = open_store()
    loaded(one)
    saved(one, timers=[TEA])
    one.close()
    two = open_store()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert loaded(two)["timers"] == ()
        other.execute("ROLLBACK")
    saved(two, timers=[EGGS])
    two.close()
    assert len(warnings) == 1
    assert loaded(open_store())["timers"] == [TEA]


def test_without_a_directory_it_goes_on_in_memory(tmp_path: Path) -> None:
    warnings: list[str] = []
    one = Store(StateDirectory(tmp_path / "not there", warnings.append))
    assert loaded(one)["timers"] == ()
    saved(one, timers=[TEA])
    one.close()
    assert len(warnings) == 1


CHILD = """
import sys
from contextlib import closing
from pathlib import Path
from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import Store

store = Store(StateDirectory(Path(sys.argv[1]), print))
number = int((store.load().result()["volume"] or [{"percent": 0}])[0]["percent"])
print("began", flush=True)
while True:
    number += 1
    timer = {"name": "x" * 500, "length_s": 1.0, "due_unix_s": float(number), "rang": 0}
    store.save({"timers": [timer] * 30, "volume": [{"percent": number}]})
    store.flushed().result()
    print(number, flush=True)
"""


def test_a_kill_at_any_moment_leaves_all_or_all_of_before(open_store: OpenStore, tmp_path: Path) -> None:
    """And never less than what was told as written."""
    chance = random.Random(5)
    number = 0
    for _ in range(KILLS):
        told = killed_after(chance.uniform(0, 0.08), tmp_path)
        after = open_store()
        found = loaded(after)
        after.close()
        last, number = max(told, default=number), written(found)
        assert last <= number <= last + 1
        assert [row["due_unix_s"] for row in found["timers"]] == [number] * 30 * bool(number)
    assert number > KILLS
    assert not (tmp_path / f"{FILE}.spoilt").exists()


def written(found: Mapping[str, Sequence[Row]]) -> int:
    """The number that every row of `found` has; 0 before the first."""
    return int(str(found["volume"][0]["percent"])) if found["volume"] else 0


def killed_after(seconds: float, folder: Path) -> list[int]:
    """What a process told as written that writes all the time and was killed."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "began\n"
        time.sleep(seconds)  # the moment at which the plug is pulled
        child.kill()
        return [int(line) for line in child.stdout.read().split("\n")[:-1]]


FULL_CARD = """
import resource, sys
from pathlib import Path
from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import FILE, Store

def room_for(more_bytes):
    size = (Path(sys.argv[1]) / FILE).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + more_bytes, resource.RLIM_INFINITY))

def save(number):
    timer = {"name": "x" * 5000, "length_s": 1.0, "due_unix_s": float(number), "rang": 0}
    store.save({"timers": [timer] * number})
    store.flushed().result()

store = Store(StateDirectory(Path(sys.argv[1]), lambda sentence: print("told", flush=True)))
store.load().result()
save(1)
room_for(0)
save(20)
save(21)
room_for(1_000_000)
store.save({"volume": [{"percent": 30}]})
store.close()
"""


def test_a_card_that_is_full_is_told_once_and_costs_nothing_once_there_is_room(
    open_store: OpenStore, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", FULL_CARD, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "told\n"
    found = loaded(open_store())
    assert [row["due_unix_s"] for row in found["timers"]] == [21.0] * 21
    assert found["volume"] == [{"percent": 30}]
