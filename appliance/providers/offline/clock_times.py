"""Times of day as one says them: "half past six", "seven thirty in the evening", "7 p.m.". Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

_COUNTED: Final = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
"""
_UNITS: Final[Mapping[str, int]] = {word: number for number, word in enumerate(_COUNTED.split())}
_TENS: Final[Mapping[str, int]] = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_OH: Final = frozenset({"oh", "o"})  # seven oh five
_NAMED: Final[Mapping[str, str]] = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
_MORNING: Final = frozenset({"am", "morning"})
_LATER: Final = frozenset({"pm", "afternoon", "evening", "tonight", "night"})
# What may stand around a time without changing it.
_AROUND: Final = frozenset({"oclock", "in", "the", "at", "this", "sharp"})
_HALVES: Final = frozenset({"past", "after", "to", "before"})


def time_of_day(words: Sequence[str]) -> str | None:
    """HH:MM of what all `words` together (small letters, digits) name; None where that is no time. Up to
    twelve and without a word on it the morning is meant."""
    joined = _joined(words)
    part = [word for word in joined if word in _MORNING | _LATER]
    rest = [word for word in joined if word not in _AROUND and word not in part]
    if len(part) > 1 or not rest:
        return None
    if len(rest) == 1 and rest[0] in _NAMED:
        return _NAMED[rest[0]] if not part else None
    found = _past_or_to(rest) if _HALVES & set(rest) else _hour_and_minute(rest)
    if found is None:
        return None
    hour, minute = found
    if part and not 1 <= hour <= 12:
        return None
    if part:
        hour = hour % 12 + 12 * (part[0] in _LATER and not (part[0] == "night" and hour % 12 < 6))
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _joined(words: Sequence[str]) -> list[str]:
    """ "a" "m" is "am"; "7.30" is how "7:30" is written elsewhere."""
    text = " ".join(words).replace(".", " ").replace("a m", "am").replace("p m", "pm")
    return text.split()


def _past_or_to(words: Sequence[str]) -> tuple[int, int] | None:
    """ "half past six", "a quarter to seven", "ten minutes past eight"."""
    where = next(place for place, word in enumerate(words) if word in _HALVES)
    before = [word for word in words[:where] if word not in ("a", "minutes", "minute")]
    hour = _number(words[where + 1 :])
    minutes = {"half": 30, "quarter": 15}.get(before[0]) if len(before) == 1 else None
    minutes = _number(before) if minutes is None else minutes
    if hour is None or minutes is None or not 1 <= minutes <= 30:
        return None
    if words[where] in ("past", "after"):
        return hour, minutes
    return (hour - 1) % 12 if hour <= 12 else hour - 1, 60 - minutes


def _hour_and_minute(words: Sequence[str]) -> tuple[int, int] | None:
    """ "seven", "seven thirty", "7 05", "six forty five", "twenty one fifteen"."""
    for split in (len(words), 1, 2):
        hour = _number(words[:split])
        minute = _minute(words[split:])
        if hour is not None and hour < 24 and minute is not None:
            return hour, minute
    return None


def _minute(words: Sequence[str]) -> int | None:
    if not words:
        return 0
    if words[0] in _OH and len(words) == 2:
        return _number(words[1:])
    number = _number(words)
    # "seven five" is no time, "7 05" is.
    written = len(words) == 1 and words[0].isdigit() and len(words[0]) == 2
    return number if number is not None and (written or number >= 10) else None


def _number(words: Sequence[str]) -> int | None:
    match words:
        case [word] if word.isascii() and word.isdigit() and len(word) <= 2:
            return int(word)
        case [word]:
            return _UNITS.get(word, _TENS.get(word))
        case [tens, unit] if tens in _TENS and 1 <= _UNITS.get(unit, 0) <= 9:
            return _TENS[tens] + _UNITS[unit]
    return None
