"""Where there are no pins it runs and says so once; where they cannot be used, it never seems they could."""

from pathlib import Path

import pytest

from appliance.panel.pins import Hardware, NoHardware, PinsError, PiPlaces
from appliance.service.panel.panel_pins import open_hardware
from appliance.settings.panel import Panel

LAPTOP = PiPlaces(Path("/nonexistent"), Path("/nonexistent"))


@pytest.fixture
def pi(tmp_path: Path) -> PiPlaces:
    (tmp_path / "revision").write_bytes(b"\x00\xd0\x31\x14")
    return PiPlaces(tmp_path / "revision", tmp_path / "cpuinfo")


def test_a_laptop_runs_without_and_says_so_once() -> None:
    told: list[str] = []
    assert isinstance(open_hardware(Panel(), {}, told.append, LAPTOP), NoHardware)
    assert len(told) == 1
    assert told[0].startswith("no button and no light: this is no Raspberry Pi")


def test_who_wants_no_pins_is_told_nothing(pi: PiPlaces) -> None:
    told: list[str] = []
    assert isinstance(open_hardware(Panel(pins="off"), {}, told.append, pi), NoHardware)
    assert told == []


def test_on_a_pi_pins_that_cannot_be_used_are_told(pi: PiPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    _no_lgpio(monkeypatch)
    assert isinstance(open_hardware(Panel(), {}, told.append, pi), NoHardware)
    assert told == [
        "the button and the light cannot be used: lgpio is not installed (Debian: python3-lgpio);"
        " it runs without them"
    ]


def test_who_wants_pins_in_any_case_gets_them_or_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_lgpio(monkeypatch)
    with pytest.raises(PinsError, match=r'python3-lgpio.*"on" does not start without them, "auto" does'):
        open_hardware(Panel(pins="on"), {}, lambda sentence: None, LAPTOP)


def test_gpiozeros_own_variable_is_heeded() -> None:
    hardware = open_hardware(Panel(), {"GPIOZERO_PIN_FACTORY": "mock"}, lambda sentence: None, LAPTOP)
    assert isinstance(hardware, Hardware)
    hardware.close()


def _no_lgpio(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
