"""A network namespace that stands for a house, on a cable that can be pulled; the internet is our end of it.

Needs root, and `ip` (iproute2); where the kernel has no such things, `why_not` says so.
"""

import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

# Of the block kept for documentation (RFC 5737): routed nowhere.
OUTSIDE: Final = "198.51.100.1"
INSIDE: Final = "198.51.100.2"
# Nobody has this address, so that whoever asks it waits.
DEAD_NAME_SERVER: Final = "198.51.100.77"


def why_not() -> str:
    """Why there can be no such house here; "" where there can."""
    if os.geteuid() != 0:
        return "network namespaces are for root"
    if shutil.which("ip") is None:
        return "there is no `ip` (iproute2)"
    name = f"probe{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode:
        return f"no network namespace can be made: {made.stderr.strip()}"
    subprocess.run(["ip", "netns", "del", name], check=True)
    return ""


class Household:
    """`with` builds it; `prefix` runs a command in it."""

    def __init__(self, names: dict[str, str]) -> None:
        """`names` are known in the house without a name server."""
        self._name = f"house{os.getpid()}"
        self._outer, self._inner = f"out{os.getpid()}", f"in{os.getpid()}"
        self._etc = Path("/etc/netns") / self._name
        self._names = names
        self.prefix = ("ip", "netns", "exec", self._name)

    def __enter__(self) -> Self:
        self._etc.mkdir(parents=True)
        hosts = {"localhost": "127.0.0.1", **self._names}
        (self._etc / "hosts").write_text("".join(f"{number} {name}\n" for name, number in hosts.items()))
        (self._etc / "resolv.conf").write_text(f"nameserver {DEAD_NAME_SERVER}\n")
        self._ip("netns", "add", self._name)
        self._ip("link", "add", self._outer, "type", "veth", "peer", "name", self._inner, "netns", self._name)
        self._ip("address", "add", f"{OUTSIDE}/24", "dev", self._outer)
        self._ip("link", "set", self._outer, "up")
        self._ip("-n", self._name, "link", "set", "lo", "up")
        self._ip("-n", self._name, "address", "add", f"{INSIDE}/24", "dev", self._inner)
        self._ip("-n", self._name, "link", "set", self._inner, "up")
        self._ip("-n", self._name, "route", "add", "default", "via", OUTSIDE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ip("link", "del", self._outer)  # with the namespace it would go too, but later
        self._ip("netns", "del", self._name)
        shutil.rmtree(self._etc)

    def unplug(self) -> None:
        """Pull the cable: the house has no carrier any more."""
        self._ip("link", "set", self._outer, "down")

    def plug(self) -> None:
        """Put it back in."""
        self._ip("link", "set", self._outer, "up")

    def _ip(self, *words: str) -> None:
        subprocess.run(["ip", *words], check=True)
