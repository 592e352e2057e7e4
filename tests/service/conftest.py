"""What the tests of what is kept have in common."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import Row, Store
from tests.service.reminder_room import Room, Rooms
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


@pytest.fixture
def room_at(tmp_path: Path) -> Iterator[Rooms]:
    """A room in which it is so late; of the one before the plug is pulled."""
    rooms: list[Room] = []

    def make(wall: datetime) -> Room:
        if rooms:
            rooms[-1].pull_the_plug()
        rooms.append(Room(tmp_path, wall))
        return rooms[-1]

    yield make
    rooms[-1].pull_the_plug()
