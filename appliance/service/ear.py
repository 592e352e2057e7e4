"""Whether the microphone is open, by the kernel's word and not by ours."""

import os
from collections.abc import Callable
from typing import Final

from appliance.audio.cards import Places, parent_of, recorders

_PLACES: Final = Places()


class Ear:
    """Looks where the kernel tells who has a microphone open. A look takes a tenth of a millisecond."""

    def __init__(
        self, holder: Callable[[], int | None], places: Places = _PLACES, ours: int | None = None
    ) -> None:
        """`holder()` is the process that was given the microphone last; `ours` is the daemon's (this one)."""
        self._holder = holder
        self._places = places
        self._ours = os.getpid() if ours is None else ours

    @property
    def open(self) -> bool:
        """Whether a process of ours has one open: the one that was given it lives on, for its end is what
        closes it, also one of a sound server; or one of ours is named as its user."""
        holder = self._holder()
        if holder is not None and self._is_ours(holder):
            return True
        return any(map(self._is_ours, recorders(self._places)))

    def _is_ours(self, process: int) -> bool:
        return process == self._ours or parent_of(self._places, process) == self._ours
