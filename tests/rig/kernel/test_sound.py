"""On a kernel's own sound cards it hears and speaks, and survives what happens to them.

The installed appliance, as it is: its detector, its offline provider, its unit with all deadlines. Its
configuration names the cards and the pins, says that the cards hear nothing of one another, and has what the
button opens closed after a second without speech. All times are of the machine's own clock (`machine`).
"""

import json
import os

import pytest

from appliance.pcm.formats import NEAR_RATE_HZ
from tests.rig.container.appliance import UNIT
from tests.rig.kernel.conftest import CARD_HZ, EDGES, LOOPBACK, ROOM, House, question_at
from tests.rig.loudness import SPOKEN_S, seconds_loud
from tests.rig.results import FULL_VARIABLE, Results

pytestmark = [pytest.mark.rig, pytest.mark.timeout(3600)]

TOLD_S = 2.0
ARMED_S = 5.0
# Of its time, for pulling and putting back one plug, a question and an answer included.
REPLUG_TIMEOUT_S = 60.0
SPEAKER_HZ = 24_000
# 20 in all. The journal tells ten losses of a device as they come, then one a minute (`journal/pacing`).
PULLED = {"idle": 4, "listening": 3, "speaking": 3}
CARDS = {"microphone": "snd_aloop.0", "loudspeaker": "snd_aloop.1"}


def test_a_question_through_cards_that_take_48_khz_only_is_answered_aloud(
    house: House, results: Results
) -> None:
    heard = house.ask()
    assert {rate_of(house, "Mic/pcm1c"), rate_of(house, "Spk/pcm0p")} == {CARD_HZ}
    assert seconds_loud(heard, CARD_HZ) > SPOKEN_S, house.words()
    results.holds("a question through real ALSA hardware devices of 48 kHz is answered aloud", 1, 1)


@pytest.mark.parametrize("phase", list(PULLED))
@pytest.mark.parametrize("device", list(CARDS))
def test_a_card_that_is_unbound_is_told_and_works_again_when_it_is_bound(
    house: House, device: str, phase: str, results: Results, whole: bool
) -> None:
    often = PULLED[phase] if whole else 1
    process = house.main_process
    done = house.machine.run(
        *("env", "--chdir=/srv/rig", "python3", "-m", "tests.rig.kernel.replug"),
        *(ROOM, EDGES, question_at(CARD_HZ), UNIT, device, CARDS[device], phase, str(often)),
        timeout_s=REPLUG_TIMEOUT_S * often,
    )
    took = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(took) == often
    assert house.main_process == process, house.words()
    results.seconds(f"{device} unbound while {phase} → told", [one["told_s"] for one in took], TOLD_S)
    if phase == "idle":  # else the light is on already
        results.seconds(f"{device} unbound while {phase} → light", [one["lit_s"] for one in took], TOLD_S)
    results.seconds(f"{device} bound again while {phase} → armed", [one["armed_s"] for one in took], ARMED_S)


def test_a_card_that_comes_back_under_another_number_is_found(house: House, results: Results) -> None:
    ready = len(microphone_ready(house))
    house.machine.run(
        "sh",
        "-ec",
        f"echo {CARDS['microphone']} >{LOOPBACK}/unbind; modprobe snd-dummy;"
        f" echo {CARDS['microphone']} >{LOOPBACK}/bind",
    )
    numbers = house.machine.run("cat", "/proc/asound/cards").stdout
    assert " 0 [Dummy" in numbers, numbers
    house.wait_for("armed again", lambda: len(microphone_ready(house)) > ready)
    assert seconds_loud(house.ask(), CARD_HZ) > SPOKEN_S, house.words()
    results.holds("a second card shifts the numbers: the microphone is found, a question answered", 1, 1)


@pytest.mark.skipif(
    FULL_VARIABLE not in os.environ,
    reason="`python -m tests.rig` runs it: the appliance starts anew, which takes a minute of emulation",
)
def test_cards_at_the_rates_that_it_would_choose_are_heard_and_spoken_to(
    house: House, results: Results
) -> None:
    house.furnish(NEAR_RATE_HZ, SPEAKER_HZ)
    heard = house.ask(NEAR_RATE_HZ)
    assert rate_of(house, "Mic/pcm1c") == NEAR_RATE_HZ
    assert seconds_loud(heard, SPEAKER_HZ) > SPOKEN_S, house.words()
    results.holds("the same at 16 kHz and 24 kHz", 1, 1)


def rate_of(house: House, device: str) -> int:
    """At which rate the kernel has it open."""
    taken = house.machine.run("cat", f"/proc/asound/{device}/sub0/hw_params").stdout
    return int(taken.split("rate: ")[1].split()[0])


def microphone_ready(house: House) -> list[dict[str, str]]:
    """Each time that it was told to work."""
    told = house.events("device")
    return [e for e in told if (e["APPLIANCE_DEVICE"], e["APPLIANCE_STATE"]) == ("microphone", "ready")]
