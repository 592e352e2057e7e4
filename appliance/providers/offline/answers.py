"""What the offline provider answers: the time, the date, or that it knows nothing else. Pure.

English as speech-to-text writes it: case and punctuation mean nothing, fillers come and go. A
question counts where everything after the last unknown word is small talk around "time" or "date":
so "could you tell me what time it is" is one, and "what time does the train leave" is none.
"""

import re
from collections.abc import Iterator
from datetime import datetime

ONLY_TIME_AND_DATE = "I am offline, so I can only tell you the time and the date."
OFFLINE_NOW = "I am offline right now."
NOT_UNDERSTOOD = "Sorry, I did not catch that."

_TIME = frozenset({"time", "hour", "oclock"})
_DATE = frozenset({"date", "day", "weekday", "month", "year"})
_TODAY = frozenset({"today", "todays"})
_ASKING = frozenset({"what", "whats", "which", "how", "tell", "give", "say", "show", "know", "knows"})
_SMALL_TALK = """
    a again also an and are be been can correct could current currently do exact exactly got have here
    i id if in is it its just like local me my need now of or our please right so thank thanks that the
    there this to us want we week will would you
"""
_KNOWN = _TIME | _DATE | _TODAY | _ASKING | frozenset(_SMALL_TALK.split())

# Other ways to say it, brought to the words above.
_SAME = (
    (re.compile(r"\bhow late\b|\b(?:have|got) the time\b"), "what time"),
    (re.compile(r"\btime of (?:the )?day\b"), "time"),
    (re.compile(r"\bat the moment\b"), "now"),
)
_APOSTROPHES = re.compile("['\u2019\u02bc`]")
_CLAUSE_ENDS = re.compile(r"[.,;:?!\n]+")
_WORD = re.compile(r"[^\W_]+")

# Questions are short and end what somebody says; the rest of a monologue is not looked at.
_LOOKED_AT_CHARS = 300
# "The time", "today's date": so short that it asks without a word of asking.
_TERSE_WORDS = 3


def answer(text: str, now: datetime, *, stands_in: bool = False) -> str:
    """A few short sentences in answer to the transcript `text`; `now` is local time. Who `stands_in` for
    somebody who knows more says first that it is offline."""
    reply = _reply(text, now)
    return f"{OFFLINE_NOW} {reply}" if stands_in and reply != ONLY_TIME_AND_DATE else reply


def _reply(text: str, now: datetime) -> str:
    if not _WORD.search(text):
        return NOT_UNDERSTOOD
    wants_time, wants_date = _wants(text[-_LOOKED_AT_CHARS:])
    said = [spoken_time(now)] * wants_time + [spoken_date(now)] * wants_date
    return " ".join(said) if said else ONLY_TIME_AND_DATE


def spoken_time(now: datetime) -> str:
    """The time to the minute, in twelve hours and the part of the day."""
    if now.minute == 0 and now.hour in (0, 12):
        return "It is noon." if now.hour else "It is midnight."
    hour = now.hour % 12 or 12
    clock = f"{hour}:{now.minute:02}" if now.minute else f"{hour} o'clock"
    return f"It is {clock} {_part_of_day(now.hour)}."


def spoken_date(now: datetime) -> str:
    """Weekday, day, month and year."""
    weekday, month = _WEEKDAYS[now.weekday()], _MONTHS[now.month - 1]
    return f"Today is {weekday}, the {now.day}{_ordinal_suffix(now.day)} of {month} {now.year}."


def _wants(text: str) -> tuple[bool, bool]:
    time = date = False
    for words in _clauses(text):
        asked = _known_tail(words)
        terse = len(asked) == len(words) <= _TERSE_WORDS
        if not terse and _ASKING.isdisjoint(asked):
            continue
        clause_time = not _TIME.isdisjoint(asked)
        time |= clause_time
        date |= not _DATE.isdisjoint(asked) or (not clause_time and not _TODAY.isdisjoint(asked))
    return time, date


def _clauses(text: str) -> Iterator[list[str]]:
    """Every clause as words, and all together: commas fall where the recognizer likes them to."""
    text = _APOSTROPHES.sub("", text.lower())
    for other, usual in _SAME:
        text = other.sub(usual, text)
    for clause in (*_CLAUSE_ENDS.split(text), text):
        yield _WORD.findall(clause)


def _known_tail(words: list[str]) -> list[str]:
    start = next((i for i in range(len(words), 0, -1) if words[i - 1] not in _KNOWN), 0)
    return words[start:]


def _part_of_day(hour: int) -> str:
    if 1 <= hour < 12:
        return "in the morning"
    if 12 <= hour < 18:
        return "in the afternoon"
    return "in the evening" if 18 <= hour < 22 else "at night"


def _ordinal_suffix(day: int) -> str:
    if 11 <= day <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


# strftime would follow the machine's locale.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
