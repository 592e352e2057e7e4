"""What is wrong with the name of a time zone."""

from zoneinfo import ZoneInfo, available_timezones


def zone_mistake(name: str) -> str | None:
    """A sentence, or None where the zone of that name can be used here; "" is that of the machine."""
    if not name:
        return None
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, no name, a folder of names
        if available_timezones():
            return "no such time zone is known; `timedatectl list-timezones` names them all"
        return "this machine has no time zone data: install it (`sudo apt install tzdata`)"
    return None
