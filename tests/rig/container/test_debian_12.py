"""The same on the Debian before: systemd 252 and Python 3.11."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.container.appliance import UNIT, Appliance
from tests.rig.container.conftest import Materials, gathered, installed_on
from tests.rig.container.test_hangs import ARMED_S as HEALED_S
from tests.rig.container.test_service import ARMED_S, EXPOSURE, reload_with_a_mistake
from tests.rig.results import FULL_VARIABLE, Results
from tests.rig.root import BOOKWORM

pytestmark = [
    pytest.mark.rig,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        FULL_VARIABLE not in os.environ,
        reason="a second Debian takes two minutes: only `python -m tests.rig`",
    ),
]


@pytest.fixture(scope="module")
def bookworm() -> Iterator[Materials]:
    with gathered(BOOKWORM) as materials:
        yield materials


def test_it_is_installed_armed_answers_and_heals(
    bookworm: Materials, question: Path, results: Results
) -> None:
    with installed_on(bookworm) as installed, bookworm.container(installed.disk) as machine:
        machine.boot()
        appliance = Appliance(machine, bookworm.cable)
        state = appliance.armed()
        results.seconds("Debian 12: powered on → armed", [state.armed_s - machine.powered_on_s], ARMED_S)
        bookworm.cable.speak(question)
        appliance.wait_for_event("answer_done", known=0)
        results.holds("Debian 12: installed without a network, a spoken question is answered", 1, 1)
        verified = machine.run("systemd-analyze", "verify", f"/etc/systemd/system/{UNIT}")
        assert verified.stdout + verified.stderr == ""
        judged = machine.run("systemd-analyze", "security", "--no-pager", UNIT).stdout
        overall = next(line for line in judged.splitlines() if "Overall exposure level" in line)
        exposure = float(overall.split(":")[1].split()[0])
        results.number("Debian 12: `systemd-analyze security`: exposure", exposure, EXPOSURE)
        refused = reload_with_a_mistake(appliance)
        results.holds("Debian 12: a wrong configuration: `systemctl reload` fails", int(refused), 1)
        machine.run("systemctl", "reload", UNIT)
        assert appliance.armed().restarts == state.restarts
        stopped_s = appliance.kill("STOP")
        healed_s = appliance.armed(after_s=stopped_s).armed_s - stopped_s
        results.seconds("Debian 12: SIGSTOP of the daemon → armed again", [healed_s], HEALED_S)
