"""Whether there are pins, and what becomes of the appliance where they cannot be used."""

from collections.abc import Callable, Mapping

from appliance.panel.options import PanelOptions
from appliance.panel.pins import Hardware, NoHardware, PinsError, PiPlaces, is_a_pi, pin_factory
from appliance.settings.panel import Panel

FACTORY_VARIABLE = "GPIOZERO_PIN_FACTORY"


def panel_options(panel: Panel) -> PanelOptions:
    """The room's options, from the owner's."""
    return PanelOptions(
        button=panel.button,
        pull=panel.button_pull,
        lamp=panel.light,
        led=panel.led,
        rgb=(panel.red, panel.green, panel.blue),
        active_high=panel.light_active_high,
        chain_count=panel.chain_count,
        chain_select=panel.chain_select,
        chain_power=panel.chain_power,
        brightness=panel.brightness,
    )


def open_hardware(
    panel: Panel,
    environ: Mapping[str, str],
    tell_owner: Callable[[str], None],
    places: PiPlaces | None = None,
) -> Hardware | NoHardware:
    """The button and the light as the owner wired them; where there are none, the owner is told.

    With `pins` "on" raises PinsError where they cannot be used; with "auto" that is told, and a machine that
    is no Raspberry Pi has none. Importing the pins takes some 100 ms on a Pi: before there is sound.
    """
    wanted = environ.get(FACTORY_VARIABLE, "")
    if panel.pins == "off":
        return NoHardware()
    if panel.pins == "auto" and not wanted and not is_a_pi(places or PiPlaces()):
        tell_owner("no button and no light: this is no Raspberry Pi (panel.pins = off says this no more)")
        return NoHardware()
    try:
        return Hardware(panel_options(panel), pin_factory(wanted or "lgpio"))
    except PinsError as error:
        if panel.pins == "on":
            raise PinsError(
                f'{error}; panel.pins = "on" does not start without them, "auto" does and says so'
            ) from error
        tell_owner(f"{error}; it runs without them")
        return NoHardware()
