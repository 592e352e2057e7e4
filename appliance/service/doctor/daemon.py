"""Whether the appliance runs, and what it says of itself."""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError
from appliance.service.control.client import converse
from appliance.service.control.controls import Status
from appliance.service.control.failures import NotAllowed, NotRunning, Unanswered
from appliance.service.control.replies import read
from appliance.service.control.requests import make_request
from appliance.service.doctor.finding import Finding, broken, ok, poor, skipped

# systemctl asks over the bus of the system, which answers within some ten milliseconds.
_SYSTEMCTL_TIMEOUT_S: Final = 3.0
_UNIT: Final = "voice-appliance.service"
NAME: Final = "appliance"
_AGAIN: Final = "`sudo systemctl restart voice-appliance`"


def ask_daemon(socket: Path) -> Status | ApplianceError:
    """What it is doing, or why it does not say."""
    try:
        *_, last = converse(socket, make_request({"do": "status"}))
        return read(Status, last.get("status"))
    except ApplianceError as error:
        return error


def holds_devices(answer: Status | ApplianceError) -> bool:
    """Whether it runs, as far as that is known: then nobody else can have its microphone."""
    return not isinstance(answer, NotRunning)


def uses(answer: Status | ApplianceError, microphone: str, loudspeaker: str) -> bool:
    """Whether these are the devices that it uses, as far as it says."""
    if not isinstance(answer, Status):
        return True
    named = {"microphone": microphone, "loudspeaker": loudspeaker}
    return all(named.get(device.device) == device.name for device in answer.devices if device.name)


def daemon_findings(answer: Status | ApplianceError, service_state: str) -> Iterator[Finding]:
    """`service_state` is what `service_state()` returns."""
    if isinstance(answer, Status):
        yield ok(NAME, f"it runs (version {answer.version}) and answers")
        if answer.muted:
            yield skipped("microphone", "it is muted, so the microphone is closed", "`appliance unmute`")
        elif answer.deaf:
            yield broken(
                "microphone", f"it cannot hear: {answer.deaf}", "see the microphone in `appliance devices`"
            )
        if answer.mouthless:
            yield broken("loudspeaker", f"it cannot be heard: {answer.mouthless}", "see `appliance devices`")
        for device in answer.devices:
            if device.state == "ready" and not answer.muted:
                yield ok(device.device, f"it uses {device.name!r}")
        yield from _links(answer)
    elif isinstance(answer, NotRunning):
        yield _not_running(service_state)
    elif isinstance(answer, NotAllowed):
        yield skipped(NAME, "it runs, and this user may not ask it", str(answer))
    elif isinstance(answer, Unanswered):
        yield broken(NAME, f"it runs and does not answer: {answer}", _AGAIN)
    else:
        yield broken(NAME, str(answer), _AGAIN)


def _links(status: Status) -> Iterator[Finding]:
    for provider in status.providers:
        name = f"provider {provider.name}"
        if provider.link == "ready":
            yield ok(name, "it is connected" + (" and answers now" if provider.current else ""))
        elif provider.reason == "auth_failed":
            advice = f"`sudo appliance set-key {provider.name}` with a valid one"
            yield broken(name, "its key is missing or refused", advice)
        elif provider.reason == "quota_exhausted":
            yield broken(name, "its quota is used up", "look into your account with the provider")
        elif provider.reason:
            yield poor(name, f"it is not connected ({provider.reason})", "see the network below")


def _not_running(service_state: str) -> Finding:
    if service_state == "failed":
        return broken(NAME, "the service has failed", "`journalctl -u voice-appliance -n 50` says why")
    if service_state in ("activating", "deactivating", "reloading"):
        return poor(
            NAME, "the service is being started, again and again", "`journalctl -u voice-appliance -n 50`"
        )
    return skipped(NAME, "it does not run, so its devices are looked at directly")


def service_state(command: Sequence[str] = ("systemctl", "is-active", _UNIT)) -> str:
    """What systemd says of the unit ("active", "failed", …); "" where there is no systemd."""
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=_SYSTEMCTL_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()
