"""The kinds of light: each shows a pattern as well as it can."""

from typing import Protocol

from appliance.panel.apa102 import frame_bytes
from appliance.panel.patterns import Pattern, brightness, chain, colour, is_lit, next_beat_ms, next_frame_ms


class Lamp(Protocol):
    """A light of any kind. What it is set to takes less than a millisecond to reach it."""

    def set(self, pattern: Pattern, t_ms: float) -> float | None:
        """Show what `pattern` is `t_ms` after it began; after how many ms to be set again (None: never)."""

    def darken(self) -> None:
        """Be off."""


class Switch(Protocol):
    """A light that is on or off (`gpiozero.LED`)."""

    def on(self) -> None: ...
    def off(self) -> None: ...


class Dimmer(Protocol):
    """A light with shades (`gpiozero.PWMLED`), 0…1."""

    value: float


class Mixer(Protocol):
    """A light with colours (`gpiozero.RGBLED`), each 0…1."""

    value: tuple[float, float, float]


class Wire(Protocol):
    """A bus (`gpiozero`'s SPI)."""

    def write(self, data: list[int], /) -> object: ...


class NoLamp:
    """There is none."""

    def set(self, pattern: Pattern, t_ms: float) -> float | None:
        return None

    def darken(self) -> None:
        pass


class LedLamp:
    """One LED that is on or off."""

    def __init__(self, led: Switch) -> None:
        self._led = led

    def set(self, pattern: Pattern, t_ms: float) -> float | None:
        if is_lit(pattern, t_ms):
            self._led.on()
        else:
            self._led.off()
        return next_beat_ms(pattern, t_ms)

    def darken(self) -> None:
        self._led.off()


class PwmLamp:
    """One LED with shades."""

    def __init__(self, led: Dimmer, bright: float) -> None:
        self._led = led
        self._bright = bright

    def set(self, pattern: Pattern, t_ms: float) -> float | None:
        self._led.value = brightness(pattern, t_ms) * self._bright
        return next_beat_ms(pattern, t_ms) if not pattern.swells else next_frame_ms(pattern, t_ms)

    def darken(self) -> None:
        self._led.value = 0.0


class RgbLamp:
    """One LED with colours."""

    def __init__(self, led: Mixer, bright: float) -> None:
        self._led = led
        self._bright = bright

    def set(self, pattern: Pattern, t_ms: float) -> float | None:
        red, green, blue = colour(pattern, t_ms)
        self._led.value = (red * self._bright, green * self._bright, blue * self._bright)
        return next_beat_ms(pattern, t_ms) if not pattern.swells else next_frame_ms(pattern, t_ms)

    def darken(self) -> None:
        self._led.value = (0.0, 0.0, 0.0)


class ChainLamp:
    """A chain of APA102."""

    def __init__(self, wire: Wire, count: int, bright: float) -> None:
        self._wire = wire
        self._count = count
        self._bright = bright

    def set(self, pattern: Pattern, t_ms: float) -> float | None:
        self._send(chain(pattern, t_ms, self._count))
        return next_frame_ms(pattern, t_ms)

    def darken(self) -> None:
        self._send(((0.0, 0.0, 0.0),) * self._count)

    def _send(self, pixels: tuple[tuple[float, float, float], ...]) -> None:
        self._wire.write(list(frame_bytes(pixels, self._bright)))
