"""On a kernel's own sound cards it hears and speaks, and survives what happens to them.

The installed appliance, as it is: its detector, its offline provider, its unit with all deadlines. Only its
configuration names the cards and the pins. All times are of the machine's own clock (`machine`).
"""

import json

import numpy as np
import pytest

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.rig.container.appliance import UNIT
from tests.rig.kernel.conftest import EDGES, LOOPBACK, ONLY_HZ, ROOM, SPEAKER_HZ, House, question_at
from tests.rig.results import Results

pytestmark = [pytest.mark.rig, pytest.mark.timeout(3600)]

TOLD_S = 2.0
ARMED_S = 5.0
SPOKEN_S = 0.6
LOUD = 1000
# Of its time, for pulling and putting back one plug, a question and an answer included.
REPLUG_TIMEOUT_S = 60.0
CARDS = {"microphone": "snd_aloop.0", "loudspeaker": "snd_aloop.1"}


def test_a_question_through_the_kernels_sound_cards_is_answered_aloud(house: House, results: Results) -> None:
    heard = house.ask()
    assert seconds_loud(heard) > SPOKEN_S, house.words()
    results.holds("a question through real ALSA hardware devices is answered aloud", 1, 1)


@pytest.mark.parametrize("phase", ["idle", "listening", "speaking"])
@pytest.mark.parametrize("device", list(CARDS))
def test_a_card_that_is_unbound_is_told_and_works_again_when_it_is_bound(
    house: House, device: str, phase: str, results: Results, often: int
) -> None:
    process = house.main_process
    done = house.machine.run(
        *("env", "--chdir=/srv/rig", "python3", "-m", "tests.rig.kernel.replug"),
        *(ROOM, EDGES, question_at(NEAR_RATE_HZ), UNIT, device, CARDS[device], phase, str(often)),
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
    assert seconds_loud(house.ask()) > SPOKEN_S, house.words()
    results.holds("a second card shifts the numbers: the microphone is found, a question answered", 1, 1)


def test_cards_that_take_48_khz_only_are_heard_and_spoken_to(house: House, results: Results) -> None:
    house.furnish(ONLY_HZ, ONLY_HZ)
    heard = house.ask(ONLY_HZ)
    for opened in ("Mic/pcm1c", "Spk/pcm0p"):
        taken = house.machine.run("cat", f"/proc/asound/{opened}/sub0/hw_params").stdout
        assert f"rate: {ONLY_HZ} " in taken, taken
    assert seconds_loud(heard[:: ONLY_HZ // SPEAKER_HZ]) > SPOKEN_S, house.words()
    results.holds("cards that take 48 kHz only: a question is answered aloud", 1, 1)


def microphone_ready(house: House) -> list[dict[str, str]]:
    """Each time that it was told to work."""
    told = house.events("device")
    return [e for e in told if (e["APPLIANCE_DEVICE"], e["APPLIANCE_STATE"]) == ("microphone", "ready")]


def seconds_loud(pcm: Pcm) -> float:
    """How much of it, at SPEAKER_HZ, is louder than LOUD, in 10 ms."""
    frame = SPEAKER_HZ // 100
    frames = np.abs(pcm.astype(np.int32))[: len(pcm) // frame * frame].reshape(-1, frame)
    return float(np.count_nonzero(frames.max(axis=1) > LOUD)) / 100
