"""A small machine loads what its own providers need, and not what others would."""

import subprocess
import sys

import pytest

# The large ones, by what they need of their own.
LARGE = {"openai": [], "gemini": ["gemini"], "openai-live": ["openai_live"]}
CODE = """
import sys
import appliance.service.live.live
from appliance.service.providers.provider_list import list_providers
from appliance.settings import load_settings

list_providers(load_settings([], [sys.argv[1]], {}).settings, {"KEY": "secret"})
loaded = {name.split(".")[2] for name in sys.modules if name.startswith("appliance.providers.")}
print(*sorted(loaded & {"cascade", "gemini", "openai_live"}))
"""


@pytest.mark.parametrize(("kind", "needed"), LARGE.items())
def test_only_the_kinds_that_are_configured_are_loaded(kind: str, needed: list[str]) -> None:
    provider = f'{{name="one",kind="{kind}",api_key="env:KEY"}}'
    command = [sys.executable, "-c", CODE, f"providers=[{provider}]"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout.split(), done.stderr) == (needed, "")
