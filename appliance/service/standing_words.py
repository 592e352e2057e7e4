"""What the appliance is doing, in one line for whoever looks at its service."""

from collections.abc import Mapping, Sequence
from typing import Final

from appliance.panel.joint_state import Shown
from appliance.service.control.controls import DeviceStatus, Status
from appliance.service.control.link_words import link_words, reason_words
from appliance.service.liveness import Standstill

_DOING: Final[Mapping[str, str]] = {
    "idle": "Listening",
    "listening": "Somebody is speaking",
    "thinking": "Waiting for an answer",
    "speaking": "Speaking",
    "interrupted": "Somebody talks over the answer",
}


def standing_words(status: Status, standing: Sequence[Standstill] = ()) -> str:
    """One line: what is wrong first, then what it does, who answers, and through which devices."""
    return "; ".join(
        filter(None, (*_wrong(status, standing), _doing(status), _who(status), _devices(status)))
    )


def _wrong(status: Status, standing: Sequence[Standstill]) -> list[str]:
    wrong = [f"Stuck: {one.part} has not moved for {one.still_s:.0f} s" for one in standing]
    if status.deaf and not status.muted:
        wrong.append(f"Deaf: {status.deaf}")
    if status.mouthless:
        wrong.append(f"Cannot be heard: {status.mouthless}")
    return wrong


def _doing(status: Status) -> str:
    if status.light == Shown.MUTING:  # the kernel's word, like that of the next
        return "Being muted: the microphone is still open"
    if status.light == Shown.STARTING:
        return "Starting, or opening the microphone: it does not hear yet"
    if status.muted:
        return "Muted: it hears nothing and sends nothing"
    if status.alarm_rings:
        return "An alarm rings"
    if status.quiet_until and status.phase == "idle":
        return f"Quiet until {status.quiet_until}"
    return "" if status.deaf else _DOING.get(status.phase, status.phase)


def _who(status: Status) -> str:
    current = next((one for one in status.providers if one.current), None)
    if current is None:
        return "nobody answers"
    if current.link == "ready":
        return f"answers come from {current.name}"
    reason = f", {reason_words(current.reason)}" if current.reason else ""
    return f"{current.name} is not ready to answer: {link_words(current.link)}{reason}"


def _devices(status: Status) -> str:
    return ", ".join(_device(device) for device in status.devices if device.state == "ready")


def _device(device: DeviceStatus) -> str:
    return f"{device.device} '{device.name}'"
