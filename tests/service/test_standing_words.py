"""The line that `systemctl status` shows."""

from dataclasses import replace

import pytest

from appliance.panel.joint_state import Shown
from appliance.service.control.controls import DeviceStatus, ProviderStatus, Status
from appliance.service.liveness import Part, Standstill
from appliance.service.standing_words import standing_words

MICROPHONE = DeviceStatus("microphone", "ready", "USB Audio")
LOUDSPEAKER = DeviceStatus("loudspeaker", "ready", "Jack")
STATUS = Status(
    "1",
    5.0,
    "idle",
    "idle",
    False,
    100,
    "c-1",
    providers=[ProviderStatus("openai", "ready", current=True), ProviderStatus("offline", "ready")],
    devices=[MICROPHONE, LOUDSPEAKER],
)
WHO = "answers come from openai; microphone 'USB Audio', loudspeaker 'Jack'"


def test_all_is_well() -> None:
    assert standing_words(STATUS) == f"Listening; {WHO}"


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("listening", "Somebody is speaking"),
        ("thinking", "Waiting for an answer"),
        ("speaking", "Speaking"),
        ("interrupted", "Somebody talks over the answer"),
        ("of a later version", "of a later version"),
    ],
)
def test_what_it_does(phase: str, words: str) -> None:
    assert standing_words(replace(STATUS, phase=phase)) == f"{words}; {WHO}"


def test_muted_is_no_deafness() -> None:
    muted = replace(STATUS, muted=True, deaf="it is muted")
    assert standing_words(muted) == f"Muted: it hears nothing and sends nothing; {WHO}"


def test_while_the_microphone_is_opened_it_does_not_claim_to_hear() -> None:
    opening = replace(STATUS, light=Shown.STARTING)
    assert standing_words(opening) == f"Starting, or opening the microphone: it does not hear yet; {WHO}"


def test_while_the_microphone_is_still_open_it_does_not_claim_to_hear_nothing() -> None:
    muting = replace(STATUS, muted=True, deaf="it is muted", light=Shown.MUTING)
    assert standing_words(muting) == f"Being muted: the microphone is still open; {WHO}"
    assert standing_words(replace(muting, light=Shown.MUTED)).startswith("Muted: it hears nothing")


def test_an_alarm_rings() -> None:
    assert standing_words(replace(STATUS, alarm_rings=True)) == f"An alarm rings; {WHO}"


def test_what_is_wrong_comes_first_and_a_lost_device_is_no_device() -> None:
    lost = DeviceStatus("microphone", "lost", "USB Audio", "it was unplugged")
    deaf = replace(STATUS, deaf="it was unplugged", devices=[lost, LOUDSPEAKER])
    assert standing_words(deaf) == ("Deaf: it was unplugged; answers come from openai; loudspeaker 'Jack'")
    mouthless = replace(STATUS, mouthless="it was unplugged", devices=[MICROPHONE])
    assert standing_words(mouthless) == (
        "Cannot be heard: it was unplugged; Listening; answers come from openai; microphone 'USB Audio'"
    )


def test_what_stands_still_is_named() -> None:
    words = standing_words(STATUS, [Standstill(Part.HEARING, 2.4)])
    assert words == f"Stuck: hearing has not moved for 2 s; Listening; {WHO}"


def test_who_is_not_ready_is_not_said_to_answer() -> None:
    down = replace(STATUS, providers=[ProviderStatus("openai", "backing_off", "auth_failed", current=True)])
    words = standing_words(down)
    assert "; openai is not ready to answer: waits to try again, its key is missing or refused; " in words
    assert standing_words(replace(STATUS, providers=[])).startswith("Listening; nobody answers; ")
