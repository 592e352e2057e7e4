"""The store's file, opened again and again, for tests."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from appliance.service.memory.store import Row, Store

OpenStore = Callable[..., Store]  # with the timers of before, where there are any

TEA: Final[Row] = {"name": "tea", "length_s": 60.0, "due_unix_s": 1000.0, "rang": 0}


def loaded(store: Store) -> Mapping[str, Sequence[Row]]:
    """What an earlier run has left in it."""
    return store.load().result(5)


def saved(store: Store, **tables: Sequence[Row]) -> None:
    """Returns when they are written, or cannot be."""
    store.save(tables)
    store.flushed().result(5)
