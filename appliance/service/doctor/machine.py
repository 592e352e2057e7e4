"""The machine under the appliance: its clock, its card, its temperature and its power."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appliance.service.doctor.finding import Finding, broken, ok, poor, skipped

# A day of the journal and the state files take a few MB; apt wants some hundred for its next update.
_LITTLE_BYTES: Final = 200_000_000
_NONE_BYTES: Final = 10_000_000

# A Raspberry Pi slows down from 80 °C on, and more from 85.
_HOT_C: Final = 78.0

# Of `vcgencmd get_throttled`, which answers within 20 ms: bits of now, and of since the start.
_VCGENCMD_TIMEOUT_S: Final = 2.0
_WEAK_NOW, _WEAK_ONCE, _SLOWED_NOW, _SLOWED_ONCE = 1 << 0, 1 << 16, 1 << 2, 1 << 18

_UNSYNCHRONISED: Final = 5  # TIME_ERROR of adjtimex(2)
_TIMEX_BYTES: Final = 256  # struct timex has 208 on 64-bit Linux; of modes 0 nothing is set


def check_clock(now: datetime, built: datetime, *, synchronised: bool) -> Finding:
    """`now` is what the machine takes for the time; it cannot be before our files were written (`built`)."""
    if now < built:
        return broken(
            "clock",
            f"the clock was never set (it says {now:%Y-%m-%d %H:%M}): alarms do not ring, and no provider's"
            " certificate is valid yet",
            "connect the network, which sets it within a minute (`timedatectl status`)",
        )
    if not synchronised:
        return poor(
            "clock",
            "the clock is not set by the network, so alarms may be early or late",
            "`sudo timedatectl set-ntp true`, and allow UDP port 123 in the router",
        )
    return ok("clock", "the clock is set by the network")


def clock_is_synchronised() -> bool:
    """What the kernel says of its clock. False where it cannot be asked."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return False
    return bool(0 <= state < _UNSYNCHRONISED)


def built_at() -> datetime:
    """When our own files were written here."""
    return datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)


def check_state(folder: Path) -> Finding:
    """Whether timers and the like outlive a restart."""
    name = "state"
    there = _nearest(folder)
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        return broken(
            name,
            f"{folder} cannot be written by this user: timers and the like would end with the daemon",
            "run this with sudo if the service is installed; else choose another place with --state",
        )
    spoilt = sorted(file.name for file in folder.glob("*.spoilt")) if folder.is_dir() else []
    if spoilt:
        return poor(
            name,
            f"in {folder} something was spoilt and put aside: {', '.join(spoilt)}",
            "a worn out memory card does that; look into the files, then remove them",
        )
    return ok(name, f"what outlives a restart is kept in {folder}")


def check_disk(folder: Path) -> Finding:
    """Whether there is room on the card that holds `folder`."""
    there = _nearest(folder)
    free_bytes = shutil.disk_usage(there).free
    sentence = f"{free_bytes / 1e6:.0f} MB are free where the state is kept"
    advice = "`sudo apt-get clean`, `sudo journalctl --vacuum-size=50M`, or a larger card"
    if free_bytes < _NONE_BYTES:
        return broken("disk", sentence, advice)
    return poor("disk", sentence, advice) if free_bytes < _LITTLE_BYTES else ok("disk", sentence)


def _nearest(folder: Path) -> Path:
    """The folder, or the first one around it that this user can see."""
    return next(place for place in (folder, *folder.parents) if os.path.exists(place))


def check_temperature(zones: Path = Path("/sys/class/thermal")) -> Finding:
    """The hottest that the kernel knows of."""
    hottest_c = max(_temperatures_c(zones), default=None)
    if hottest_c is None:
        return skipped("temperature", "this machine does not tell its temperature")
    if hottest_c >= _HOT_C:
        return poor(
            "temperature", f"the processor has {hottest_c:.0f} °C and is slowed down", "give it air, or a fan"
        )
    return ok("temperature", f"the processor has {hottest_c:.0f} °C")


def _temperatures_c(zones: Path) -> Iterator[float]:
    for file in zones.glob("thermal_zone*/temp"):
        try:
            yield int(file.read_text()) / 1000
        except (OSError, ValueError):
            continue


def check_power(command: Sequence[str] = ("vcgencmd", "get_throttled")) -> Finding:
    """What a Raspberry Pi says of its power supply."""
    name = "power"
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=_VCGENCMD_TIMEOUT_S, check=True
        ).stdout
        bits = int(told.partition("=")[2], 16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return skipped(name, "only a Raspberry Pi tells about its power supply")
    advice = "use the power supply that was made for it, with its own cable"
    if bits & _WEAK_NOW:
        return broken(name, "the power supply is too weak: its voltage is too low at this moment", advice)
    if bits & _WEAK_ONCE:
        return poor(name, "the power supply is too weak: its voltage was too low since the start", advice)
    if bits & (_SLOWED_NOW | _SLOWED_ONCE):
        return poor(name, "the processor was slowed down since the start", "give it air, or a fan")
    return ok(name, "the power supply is strong enough")
