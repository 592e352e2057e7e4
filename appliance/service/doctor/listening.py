"""One second of a microphone, and a loudspeaker for a moment, without a sound of ours."""

import time
from typing import Final

import numpy as np

from appliance.audio.devices import open_loudspeaker, open_microphone
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.errors import DeviceError

# Enough to tell a dead constant from a quiet room: a live microphone has noise.
_LISTEN_S: Final = 1.0
# USB devices need up to half a second to start.
_DEADLINE_S: Final = 3.0


def listen(microphone: str) -> tuple[str, bool]:
    """Its stable name, and whether it is dead: it delivers nothing but one number.

    Raises DeviceError: it cannot be opened, or delivers nothing.
    """
    device = open_microphone(CaptureOptions(microphone))
    try:
        deadline_s = time.monotonic() + _DEADLINE_S
        heard: list[bytes] = []
        wanted_bytes = round(_LISTEN_S * device.rate_hz) * device.channels * 2
        while sum(map(len, heard)) < wanted_bytes:
            if time.monotonic() > deadline_s:
                raise DeviceError(f"the microphone {device.name!r} delivers no sound")
            heard.append(device.read() or b"")
        samples = np.frombuffer(b"".join(heard), np.int16)
        return device.name, not np.ptp(samples)
    finally:
        device.close()


def try_loudspeaker(loudspeaker: str) -> None:
    """Open it and let it go. Raises DeviceError: it cannot be opened."""
    open_loudspeaker(SpeakerOptions(loudspeaker)).close()
