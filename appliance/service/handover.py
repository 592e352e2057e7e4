"""What the daemon leaves to itself when it starts anew under the same process id (docs/decisions/0026)."""

import base64
import json
import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from appliance.audio.absent import ClosedMicrophone
from appliance.audio.cards import Identity
from appliance.audio.left_process import LeftProcess
from appliance.audio.remote import LeftMicrophone, adopt_microphone
from appliance.audio.seam import CaptureDevice
from appliance.conversation.vocabulary import HistoryItem

# Names the descriptor of a file without a name, for this process alone: what was said stands in it, so it
# is neither on the disk nor in the environment.
VARIABLE: Final = "VOICE_APPLIANCE_HANDOVER"

_IDENTITY: Final = ("model", "serial", "port")


@dataclass(frozen=True, slots=True)
class Handover:
    """What outlives a new configuration.

    `microphone` runs on and is none where it was lost or muted; `name` is the one that was there last, and
    `device` what the settings wanted. `recent` is what was heard last, 16-bit mono of `recent_hz`, which the
    capture ring has: a word that begins as the old program ends has its beginning there. `said` is the
    conversation so far and `variables` are those that somebody set while it ran.
    """

    muted: bool
    device: str
    name: str
    microphone: LeftMicrophone | None
    recent: bytes
    recent_hz: int
    said: tuple[HistoryItem, ...]
    variables: Mapping[str, str]


def leave(handover: Handover) -> dict[str, str]:
    """Put it where the next program finds it; what its environment has to hold for that."""
    descriptor = os.memfd_create("handover", 0)  # inherited
    with open(os.dup(descriptor), "wb") as file:
        file.write(to_json(handover).encode())
    return {VARIABLE: str(descriptor)}


def find(environ: MutableMapping[str, str]) -> Handover | None:
    """What was left to this program, which takes it out of the environment; None where nothing was."""
    given = environ.pop(VARIABLE, "")
    if not given:
        return None
    with open(int(given), "rb") as file:
        file.seek(0)
        return from_json(file.read().decode())


def take_microphone(handover: Handover, device: str) -> CaptureDevice | None:
    """The microphone that was left, where the settings still want it (`device`); None where one has to be
    opened."""
    microphone = None if handover.microphone is None else adopt_microphone(handover.microphone)
    if microphone is not None and not handover.muted and device == handover.device:
        return microphone
    if microphone is not None:  # somebody muted it while the program before ended, or wants another one
        microphone.close()
    return ClosedMicrophone(handover.name, handover.recent_hz) if handover.muted else None


def to_json(handover: Handover) -> str:
    """For `from_json` of the same version."""
    return json.dumps(
        {
            "muted": handover.muted,
            "device": handover.device,
            "name": handover.name,
            "microphone": _microphone_members(handover.microphone),
            "recent": _text(handover.recent),
            "recent_hz": handover.recent_hz,
            "said": [[item.role, item.text] for item in handover.said],
            "variables": dict(handover.variables),
        }
    )


def from_json(text: str) -> Handover:
    """As `to_json` had it."""
    members = json.loads(text)
    return Handover(
        muted=members["muted"],
        device=members["device"],
        name=members["name"],
        microphone=_microphone(members["microphone"]),
        recent=base64.b64decode(members["recent"]),
        recent_hz=members["recent_hz"],
        said=tuple(HistoryItem(role, words) for role, words in members["said"]),
        variables=members["variables"],
    )


def _microphone_members(left: LeftMicrophone | None) -> dict[str, Any] | None:
    if left is None:
        return None
    process = left.process
    ends = [process.process, process.to, process.source, _text(process.received)]
    identity = None if left.identity is None else [getattr(left.identity, part) for part in _IDENTITY]
    return {
        "process": ends,
        "name": left.name,
        "rate_hz": left.rate_hz,
        "channels": left.channels,
        "identity": identity,
    }


def _microphone(members: Mapping[str, Any] | None) -> LeftMicrophone | None:
    if members is None:
        return None
    process, to, source, received = members["process"]
    left = LeftProcess(process, to, source, base64.b64decode(received))
    identity = None if members["identity"] is None else Identity(*members["identity"])
    return LeftMicrophone(left, members["name"], members["rate_hz"], members["channels"], identity)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
