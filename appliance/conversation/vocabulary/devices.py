"""Audio → conversation: how the sound devices stand."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class DeviceState(StrEnum):
    """How a sound device stands (public contract: event log `device.state`)."""

    READY = "ready"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device can be used again, or cannot; `reason` says why not, as a sentence for the owner."""

    device: Literal["microphone", "loudspeaker"]
    state: DeviceState
    name: str
    reason: str = ""
