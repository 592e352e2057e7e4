"""The unit is understood by systemd to the last line, and lets the service do little."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parent.parent.parent / "systemd"
UNIT = SYSTEMD / "voice-appliance.service"
PROGRAMS = "/opt/voice-appliance/current/bin/"
MAX_EXPOSURE = 15  # in tenths, as systemd-analyze counts: 1.5 of 10

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed (package systemd)"
)


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60)


def unit_with(folder: Path, text: str) -> Path:
    """The unit as `text` has it, with programs that are there."""
    for name in ("appliance", "python"):
        program = folder / name
        program.write_text("#!/bin/sh\n", encoding="ascii")
        program.chmod(0o755)
    unit = folder / UNIT.name
    unit.write_text(text.replace(PROGRAMS, f"{folder}/"), encoding="utf-8")
    return unit


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    unit = unit_with(tmp_path, UNIT.read_text(encoding="utf-8"))
    judged = analyze("verify", "--man=no", "--recursive-errors=yes", unit)
    assert (judged.returncode, judged.stderr) == (0, "")


def test_systemd_would_tell_of_a_line_that_it_does_not_understand(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8").replace("Restart=always", "Restart=always\nRestartt=always")
    judged = analyze("verify", "--man=no", "--recursive-errors=yes", unit_with(tmp_path, text))
    assert judged.returncode != 0
    assert "Restartt" in judged.stderr


def test_it_is_exposed_no_more_than_promised() -> None:
    judged = analyze("security", "--offline=yes", "--no-pager", f"--threshold={MAX_EXPOSURE}", UNIT)
    assert judged.returncode == 0, judged.stdout


def test_what_remains_open_is_what_it_needs() -> None:
    judged = analyze("security", "--offline=yes", "--no-pager", "--json=short", UNIT)
    found = json.loads(judged.stdout)
    exposed = {entry["json_field"] for entry in found if entry["exposure"] is not None}
    assert exposed <= {
        "DeviceAllow",  # sound, pins, lights
        "IPAddressDeny",  # providers are anywhere
        "MemoryDenyWriteExecute",  # MCP servers that compile as they run
        "PrivateDevices",
        "PrivateNetwork",
        "ProcSubset",  # /proc/asound, /proc/cpuinfo
        "RestrictAddressFamilies_AF_INET_INET6",
        "RestrictAddressFamilies_AF_UNIX",  # the control socket
        "RestrictRealtime",  # the audio threads
        "RootDirectoryOrRootImage",
        "SystemCallFilter_resources",  # how they ask for it
    }


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def test_it_is_started_again_however_often_it_fails() -> None:
    unit = settings()
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]


def test_a_reload_asks_the_service_itself_so_that_a_wrong_configuration_fails_it() -> None:
    assert settings()["ExecReload"] == [f"{PROGRAMS}appliance reload"]


def test_nothing_in_it_is_newer_than_debian_12() -> None:
    newer = {"RestartSteps", "RestartMaxDelaySec", "ImportCredential", "ReloadSignal"}  # 253, 254
    assert not newer & settings().keys()
    assert settings()["Type"] == ["notify"]


def test_no_group_is_named_that_may_be_missing() -> None:
    assert "SupplementaryGroups" not in settings()


def test_the_user_gets_the_groups_of_the_devices(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    rules = SYSTEMD / "voice-appliance.sysusers.conf"
    made = subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", rules], capture_output=True, text=True, timeout=60
    )
    assert made.returncode == 0, made.stderr
    groups = (tmp_path / "etc/group").read_text(encoding="ascii").splitlines()
    with_user = {line.split(":")[0] for line in groups if line.endswith(":voice-appliance")}
    assert with_user == {"audio", "gpio", "spi"}


def test_keys_are_kept_where_only_root_looks(tmp_path: Path) -> None:
    rules = SYSTEMD / "voice-appliance.tmpfiles.conf"
    made = subprocess.run(
        ["systemd-tmpfiles", f"--root={tmp_path}", "--create", rules],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "etc/voice-appliance/credentials").stat().st_mode & 0o777 == 0o700
