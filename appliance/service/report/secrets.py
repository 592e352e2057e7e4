"""What is known to be a key or a name on this machine, so that it can be taken out of a text."""

import getpass
import ipaddress
import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from appliance.errors import ConfigurationError
from appliance.service.doctor.peers import peers_of, vendors
from appliance.settings import Loaded, Settings
from appliance.settings.credentials import MAX_SECRET_BYTES, names_a_secret

# iwgetid asks the kernel, which answers at once.
_SSID_TIMEOUT_S: Final = 2.0
_HOST_IN_URL: Final = re.compile(r"(?<=://)(?:[^/@\s]*@)?([\w.-]+)")
# Names that every Raspberry Pi has are nobody's.
_COMMON: Final = frozenset({"root", "user", "admin", "raspberrypi", "localhost", "voice-appliance"})


def known_secrets(environ: Mapping[str, str]) -> Iterator[str]:
    """Values of the environment whose names say so, and the credentials of the service where it has them."""
    for name, value in environ.items():
        if names_a_secret(name):
            yield value
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    with suppress(OSError):
        for file in Path(folder).iterdir() if folder else ():
            yield file.read_bytes()[:MAX_SECRET_BYTES].decode("utf-8", "replace").strip()


def known_names(environ: Mapping[str, str]) -> Iterator[str]:
    """Of this machine, of who is logged in, and of the Wi-Fi."""
    found = {socket.gethostname(), socket.gethostname().partition(".")[0], environ.get("SUDO_USER", "")}
    with suppress(OSError, KeyError):
        found.add(getpass.getuser())
    with suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run(
            ["iwgetid", "--raw"], capture_output=True, text=True, timeout=_SSID_TIMEOUT_S, check=True
        )
        found.add(told.stdout.strip())
    with suppress(OSError):
        found.update(entry.name for entry in os.scandir("/home"))
    yield from sorted(found - _COMMON - {""})


def known_hosts(load: Callable[[], Loaded]) -> Iterator[str]:
    """Servers that the settings name, rightly or not, but for vendors: their names look like any other word.
    Addresses are known by their looks."""
    try:
        found = set(_hosts_of(load().settings))
    except ConfigurationError as error:  # which names them as well
        found = {host for mistake in error.mistakes for host in _HOST_IN_URL.findall(mistake)}
    yield from sorted(host for host in found - vendors() - _COMMON if not _is_address(host))


def _hosts_of(settings: Settings) -> Iterator[str]:
    yield from (peer.host for peer in peers_of(settings))
    tools = (urlsplit(server.url).hostname for server in settings.tools.mcp)
    yield from (host for host in tools if host)


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return False
