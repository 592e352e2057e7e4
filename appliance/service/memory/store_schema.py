"""The tables of the database of what outlives a power cut, and how they came about.

A table or a column that is only added keeps `VERSION`, so that an older version of the appliance goes on with
the file after a rollback: it reads and writes by name what it knows. A column that is added may be NULL, or
has a default.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from appliance.errors import ApplianceError, Fault

VERSION: Final = 1
Value = str | int | float | None
Row = Mapping[str, Value]

TABLES: Final[Mapping[str, str]] = {
    "timers": "name TEXT NOT NULL, length_s REAL NOT NULL, due_unix_s REAL NOT NULL, rang INTEGER NOT NULL",
    "alarms": (
        "number INTEGER NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL, weekdays TEXT NOT NULL, day TEXT,"
        " since_unix_s REAL, snoozed_unix_s REAL, rang_unix_s REAL"
    ),
    "missed": "words TEXT NOT NULL, due_unix_s REAL NOT NULL",
    "volume": "percent INTEGER NOT NULL",
    "duplex": "rung TEXT NOT NULL",
    "said": "at_unix_s REAL NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL",
}
# Nobody else has business with the file; who looks at it, or copies it, has done so within some ms. The
# thread that waits has FLUSH_TIMEOUT_S for the last write.
_OTHERS_S: Final = 0.3
_PRAGMAS: Final = (
    # After a kill the next start rolls it back. It is not unlinked, because it holds what was there before a
    # change, which has to be overwritten as well.
    "PRAGMA journal_mode=PERSIST",
    "PRAGMA synchronous=EXTRA",  # a commit has reached the card, the directory's entry included
    "PRAGMA secure_delete=ON",  # what is to be forgotten is overwritten
)


class NewerFile(ApplianceError):
    """The file was written by a version of the appliance whose tables mean something else."""

    fault = Fault.OWNER


def opened(path: str, timers_of_before: Callable[[], Sequence[Row]]) -> sqlite3.Connection:
    """The database at `path`, which is made where there is none, with `timers_of_before()` in it.

    Raises sqlite3.Error, among them DatabaseError for what is no sound database, and NewerFile.
    """
    db = sqlite3.connect(path, timeout=_OTHERS_S, isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            db.execute(pragma)
        (found,) = db.execute("PRAGMA user_version").fetchone()
        if found > VERSION:
            raise NewerFile(f"it has version {found}, and this appliance knows {VERSION}")
        ((sound,), *_) = db.execute("PRAGMA quick_check(1)").fetchall()
        if sound != "ok":
            raise sqlite3.DatabaseError(sound)
        if found == 0:
            _make(db, timers_of_before())
        elif missing := list(_missing(db)):
            _add(db, missing)
    except BaseException:
        db.close()
        raise
    return db


def _make(db: sqlite3.Connection, timers: Sequence[Row]) -> None:
    db.execute("BEGIN IMMEDIATE")
    for table, columns in TABLES.items():
        db.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns}) STRICT")
    replace(db, {"timers": timers})
    db.execute(f"PRAGMA user_version={VERSION}")
    db.execute("COMMIT")


def _missing(db: sqlite3.Connection) -> Iterator[str]:
    """What makes of a file of an earlier version one of this."""
    for table, columns in TABLES.items():
        there = {str(row[0]) for row in db.execute("SELECT name FROM pragma_table_info(?)", (table,))}
        if not there:
            yield f"CREATE TABLE {table} ({columns}) STRICT"
            continue
        for column in columns.split(", "):
            if column.split()[0] not in there:
                yield f"ALTER TABLE {table} ADD COLUMN {column}"


def _add(db: sqlite3.Connection, missing: Sequence[str]) -> None:
    db.execute("BEGIN IMMEDIATE")
    for statement in missing:
        db.execute(statement)
    db.execute("COMMIT")


def read(db: sqlite3.Connection) -> dict[str, list[Row]]:
    """Every table, in the order in which its rows were written."""
    found: dict[str, list[Row]] = {}
    for table in TABLES:
        cursor = db.execute(f"SELECT * FROM {table} ORDER BY rowid")
        names = [column[0] for column in cursor.description]
        found[table] = [dict(zip(names, row, strict=True)) for row in cursor]
    return found


def replace(db: sqlite3.Connection, tables: Mapping[str, Sequence[Row]]) -> None:
    """In a transaction: let each of `tables` have these rows and no others."""
    for table, rows in tables.items():
        db.execute(f"DELETE FROM {table}")
        for row in rows:
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
