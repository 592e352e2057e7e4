"""What was saved is there again, whatever happened in between: all of it, or all of what was saved before."""

import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from appliance.service import store_schema
from appliance.service.state import StateDirectory
from appliance.service.store import FILE, Row, Store

TEA: Row = {"name": "tea", "length_s": 60.0, "due_unix_s": 1000.0, "rang": 0}
EGGS: Row = {"name": "eggs", "length_s": 300.0, "due_unix_s": 2000.0, "rang": 1}
LOUD: Row = {"percent": 80}
KILLS = 20

Opener = Callable[..., Store]


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, warnings: list[str]) -> Iterator[Opener]:
    """Opens the file anew; the one before must be closed."""
    opened: list[Store] = []

    def make(timers_of_before: Sequence[Row] = ()) -> Store:
        opened.append(Store(StateDirectory(tmp_path, warnings.append), lambda: timers_of_before))
        return opened[-1]

    yield make
    opened[-1].close()


def loaded(store: Store) -> Mapping[str, Sequence[Row]]:
    return store.load().result(5)


def saved(store: Store, **tables: Sequence[Row]) -> None:
    store.save(tables)
    store.flushed().result(5)


def test_before_anything_was_saved_every_table_is_empty(store: Opener) -> None:
    assert set(map(len, loaded(store()).values())) == {0}


def test_what_was_saved_is_there_after_a_restart(store: Opener) -> None:
    before = store()
    loaded(before)
    saved(before, timers=[TEA, EGGS], volume=[LOUD])
    saved(before, timers=[EGGS])
    before.close()
    after = loaded(store())
    assert (after["timers"], after["volume"]) == ([EGGS], [LOUD])


def test_the_file_is_its_owners_alone(store: Opener, tmp_path: Path) -> None:
    loaded(store())
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_what_was_deleted_is_nowhere_in_the_file(store: Opener, tmp_path: Path) -> None:
    before = store()
    loaded(before)
    saved(before, said=[{"at_unix_s": 1.0, "role": "user", "text": "a secret"}])
    assert b"a secret" in (tmp_path / FILE).read_bytes()
    saved(before, said=[])
    files = {path.name: b"a secret" in path.read_bytes() for path in tmp_path.iterdir()}
    assert files == {FILE: False, f"{FILE}-journal": False}


def test_forgotten_is_what_was_put_aside_as_well(store: Opener, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"a secret" * 100)
    one = store()
    loaded(one)
    (aside,) = tmp_path.glob("*.spoilt")
    (tmp_path / "its blocks").hardlink_to(aside)
    one.forget("said")
    one.flushed().result(5)
    assert not aside.exists()
    assert set((tmp_path / "its blocks").read_bytes()) == {0}


def test_forgotten_is_what_is_in_a_file_that_could_not_be_read_and_nothing_else(
    store: Opener, tmp_path: Path
) -> None:
    before = store()
    loaded(before)
    saved(before, timers=[TEA], said=[{"at_unix_s": 1.0, "role": "user", "text": "a secret"}])
    before.close()
    one = store()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        loaded(one)
        other.execute("ROLLBACK")
    one.forget("said")
    one.close()
    assert b"a secret" not in (tmp_path / FILE).read_bytes()
    assert loaded(store())["timers"] == [TEA]


@pytest.mark.parametrize("unread", [True, False])
def test_what_cannot_be_forgotten_is_told(
    unread: bool, store: Opener, tmp_path: Path, warnings: list[str]
) -> None:
    before = store()
    loaded(before)
    before.close()
    one = store()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        if not unread:
            loaded(one)
        other.execute("BEGIN EXCLUSIVE")
        if unread:
            loaded(one)
        one.forget("said")
        one.flushed().result(5)
        other.execute("ROLLBACK")
    assert "may still be in" in warnings[-1]


def test_what_a_store_that_was_given_up_does_not_forget_is_told(store: Opener, warnings: list[str]) -> None:
    one = store()
    loaded(one)
    one.close()
    one.forget("said")
    assert "may still be in" in warnings[-1]


@pytest.mark.parametrize(
    "added",
    [{"errands": "what TEXT NOT NULL"}, {"volume": "percent INTEGER NOT NULL, night_percent INTEGER"}],
)
def test_a_file_of_before_a_table_or_a_column_is_gone_on_with(
    added: Mapping[str, str], store: Opener, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store()
    loaded(before)
    saved(before, timers=[TEA], volume=[LOUD])
    before.close()
    monkeypatch.setattr(store_schema, "TABLES", {**store_schema.TABLES, **added})
    after = store()
    assert loaded(after)["timers"] == [TEA]
    (table,) = added
    row: Row = {"what": "milk"} if table == "errands" else {"percent": 3, "night_percent": 1}
    saved(after, **{table: [row]})
    after.close()
    assert (loaded(store())[table], warnings) == ([row], [])


def test_timers_of_before_are_taken_over_once(store: Opener) -> None:
    first = store([TEA])
    assert loaded(first)["timers"] == [TEA]
    saved(first, timers=[])
    first.close()
    assert loaded(store([TEA]))["timers"] == []


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_spoilt_file_is_put_aside_and_told(
    damage: bytes, store: Opener, tmp_path: Path, warnings: list[str]
) -> None:
    (tmp_path / FILE).write_bytes(damage)
    one = store()
    assert loaded(one)["timers"] == []
    assert (tmp_path / f"{FILE}.spoilt").read_bytes() == damage
    assert len(warnings) == 1
    saved(one, timers=[TEA])
    one.close()
    assert loaded(store())["timers"] == [TEA]


def test_a_file_of_a_later_version_is_put_aside_and_not_written_over(
    store: Opener, tmp_path: Path, warnings: list[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as later:
        later.execute("PRAGMA user_version=99")
    assert loaded(store())["timers"] == []
    assert (tmp_path / f"{FILE}.spoilt").exists()
    assert "version 99" in warnings[0]


def test_a_file_of_a_version_that_only_adds_is_gone_on_with(store: Opener, tmp_path: Path) -> None:
    one = store()
    loaded(one)
    saved(one, timers=[TEA])
    one.close()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as later:
        later.execute("ALTER TABLE timers ADD COLUMN sound TEXT NOT NULL DEFAULT 'bell'")
    two = store()
    assert loaded(two)["timers"] == [{**TEA, "sound": "bell"}]
    saved(two, timers=[EGGS])
    two.close()
    assert loaded(store())["timers"] == [{**EGGS, "sound": "bell"}]


def test_what_cannot_be_written_is_told_once_and_written_once_it_can(
    store: Opener, tmp_path: Path, warnings: list[str]
) -> None:
    one = store()
    loaded(one)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        saved(one, timers=[TEA])
        saved(one, volume=[LOUD])
        other.execute("ROLLBACK")
    assert len(warnings) == 1
    saved(one, missed=[])
    one.close()
    after = loaded(store())
    assert (after["timers"], after["volume"]) == ([TEA], [LOUD])


def test_somebody_who_looks_at_the_file_for_a_moment_costs_nothing(
    store: Opener, tmp_path: Path, warnings: list[str]
) -> None:
    one = store()
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
    store: Opener, tmp_path: Path, warnings: list[str]
) -> None:
    one = store()
    loaded(one)
    saved(one, timers=[TEA])
    one.close()
    two = store()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert loaded(two)["timers"] == ()
        other.execute("ROLLBACK")
    saved(two, timers=[EGGS])
    two.close()
    assert len(warnings) == 1
    assert loaded(store())["timers"] == [TEA]


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
from appliance.service.state import StateDirectory
from appliance.service.store import Store

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


def test_a_kill_at_any_moment_leaves_all_or_all_of_before(store: Opener, tmp_path: Path) -> None:
    """And never less than what was told as written."""
    chance = random.Random(5)
    number = 0
    for _ in range(KILLS):
        told = killed_after(chance.uniform(0, 0.08), tmp_path)
        after = store()
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
from appliance.service.state import StateDirectory
from appliance.service.store import FILE, Store

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
    store: Opener, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", FULL_CARD, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "told\n"
    found = loaded(store())
    assert [row["due_unix_s"] for row in found["timers"]] == [21.0] * 21
    assert found["volume"] == [{"percent": 30}]
