"""`install.sh` on a machine that has nothing of it and no network: in, up, back and out again."""

import random
import time
from pathlib import Path

import pytest

from tests.rig.container.appliance import CONFIGURATION, UNIT, Appliance
from tests.rig.container.conftest import (
    INSTALL_TIMEOUT_S,
    NEXT_IN_IT,
    OFFLINE_IN_IT,
    SOURCE_IN_IT,
    Installed,
    Materials,
)
from tests.rig.container.machine import Container
from tests.rig.results import Results

pytestmark = [pytest.mark.rig, pytest.mark.timeout(1800)]

NEXT = "appliance 99.0.0"
OURS = ("/opt/voice-appliance", "/etc", "/usr/local", "/var/lib/voice-appliance")
# Counts the commands of a bash script and everything that it sources, and kills it at one of them, with
# all that it started.
KILLER = """\
set -o functrace
commands=0
trap '[ "$BASHPID" != "$$" ] || [ $((++commands)) -ne "$KILL_AT" ] || kill -KILL 0' DEBUG
trap '[ -z "$COUNTED" ] || echo "$commands" >"$COUNTED"' EXIT
"""


def install(machine: Container, source: str, *options: str, kill_at: int = 0) -> int:
    """Run `source`/install.sh, killed at its `kill_at`-th command; the exit code."""
    environment = {"BASH_ENV": "/srv/killer", "KILL_AT": str(kill_at), "COUNTED": "/srv/counted"}
    machine.put("/srv/killer", KILLER)
    command = ["setsid", "--wait", f"{source}/install.sh", *options]
    return machine.run(*command, check=False, timeout_s=INSTALL_TIMEOUT_S, environment=environment).returncode


def offline(source: str) -> tuple[str, ...]:
    return (source, "--offline", OFFLINE_IN_IT)


def version(machine: Container) -> str:
    """Of the program that the unit would start."""
    return machine.run("/opt/voice-appliance/current/bin/appliance", "--version").stdout.strip()


def test_it_tells_what_it_found_and_what_to_do_next(installed: Installed) -> None:
    assert "microphone" in installed.words.lower()
    assert "loudspeaker" in installed.words.lower()


def test_run_again_it_changes_nothing(appliance: Appliance, results: Results) -> None:
    machine = appliance.container
    before, state = appliance.files(*OURS), appliance.state
    assert install(machine, *offline(SOURCE_IN_IT)) == 0
    after = appliance.files(*OURS)
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    if appliance.state.main_process != state.main_process:
        changed.append("it was restarted")
    results.holds("installed again: no file changed, no restart", int(not changed), 1, changed)
    machine.run(f"{SOURCE_IN_IT}/install.sh", "--check")


def test_an_upgrade_keeps_the_configuration_and_a_rollback_brings_the_old_version_back(
    appliance: Appliance, results: Results
) -> None:
    machine = appliance.container
    machine.run("sh", "-c", f"echo '# mine' >>{CONFIGURATION}")
    old, mine = version(machine), machine.get(CONFIGURATION)
    began_s = time.monotonic()
    assert install(machine, *offline(NEXT_IN_IT)) == 0
    appliance.armed(after_s=began_s)
    assert version(machine) == NEXT
    assert machine.get(CONFIGURATION) == mine
    began_s = time.monotonic()
    assert install(machine, NEXT_IN_IT, "--rollback") == 0
    appliance.armed(after_s=began_s)
    assert version(machine) == old
    assert machine.get(CONFIGURATION) == mine
    results.holds("upgraded and rolled back: armed each time, the configuration as it was edited", 2, 2)


def test_an_upgrade_that_is_killed_leaves_a_version_that_runs(
    machine: Container, appliance: Appliance, often: int, results: Results
) -> None:
    old = version(machine)
    assert install(machine, *offline(NEXT_IN_IT)) == 0
    commands = int(machine.get("/srv/counted"))
    chance, wrong = random.Random(3), []
    # one third of the commands each time, so that a few cover the beginning, the building and the switch
    times = 3 if often < 20 else 21
    for number in range(times):
        back_to(machine, old)
        third = commands // 3
        place = number % 3 * third + chance.randrange(1, third)
        assert install(machine, *offline(NEXT_IN_IT), kill_at=place) != 0
        machine.cut_power()
        machine.boot()
        appliance.armed(after_s=machine.powered_on_s)
        if (runs := version(machine)) not in (old, NEXT):
            wrong.append(f"killed at command {place}: version {runs!r}")
    assert install(machine, *offline(NEXT_IN_IT)) == 0
    assert version(machine) == NEXT
    results.holds(
        f"an upgrade killed at one of its {commands} commands, then a power cut: old or new version armed",
        times - len(wrong),
        times,
        wrong,
    )


def back_to(machine: Container, old: str) -> None:
    """The old version runs, and nothing is left of an attempt to install another."""
    if version(machine) != old:
        assert install(machine, NEXT_IN_IT, "--rollback") == 0
    machine.run("sh", "-c", "cd /opt/voice-appliance && rm -rf previous 99.*")


def test_uninstalled_it_keeps_what_is_the_owners_and_purged_it_leaves_nothing(
    appliance: Appliance, materials: Materials, results: Results
) -> None:
    machine = appliance.container
    machine.run("sh", "-c", f"echo '# mine' >>{CONFIGURATION}")
    mine = machine.get(CONFIGURATION)
    assert install(machine, SOURCE_IN_IT, "--uninstall") == 0
    assert machine.get(CONFIGURATION) == mine
    assert machine.run("systemctl", "is-active", UNIT, check=False).stdout == "inactive\n"
    assert install(machine, SOURCE_IN_IT, "--uninstall", "--purge") == 0
    left = leftovers(machine, materials.root)
    results.holds("purged: nothing of it is left", int(not left), 1, left)


def leftovers(machine: Container, root: Path) -> list[str]:
    """Files of ours: with our name, or in a folder with our name."""
    listing = machine.run(
        "find", "/etc", "/opt", "/usr", "/var", "/run", "-xdev", "-path", "*voice-appliance*", check=False
    ).stdout
    names = machine.run("getent", "passwd", "voice-appliance", check=False).stdout
    return [*listing.splitlines(), *names.splitlines()]
