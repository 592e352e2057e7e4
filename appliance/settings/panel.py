"""The button and the light: which pins they are on."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from appliance.settings.section import Allowed, Conflict, Section, refuse

# The 40-pin header of a Raspberry Pi has GPIO 0…27 of the BCM numbers.
Pin = Annotated[int, Field(ge=0, le=27), Allowed("0…27, the BCM number")]
MaybePin = Annotated[int, Field(ge=-1, le=27), Allowed("-1…27, the BCM number; -1: there is none")]
# Both chip selects, both data lines and the clock; whoever has the bus has all of them.
SPI0 = frozenset({7, 8, 9, 10, 11})


class Panel(Section):
    """What hands and eyes have of the appliance."""

    pins: Literal["auto", "on", "off"] = "auto"
    button: MaybePin = 17
    button_pull: Literal["up", "down"] = "up"
    light: Literal["none", "led", "pwm", "rgb", "apa102"] = "led"
    light_active_high: bool = True
    led: Pin = 27
    red: Pin = 22
    green: Pin = 23
    blue: Pin = 24
    chain_count: int = Field(default=3, ge=1, le=64)
    chain_select: int = Field(default=1, ge=0, le=1)
    chain_power: MaybePin = -1
    brightness: float = Field(default=0.3, ge=0.01, le=1)

    @model_validator(mode="after")
    def _one_thing_on_each_pin(self) -> Self:
        taken: dict[int, str] = {}
        conflicts = []
        for key in self._keys_of_pins():
            pin = getattr(self, key)
            if pin in taken:
                conflicts.append(Conflict(key, "must be another pin than", taken[pin]))
            elif pin in SPI0 and self.light == "apa102":
                conflicts.append(Conflict(key, "must be no pin of SPI0 (7…11), which the lights are on"))
            elif pin >= 0:
                taken[pin] = key
        refuse(conflicts)
        return self

    def _keys_of_pins(self) -> tuple[str, ...]:
        lights: dict[str, tuple[str, ...]] = {
            "none": (),
            "led": ("led",),
            "pwm": ("led",),
            "rgb": ("red", "green", "blue"),
            "apa102": ("chain_power",),
        }
        return ("button", *lights[self.light])
