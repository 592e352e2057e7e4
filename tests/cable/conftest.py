"""The virtual audio cable, for tests that need a real sound device."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.cable import VirtualCable


@pytest.fixture
def cable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualCable]:
    """A cable that this process and its children are plugged into."""
    with VirtualCable(tmp_path) as cable:
        for name, value in cable.settings.items():
            monkeypatch.setenv(name, value)
        yield cable
