"""Whether button and light can be used is told where they are wanted, and only there."""

from pathlib import Path

import pytest

from appliance.service.doctor import pins
from appliance.service.doctor.finding import Verdict
from appliance.service.doctor.pins import check_pins


@pytest.mark.parametrize(("mode", "raspberry_pi"), [("off", True), ("auto", False)])
def test_where_no_pins_are_wanted_none_are_missed(tmp_path: Path, mode: str, raspberry_pi: bool) -> None:
    assert check_pins(mode, raspberry_pi=raspberry_pi, devices=tmp_path).verdict is Verdict.SKIPPED


@pytest.mark.parametrize(("mode", "raspberry_pi"), [("on", False), ("auto", True)])
def test_where_they_are_wanted_there_must_be_a_chip(tmp_path: Path, mode: str, raspberry_pi: bool) -> None:
    assert check_pins(mode, raspberry_pi=raspberry_pi, devices=tmp_path).verdict is Verdict.BROKEN


def test_a_chip_that_something_drives_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "_LIBRARIES", ("json",))
    (tmp_path / "gpiochip0").touch()
    found = check_pins("on", raspberry_pi=True, devices=tmp_path)
    assert (found.verdict, "gpiochip0" in found.sentence) == (Verdict.OK, True)


def test_what_is_missing_to_drive_it_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "_LIBRARIES", ("json", "nogpio"))
    (tmp_path / "gpiochip0").touch()
    found = check_pins("on", raspberry_pi=True, devices=tmp_path)
    assert (found.verdict, found.sentence) == (Verdict.BROKEN, "nogpio cannot be found")
    assert found.advice == "`sudo apt-get install python3-nogpio`"
