"""The pins, on gpiozero's mock ones: what is connected works, and what is not is told."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.panel.joint_state import Shown
from appliance.panel.lamps import ChainLamp
from appliance.panel.options import PanelOptions
from appliance.panel.patterns import PATTERNS, VERMILLION
from appliance.panel.pins import Hardware, PinsError, PiPlaces, is_a_pi, pin_factory

WIRED = PanelOptions(button=17, led=27, rgb=(22, 23, 24), brightness=0.5)


@pytest.fixture
def factory() -> Iterator[Any]:
    made = pin_factory("mock")
    yield made
    made.reset()


def test_the_button_is_pulled_up_and_down_when_it_is_low(factory: Any) -> None:
    hardware = Hardware(WIRED, factory)
    edges: list[bool] = []
    hardware.watch(edges.append)
    assert factory.pin(17).pull == "up"
    factory.pin(17).drive_low()
    assert hardware.button_down
    factory.pin(17).drive_high()
    assert edges == [True, False]
    hardware.close()


def test_no_edge_waits_for_a_contact_to_come_to_rest(factory: Any) -> None:
    hardware = Hardware(WIRED, factory)
    hardware.watch(lambda down: None)
    assert factory.pin(17).bounce is None
    hardware.close()


@pytest.mark.parametrize("active_high", [True, False])
def test_an_led_is_lit_as_it_is_wired(factory: Any, active_high: bool) -> None:
    hardware = Hardware(replace(WIRED, active_high=active_high), factory)
    assert bool(factory.pin(27).state) is not active_high
    hardware.lamp.set(PATTERNS[Shown.LISTENING], 0.0)
    assert bool(factory.pin(27).state) is active_high
    hardware.close()


def test_an_led_with_shades_is_as_bright_as_is_wished(factory: Any) -> None:
    hardware = Hardware(replace(WIRED, lamp="pwm"), factory)
    hardware.lamp.set(PATTERNS[Shown.LISTENING], 0.0)
    assert factory.pin(27).state == pytest.approx(0.5)
    hardware.lamp.darken()
    assert factory.pin(27).state == 0
    hardware.close()


def test_an_led_with_colours_shows_the_hue(factory: Any) -> None:
    hardware = Hardware(replace(WIRED, lamp="rgb"), factory)
    hardware.lamp.set(PATTERNS[Shown.MUTED], 0.0)
    assert [factory.pin(pin).state for pin in (22, 23, 24)] == pytest.approx(
        [light * 0.5 for light in VERMILLION]
    )
    hardware.close()


def test_after_the_end_the_light_is_out_and_the_pins_are_free(factory: Any) -> None:
    hardware = Hardware(WIRED, factory)
    hardware.lamp.set(PATTERNS[Shown.LISTENING], 0.0)
    hardware.close()
    assert factory.pin(27).function == "input"
    assert not factory.pin(27).state


def test_after_the_end_the_kernels_lines_are_let_go_by_the_factory(factory: Any, monkeypatch: Any) -> None:
    closed: list[Any] = []
    monkeypatch.setattr(type(factory), "close", lambda factory: closed.append(factory))
    hardware = Hardware(WIRED, factory)
    hardware.close()
    hardware.close()  # may be called again
    assert closed[:1] == [factory]


def test_without_a_button_and_a_light_no_pin_is_touched(factory: Any) -> None:
    hardware = Hardware(replace(WIRED, button=-1, lamp="none"), factory)
    assert not hardware.button_down
    assert not factory.pins
    hardware.close()


def test_a_pin_that_is_taken_is_named(factory: Any) -> None:
    with pytest.raises(PinsError, match="button GPIO17, led GPIO17"):
        Hardware(replace(WIRED, led=17), factory)
    Hardware(WIRED, factory).close()  # nothing of it was kept


def test_a_bus_that_would_be_banged_by_hand_is_an_error(factory: Any) -> None:
    with pytest.raises(PinsError, match=r"/dev/spidev0\.1, on which the lights are"):
        Hardware(replace(WIRED, lamp="apa102"), factory)


def test_a_chain_is_sent_a_frame_for_each_change() -> None:
    sent: list[list[int]] = []

    class Bus:
        def write(self, data: list[int], /) -> None:
            sent.append(data)

    lamp = ChainLamp(Bus(), 3, 1.0)
    lamp.set(PATTERNS[Shown.RINGING], 0.0)
    lamp.darken()
    assert [frame[4:8] for frame in sent] == [[255, 255, 255, 255], [255, 0, 0, 0]]


def test_another_pin_library_is_refused_and_never_fallen_back_to() -> None:
    with pytest.raises(PinsError, match="only lgpio drives the pins"):
        pin_factory("native")


def test_lgpio_that_is_not_there_is_an_error_and_no_other_one_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)  # as if it was not installed
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    with pytest.raises(PinsError, match="lgpio is not installed"):
        pin_factory()


FIFO_MAKER = """
import os, pathlib, sys, types
made = types.ModuleType("lgpio")
os.mkfifo(".lgd-nfy0")
sys.made_in = os.getcwd()
sys.fifo = os.open(".lgd-nfy0", os.O_RDWR | os.O_NONBLOCK)
os.set_inheritable(sys.fifo, True)
raise ImportError("far enough", name="lgpio")
"""


def test_what_lgpio_leaves_in_the_working_directory_is_not_left_in_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "lgpio.py").write_text(FIFO_MAKER)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.syspath_prepend(tmp_path / "lib")
    monkeypatch.setenv("LG_WD", str(tmp_path))
    for module in ("lgpio", "gpiozero.pins.lgpio"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(PinsError):
        pin_factory()
    made_in = Path(sys.made_in)  # type: ignore[attr-defined]
    assert made_in != Path.cwd()
    assert not made_in.exists()
    assert Path.cwd() == tmp_path / "here"
    assert not list((tmp_path / "here").iterdir())
    fifo: int = sys.fifo  # type: ignore[attr-defined]
    assert not os.get_inheritable(fifo)  # an appliance that starts anew does not inherit it
    os.close(fifo)


@pytest.mark.parametrize(
    ("revision", "cpuinfo", "expected"),
    [
        (b"\x00\xd0\x31\x14", "", True),
        (None, "model name\t: Cortex\nRevision\t: d03114\n", True),
        (None, "model name\t: Intel(R) Core(TM)\n", False),
        (None, None, False),
    ],
    ids=["device tree", "cpuinfo", "laptop", "nothing to read"],
)
def test_a_raspberry_pi_is_known_by_its_revision(
    tmp_path: Path, revision: bytes | None, cpuinfo: str | None, expected: bool
) -> None:
    places = PiPlaces(tmp_path / "revision", tmp_path / "cpuinfo")
    if revision is not None:
        places.revision.write_bytes(revision)
    if cpuinfo is not None:
        places.cpuinfo.write_text(cpuinfo)
    assert is_a_pi(places) is expected
