"""A person unplugs the microphone and plugs it in again, and how long that takes to be noticed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from appliance.audio.cards import Places, list_cards
from appliance.service.bench.folder import Mark, marks_in
from appliance.service.bench.results import Row, replug_row

# For a person with a plug in the hand.
PERSON_S: Final = 120.0
_LOOK_EVERY_S: Final = 0.02

DEVICE: Final = "microphone"


@dataclass
class _Cards:
    """When the kernel lost a card, and when it got one; None where it has no say (a sound server)."""

    places: Places
    vanished_s: float | None = None
    appeared_s: float | None = None
    _before: int = field(init=False)

    def __post_init__(self) -> None:
        self._before = len(list_cards(self.places))

    def look(self) -> None:
        now = len(list_cards(self.places))
        if now < self._before:
            self.vanished_s = time.monotonic()
        elif now > self._before:
            self.appeared_s = time.monotonic()
        self._before = now


def replug(
    folder: Path,
    tell: Callable[[str], None],
    places: Places = Places(),  # noqa: B008  immutable
    person_s: float = PERSON_S,
) -> Row:
    """Ask for it, and measure. The row says so where nobody did it within `person_s`."""
    cards, known = _Cards(places), len(marks_in(folder))
    tell("Now unplug the microphone (its USB plug, if it has one).")
    lost = _await(folder, cards, "lost", known, person_s)
    if lost is None:
        return Row(f"{DEVICE} unplugged", f"nobody did within {person_s:.0f} s")
    lost_s = lost["at_s"] - (cards.vanished_s or lost["last_s"])
    tell(f"It noticed within {lost_s:.1f} s. Now plug it in again.")
    ready = _await(folder, cards, "ready", known, person_s)
    if ready is None:
        return Row(f"{DEVICE} unplugged", f"told after {lost_s:.1f} s, and never came back", "", kept=False)
    armed_s = None if cards.appeared_s is None else ready["at_s"] - cards.appeared_s
    tell("It hears again.")
    return replug_row(DEVICE, lost_s, armed_s)


def _await(folder: Path, cards: _Cards, state: str, known: int, person_s: float) -> Mark | None:
    deadline_s = time.monotonic() + person_s
    while time.monotonic() < deadline_s:
        cards.look()
        for mark in marks_in(folder)[known:]:
            if mark["mark"] == "device" and (mark["device"], mark["state"]) == (DEVICE, state):
                return mark
        time.sleep(_LOOK_EVERY_S)
    return None
