"""What was said outlives a restart, for as long as the owner wants."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from appliance.conversation.history import MAX_EXCHANGES, History
from appliance.conversation.remembered import Remembered, still_remembered
from appliance.service.memory.store import Row, Store

# What was said in a turn may be told some moments after its answer was heard.
LATE_S: Final = 2.0
# How often it is looked whether something has become too old; nobody counts the minutes.
EXPIRE_EVERY_S: Final = 60.0


@checked(frozen=True, slots=True, config=ConfigDict(allow_inf_nan=False))
class _Kept:
    at_unix_s: float
    role: Literal["user", "assistant"]
    text: str


_KEPT: Final = TypeAdapter(list[_Kept])


class LongMemory:
    """Keeps what `history` has in `store`, for `hours`; with 0 nothing, and what was kept before is deleted.

    Belongs to the event loop. Bounded as `still_remembered` is.
    """

    def __init__(
        self, hours: float, store: Store | None, history: History, now_unix_s: Callable[[], float]
    ) -> None:
        self._hours = hours
        self._store = store
        self._history = history
        self._now_unix_s = now_unix_s
        self._before: tuple[Remembered, ...] = ()  # what earlier runs have left
        self._answered: dict[int, float] = {}  # turn → when, of the last `MAX_EXCHANGES`
        self._changed_unix_s: float | None = None
        self._looked_unix_s = 0.0
        self._recalls = True

    def restore(self, kept: Mapping[str, Sequence[Row]]) -> None:
        """The conversation goes on from what an earlier run has left."""
        rows = list(kept.get("said", ()))
        try:
            found = _KEPT.validate_python(rows)
        except ValueError:
            found = []
        self._before = tuple(Remembered(one.at_unix_s, one.role, one.text) for one in found)
        redated = self._date_back(self._now_unix_s())
        self._before = self._young(self._before)
        self._recalls = not self._history.recalled  # else who was here before told the conversation itself
        self._recall()
        if redated or len(self._before) != len(rows):
            self._save()

    def take(self, event: Mapping[str, object]) -> None:
        """An event of the log."""
        match event:
            case {"event": "answer_done", "turn": int(turn)} if self._hours:
                self._changed_unix_s = self._now_unix_s()
                self._answered[turn] = self._changed_unix_s
                if len(self._answered) > MAX_EXCHANGES:
                    del self._answered[min(self._answered)]

    def look(self) -> None:
        """To be called several times a second."""
        now_unix_s = self._now_unix_s()
        changed = self._changed_unix_s
        if changed is not None and not 0 <= now_unix_s - changed < LATE_S:
            self._save()
        elif self._hours and abs(now_unix_s - self._looked_unix_s) >= EXPIRE_EVERY_S:
            self._looked_unix_s = now_unix_s
            if self._date_back(now_unix_s) or len(self._young(self._all())) != len(self._all()):
                self._save()

    def close(self) -> None:
        """What has changed is kept."""
        if self._changed_unix_s is not None:
            self._save()

    def forget(self) -> None:
        """Nothing was ever said."""
        self._answered.clear()
        self._before = ()
        self._changed_unix_s = None
        if self._store is not None:
            self._store.forget("said")

    def _save(self) -> None:
        self._changed_unix_s = None
        young = self._young(self._all())
        if len(left := self._young(self._before)) != len(self._before):
            self._before = left
            self._recall()
        if self._store is not None:
            rows: list[Row] = [
                {"at_unix_s": one.at_unix_s, "role": one.role, "text": one.text} for one in young
            ]
            self._store.save({"said": rows})

    def _date_back(self, now_unix_s: float) -> bool:
        """What the clock was ahead for was said now, or it would be kept for longer than the owner wants;
        whether there was any."""
        when = (*self._answered.values(), *(one.at_unix_s for one in self._before))
        if max(when, default=-math.inf) <= now_unix_s + EXPIRE_EVERY_S:
            return False
        self._answered = {turn: min(at, now_unix_s) for turn, at in self._answered.items()}
        self._before = tuple(replace(one, at_unix_s=min(one.at_unix_s, now_unix_s)) for one in self._before)
        return True

    def _recall(self) -> None:
        if self._recalls:
            self._history.recall([one.item for one in self._before])

    def _young(self, said: Sequence[Remembered]) -> tuple[Remembered, ...]:
        return still_remembered(said, self._now_unix_s(), self._hours)

    def _all(self) -> list[Remembered]:
        """Of this run what was answered."""
        pieces = groupby(self._history.lines(), key=lambda line: (line.turn, line.role))
        said = [
            Remembered(self._answered[turn], role, " ".join(line.text for line in lines))
            for (turn, role), lines in pieces
            if turn in self._answered
        ]
        return [*self._before, *said]
