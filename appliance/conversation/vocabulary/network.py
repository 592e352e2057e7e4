"""The machine → conversation: how far its network goes, and what became of its clock."""

from dataclasses import dataclass
from enum import IntEnum


class Reach(IntEnum):
    """How far the network goes, or how far away a provider is; what is greater includes the rest."""

    MACHINE = 0
    HOUSE = 1  # there is a route, and none to everywhere
    INTERNET = 2


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    """From now on the network goes as far as this; `from_the_start`: it never went further since we look."""

    reach: Reach
    from_the_start: bool = False


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The wall clock was set: it jumped by `step_s`, which is negative where it went back."""

    step_s: float
