"""A minimal Debian for the rig: unpacked once, kept, and only ever the lowest layer of a container.

It has what every Raspberry Pi OS has and nothing of what the appliance brings. Kept outside of the
repository, under a name that changes with what it is made of.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

TRIXIE: Final = "trixie"  # Debian 13 and Raspberry Pi OS on it: systemd 257, Python 3.13
BOOKWORM: Final = "bookworm"  # Debian 12: systemd 252, Python 3.11

# The last one is the virtual cable's end: to the appliance it is what a sound card's driver is.
PACKAGES: Final = ("systemd", "systemd-sysv", "udev", "dbus", "python3", "libasound2-plugins")
_OPTIONS: Final = (
    "--variant=minbase",
    "--dpkgopt=force-unsafe-io",  # a root that was cut short is thrown away as a whole
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    '--aptopt=Acquire::Languages "none"',
)
# Three minutes on two cores with a fast mirror; a slow line may take four times as long.
BUILD_TIMEOUT_S: Final = 720.0


class RigUnavailable(Exception):
    """This machine cannot do it; the text says why and what is missing."""


def cache_folder() -> Path:
    """Where roots and bundles are kept from run to run; may be removed at any time."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "voice-appliance-rig"


def debian_root(suite: str) -> Path:
    """The unpacked root of `suite`, made if it is not there. Nobody may write into it.

    Raises RigUnavailable where it cannot be made.
    """
    root = cache_folder() / f"{suite}-{key_of(suite)}"
    with alone(root):
        if not root.is_dir():
            _make(suite, root)
    return root


def key_of(suite: str) -> str:
    """Changes with everything that a root of `suite` is made of, except what its mirror offers by then."""
    return digest("\n".join([suite, *PACKAGES, *_OPTIONS]).encode())


def digest(*parts: bytes) -> str:
    """A short name for these bytes."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "little") + part)
    return whole.hexdigest()[:16]


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """No other run makes `target` meanwhile; whoever comes second finds it made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(target.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def made_whole(target: Path) -> Iterator[Path]:
    """A folder to fill that becomes `target` at the end of the block, and is gone if that fails."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        yield partial
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def machine_mirror() -> str:
    """The mirror from which this machine takes Debian itself. Raises RigUnavailable."""
    formatted = ["$(RELEASE)", "$(COMPONENT)", "$(REPO_URI)"]
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", " ".join(formatted), "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    codename = _codename(Path("/etc/os-release").read_text(encoding="utf-8"))
    mirror = mirror_in(listing.stdout, codename)
    if mirror is None:
        raise RigUnavailable(f"apt on this machine knows no mirror of Debian {codename}: run apt-get update")
    return mirror


def mirror_in(targets: str, codename: str) -> str | None:
    """The address in lines of `RELEASE COMPONENT ADDRESS`, as apt lists them, that has `codename` itself."""
    for line in targets.splitlines():
        release, component, address = line.split(" ", 2)
        if (release, component) == (codename, "main"):
            return address
    return None


def _codename(os_release: str) -> str:
    entries = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    return entries["VERSION_CODENAME"].strip('"')


def _make(suite: str, root: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise RigUnavailable("mmdebstrap is missing: apt-get install mmdebstrap")
    with made_whole(root) as partial:
        made = subprocess.run(
            ["mmdebstrap", *_OPTIONS, f"--include={','.join(PACKAGES)}", suite, partial, machine_mirror()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=BUILD_TIMEOUT_S,
            check=False,
        )
        if made.returncode != 0:
            raise RigUnavailable(f"mmdebstrap made no {suite}: {made.stderr[-500:]}")
