"""install.sh as the installer of the service: nothing twice, nothing halfway, nothing of the owner's lost.

It writes into a tree of its own (DESTDIR), where no packages, users and services are, and the environment
of Python is a folder with one file: what pip and systemd make of it is the rig's to prove.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

CLONE = Path(__file__).parent.parent
NEEDED = ["install.sh", "pyproject.toml", "README.md", "LICENSE", "appliance/__init__.py"]
NEEDED_FOLDERS = ["install", "systemd", "requirements", "config"]
# In place of the one that calls pip. A check-config that refuses what says so.
FAKE_ENVIRONMENT = r"""
fill_environment() {
    mkdir -p "$1/bin"
    cp appliance/__init__.py "$1/lib"
    printf '#!/bin/sh\n! grep -q refused "$3"\n' >"$1/bin/appliance"
    chmod +x "$1/bin/appliance"
}
"""
# Sourced by bash before the script: ends it at the command with the number KILL_AT, counted into COUNT_IN.
KILLER = r"""
set -T
killer_count=0
trap 'killer_count=$((killer_count + 1))
    [ "$killer_count" -ne "${KILL_AT-0}" ] || kill -9 $$
    [ "$BASHPID" -ne $$ ] || [ -z "${COUNT_IN-}" ] || printf "%s" "$killer_count" >"$COUNT_IN"' DEBUG
"""


class Machine:
    """A tree to install into, and a clone to install from."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        self.root = folder / "root"
        self.root.mkdir()
        for name in NEEDED:
            (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CLONE / name, self.clone / name)
        for name in NEEDED_FOLDERS:
            shutil.copytree(CLONE / name, self.clone / name)
        with (self.clone / "install/system.sh").open("a", encoding="utf-8") as part:
            part.write(FAKE_ENVIRONMENT)
        self.opt = self.root / "opt/voice-appliance"
        self.config = self.root / "etc/voice-appliance/config.toml"
        self.default = self.clone / "config/default.toml"

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.clone / "install.sh", *arguments],
            env={"PATH": "/usr/bin:/bin", "DESTDIR": str(self.root), **(environment or {})},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def install(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def change(self, mark: str) -> None:
        """Another content under the same version number."""
        with (self.clone / "appliance/__init__.py").open("a", encoding="utf-8") as module:
            module.write(f"# {mark}\n")

    def change_default(self, mark: str) -> None:
        self.default.write_text(self.default.read_text(encoding="utf-8") + f"# {mark}\n", encoding="utf-8")

    @property
    def running(self) -> str:
        """The content of the version that `current` means; it is whole."""
        assert (self.opt / "current/complete").is_file()
        assert os.access(self.opt / "current/bin/appliance", os.X_OK)
        return (self.opt / "current/lib").read_text(encoding="utf-8")

    def state(self, *, times: bool = True) -> dict[str, tuple[str, float, str]]:
        """Every path of the tree with its kind, time of change and content or target."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            status = path.lstat()
            what = os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else ""
            kind = oct(status.st_mode)
            found[str(path.relative_to(self.root))] = (kind, status.st_mtime if times else 0.0, what)
        return found


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_lays_out_the_version_the_configuration_and_the_unit(machine: Machine) -> None:
    machine.install()
    version = os.readlink(machine.opt / "current")
    assert re.fullmatch(r"\d+\.\d+\.\d+-[0-9a-f]{12}", version)
    assert machine.config.read_bytes() == machine.default.read_bytes()
    unit = machine.root / "etc/systemd/system/voice-appliance.service"
    assert unit.read_bytes() == (CLONE / "systemd/voice-appliance.service").read_bytes()
    assert (
        os.readlink(machine.root / "usr/local/bin/appliance") == "/opt/voice-appliance/current/bin/appliance"
    )


def test_run_twice_it_changes_nothing(machine: Machine) -> None:
    machine.install()
    before = machine.state()
    assert machine.install() == "All is there; nothing was changed.\n"
    assert machine.state() == before


@pytest.mark.parametrize("argument", ["--check", "--dry-run"])
def test_what_only_looks_changes_nothing(machine: Machine, argument: str) -> None:
    said = machine.run(argument)
    assert machine.state() == {}
    assert said.returncode == (1 if argument == "--check" else 0)
    assert re.search(r"(missing|would do) +version: version 0\.", said.stdout)
    assert re.search(r"(missing|would do) +config: .*/etc/voice-appliance/config.toml", said.stdout)


def test_a_check_after_the_installation_finds_all_of_it(machine: Machine) -> None:
    machine.install()
    assert machine.run("--check").stdout == "there     version\nthere     config\nthere     files\n"


def test_another_content_is_another_version_under_the_same_number(machine: Machine) -> None:
    machine.install()
    first = os.readlink(machine.opt / "current")
    machine.change("mended")
    machine.install()
    assert machine.running.endswith("# mended\n")
    assert os.readlink(machine.opt / "previous") == first
    assert os.readlink(machine.opt / "current").split("-")[0] == first.split("-")[0]


def test_a_rollback_brings_the_program_and_the_unit_of_before_and_another_one_undoes_it(
    machine: Machine,
) -> None:
    unit = machine.root / "etc/systemd/system/voice-appliance.service"
    machine.install()
    before, unit_before = machine.running, unit.read_text(encoding="utf-8")
    machine.change("newer")
    with (machine.clone / "systemd/voice-appliance.service").open("a", encoding="utf-8") as file:
        file.write("# newer\n")
    machine.install()
    machine.install("--rollback")
    assert (machine.running, unit.read_text(encoding="utf-8")) == (before, unit_before)
    machine.install("--rollback")
    assert machine.running.endswith("# newer\n")
    assert unit.read_text(encoding="utf-8").endswith("# newer\n")


def test_without_a_version_before_there_is_no_rollback(machine: Machine) -> None:
    machine.install()
    refused = machine.run("--rollback")
    assert refused.returncode == 1
    assert refused.stderr == "install.sh: There is no previous version to go back to.\n"


def test_the_version_before_the_last_is_removed(machine: Machine) -> None:
    for mark in ("one", "two", "three"):
        machine.change(mark)
        machine.install()
    versions = [path for path in machine.opt.iterdir() if path.is_dir() and not path.is_symlink()]
    assert len(versions) == 2


def test_a_new_default_takes_the_place_of_an_untouched_configuration(machine: Machine) -> None:
    machine.install()
    machine.change_default("a new key")
    machine.install()
    assert machine.config.read_bytes() == machine.default.read_bytes()


def test_an_edited_configuration_stays_and_the_new_default_is_put_beside_it(machine: Machine) -> None:
    machine.install()
    machine.config.write_text("# mine\n", encoding="utf-8")
    machine.change_default("a new key")
    said = machine.install()
    assert machine.config.read_text(encoding="utf-8") == "# mine\n"
    assert machine.config.with_name("config.toml.new").read_bytes() == machine.default.read_bytes()
    assert "stays as it is" in said
    machine.config.with_name("config.toml.new").unlink()
    assert machine.install() == "All is there; nothing was changed.\n"


def test_a_version_that_does_not_take_the_configuration_does_not_get_its_place(machine: Machine) -> None:
    machine.install()
    before = machine.running
    machine.config.write_text("# refused by the new one\n", encoding="utf-8")
    machine.change("newer")
    refused = machine.run()
    assert refused.returncode == 1
    assert "does not take" in refused.stderr
    assert machine.running == before


def test_two_at_once_are_one_too_many(machine: Machine) -> None:
    machine.install()
    with (machine.opt / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = machine.run()
    assert refused.returncode == 1
    assert refused.stderr == "install.sh: Another install.sh is at work on this machine; wait for it.\n"


def test_killed_anywhere_a_whole_version_runs_and_the_next_run_ends_the_work(
    machine: Machine, tmp_path: Path
) -> None:
    killer = tmp_path / "killer"
    killer.write_text(KILLER, encoding="utf-8")
    machine.install()
    old = machine.running
    untouched = shutil.copytree(machine.root, tmp_path / "untouched", symlinks=True)
    machine.change("newer")
    machine.change_default("newer")
    counted = tmp_path / "count"
    machine.run(environment={"BASH_ENV": str(killer), "COUNT_IN": str(counted)})
    wanted, new = machine.state(times=False), machine.running
    commands = int(counted.read_text(encoding="ascii"))
    assert commands > 100
    for kill_at in range(1, commands, max(1, commands // 25)):
        shutil.rmtree(machine.root)
        shutil.copytree(untouched, machine.root, symlinks=True)
        killed = machine.run(environment={"BASH_ENV": str(killer), "KILL_AT": str(kill_at)})
        assert killed.returncode == -9, kill_at
        assert machine.running in (old, new), kill_at
        machine.install()
        assert machine.state(times=False) == wanted, kill_at


def test_a_version_that_cannot_be_built_leaves_the_card_as_it_was(machine: Machine) -> None:
    machine.install()
    before = machine.state(times=False)
    machine.change("newer")
    with (machine.clone / "install/system.sh").open("a", encoding="utf-8") as part:
        part.write('fill_environment() { mkdir "$1" && echo half >"$1/half" && return 1; }\n')
    refused = machine.run()
    assert refused.returncode == 1
    assert "The Python packages could not be installed" in refused.stderr
    assert machine.state(times=False) == before


def test_uninstalled_the_program_is_gone_and_what_is_the_owners_stays(machine: Machine) -> None:
    machine.install()
    machine.install("--uninstall")
    left = {path for path, (_, _, content) in machine.state().items() if content}
    assert left == {"etc/voice-appliance/config.toml", "etc/voice-appliance/.shipped"}


def test_purged_nothing_is_left(machine: Machine) -> None:
    machine.install()
    (machine.root / "var/lib/voice-appliance").mkdir(parents=True)
    (machine.root / "var/lib/voice-appliance/timers").write_text("7 o'clock", encoding="utf-8")
    machine.install("--uninstall", "--purge")
    assert not [path for path in machine.root.rglob("*") if not path.is_dir()]


def test_to_purge_alone_is_misuse(machine: Machine) -> None:
    assert machine.run("--purge").returncode == 2
