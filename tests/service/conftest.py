"""What the tests of the store have in common."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from appliance.service.state import StateDirectory
from appliance.service.store import Row, Store
from tests.service.stores import OpenStore


@pytest.fixture
def warnings() -> list[str]:
    """What the owner is told of what is kept for him."""
    return []


@pytest.fixture
def open_store(tmp_path: Path, warnings: list[str]) -> Iterator[OpenStore]:
    """Opens the file anew; the one before must be closed."""
    opened: list[Store] = []

    def make(timers_of_before: Sequence[Row] = ()) -> Store:
        opened.append(Store(StateDirectory(tmp_path, warnings.append), lambda: timers_of_before))
        return opened[-1]

    yield make
    opened[-1].close()
