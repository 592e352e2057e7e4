"""Whether the keys are there that the settings name. They are neither shown nor sent anywhere."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from appliance.errors import ConfigurationError
from appliance.service.doctor.finding import Finding, broken, ok, skipped
from appliance.settings import Settings, resolve_secret

# Where `set-key` puts what systemd decrypts for the service.
CREDENTIALS: Final = Path("/etc/voice-appliance/credentials")


def check_keys(
    settings: Settings, environ: Mapping[str, str], folder: Path = CREDENTIALS
) -> Iterator[Finding]:
    """One finding for each key that is named."""
    named = dict.fromkeys(_references(settings))
    if not named:
        yield skipped("keys", "no key is needed")
    for reference in named:
        yield _check(reference, environ, folder)


def _references(settings: Settings) -> Iterator[str]:
    for provider in settings.providers:
        for owner in (provider, provider.stt, provider.llm, provider.tts):
            if owner.api_key:
                yield owner.api_key
    for server in settings.tools.mcp:
        if server.api_key:
            yield server.api_key


def _check(reference: str, environ: Mapping[str, str], folder: Path) -> Finding:
    name = f"key {reference}"
    store, _, label = reference.partition(":")
    if store == "credential" and not environ.get("CREDENTIALS_DIRECTORY"):
        return _of_the_service(name, label, folder)
    try:
        resolve_secret(reference, environ)
    except ConfigurationError as missing:
        return broken(name, str(missing), _advice(store, label))
    return ok(name, "it is there")


def _of_the_service(name: str, label: str, folder: Path) -> Finding:
    """Only systemd can decrypt it, for the service alone; whether the file is there root can see."""
    try:
        there = {file.name for file in folder.iterdir()}
    except PermissionError:
        return skipped(name, "only root can see whether it is there", "run this with sudo")
    except OSError:
        there = set()
    if there & {label, f"{label}.cred"}:
        return ok(name, f"it is there, encrypted for the service ({folder})")
    return broken(name, f"there is no such credential in {folder}", _advice("credential", label))


def _advice(store: str, label: str) -> str:
    if store == "env":
        return f'set {label} in the environment, or use a credential: api_key = "credential:NAME"'
    return f"`sudo appliance set-key {label}`"
