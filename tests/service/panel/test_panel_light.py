"""The lamp is set at once when there is something new, and then as often as its pattern wants."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from appliance.panel.joint_state import Shown
from appliance.panel.lamps import LedLamp
from appliance.panel.patterns import PATTERNS, Pattern, is_lit
from appliance.service.panel.panel_light import PanelLight
from tests.bench.soak_time import VirtualLoop


class Led:
    """A light with a memory."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.set: list[tuple[int, bool]] = []

    def on(self) -> None:
        self.set.append((round(self._loop.time() * 1000), True))

    def off(self) -> None:
        self.set.append((round(self._loop.time() * 1000), False))


class BrokenLamp:
    """A lamp whose wire fell off, for the first so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def set(self, pattern: Pattern, t_ms: float) -> float | None:
        self.times -= 1
        if self.times >= 0:
            raise OSError("Input/output error")
        return None

    def darken(self) -> None:
        pass


def in_virtual_time(scene: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(scene)


def test_a_pattern_goes_by_its_rhythm_from_its_beginning() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        led = Led(loop)
        light = PanelLight(LedLamp(led), loop, warn=_never)
        await asyncio.sleep(0.2)
        light.show(Shown.RINGING)
        await asyncio.sleep(1.75)
        light.close()
        pattern = PATTERNS[Shown.RINGING]
        assert [ms for ms, _ in led.set] == [200, 700, 1200, 1700]
        assert [lit for _, lit in led.set] == [is_lit(pattern, ms - 200 + 1) for ms, _ in led.set]

    in_virtual_time(scene())


def test_the_same_thing_again_does_not_begin_anew() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        led = Led(loop)
        light = PanelLight(LedLamp(led), loop, warn=_never)
        for _ in range(10):
            light.show(Shown.LISTENING)
            await asyncio.sleep(0.1)
        assert led.set == [(0, True)]

    in_virtual_time(scene())


def test_a_lamp_that_fails_is_told_once_and_tried_again() -> None:
    async def scene() -> None:
        told: list[str] = []
        lamp = BrokenLamp(3)
        light = PanelLight(lamp, asyncio.get_running_loop(), told.append)
        light.show(Shown.LISTENING)
        await asyncio.sleep(10)
        assert len(told) == 1
        assert lamp.times == -1
        light.close()

    in_virtual_time(scene())


def _never(sentence: str) -> None:
    raise AssertionError(sentence)
