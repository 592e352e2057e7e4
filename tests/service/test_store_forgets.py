"""What was deleted or forgotten is nowhere any more; and where it may be, the owner is told."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.service.memory.store import FILE
from tests.service.stores import TEA, OpenStore, loaded, saved


def test_what_was_deleted_is_nowhere_in_the_file(open_store: OpenStore, tmp_path: Path) -> None:
    before = open_store()
    loaded(before)
    saved(before, said=[{"at_unix_s": 1.0, "role": "user", "text": "a secret"}])
    assert b"a secret" in (tmp_path / FILE).read_bytes()
    saved(before, said=[])
    files = {path.name: b"a secret" in path.read_bytes() for path in tmp_path.iterdir()}
    assert files == {FILE: False, f"{FILE}-journal": False}


def test_forgotten_is_what_was_put_aside_as_well(open_store: OpenStore, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"a secret" * 100)
    one = open_store()
    loaded(one)
    (aside,) = tmp_path.glob("*.spoilt")
    (tmp_path / "its blocks").hardlink_to(aside)
    one.forget("said")
    one.flushed().result(5)
    assert not aside.exists()
    assert set((tmp_path / "its blocks").read_bytes()) == {0}


def test_forgotten_is_what_is_in_a_file_that_could_not_be_read_and_nothing_else(
    open_store: OpenStore, tmp_path: Path
) -> None:
    before = open_store()
    loaded(before)
    saved(before, timers=[TEA], said=[{"at_unix_s": 1.0, "role": "user", "text": "a secret"}])
    before.close()
    one = open_store()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        loaded(one)
        other.execute("ROLLBACK")
    one.forget("said")
    one.close()
    assert b"a secret" not in (tmp_path / FILE).read_bytes()
    assert loaded(open_store())["timers"] == [TEA]


@pytest.mark.parametrize("unread", [True, False])
def test_what_cannot_be_forgotten_is_told(
    unread: bool, open_store: OpenStore, tmp_path: Path, warnings: list[str]
) -> None:
    before = open_store()
    loaded(before)
    before.close()
    one = open_store()
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


def test_what_a_store_that_was_given_up_does_not_forget_is_told(
    open_store: OpenStore, warnings: list[str]
) -> None:
    one = open_store()
    loaded(one)
    one.close()
    one.forget("said")
    assert "may still be in" in warnings[-1]
