"""What the tests of the chain have in common."""

import pytest

from appliance.providers import standby


@pytest.fixture
def waited_for_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for alone: the second is asked at once."""
    monkeypatch.setattr(standby, "HEDGE_AFTER_S", 0.0)
