"""What has to outlive a power cut and changes often: small tables in one SQLite file."""

import os
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from appliance.service.memory import store_schema as schema
from appliance.service.memory.state import FLUSH_TIMEOUT_S, StateDirectory
from appliance.service.memory.store_schema import Row

__all__ = ["FILE", "TIMERS_OF_BEFORE", "Row", "Store"]

FILE: Final = "appliance.sqlite3"
# What its timers come from where it is made; gone once they are in it.
TIMERS_OF_BEFORE: Final = "timers.json"
# How SQLite names what is wrong with the machine and not with the file; the latter is put aside.
_OF_THE_MACHINE: Final = frozenset(
    {"SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_NOMEM"}
    | {"SQLITE_PERM", "SQLITE_LOCKED", "SQLITE_INTERRUPT"}
)


class Store:
    """The tables of `store_schema`, by name; each belongs to one subject, the only one who saves it.

    Whatever kills the process or the current, there is what was saved last or what was saved before it, and
    what was saved together is there together. What cannot be written is told once, until it can be again,
    and goes on in memory. One thread writes; at most one copy of every table waits for it.
    """

    def __init__(self, state: StateDirectory, timers_of_before: Callable[[], Sequence[Row]] = list) -> None:
        """`timers_of_before()` are the timers for a file that is made; it may block."""
        self._state = state
        self._path = state.folder / FILE
        self._journal = state.folder / f"{FILE}-journal"
        self._timers_of_before = timers_of_before
        self._lock = threading.Lock()
        self._rows: dict[str, Sequence[Row]] = {}  # of every table, as they were read or saved last
        self._unwritten: set[str] = set()
        self._waits = False
        self._closed = False
        self._told = False
        self._unread = False  # a file is there that could not be read: it is left as it is
        self._db: sqlite3.Connection | None = None
        self._writer = ThreadPoolExecutor(1, "store")

    def load(self) -> "Future[Mapping[str, Sequence[Row]]]":
        """What an earlier run has left, by table; to be called once, before anything is saved.

        A file that makes no sense is put aside, with a warning; where none can be read nothing is in any
        table.
        """
        return self._writer.submit(self._load)

    def save(self, tables: Mapping[str, Sequence[Row]]) -> None:
        """Let these tables have these rows, soon and together; the newest wins. Never blocks."""
        with self._lock:
            if self._closed:
                return
            self._rows.update(tables)
            self._unwritten.update(tables)
            waits, self._waits = self._waits, True
        if not waits:
            self._writer.submit(self._write)

    def forget(self, table: str) -> None:
        """Let `table` be empty soon, also in a file that could not be read at the start; and let nothing be
        left of one that was put aside. What cannot be deleted is told. Never blocks."""
        self.save({table: ()})
        with self._lock:
            closed = self._closed
        if closed:
            self._tell_kept("it was given up, because the card was too slow")
        else:
            self._writer.submit(self._forget, table)

    def flushed(self) -> "Future[None]":
        """Done once everything that was saved until here is written."""
        return self._writer.submit(lambda: None)

    def close(self) -> None:
        """Write what was saved, within `FLUSH_TIMEOUT_S`; what is saved from here on is not. Blocks."""
        with self._lock:
            closed, self._closed = self._closed, True
        if not closed:
            wait([self._writer.submit(self._close)], FLUSH_TIMEOUT_S)
            self._writer.shutdown(wait=False)

    # ------------------------------------------------------------------ in the thread

    def _load(self) -> Mapping[str, Sequence[Row]]:
        there = self._path.exists()
        try:
            self._db, found = self._open()
        except (sqlite3.Error, OSError) as error:
            self._unread = there
            self._tell(f"{self._path} cannot be read, so nothing of it is known: {error}")
            return dict.fromkeys(schema.TABLES, ())
        with suppress(OSError):
            (self._state.folder / TIMERS_OF_BEFORE).unlink(missing_ok=True)
        with self._lock:
            self._rows = {**found, **self._rows}
        return found

    def _open(self) -> "tuple[sqlite3.Connection, Mapping[str, Sequence[Row]]]":
        with suppress(FileExistsError):  # ours alone, which SQLite would not see to
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            return self._open_sound()
        except schema.NewerFile as newer:
            self._put_aside(str(newer))
        except sqlite3.DatabaseError as error:
            if _is_of_the_machine(error):
                raise
            self._put_aside(str(error))
        return self._open_sound()

    def _open_sound(self) -> "tuple[sqlite3.Connection, Mapping[str, Sequence[Row]]]":
        db = schema.opened(str(self._path), self._timers_of_before)
        try:
            return db, schema.read(db)
        except BaseException:
            db.close()
            raise

    def _put_aside(self, reason: str) -> None:
        """With its journal, which would be rolled back into the file that takes its place."""
        self._journal.unlink(missing_ok=True)
        self._state.put_aside(FILE, reason)

    def _forget(self, table: str) -> None:
        try:
            if self._unread:
                with closing(schema.opened(str(self._path), list)) as db:
                    self._replace(db, {table: ()})
            aside = self._path.with_name(f"{FILE}.spoilt")
            if aside.exists():
                _overwrite(aside)
                aside.unlink()
        except (sqlite3.Error, OSError, schema.NewerFile) as error:
            self._tell_kept(str(error))
        if table in self._unwritten:
            self._tell_kept("it cannot be written")

    def _write(self) -> None:
        with self._lock:
            self._waits = False
            tables = {table: self._rows[table] for table in self._unwritten}
            self._unwritten.clear()
        if self._unread:
            return
        try:
            if self._db is None:
                self._db, _ = self._open()
                tables = dict(self._rows)  # whatever became of the file, it has everything
            self._replace(self._db, tables)
        except (sqlite3.Error, OSError) as error:
            self._lose(set(tables), error)
        else:
            self._told = False

    def _replace(self, db: sqlite3.Connection, tables: Mapping[str, Sequence[Row]]) -> None:
        db.execute("BEGIN IMMEDIATE")
        try:
            schema.replace(db, tables)
            db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # it did so itself
                db.execute("ROLLBACK")
            raise
        if self._journal.exists():
            _overwrite(self._journal)

    def _lose(self, tables: set[str], error: Exception) -> None:
        """They are written with what is saved next."""
        with self._lock:
            self._unwritten |= tables
        self._shut()
        self._tell(f"{self._path} cannot be written, so a restart forgets timers and alarms: {error}")

    def _tell_kept(self, reason: str) -> None:
        self._state.warn(
            f"what was to be forgotten may still be in {self._path} ({reason});"
            " stop the service and delete that file"
        )

    def _tell(self, sentence: str) -> None:
        if not self._told:
            self._told = True
            self._state.warn(sentence)

    def _shut(self) -> None:
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.close()
            self._db = None

    def _close(self) -> None:
        if self._unwritten:  # what failed before has its last chance
            self._write()
        self._shut()


def _overwrite(file: Path) -> None:
    """What it held is gone; it has the same size."""
    with file.open("r+b", buffering=0) as opened:
        opened.write(bytes(file.stat().st_size))
        os.fsync(opened.fileno())


def _is_of_the_machine(error: sqlite3.DatabaseError) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    return any(name.startswith(kind) for kind in _OF_THE_MACHINE)
