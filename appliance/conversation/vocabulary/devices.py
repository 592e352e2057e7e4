"""Audio → conversation: how the sound devices stand."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class DeviceState(StrEnum):
    """How a sound device stands (public contract: event log `device.state`)."""

    READY = "ready"
    LOST = "lost"
    SILENT = "silent"  # a microphone: sound comes, and it is all zeros


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """How a device stands from now on; `reason` says why it is not ready, as a sentence for the owner.

    `busy`: it is lost because another program has it. A device that is lost may be told so once more when
    it turns out that this is why.
    """

    device: Literal["microphone", "loudspeaker"]
    state: DeviceState
    name: str
    reason: str = ""
    busy: bool = False
