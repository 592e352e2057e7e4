"""Unplugged and plugged in again, the daemon says so, goes on in the same process, and answers.

Half of the matrix; all of it, with the measured times: `python -m tests.cable.replug_matrix`.
"""

from pathlib import Path

import pytest

from tests.cable.replug import ARMED_S, EVENT_S, Phase, unplug_and_replug


@pytest.mark.cable
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("device", "phase"),
    [
        ("microphone", Phase.IDLE),
        ("microphone", Phase.LISTENING),
        ("loudspeaker", Phase.THINKING),
        ("loudspeaker", Phase.SPEAKING),
    ],
)
def test_a_device_that_was_away_is_told_and_used_again_by_the_same_process(
    tmp_path: Path, device: str, phase: Phase
) -> None:
    found = unplug_and_replug(tmp_path, device, phase)
    assert found.event_s <= EVENT_S
    assert found.armed_s <= ARMED_S
    assert found.same_process
    assert found.answered
