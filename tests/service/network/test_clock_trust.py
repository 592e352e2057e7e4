"""Nobody is woken by a clock that nobody has set, and everybody by one that is right."""

import asyncio
from pathlib import Path

import pytest

from appliance.service.network.clock_trust import MAX_APART_S, ClockTrust

NOW_S = 1_800_000_000.0


def trust(folder: Path, synchronized: bool | None) -> ClockTrust:
    return ClockTrust(lambda: synchronized, folder, lambda: NOW_S)


def battery_clock(folder: Path, *, apart_s: float, given: str = "1") -> None:
    clock = folder / "rtc0"
    clock.mkdir()
    (clock / "hctosys").write_text(f"{given}\n")
    (clock / "since_epoch").write_text(f"{NOW_S + apart_s:.0f}\n")


@pytest.mark.parametrize(("synchronized", "trusted"), [(True, True), (False, False), (None, True)])
def test_the_time_service_is_believed_and_where_there_is_none_the_clock(
    synchronized: bool | None, trusted: bool, tmp_path: Path
) -> None:
    assert trust(tmp_path, synchronized).look() is trusted


def test_without_a_network_a_battery_clock_will_do(tmp_path: Path) -> None:
    battery_clock(tmp_path, apart_s=MAX_APART_S)
    assert trust(tmp_path, False).look()


@pytest.mark.parametrize(("apart_s", "given"), [(MAX_APART_S + 1, "1"), (-NOW_S, "1"), (0, "0")])
def test_a_battery_clock_that_is_empty_or_was_not_asked_will_not(
    apart_s: float, given: str, tmp_path: Path
) -> None:
    battery_clock(tmp_path, apart_s=apart_s, given=given)
    assert not trust(tmp_path, False).look()


def test_a_battery_clock_that_cannot_be_read_will_not(tmp_path: Path) -> None:
    (tmp_path / "rtc0").mkdir()
    assert not trust(tmp_path, False).look()


def test_somebody_who_sets_it_is_believed(tmp_path: Path) -> None:
    clock = trust(tmp_path, False)
    clock.take({"event": "phase"})
    assert not clock.is_set
    clock.take({"event": "clock_set", "step_ms": 86_400_000})
    assert clock.is_set


async def test_watching_ends_once_it_is_set(tmp_path: Path) -> None:
    clock = trust(tmp_path, True)
    async with asyncio.timeout(5):
        await clock.watch()
    assert clock.is_set
