"""What the numbers of the acoustic check mean is said in words, and what to do about it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from appliance.service.doctor.acoustic_words import acoustic_findings
from appliance.service.doctor.finding import Finding, Verdict, all_well
from appliance.service.doctor.learnt import Learnt, LearntEcho

ECHO = LearntEcho(delay_ms=45, level_db=-14, distortion_db=-34, drift_ppm=21, slip_ms=0.01)
LEARNT = Learnt(
    measured_at=datetime(2026, 11, 21, tzinfo=UTC),
    microphone="mic",
    loudspeaker="spk",
    capture_hz=16_000,
    playout_hz=48_000,
    noise_dbfs=-61,
    clipped_share=0,
    echo=ECHO,
)


def findings(learnt: Learnt, *, alone: bool = False) -> dict[str, Finding]:
    return {finding.name: finding for finding in acoustic_findings(learnt, alone=alone)}


def test_a_good_pair_is_said_to_be_good_in_every_respect() -> None:
    found = findings(LEARNT)
    assert all_well(found.values())
    assert list(found) == [
        "noise", "echo", "clipping", "distortion", "delay", "clocks", "talking over it"
    ]  # fmt: skip
    assert "14 dB below" in found["echo"].sentence


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"level_db": 6.0}, "echo", "12 dB too loud"),
        ({"distortion_db": -12.0}, "distortion", "harmonics 25 %"),
        ({"delay_ms": 310.0}, "delay", "310 ms late"),
        ({"drift_ppm": -900.0}, "clocks", "900 millionths"),
        ({"slip_ms": 20.0}, "clocks", "sound was lost"),
    ],
)
def test_what_is_not_good_is_named_with_what_to_do_and_what_it_costs(
    change: dict[str, Any], name: str, words: str
) -> None:
    found = findings(LEARNT.model_copy(update={"echo": ECHO.model_copy(update=change)}))
    assert found[name].verdict is Verdict.POOR
    assert words in found[name].sentence
    assert found[name].advice
    assert f"(see {name})" in found["talking over it"].sentence


def test_a_noisy_room_and_a_microphone_that_clips_are_told() -> None:
    found = findings(LEARNT.model_copy(update={"noise_dbfs": -38.0, "clipped_share": 0.021}))
    assert "-38 dBFS" in found["noise"].sentence
    assert "2.1%" in found["clipping"].sentence
    assert "(see noise, clipping)" in found["talking over it"].sentence


def test_gaps_in_the_sound_are_no_drift_and_leave_no_delay_to_be_known() -> None:
    lost = findings(LEARNT.model_copy(update={"overruns": 2}))
    assert "2 gaps" in lost["clocks"].sentence
    assert "delay" not in lost


def test_no_echo_is_right_with_headphones_and_only_then() -> None:
    silent = LEARNT.model_copy(update={"echo": None})
    assert findings(silent)["echo"].verdict is Verdict.POOR
    assert all_well(findings(silent, alone=True).values())
