"""A key that systemd cannot decrypt costs its provider, not the appliance."""

import pytest

from appliance.service.set_key import NO_KEY
from tests.rig.container.appliance import CONFIGURATION, Appliance
from tests.rig.container.conftest import SOURCE_IN_IT

pytestmark = [pytest.mark.rig, pytest.mark.timeout(1800)]

KEY = "sk-canary-3b7e1c0d9f5a4286\n"
# nobody listens there: the offline provider answers
PROVIDERS = "".join(
    f'\n[[providers]]\nname = "{name}"\nkind = "openai"\nurl = "ws://127.0.0.1:9/"\n'
    f'api_key = "credential:{name}"\n'
    for name in ("lost", "kept")
)


def given(appliance: Appliance, name: str) -> str:
    """What the service has under this name."""
    return appliance.container.get(f"/run/credentials/voice-appliance.service/{name}")


def test_it_goes_on_without_a_key_of_another_machine_until_that_is_set_again(appliance: Appliance) -> None:
    container = appliance.container
    for name in ("lost", "kept"):
        container.run(f"{SOURCE_IN_IT}/install.sh", "set-key", name, given=KEY)
    container.run("sh", "-c", f"cat >>{CONFIGURATION}", given=PROVIDERS)
    before = appliance.state.armed_s
    container.put("/etc/voice-appliance/credentials/lost.cred", "QUJD\n")
    container.run("systemctl", "restart", "voice-appliance", check=False)
    without = appliance.armed(after_s=before)
    assert (given(appliance, "lost"), given(appliance, "kept")) == (NO_KEY, KEY.strip())
    assert "the key lost cannot be decrypted on this machine" in "\n".join(
        event["MESSAGE"] for event in appliance.events() if isinstance(event["MESSAGE"], str)
    )
    container.run(f"{SOURCE_IN_IT}/install.sh", "set-key", "lost", given=KEY)
    appliance.armed(after_s=without.armed_s)
    assert given(appliance, "lost") == KEY.strip()


def test_it_starts_without_a_key_that_nobody_has_set_and_takes_it_once_somebody_does(
    appliance: Appliance,
) -> None:
    container, before = appliance.container, appliance.state.armed_s
    container.run("sh", "-c", f"cat >>{CONFIGURATION}", given=PROVIDERS)
    container.run("systemctl", "restart", "voice-appliance")
    without = appliance.armed(after_s=before)
    told = appliance.wait_for_event("error", known=0, provider="lost", category="auth_failed")
    assert "sudo appliance set-key lost" in told["APPLIANCE_MESSAGE"]
    container.run(f"{SOURCE_IN_IT}/install.sh", "set-key", "lost", given=KEY)
    appliance.armed(after_s=without.armed_s)
    appliance.wait_for_event("error", known=0, provider="lost", category="connection_failed")
    appliance.wait_for_event("failover", known=0, to="offline")
