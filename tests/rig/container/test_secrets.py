"""A key that was given once is nowhere but where it is needed."""

import base64

import pytest

from tests.rig.container.appliance import CONFIGURATION, STATE, Appliance
from tests.rig.container.conftest import SOURCE_IN_IT
from tests.rig.results import Results

pytestmark = [pytest.mark.rig, pytest.mark.timeout(1800)]

CANARY = "sk-canary-3b7e1c0d9f5a4286"
# nobody listens there: the key is read and the provider tried, and the offline one answers
PROVIDERS = """
[[providers]]
name = "openai"
kind = "openai"
url = "ws://127.0.0.1:9/v1/realtime"
api_key = "credential:openai"

[[providers]]
name = "offline"
kind = "offline"
"""


def test_a_key_is_nowhere_but_in_its_credential(appliance: Appliance, results: Results) -> None:
    container = appliance.container
    container.run(f"{SOURCE_IN_IT}/install.sh", "set-key", "openai", given=f"{CANARY}\n")
    container.run("sh", "-c", f"cat >>{CONFIGURATION}", given=PROVIDERS)
    container.run("systemctl", "restart", "voice-appliance")
    before = appliance.armed()
    # it was read, and tried without a network: else it would be told that the key is missing
    failed = appliance.wait_for_event("error", known=0, provider="openai")
    assert failed["APPLIANCE_CATEGORY"] == "connection_failed"
    appliance.control("status", "--json")
    appliance.control("report", "--out", "/var/tmp/report.tar.gz")
    container.run("gunzip", "/var/tmp/report.tar.gz")
    killed_s = appliance.kill("ABRT")
    assert appliance.armed(after_s=killed_s).main_process != before.main_process
    places = leaks(appliance)
    assert_that_a_leak_would_be_found(appliance)
    results.holds(
        "a canary key: not in the journal, an environment, a command line, a file, a core or a report",
        int(not places),
        1,
        places,
    )
    assert not container.run("find", STATE, "/run/voice-appliance", "-name", "core*").stdout


def assert_that_a_leak_would_be_found(appliance: Appliance) -> None:
    container = appliance.container
    container.put("/var/tmp/leak", f"key={CANARY}\n")
    container.run("systemd-cat", "echo", base64.b64encode(CANARY.encode()).decode())
    with container.start("sh", "-c", f"K={CANARY} sleep 60 & sleep 60; echo {CANARY}") as leaking:
        found = leaks(appliance)
        leaking.kill()
    assert "/var/tmp/leak" in found
    for place in ("journal", "environ", "cmdline"):
        assert any(place in line for line in found), (place, found)


def leaks(appliance: Appliance) -> list[str]:
    """Where the canary is to be found, plain or in base64."""
    words = [CANARY, base64.b64encode(CANARY.encode()).decode().rstrip("=")[:-1]]
    patterns = [argument for word in words for argument in ("-e", word)]
    container = appliance.container
    journal = container.run("journalctl", "--output=export", "--all", "--no-pager").stdout
    found = [f"journal: {word}" for word in words if word in journal]
    # `-s`: processes come and go; /proc/self has the pattern in its command line
    script = (
        "for p in /proc/[0-9]*; do [ $p = /proc/$$ ] || for f in environ cmdline; do"
        ' tr "\\0" "\\n" <$p/$f 2>/dev/null | grep -qF -f /srv/words - && echo $p/$f; done; done; true'
    )
    container.put("/srv/words", "\n".join(words) + "\n")
    found += container.run("sh", "-c", script).stdout.splitlines()
    container.run("rm", "/srv/words")
    # the whole disk, what nobody links to any more included; and what lies in memory only
    places = ["/etc", "/var", "/opt", "/root", "/home", "/tmp", "/usr/local", "/dev/shm", "/run"]
    found += container.run(
        "grep", "-rlF", *patterns, "--exclude-dir=credentials", *places, check=False
    ).stdout.splitlines()
    return found
