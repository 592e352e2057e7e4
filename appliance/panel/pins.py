"""The pins of a Raspberry Pi: gpiozero on lgpio, and on nothing that it falls back to.

Only here are the two imported, and only where there are pins. lgpio makes a FIFO in the working directory
when it is imported and opens it; the directory is ours for that moment, and the FIFO needs no name after it.
(`LG_WD`, which names another one, changes the working directory of the whole process for good.)
"""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from appliance.errors import DeviceError
from appliance.panel.lamps import ChainLamp, Lamp, LedLamp, NoLamp, PwmLamp, RgbLamp
from appliance.panel.options import NO_PIN, PanelOptions

# Software PWM of lgpio is clean at this rate, and no eye sees it.
PWM_HZ: Final = 100


class PinsError(DeviceError):
    """There are pins, and they cannot be used."""


@dataclass(frozen=True, slots=True)
class PiPlaces:
    """Where a Raspberry Pi tells that it is one; gpiozero looks there too."""

    revision: Path = Path("/proc/device-tree/system/linux,revision")
    cpuinfo: Path = Path("/proc/cpuinfo")


def is_a_pi(places: PiPlaces) -> bool:
    """Whether this is a Raspberry Pi, which has the pins; a laptop has none, even with a /dev/gpiochip0."""
    with suppress(OSError):
        if places.revision.read_bytes():
            return True
    with suppress(OSError):
        return any(line.startswith("Revision") for line in places.cpuinfo.read_text("utf-8").splitlines())
    return False


def pin_factory(name: str = "lgpio") -> Any:
    """gpiozero's way to the pins by lgpio; `name` as in GPIOZERO_PIN_FACTORY, and only "mock" beside it.

    Raises PinsError with what to do.
    """
    try:
        if name == "mock":
            from gpiozero.pins.mock import MockFactory, MockPWMPin

            return MockFactory(pin_class=MockPWMPin)
        if name != "lgpio":
            raise PinsError(
                f"GPIOZERO_PIN_FACTORY is {name!r}, and only lgpio drives the pins here; unset it"
            )
        with _folder_of_its_own():
            from gpiozero.pins.lgpio import LGPIOFactory
        return LGPIOFactory()
    except ImportError as error:
        raise PinsError(
            f"the button and the light cannot be used: {error.name or 'gpiozero'} is not installed"
            " (Debian: python3-lgpio)"
        ) from error
    except PinsError:
        raise
    except Exception as error:  # each pin library has failures of its own, without a common base
        words = _words(error)
        hint = "; is the appliance in the group gpio?" if "gpiochip" in words else ""
        raise PinsError(f"the button and the light cannot be used: {words}{hint}") from error


@contextmanager
def _folder_of_its_own() -> Iterator[None]:
    before, wished = Path.cwd(), os.environ.pop("LG_WD", None)
    try:
        with tempfile.TemporaryDirectory(prefix="pins-", ignore_cleanup_errors=True) as folder:
            os.chdir(folder)
            try:
                yield
            finally:
                os.chdir(before)
                _keep_from_the_next_program(folder)
    finally:
        if wished is not None:
            os.environ["LG_WD"] = wished


def _keep_from_the_next_program(folder: str) -> None:
    """What was opened in `folder` is closed when the appliance starts anew (execve); lgpio leaves it open."""
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # such as that of this very look
            if os.readlink(descriptor).startswith(folder):
                os.set_inheritable(int(descriptor.name), False)


Edge = Callable[[bool], None]


class Hardware:
    """The button and the lamp as they are wired; closed by `close`, which leaves the lamp dark."""

    def __init__(self, options: PanelOptions, factory: Any) -> None:
        """Takes the pins, and the factory with them. Raises PinsError, with all of it let go."""
        self._factory = factory
        self._devices: list[Any] = []
        self._button: Any = None
        self.lamp: Lamp = NoLamp()
        try:
            self._claim(options, factory)
        except PinsError:
            self.close()
            raise
        except Exception as error:  # as above
            self.close()
            used = ", ".join(f"{name} GPIO{pin}" for name, pin in options.pins)
            raise PinsError(f"the pins of [panel] ({used}) cannot be used: {_words(error)}") from error

    def _claim(self, options: PanelOptions, factory: Any) -> None:
        from gpiozero import LED, PWMLED, RGBLED, DigitalInputDevice

        own = {"pin_factory": factory}
        light = {"active_high": options.active_high, **own}
        if options.button != NO_PIN:
            # Debounced by us: lgpio would tell of the edge only after it.
            self._button = self._keep(
                DigitalInputDevice(options.button, pull_up=options.pull == "up", bounce_time=None, **own)
            )
        if options.lamp == "led":
            self.lamp = LedLamp(self._keep(LED(options.led, **light)))
        elif options.lamp == "pwm":
            led = self._keep(PWMLED(options.led, frequency=PWM_HZ, **light))
            self.lamp = PwmLamp(led, options.brightness)
        elif options.lamp == "rgb":
            self.lamp = RgbLamp(self._keep(RGBLED(*options.rgb, **light)), options.brightness)
        elif options.lamp == "apa102":
            if options.chain_power != NO_PIN:
                self._keep(LED(options.chain_power, initial_value=True, **own))
            spi = self._keep(_hardware_spi(factory, options.chain_select))
            self.lamp = ChainLamp(spi, options.chain_count, options.brightness)

    def _keep(self, device: Any) -> Any:
        self._devices.append(device)
        return device

    @property
    def button_down(self) -> bool:
        """Whether the button is pressed at this moment."""
        return self._button is not None and bool(self._button.is_active)

    def watch(self, edge: Edge) -> None:
        """From here on tell `edge` whether the contact closed, from gpiozero's thread."""
        if self._button is not None:
            self._button.when_activated = lambda: edge(True)
            self._button.when_deactivated = lambda: edge(False)

    def close(self) -> None:
        """Darken the lamp and let the pins go. May be called again."""
        with suppress(Exception):
            self.lamp.darken()
        for device in reversed(self._devices):
            with suppress(Exception):
                device.close()
        with suppress(Exception):
            self._factory.close()  # only this lets the kernel's lines go
        self._devices.clear()
        self._button, self.lamp = None, NoLamp()


class NoHardware:
    """As Hardware, where there is none."""

    button_down: Final = False
    lamp: Final = NoLamp()

    def watch(self, edge: Edge) -> None:
        """There is nothing to tell."""

    def close(self) -> None:
        """There is nothing to let go."""


def _hardware_spi(factory: Any, select: int) -> Any:
    """SPI0 of the kernel; where gpiozero cannot have that, it would set each bit by itself, and warn."""
    from gpiozero import SPISoftwareFallback

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SPISoftwareFallback)
            return factory.spi(port=0, device=select)
    except SPISoftwareFallback as fallback:
        raise PinsError(
            f"/dev/spidev0.{select}, on which the lights are, cannot be used;"
            " switch SPI on (raspi-config, or dtparam=spi=on in config.txt)"
        ) from fallback


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
