"""A running appliance tells of itself what nobody else can look at."""

from dataclasses import replace

import pytest

from appliance.errors import ApplianceError
from appliance.service.control.controls import DeviceStatus, ProviderStatus, Status
from appliance.service.control.failures import NotAllowed, NotRunning, Unanswered
from appliance.service.doctor.daemon import daemon_findings, holds_devices, service_state, uses
from appliance.service.doctor.finding import Verdict, all_well

WELL = Status(
    version="1.2",
    uptime_s=5,
    phase="idle",
    state="idle",
    muted=False,
    volume=50,
    conversation="c-1",
    providers=[ProviderStatus("openai", "ready", current=True)],
    devices=[DeviceStatus("microphone", "ready", "USB Mic"), DeviceStatus("loudspeaker", "ready", "Jack")],
)


def told(answer: Status | ApplianceError, state: str = "") -> dict[str, tuple[Verdict, str]]:
    found = list(daemon_findings(answer, state))
    return {finding.name: (finding.verdict, f"{finding.sentence} {finding.advice}") for finding in found}


def test_one_that_is_well_says_what_it_uses() -> None:
    assert all_well(daemon_findings(WELL, "active"))
    assert "USB Mic" in told(WELL)["microphone"][1]
    assert "answers now" in told(WELL)["provider openai"][1]


def test_one_that_is_deaf_says_why() -> None:
    lost = replace(
        WELL,
        deaf="the microphone was lost",
        devices=[DeviceStatus("microphone", "lost", "USB Mic", "gone")],
    )
    assert told(lost)["microphone"][0] is Verdict.BROKEN
    muted = replace(WELL, muted=True, deaf="it is muted")
    assert told(muted)["microphone"][0] is Verdict.SKIPPED


def test_a_key_that_is_refused_is_told_from_a_network_that_is_away() -> None:
    refused = replace(WELL, providers=[ProviderStatus("openai", "down", "auth_failed")])
    assert "set-key openai" in told(refused)["provider openai"][1]
    away = replace(WELL, providers=[ProviderStatus("openai", "down", "connection_failed")])
    assert told(away)["provider openai"][0] is Verdict.POOR


@pytest.mark.parametrize(
    ("error", "state", "verdict"),
    [
        (NotRunning("No appliance is running."), "", Verdict.SKIPPED),
        (NotRunning("No appliance is running."), "failed", Verdict.BROKEN),
        (NotRunning("No appliance is running."), "activating", Verdict.POOR),
        (NotAllowed("You may not."), "active", Verdict.SKIPPED),
        (Unanswered("It hangs."), "active", Verdict.BROKEN),
    ],
)
def test_one_that_does_not_answer_is_told_by_why(error: ApplianceError, state: str, verdict: Verdict) -> None:
    assert told(error, state)["appliance"][0] is verdict


@pytest.mark.parametrize(
    ("answer", "holds"),
    [(WELL, True), (NotAllowed("no"), True), (Unanswered("hangs"), True), (NotRunning("nobody"), False)],
)
def test_one_that_runs_holds_its_devices_also_where_it_does_not_answer(
    answer: Status | ApplianceError, holds: bool
) -> None:
    assert holds_devices(answer) is holds


@pytest.mark.parametrize(
    ("microphone", "loudspeaker", "used"),
    [("USB Mic", "Jack", True), ("Old Mic", "Jack", False), ("USB Mic", "HDMI", False)],
)
def test_what_was_measured_of_other_devices_is_told_apart(
    microphone: str, loudspeaker: str, used: bool
) -> None:
    assert uses(WELL, microphone, loudspeaker) is used
    assert uses(NotAllowed("no"), microphone, loudspeaker)


def test_what_systemd_says_of_the_service() -> None:
    assert service_state(["echo", "failed"]) == "failed"
    assert service_state(["/nonexistent/systemctl"]) == ""
    assert service_state(["sleep", "0"]) == ""
