"""What the offline provider can have done: timers, alarms and the volume, by the tools that it was told of.
Pure.

English as speech-to-text writes it, as in `answers`. What is done cannot be unsaid, so a wish counts only in
the few ways in which it is usually said, and never beside a "not".
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from appliance.providers.offline.alarm_wishes import alarm_told, alarm_wish_of
from appliance.providers.offline.tool_wish import ToolWish

__all__ = ["ALARM", "ToolWish", "seconds_in", "told", "wish_of"]

_TOKEN: Final = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
# What `cancel_timer` calls what rings.
ALARM: Final = "alarm"
_APOSTROPHES: Final = re.compile("['\u2019\u02bc`]")
# A wish is short; somebody who tells a story that has a timer in it wants none.
_MAX_WORDS: Final = 25
_NOT: Final = frozenset({"not", "never", "dont", "didnt", "doesnt", "wont", "cant", "without"})
_TIMER: Final = frozenset({"timer", "timers", "alarm", "alarms"})
_WAKE_ME: Final = frozenset({"wake", "me"})
_END: Final = frozenset({"cancel", "stop", "delete", "remove", "end", "clear", "off", "forget"})
# By themselves they are meant for what rings at that moment.
_STOP: Final = frozenset({"stop", "enough", "quiet", "silence"})
_BESIDE_STOP = "it that thats please now ok okay thanks thank you the ringing bell be"
_SAID_TO_A_BELL: Final = frozenset(_BESIDE_STOP.split())
_LIST: Final = frozenset({"how", "left", "remaining", "remains", "list", "which", "what", "any"})
_LOUDER: Final = frozenset({"up", "louder", "raise", "increase", "higher"})
_QUIETER: Final = frozenset({"down", "quieter", "softer", "lower", "decrease", "reduce"})
_ASKED_ABOUT_TIME_LEFT = """
    how much many longer long time minutes is are there it left remaining do does i we have still on the my
    now please
"""
_TIME_LEFT: Final = frozenset(_ASKED_ABOUT_TIME_LEFT.split())
_SAID_WHEN_TURNING = """
    turn it that a bit little please make be speak talk can could you much the sound volume to set put
"""
_TURNING: Final = frozenset(_SAID_WHEN_TURNING.split())
_STEP_PERCENT: Final = 20
_UNITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("second", "seconds", "sec", "secs"), 1),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), 60),
    **dict.fromkeys(("hour", "hours"), 3600),
}
_COUNTED = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
"""
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS: Final[Mapping[str, float]] = {
    **{word: number for number, word in enumerate(_COUNTED.split())},
    **{word: 20 + 10 * number for number, word in enumerate(_TENS)},
    "couple": 2,
    "quarter": 0.25,
}


def wish_of(text: str) -> ToolWish | None:
    """What the transcript `text` wants done; None where that is nothing, or not certain."""
    words = _TOKEN.findall(_APOSTROPHES.sub("", text.lower()))
    known = frozenset(words)
    if len(words) > _MAX_WORDS or known & _NOT:
        return None
    # "In ten minutes" makes a timer of an alarm.
    if not (seconds := seconds_in(words)) and (wish := alarm_wish_of(words)) is not None:
        return wish
    if known >= _WAKE_ME:
        return ToolWish("set_timer", json.dumps({"seconds": seconds})) if seconds else None
    if known & _TIMER:
        return _of_timers(words, known)
    if known & _STOP and known <= _STOP | _SAID_TO_A_BELL:
        return ToolWish("cancel_timer", json.dumps({"timer": ALARM}))
    if known >= {"how"} and known & {"left", "remaining", "longer"} and known <= _TIME_LEFT:
        return ToolWish("list_timers")
    return _of_volume(words, known)


def told(name: str, output: str) -> str:
    """One sentence for what the tool `name` gave."""
    try:
        found = json.loads(output)
    except ValueError:
        found = None
    match name, found:
        case _, {"error": str(reason)}:
            return f"Sorry, that did not work: {reason}."
        case "set_timer", {"length": str(length)}:
            return f"Your timer of {length} is set."
        case "list_timers", {"timers": [_, *_] as timers}:
            return " ".join(f"Your {_named(timer)} has {timer.get('left')} left." for timer in timers)
        case "list_timers", {"timers": []}:
            return "No timer is running."
        case "cancel_timer", {"cancelled": dict(timer)}:
            return f"Your {_named(timer)} is cancelled."
        case "cancel_timer", {"stopped": _}:
            return "The alarm is off."
        case "set_volume", {"percent": percent}:
            return f"The volume is at {percent} percent."
    return alarm_told(name, found) or "That is done."


def seconds_in(words: Sequence[str]) -> float:
    """All durations among `words` together: "an hour and twenty minutes", "two and a half minutes"."""
    total_s, number, last_unit_s = 0.0, None, 0
    for place, word in enumerate(words):
        before = words[max(place - 2, 0) : place]
        if word in _UNITS:
            last_unit_s = _UNITS[word]
            total_s += (number or 0) * last_unit_s
            number = None
        elif word == "half" and list(before) == ["and", "a"] and number == 1 and last_unit_s:
            total_s, number = total_s + last_unit_s / 2, None  # a minute and a half
        elif word == "half":
            whole = number if number is not None and list(before) == ["and", "a"] else 0
            number = whole + 0.5
        elif word in ("a", "an"):
            number = 1 if number is None else number
        elif word in _NUMBERS or word[0].isdecimal():
            number = _plus(number, words[place - 1] if place else "", word)
        elif word == "hundred":
            number = (number or 1) * 100
        elif word not in ("and", "of"):
            number = None
    return total_s


def _plus(number: float | None, before: str, word: str) -> float:
    """ "twenty" "five" is one number; "a" "quarter" is a quarter."""
    value = float(word) if word[0].isdecimal() else _NUMBERS[word]
    return value + number if number is not None and before in (*_TENS, "hundred") else value


def _of_timers(words: Sequence[str], known: frozenset[str]) -> ToolWish | None:
    if known & _END:
        return ToolWish("cancel_timer")
    if seconds := seconds_in(words):
        return ToolWish("set_timer", json.dumps({"seconds": seconds}))
    return ToolWish("list_timers") if known & _LIST else None


def _of_volume(words: Sequence[str], known: frozenset[str]) -> ToolWish | None:
    if not known & ({"volume", "louder", "quieter", "softer"} | ({"turn"} if "it" in known else set())):
        return None
    rest = known - _TURNING - {"percent"}
    numbers = {word for word in rest if word in _NUMBERS or word[0].isdecimal() or word == "hundred"}
    if "volume" in known and numbers and numbers == rest:
        percent = seconds_in([word for word in words if word in numbers] + ["second"])
        return ToolWish("set_volume", json.dumps({"percent": round(percent)})) if percent <= 100 else None
    if rest and rest <= _LOUDER:
        return ToolWish("set_volume", json.dumps({"change": _STEP_PERCENT}))
    if rest and rest <= _QUIETER:
        return ToolWish("set_volume", json.dumps({"change": -_STEP_PERCENT}))
    return None


def _named(timer: Mapping[str, Any]) -> str:
    return f"{timer['name']} timer" if timer.get("name") else f"timer of {timer.get('length')}"
