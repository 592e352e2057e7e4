"""The microphone and the loudspeaker of a running daemon, as they are wanted and as they come back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from appliance.audio.devices import KeepOn, open_loudspeaker, open_microphone
from appliance.audio.seam import CaptureDevice, CaptureOptions, SpeakerDevice, SpeakerOptions
from appliance.settings import Settings


@dataclass(frozen=True, slots=True)
class Devices:
    """Both devices as they were opened at the start, and how to open them again."""

    microphone: CaptureDevice
    loudspeaker: SpeakerDevice
    microphone_options: CaptureOptions
    loudspeaker_options: SpeakerOptions

    def reopen_microphone(self, previous: str, keep_on: KeepOn) -> CaptureDevice:
        """As Reopen: at the rate of the first one, where it takes that."""
        options = replace(self.microphone_options, rate_hz=self.microphone.rate_hz, previous=previous)
        return open_microphone(options, keep_on)

    def reopen_loudspeaker(self, previous: str, keep_on: KeepOn) -> SpeakerDevice:
        """As Reopen: at the rate of the first one, where it takes that."""
        options = replace(self.loudspeaker_options, rate_hz=self.loudspeaker.rate_hz, previous=previous)
        return open_loudspeaker(options, keep_on)


async def open_devices(settings: Settings, keep_on: Callable[[], bool]) -> Devices:
    """Both at once, as the settings want them.

    Raises DeviceError with one sentence; NotWanted within 0.1 s when `keep_on` is false.
    """
    heard = CaptureOptions(settings.audio.input.device)
    spoken = SpeakerOptions(settings.audio.output.device)
    microphone, loudspeaker = await asyncio.gather(
        asyncio.to_thread(open_microphone, heard, keep_on),
        asyncio.to_thread(open_loudspeaker, spoken, keep_on),
    )
    return Devices(microphone, loudspeaker, heard, spoken)
