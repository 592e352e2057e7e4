"""`[audio.input]` and `[audio.output]`: which device it is, and how it is treated."""

from typing import Annotated, Any, Final, Literal

from pydantic import PlainValidator

from appliance.settings.section import Allowed, Section, Text

LEAST_GAIN_DB: Final = -12.0
MOST_GAIN_DB: Final = 24.0  # speech at -54 dBFS is as loud as it has to be


def _gain(value: Any) -> Literal["auto"] | float:
    if value == "auto":
        return "auto"
    if isinstance(value, bool) or not isinstance(value, float | int):
        raise ValueError("neither auto nor a number")
    if not LEAST_GAIN_DB <= value <= MOST_GAIN_DB:
        raise ValueError("out of range")
    return float(value)


class Device(Section):
    """One sound device."""

    device: Annotated[Text, Allowed('a name from `appliance devices`; "" chooses by itself')] = ""


class InputDevice(Device):
    """The microphone."""

    gain: Annotated[
        Literal["auto"] | float,
        PlainValidator(_gain),
        Allowed(f'"auto" | {LEAST_GAIN_DB:g}…{MOST_GAIN_DB:g} dB'),
    ] = "auto"

    @property
    def gain_db(self) -> float | None:
        """The gain that the owner set; None: by how loud people speak."""
        return None if self.gain == "auto" else self.gain


class OutputDevice(Device):
    """The loudspeaker."""

    keep_awake: Literal["silence", "noise"] = "silence"
