"""Durations as one says them. Pure."""

from typing import Final

_UNITS: Final = (("hour", 3600), ("minute", 60), ("second", 1))


def spoken_duration(seconds: float) -> str:
    """To the second, and to the minute from an hour on: "5 minutes", "1 hour and 3 minutes"."""
    rest = max(round(seconds), 0)
    if rest >= 3600:
        rest = round(rest / 60) * 60
    parts = []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}" + "s" * (count != 1))
    return " and ".join(parts) if parts else "0 seconds"
