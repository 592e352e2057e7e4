"""One second of a microphone, and a loudspeaker for a moment, without a sound of ours."""

import time
from typing import Final

from appliance.audio.devices import open_loudspeaker, open_microphone
from appliance.audio.intake import Intake
from appliance.audio.seam import CaptureDevice, CaptureOptions, SpeakerOptions
from appliance.errors import DeviceError

# Enough to tell a dead constant from a quiet room: a live microphone has noise.
_LISTEN_S: Final = 1.0
# USB devices need up to half a second to start.
_DEADLINE_S: Final = 3.0


def listen(microphone: str) -> tuple[str, bool]:
    """Its stable name, and whether it `is_dead`. Raises DeviceError also where it cannot be opened."""
    device = open_microphone(CaptureOptions(microphone))
    try:
        return device.name, is_dead(device)
    finally:
        device.close()


def is_dead(device: CaptureDevice) -> bool:
    """Whether it delivers nothing but one number, of each channel its own; it may click when it is opened.

    Raises DeviceError: it delivers nothing.
    """
    deadline_s = time.monotonic() + _DEADLINE_S
    intake = Intake(device.rate_hz, device.channels, device.rate_hz)
    heard_bytes, wanted_bytes = 0, round(_LISTEN_S * device.rate_hz) * device.channels * 2
    while heard_bytes < wanted_bytes:
        if time.monotonic() > deadline_s:
            raise DeviceError(f"the microphone {device.name!r} delivers no sound")
        block = device.read() or b""
        intake.take(block)
        heard_bytes += len(block)
    return intake.still_s > _LISTEN_S / 2


def try_loudspeaker(loudspeaker: str) -> None:
    """Open it and let it go. Raises DeviceError: it cannot be opened."""
    open_loudspeaker(SpeakerOptions(loudspeaker)).close()
