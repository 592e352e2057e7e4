"""What the offline provider understands and says of alarms. Pure; English, as in `wishes`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from appliance.providers.offline.clock_times import time_of_day
from appliance.providers.offline.tool_wish import ToolWish

_ALARM: Final = frozenset({"alarm", "alarms"})
_TAKE_BACK: Final = frozenset({"cancel", "delete", "remove", "clear", "forget"})
_LIST: Final = frozenset({"list", "which", "what", "when", "any"})
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WORKING_DAYS: Final = frozenset({"weekday", "weekdays"})
_EVERY: Final = frozenset({"every", "each"})
_EVERY_DAY: Final = frozenset({"day", "morning", "evening"})
# Who says no more than these around a time means nothing else. "Tomorrow" is what the next time mostly is.
_AROUND = """
    set an a alarm wake me up please could can would you i want to need tomorrow today for at the my and be
    woken
"""
_SAID_WHEN_SETTING: Final = frozenset(_AROUND.split())
_SNOOZE_WORDS: Final = 6


def alarm_wish_of(words: Sequence[str]) -> ToolWish | None:
    """What `words` (small letters, digits, no "not" among them) want of an alarm; None where that is nothing,
    or not certain."""
    known = frozenset(words)
    if "snooze" in known and len(words) <= _SNOOZE_WORDS:
        return ToolWish("snooze_alarm")
    if known & _ALARM and known & _TAKE_BACK:
        return ToolWish("cancel_alarm")
    if not (known & _ALARM or known >= {"wake", "me"}):
        return None
    if (told := _setting(words)) is not None:
        return told
    return ToolWish("list_alarms") if known & _ALARM and known & _LIST else None


def _setting(words: Sequence[str]) -> ToolWish | None:
    days = _repeats(words)
    if days is None:
        return None
    if days:
        words = _without_days(words)
    inner = [place for place, word in enumerate(words) if word not in _SAID_WHEN_SETTING]
    at = time_of_day(words[inner[0] : inner[-1] + 1]) if inner else None
    if at is None:
        return None
    return ToolWish("set_alarm", json.dumps({"at": at, **({"weekdays": days} if days else {})}))


def _without_days(words: Sequence[str]) -> list[str]:
    named = {*_DAYS, *(f"{day}s" for day in _DAYS), *_WORKING_DAYS}
    rest = []
    for before, word in zip(("", *words), words, strict=False):
        if word not in named | _EVERY | {"on"} and not (before in _EVERY and word in _EVERY_DAY):
            rest.append(word)
    return rest


def _repeats(words: Sequence[str]) -> list[str] | None:
    """The days on which it repeats; None where a day is named that the model would have to reckon out."""
    known = frozenset(words)
    if known & _WORKING_DAYS:
        return [day[:3] for day in _DAYS[:5]]
    named = [day for day in _DAYS if day in known or f"{day}s" in known]
    if named:
        certain = known & _EVERY or any(f"{day}s" in known for day in named)
        return [day[:3] for day in named] if certain else None
    return [day[:3] for day in _DAYS] if known & _EVERY and known & _EVERY_DAY else []


def alarm_told(name: str, found: object) -> str | None:
    """One sentence for what the tool `name` gave; None where it is not about alarms."""
    match name, found:
        case "set_alarm" | "list_alarms", {"note": str(note)}:
            return f"Your alarm is set, but {note}."
        case "set_alarm", {"time": str(at), "rings_on": str(day), "rings_in": str(left)}:
            return f"Your alarm is set for {_spoken(at)}. It rings on {day.split()[0]}, in {left}."
        case "list_alarms", {"alarms": [_, *_] as alarms}:
            return " ".join(f"Your {_named(alarm)} rings {_when(alarm)}." for alarm in alarms)
        case "list_alarms", {"alarms": []}:
            return "No alarm is set."
        case "cancel_alarm", {"cancelled": dict(alarm)}:
            return f"Your {_named(alarm)} is cancelled."
        case "cancel_alarm", {"stopped": _}:
            return "The alarm is off."
        case "snooze_alarm", {"rings_again_in": str(left)}:
            return f"It rings again in {left}."
    return None


def _named(alarm: Mapping[str, Any]) -> str:
    name = f"{alarm['name']} " if alarm.get("name") else ""
    return f"{name}alarm for {_spoken(str(alarm.get('time')))}"


def _when(alarm: Mapping[str, Any]) -> str:
    return f"in {alarm['rings_in']}" if "rings_in" in alarm else "once the clock is set"


def _spoken(at: str) -> str:
    """ "7:30 in the morning" for "07:30"."""
    hour, _, minute = at.partition(":")
    if not (hour.isdigit() and minute.isdigit()):
        return at
    part = "in the morning" if int(hour) < 12 else "in the afternoon" if int(hour) < 18 else "in the evening"
    clock = f"{int(hour) % 12 or 12}" + (f":{minute}" if int(minute) else " o'clock")
    return f"{clock} {part}"
