"""The one place where device time and 16 kHz time are turned into each other."""

from dataclasses import dataclass

from appliance.pcm.formats import NEAR_RATE_HZ


@dataclass(frozen=True, slots=True)
class IndexMap:
    """Which 16 kHz sample is the same instant as which sample of the device, and back.

    `device_origin` is the index of the device's sample that was the first to be resampled, and
    `delay_samples` by how many 16 kHz samples the resampler shifts what it puts out. Both ways are
    exact to half a sample of the target rate, for streams of any length.
    """

    device_hz: int
    device_origin: int = 0
    delay_samples: int = 0

    def near_of_device(self, index: int) -> int:
        """The 16 kHz index of a device index; negative before the stream's start."""
        return self.delay_samples + _scaled(index - self.device_origin, NEAR_RATE_HZ, self.device_hz)

    def device_of_near(self, index: int) -> int:
        """The device index of a 16 kHz index."""
        return self.device_origin + _scaled(index - self.delay_samples, self.device_hz, NEAR_RATE_HZ)


def _scaled(samples: int, to_hz: int, from_hz: int) -> int:
    """Rounded to the nearest in whole numbers: floats would drift apart after some years."""
    return (2 * samples * to_hz + from_hz) // (2 * from_hz)
