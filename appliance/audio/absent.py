"""What stands for a device that could not be opened at the start: one that is lost from the first moment."""

from typing import NoReturn

from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.errors import DeviceError


class AbsentMicrophone:
    """As CaptureDevice. Whoever keeps it takes it for lost, for `reason`, and opens the real one once it is
    there.

    Its rate is the one that was wanted; the real one may have another.
    """

    channels = 1
    overruns = 0

    def __init__(self, options: CaptureOptions, reason: DeviceError) -> None:
        self.name = options.device
        self.rate_hz = options.rate_hz
        self.reason = reason

    def read(self) -> NoReturn:
        """It is not there."""
        raise self.reason

    def close(self) -> None:
        """There is nothing to let go."""


class ClosedMicrophone:
    """As CaptureDevice. What stands for a microphone that is muted from the first moment: whoever keeps it
    opens the real one when it is wanted."""

    channels = 1
    overruns = 0

    def __init__(self, name: str, rate_hz: int) -> None:
        self.name = name
        self.rate_hz = rate_hz

    def read(self) -> None:
        """Nothing is heard."""

    def close(self) -> None:
        """There is nothing to let go."""


class AbsentLoudspeaker:
    """As SpeakerDevice; see AbsentMicrophone."""

    channels = 1

    def __init__(self, options: SpeakerOptions, reason: DeviceError) -> None:
        self.name = options.device
        self.rate_hz = options.rate_hz
        self.capacity_samples = 0
        self.reason = reason

    def delay_samples(self) -> NoReturn:
        """It is not there."""
        raise self.reason

    def write(self, block: bytes) -> NoReturn:
        """It is not there."""
        raise self.reason

    def close(self) -> None:
        """There is nothing to let go."""
