"""Both sides of a replay on a real loudspeaker, so that people in the room can follow it."""

from collections.abc import Callable

import numpy as np

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.seam import SpeakerDevice
from appliance.audio.speaker import Speaker
from appliance.errors import DeviceError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.pcm.ring import SampleRing
from appliance.service.ticker import Loudspeaker, Microphone

# Everything that is heard here is one long answer to nobody.
_PROGRAMME = 1


class Monitor:
    """Plays what the microphone heard and the loudspeaker played, as it comes, 10 ms at a time.

    What is lost here (a device that stops) is lost to the listeners only. `near_hz` and `out_hz` are
    the rates of the two sides.
    """

    def __init__(self, device: SpeakerDevice, near_hz: int, out_hz: int) -> None:
        self._near = Resampler(near_hz, device.rate_hz)
        self._out = Resampler(out_hz, device.rate_hz)
        self._waiting = np.empty(0, dtype=np.int16)  # of the near end; as long as one block at most
        playout = Playout(PlayoutOptions(device.rate_hz))
        self._speaker = Speaker(
            playout,
            device.rate_hz,
            device,
            _give_up,
            SampleRing.allocate(NEAR_RATE_HZ),
            on_event=lambda event: None,
            tell=lambda change: None,
            fatal=lambda fault: None,
        )
        self._speaker.begin(_PROGRAMME)
        self._speaker.play()
        self._speaker.start()

    def near_end(self, pcm: Pcm) -> None:
        """The microphone's next samples; before `loudspeaker` of the same tick."""
        self._waiting = np.concatenate((self._waiting, self._near.process(pcm)))

    def loudspeaker(self, pcm: Pcm) -> None:
        """The loudspeaker's next samples."""
        block = self._out.process(pcm).astype(np.int32)
        near, self._waiting = self._waiting[: len(block)], self._waiting[len(block) :]
        block[: len(near)] += near
        self._speaker.append(_PROGRAMME, np.clip(block, -32768, 32767).astype(np.int16))

    def close(self) -> None:
        """Fade out and let the device go."""
        self._speaker.close()


def _give_up(name: str, keep_on: Callable[[], bool]) -> SpeakerDevice:
    raise DeviceError(f"the loudspeaker {name!r} was lost")


class FollowedMicrophone:
    """A microphone whose samples are heard in the room as well."""

    def __init__(self, microphone: Microphone, monitor: Monitor) -> None:
        self._microphone = microphone
        self._monitor = monitor
        self.rate_hz = microphone.rate_hz

    def read(self, count: int) -> Pcm:
        """As Microphone."""
        block = self._microphone.read(count)
        self._monitor.near_end(block)
        return block


class FollowedLoudspeaker:
    """A loudspeaker whose samples are heard in the room as well."""

    def __init__(self, loudspeaker: Loudspeaker, monitor: Monitor) -> None:
        self._loudspeaker = loudspeaker
        self._monitor = monitor

    def write(self, pcm: Pcm) -> None:
        """As Loudspeaker."""
        self._loudspeaker.write(pcm)
        self._monitor.loudspeaker(pcm)
