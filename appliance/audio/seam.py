"""The narrow seam in front of the sound devices, and what may be chosen behind it.

Sound crosses it as bytes, 16-bit native-endian samples with the channels interleaved, because a device
lives in a small process of its own, without numpy, behind a pipe (docs/decisions/0010). A device belongs
to one thread: the one that reads or writes it also closes it.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from appliance.audio.search import Previous

# Longest that `CaptureDevice.read` waits: several times a block, and still short enough that the
# thread which reads sees the wish to stop well within its own half second.
READ_WAIT_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class CaptureOptions:
    """Which microphone. `device`: a name from `list_devices`, or "" to choose by itself.

    `rate_hz` is tried first, mono; a device that refuses it runs at its own rate. A block of 512
    samples at 16 kHz completes a detector's window exactly when the read returns. `previous` is the
    device that was lost and is to be opened again, or replaced (see `choose`).
    """

    device: str = ""
    rate_hz: int = 16_000  # what hearing runs at; not imported from where numpy is
    block_ms: int = 32
    previous: Previous = Previous()  # noqa: RUF009  immutable


@dataclass(frozen=True, slots=True)
class SpeakerOptions:
    """Which loudspeaker; as `CaptureOptions`. 24 kHz is what the providers speak at."""

    device: str = ""
    rate_hz: int = 24_000
    block_ms: int = 20
    previous: Previous = Previous()  # noqa: RUF009  immutable


class CaptureDevice(Protocol):
    """An open microphone, delivering blocks of the length that was asked for."""

    @property
    def name(self) -> str: ...

    @property
    def rate_hz(self) -> int: ...

    @property
    def channels(self) -> int: ...

    @property
    def overruns(self) -> int:
        """How often sound was lost because nobody read in time."""

    def read(self) -> bytes | None:
        """The next block; None when it is not complete within `READ_WAIT_S`, and nothing is lost then.

        Raises DeviceError when the microphone is gone; only `close` may follow.
        """

    def close(self) -> None:
        """Let go of the device; drops what was not read. The last call."""


class SpeakerDevice(Protocol):
    """An open loudspeaker, taking blocks of any length into a queue of `capacity_samples` frames."""

    @property
    def name(self) -> str: ...

    @property
    def rate_hz(self) -> int: ...

    @property
    def channels(self) -> int: ...

    @property
    def capacity_samples(self) -> int: ...

    def delay_samples(self) -> int:
        """Frames that were written and have not left: a frame written now is heard that much later.

        Raises DeviceError when the loudspeaker is gone; only `close` may follow.
        """

    def write(self, block: bytes) -> None:
        """Queue `block`. At once where it fits beside `delay_samples`; the caller sees to that.

        Raises DeviceError when the loudspeaker is gone; only `close` may follow.
        """

    def close(self) -> None:
        """Let go of the device; drops what is queued. The last call."""
