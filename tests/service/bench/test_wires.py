"""Two wires press the button and look at the light, and what lies between them is measured."""

import threading
import time
from typing import Any

import pytest

from appliance.panel.options import PanelOptions
from appliance.panel.pins import pin_factory
from appliance.service.bench.wires import Wires, button_row

PRESS, LIGHT = 5, 6


class Appliance:
    """At the other end of both wires: while it is pressed its light is on, `late_s` after the edge."""

    def __init__(self, factory: Any, late_s: float = 0.0, *, works: bool = True) -> None:
        from gpiozero.pins.mock import MockConnectedPin

        self._light = factory.pin(LIGHT)
        self._late_s, self._works = late_s, works
        self._light.drive_low()
        appliance = self

        class Wire(MockConnectedPin):  # type: ignore[misc]  # gpiozero has no types
            def _change_state(self, value: bool) -> bool:
                appliance.pressed(not value)
                return bool(super()._change_state(value))

        factory.pin(PRESS, pin_class=Wire)

    def pressed(self, down: bool) -> None:
        if not self._works:
            return
        if not down:
            self._light.drive_low()
        elif self._late_s:
            threading.Timer(self._late_s, self._light.drive_high).start()
        else:
            self._light.drive_high()


@pytest.fixture
def factory() -> Any:
    from gpiozero.pins.mock import MockFactory

    return MockFactory()


def measure(factory: Any, presses: int = 2) -> Any:
    wires = Wires(factory, PanelOptions(), PRESS, LIGHT)
    try:
        return button_row(wires, lambda: None, presses, sleep=lambda seconds: None)
    finally:
        wires.close()


def test_a_light_that_follows_at_once_keeps_the_promise(factory: Any) -> None:
    Appliance(factory)
    row = measure(factory)
    assert (row.kept, row.promised) == (True, "p95 ≤ 50 ms, 2 of 2")


def test_a_light_that_is_slow_breaks_it(factory: Any) -> None:
    Appliance(factory, late_s=0.12)
    assert measure(factory).kept is False


def test_a_light_that_never_comes_on_breaks_it(factory: Any) -> None:
    Appliance(factory, works=False)
    row = measure(factory, presses=1)
    assert (row.measured, row.kept) == ("nothing was measured", False)


def test_the_button_is_let_go_when_it_is_over(factory: Any) -> None:
    Appliance(factory)
    wires = Wires(factory, PanelOptions(), PRESS, LIGHT)
    began_s = time.monotonic()
    assert wires.press() is not None
    assert time.monotonic() - began_s >= 0.15
    assert wires.is_dark()
    wires.close()


def test_the_mock_pins_of_the_appliance_serve_as_well() -> None:
    wires = Wires(pin_factory("mock"), PanelOptions(pull="down", active_high=False), PRESS, LIGHT)
    assert wires.is_dark()
    wires.close()
