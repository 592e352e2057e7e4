"""The loudspeaker's volume, for all who may turn it."""

from collections.abc import Callable


class VolumeKnob:
    """One knob for the control socket and the model; at the start it stands at 100."""

    def __init__(self, turn: Callable[[int], None]) -> None:
        """`turn(percent)` makes it so."""
        self._turn = turn
        self._percent = 100

    @property
    def percent(self) -> int:
        """0…100."""
        return self._percent

    def set(self, percent: int) -> None:
        """Make everything that sounds so loud. ValueError outside 0…100, and nothing changes."""
        self._turn(percent)
        self._percent = percent
