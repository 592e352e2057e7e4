"""What is remembered of earlier conversations: so much of it, for so long. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from appliance.conversation.vocabulary import HistoryItem, Role

# Every session that opens is told all of it, and some providers take money for that each time: some 3000
# tokens.
MAX_REMEMBERED_CHARACTERS: Final = 12_000
MAX_REMEMBERED: Final = 80


@dataclass(frozen=True, slots=True)
class Remembered:
    """What one of the two said, in a turn that was answered at `at_unix_s` (seconds since 1970)."""

    at_unix_s: float
    role: Role
    text: str

    @property
    def item(self) -> HistoryItem:
        """As it is told."""
        return HistoryItem(self.role, self.text)


def still_remembered(said: Sequence[Remembered], now_unix_s: float, hours: float) -> tuple[Remembered, ...]:
    """The last of `said` (oldest first) that are not older than `hours`: at most `MAX_REMEMBERED`, which have
    at most `MAX_REMEMBERED_CHARACTERS` together."""
    young = [one for one in said if one.at_unix_s > now_unix_s - hours * 3600][-MAX_REMEMBERED:]
    return tuple(reversed(list(_as_long_as_they_fit(reversed(young)))))


def _as_long_as_they_fit(latest_first: Iterable[Remembered]) -> Iterable[Remembered]:
    left = MAX_REMEMBERED_CHARACTERS
    for one in latest_first:
        left -= len(one.text)
        if left < 0:
            return
        yield one
