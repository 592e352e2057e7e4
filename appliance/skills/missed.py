"""What was missed is said when somebody is there to hear it, and is over once it was heard. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from appliance.skills.alarm import MAX_MISSED, Missed

# So long after an alarm the person whom it should have woken waits for it, or sleeps on and would rather be
# told; later on the room may be empty, or it is the middle of the night, and who speaks with the appliance
# next is told.
TELL_AT_ONCE_S: Final = 3 * 3600.0


def is_time_to_tell(missed: Sequence[Missed], now_unix_s: float, *, met: bool) -> bool:
    """Whether it is to be said now; `met`: somebody has spoken with the appliance since it is on."""
    return bool(missed) and (met or now_unix_s - max(one.due_unix_s for one in missed) <= TELL_AT_ONCE_S)


def missed_sentence(missed: Sequence[Missed], now: datetime) -> str:
    """One sentence for all of them: "I missed your 7 o'clock alarm yesterday, because I was off." """
    *others, last = [f"your {one.words}{_when(one.due_unix_s, now)}" for one in missed]
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"I missed {listed}, because I was off."


def _when(unix_s: float, now: datetime) -> str:
    days = (now.date() - datetime.fromtimestamp(unix_s, now.tzinfo).date()).days
    if days <= 0:
        return ""
    return " yesterday" if days == 1 else f" {days} days ago"


class Untold:
    """What was missed and nobody has heard of yet, the last `MAX_MISSED`.

    What is being told is kept until it was heard: the current may go in the middle of the sentence.
    """

    def __init__(self) -> None:
        self._missed: list[Missed] = []
        self._telling: list[Missed] = []

    def add(self, missed: Sequence[Missed]) -> None:
        """This as well."""
        self._missed = sorted([*self._missed, *missed], key=lambda one: one.due_unix_s)[-MAX_MISSED:]

    @property
    def missed(self) -> Sequence[Missed]:
        """All of it, oldest first."""
        return tuple(self._missed)

    def sentence(self, now: datetime, *, met: bool) -> str:
        """What is to be said now, of which `told` has to be called; empty where there is nothing, and while
        something is being told."""
        if self._telling or not is_time_to_tell(self._missed, now.timestamp(), met=met):
            return ""
        self._telling = list(self._missed)
        return missed_sentence(self._telling, now)

    def told(self, *, heard: bool) -> None:
        """The sentence is over. Where it was not `heard`, it is to be said again."""
        if heard:
            self._missed = [one for one in self._missed if one not in self._telling]
        self._telling = []
