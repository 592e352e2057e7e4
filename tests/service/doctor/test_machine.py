"""The machine under the appliance: what its clock, card, temperature and power supply mean."""

import ctypes
import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.service.doctor import machine
from appliance.service.doctor.finding import Verdict

BUILT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("year", "synchronised", "verdict"),
    [(1970, False, Verdict.BROKEN), (2027, False, Verdict.POOR), (2027, True, Verdict.OK)],
)
def test_a_clock_before_our_own_files_was_never_set(year: int, synchronised: bool, verdict: Verdict) -> None:
    found = machine.check_clock(datetime(year, 1, 1, tzinfo=UTC), BUILT, synchronised=synchronised)
    assert found.verdict is verdict


@pytest.mark.parametrize(("state", "synchronised"), [(0, True), (4, True), (5, False), (-1, False)])
def test_the_kernel_says_whether_its_clock_is_set_by_the_network(
    state: int, synchronised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its answer to adjtimex(2): 0 to 4 are clocks with or without a leap second, 5 is one on its own."""

    class Library:
        def __init__(self, name: None) -> None:
            pass

        def adjtimex(self, timex: object) -> int:
            return state

    monkeypatch.setattr(ctypes, "CDLL", Library)
    assert machine.clock_is_synchronised() is synchronised


def test_a_library_that_cannot_ask_the_kernel_knows_of_no_network_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert machine.clock_is_synchronised() is False


def test_the_question_for_its_clock_makes_sense_to_the_kernel() -> None:
    """Though some containers are forbidden to ask it."""
    library = ctypes.CDLL(None, use_errno=True)
    state = library.adjtimex(ctypes.create_string_buffer(machine._TIMEX_BYTES))
    assert state >= 0 or ctypes.get_errno() == errno.EPERM


def test_our_files_were_built_before_now() -> None:
    assert BUILT.replace(year=2020) < machine.built_at() < datetime.now(UTC)


def test_a_state_directory_may_be_missing_and_not_forbidden(tmp_path: Path) -> None:
    assert machine.check_state(tmp_path / "new" / "state").verdict is Verdict.OK
    (tmp_path / "file").touch()
    assert machine.check_state(tmp_path / "file" / "state").verdict is Verdict.BROKEN


def test_a_state_directory_that_this_user_cannot_even_see_is_forbidden(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    user = os.getuid()
    os.setresuid(user or 65534, user or 65534, user)  # root sees everything
    try:
        state, disk = machine.check_state(closed / "state"), machine.check_disk(closed / "state")
    finally:
        os.setresuid(user, user, user)
        closed.chmod(0o700)
    assert state.verdict is Verdict.BROKEN
    assert "MB are free" in disk.sentence


def test_what_was_put_aside_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "timers.json.spoilt").touch()
    found = machine.check_state(tmp_path)
    assert found.verdict is Verdict.POOR
    assert "timers.json.spoilt" in found.sentence


@pytest.mark.parametrize(
    ("milli_c", "verdict"), [("45123", Verdict.OK), ("80500", Verdict.POOR), ("x", Verdict.SKIPPED)]
)
def test_a_hot_processor_is_told_of(tmp_path: Path, milli_c: str, verdict: Verdict) -> None:
    (tmp_path / "thermal_zone0").mkdir()
    (tmp_path / "thermal_zone0" / "temp").write_text(f"{milli_c}\n")
    assert machine.check_temperature(tmp_path).verdict is verdict


@pytest.mark.parametrize(
    ("told", "verdict", "word"),
    [
        ("throttled=0x0", Verdict.OK, "strong"),
        ("throttled=0x50005", Verdict.BROKEN, "at this moment"),
        ("throttled=0x50000", Verdict.POOR, "since the start"),
        ("throttled=0x40000", Verdict.POOR, "slowed down"),
        ("VCHI initialization failed", Verdict.SKIPPED, "Raspberry"),
    ],
)
def test_a_power_supply_that_is_too_weak_is_told_of(told: str, verdict: Verdict, word: str) -> None:
    found = machine.check_power(["echo", told])
    assert (found.verdict, word in found.sentence) == (verdict, True)


def test_no_raspberry_pi_is_no_mistake() -> None:
    assert machine.check_power(["/nonexistent/vcgencmd"]).verdict is Verdict.SKIPPED
