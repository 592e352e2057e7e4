"""What is known to be a key or a name on this machine, so that it can be taken out of a text."""

import getpass
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from appliance.settings.credentials import MAX_SECRET_BYTES, names_a_secret

# iwgetid asks the kernel, which answers at once.
_SSID_TIMEOUT_S: Final = 2.0
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
