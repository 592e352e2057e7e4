"""An open microphone and an open loudspeaker, each in a process of its own, as the seam wants them."""

import json
from dataclasses import dataclass
from typing import Final

from appliance.audio.cards import Direction, Identity
from appliance.audio.device_process import COUNT
from appliance.audio.left_process import LeftProcess
from appliance.audio.process_link import ProcessLink
from appliance.audio.seam import READ_WAIT_S
from appliance.errors import DeviceError

# A loudspeaker's process answers within a millisecond, on a busy machine within some ten.
ANSWER_TIMEOUT_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class LeftMicrophone:
    """An open microphone that runs on while the program is replaced by itself."""

    process: LeftProcess
    name: str
    rate_hz: int
    channels: int
    identity: Identity | None = None


def adopt_microphone(left: LeftMicrophone) -> "Microphone":
    """The microphone that was left, with all that it delivered meanwhile. Never raises: one that has gone
    meanwhile is lost once all of it is read."""
    link = ProcessLink(f"microphone {left.name!r}", left.process)
    return Microphone(link, left.name, left.rate_hz, left.channels, left.identity)


class Microphone:
    """As CaptureDevice."""

    def __init__(
        self,
        link: ProcessLink,
        name: str,
        rate_hz: int,
        channels: int,
        identity: Identity | None = None,
    ) -> None:
        self._link = link
        self.name = name
        self.identity = identity
        self.rate_hz = rate_hz
        self.channels = channels
        self.overruns = 0
        self.process = link.process
        self._left = False

    def leave(self) -> LeftMicrophone:
        """Let it run on, for the program that takes our place; only `close` may follow."""
        self._left = True
        return LeftMicrophone(self._link.leave(), self.name, self.rate_hz, self.channels, self.identity)

    def read(self) -> bytes | None:
        """As CaptureDevice."""
        frame = self._link.receive(READ_WAIT_S)
        if frame is None:
            return None
        kind, payload = frame
        if kind == b"B":
            (self.overruns,) = COUNT.unpack_from(payload)
            return payload[COUNT.size :]
        if kind == b"N":
            return None
        raise _lost(Direction.CAPTURE, self.name, payload)

    def close(self) -> None:
        """As CaptureDevice."""
        if not self._left:
            self._link.kill()


class Loudspeaker:
    """As SpeakerDevice."""

    def __init__(
        self,
        link: ProcessLink,
        name: str,
        rate_hz: int,
        channels: int,
        capacity_samples: int,
        identity: Identity | None = None,
    ) -> None:
        self._link = link
        self.name = name
        self.identity = identity
        self.rate_hz = rate_hz
        self.channels = channels
        self.capacity_samples = capacity_samples

    def delay_samples(self) -> int:
        """As SpeakerDevice."""
        self._link.send(b"d")
        frame = self._link.receive(ANSWER_TIMEOUT_S)
        if frame is None:
            raise DeviceError(f"the loudspeaker {self.name!r} does not answer")
        kind, payload = frame
        if kind != b"D":
            raise _lost(Direction.PLAYBACK, self.name, payload)
        (delay_samples,) = COUNT.unpack(payload)
        return int(delay_samples)

    def write(self, block: bytes) -> None:
        """As SpeakerDevice."""
        self._link.send(b"w" + COUNT.pack(len(block)) + block)

    def close(self) -> None:
        """As SpeakerDevice."""
        self._link.kill()


def _lost(direction: Direction, name: str, payload: bytes) -> DeviceError:
    return DeviceError(f"the {direction.value} {name!r} was lost: {json.loads(payload)[1]}")
