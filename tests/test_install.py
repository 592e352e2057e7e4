"""install.sh says what it will do, does nothing else, and refuses what it cannot serve."""

import fcntl
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

CLONE = Path(__file__).parent.parent
SCRIPTS = ["install.sh", ".ci/run", "requirements/update", "requirements/check"]
PARTS = [path.relative_to(CLONE).as_posix() for path in sorted((CLONE / "install").glob("*.sh"))]
PIPER_LOCK = "requirements/piper.lock"
LOCKS = ["requirements/runtime.lock", "requirements/test.lock"]


def run(
    command: list[str | Path], cwd: Path, path: str = "/usr/bin:/bin"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env={"PATH": path}, capture_output=True, text=True, timeout=60)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What install.sh needs of a clone that was never set up, in a folder with a space in its name."""
    folder = tmp_path / "my clone"
    (folder / "requirements").mkdir(parents=True)
    (folder / "install").mkdir()
    for name in ["install.sh", "pyproject.toml", *PARTS, *LOCKS, PIPER_LOCK]:
        (folder / name).write_bytes((CLONE / name).read_bytes())
    (folder / "install.sh").chmod(0o755)
    return folder


def contents(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def fake(folder: Path, name: str, output: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{output}\n", encoding="utf-8")
    program.chmod(0o755)


def test_the_scripts_are_clean() -> None:
    result = run(["shellcheck", "--external-sources", *SCRIPTS], CLONE)
    assert result.stdout == ""
    assert result.returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [["deploy"], ["demo", "test"], ["demo", "--fast"], ["set-key"], ["--offline"], ["--check", "demo"]],
)
def test_misuse_shows_the_usage(clone: Path, arguments: list[str]) -> None:
    result = run([clone / "install.sh", *arguments], clone)
    assert result.returncode == 2
    assert result.stderr.startswith("usage: sudo ./install.sh")
    assert result.stdout == ""


def test_help_is_no_misuse(clone: Path) -> None:
    result = run([clone / "install.sh", "--help"], clone)
    assert result.returncode == 0
    assert result.stdout.startswith("usage: sudo ./install.sh")


@pytest.mark.parametrize(
    ("verb", "lock", "then"),
    [
        ("demo", "runtime", "Then: .venv/bin/appliance demo"),
        ("test", "test", "Then: ruff, mypy, lint-imports, shellcheck, pytest"),
        ("dev", "test", None),
    ],
)
def test_a_dry_run_prints_the_plan_and_changes_nothing(
    clone: Path, tmp_path: Path, verb: str, lock: str, then: str | None
) -> None:
    before = contents(clone)
    result = run([clone / "install.sh", verb, "--dry-run"], cwd=tmp_path)
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("System packages")
    assert lines[1].startswith("Python packages to install into .venv: ")
    assert lines[1].endswith(f"(requirements/{lock}.lock)")
    assert lines[2:] == ([then] if then else [])
    assert contents(clone) == before


@pytest.mark.parametrize("verb", ["demo", "dev"])
def test_piper_is_installed_on_top_where_it_is_asked_for(clone: Path, verb: str) -> None:
    plain = run([clone / "install.sh", verb, "--dry-run"], clone).stdout.splitlines()
    with_piper = run([clone / "install.sh", "--piper", verb, "--dry-run"], clone).stdout.splitlines()
    said = "Piper to install into .venv: 2 packages, checked by hash (requirements/piper.lock), and its voice"
    assert with_piper == [*plain[:2], said, *plain[2:]]


def test_packages_that_are_missing_are_named(clone: Path, tmp_path: Path) -> None:
    fake(tmp_path, "dpkg-query", "echo 'espeak-ng installed'; echo 'python3 config-files'; exit 1")
    result = run([clone / "install.sh", "dev", "--dry-run"], clone, f"{tmp_path}:/usr/bin:/bin")
    assert result.stdout.splitlines()[0] == (
        "System packages to install: ca-certificates python3 python3-pyaudio python3-venv"
    )


@pytest.mark.parametrize("architecture", ["armhf", "i386"])
def test_a_32_bit_system_is_refused_in_one_sentence(clone: Path, tmp_path: Path, architecture: str) -> None:
    fake(tmp_path, "dpkg", f"echo {architecture}")
    result = run([clone / "install.sh", "dev", "--dry-run"], clone, f"{tmp_path}:/usr/bin:/bin")
    assert result.returncode == 1
    sentence = "The voice appliance needs a 64-bit system (amd64 or arm64); this one is"
    assert result.stderr == f"install.sh: {sentence} {architecture}.\n"


def test_without_root_and_sudo_it_says_what_to_run(clone: Path, tmp_path: Path) -> None:
    fake(tmp_path, "dpkg-query", "echo")
    fake(tmp_path, "dpkg", "echo amd64")
    fake(tmp_path, "id", "echo 1000")
    for name in ["bash", "cat", "cut", "dirname", "grep", "sha256sum"]:
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    result = run(["/bin/bash", clone / "install.sh", "dev"], clone, str(tmp_path))
    assert result.returncode == 1
    assert result.stderr == (
        "install.sh: Installing system packages needs root, and there is no sudo; as root run: "
        "apt-get install ca-certificates espeak-ng python3 python3-pyaudio python3-venv\n"
    )
    assert not (clone / ".venv").exists()


def common(code: str) -> subprocess.CompletedProcess[str]:
    """`code` with what every verb has."""
    return run(["bash", "-c", f"set -euo pipefail; . install/common.sh; {code}"], CLONE)


def test_a_lock_as_dpkg_has_it_is_seen(tmp_path: Path) -> None:
    looked = f"if locked '{tmp_path}/none' '{tmp_path}/lock'; then echo held; else echo free; fi"
    with (tmp_path / "lock").open("w") as lock:
        assert common(looked).stdout == "free\n"
        fcntl.lockf(lock, fcntl.LOCK_EX)
        assert common(looked).stdout == "held\n"


def test_it_waits_while_the_system_upgrades_itself() -> None:
    waited = common(
        'looks=0; sleep() { :; }; locked() { [ $((looks++)) -lt 3 ]; }; wait_for_packages; echo "$looks"'
    )
    assert waited.stdout == "Another program installs packages; waiting for it\n4\n"


def test_it_does_not_wait_for_ever() -> None:
    waited = common("sleep() { :; }; locked() { :; }; wait_for_packages")
    assert waited.returncode == 1
    assert waited.stderr.startswith("install.sh: Another program still installs packages")


def locked(lock: str) -> dict[str, Version]:
    """Version of each package of a lock file; every package stands there once and with hashes."""
    blocks = (CLONE / lock).read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    packages = [line.split() for line in blocks if not line.startswith("#")]
    assert all(len(hashes) > 0 and hashes[0].startswith("--hash=sha256:") for _, *hashes in packages)
    versions = dict(pin.split("==") for pin, *_ in packages)
    assert len(versions) == len(packages)
    return {name: Version(version) for name, version in versions.items()}


def test_the_lock_files_answer_the_project_file() -> None:
    runtime, test = map(locked, LOCKS)
    project = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["build-system"]["requires"]
    for requirement in map(Requirement, wanted):
        assert runtime[requirement.name] in requirement.specifier, requirement
    for requirement in map(Requirement, project["project"]["optional-dependencies"]["test"]):
        assert test[requirement.name] in requirement.specifier, requirement


def test_the_tests_run_with_what_the_appliance_runs_with() -> None:
    runtime, test = map(locked, LOCKS)
    assert runtime.items() < test.items()


def test_the_lock_of_piper_holds_what_comes_on_top_of_the_others() -> None:
    runtime, piper = locked(LOCKS[0]), locked(PIPER_LOCK)
    project = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))
    for requirement in map(Requirement, project["project"]["optional-dependencies"]["piper"]):
        assert piper[requirement.name] in requirement.specifier, requirement
    assert not runtime.keys() & piper.keys()


def test_nothing_of_piper_is_installed_by_default() -> None:
    for lock in LOCKS:
        assert not locked(lock).keys() & locked(PIPER_LOCK).keys()


@pytest.mark.parametrize("lock", [*LOCKS, PIPER_LOCK])
def test_the_lock_files_name_no_place(lock: str) -> None:
    assert "/" not in (CLONE / lock).read_text(encoding="utf-8").replace("requirements/update", "")
