"""What stands in the way of arrows: boxes, phases, other arrows and their words, on a grid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, NamedTuple

from scripts.draw_conversation_places import FIELD, STEP, Box

# What a step costs beside its length, in steps.
_CROSSING: Final = 10
_NEAR: Final = 2  # beside another arrow
_STRANGE: Final = 2  # through a phase with which the arrow has nothing to do
_CLOSE: Final = 4  # beside a box
_EDGE: Final = 8  # along the edge of a phase
# From the words of an arrow to whatever else there is.
_CLEAR_PX: Final = 7


# The directions, by number; the odd ones are upright.
RIGHT, DOWN, LEFT, UP = range(4)
_STEPS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))


class Node(NamedTuple):
    """A point of the grid, in steps."""

    x: int
    y: int


@dataclass(slots=True)
class Streets:
    """`boxes` are in the way for ever; lines and words as they are drawn."""

    boxes: Sequence[Box]
    phases: Sequence[Box]
    blocked: set[Node] = field(default_factory=set)
    level: set[Node] = field(default_factory=set)
    upright: set[Node] = field(default_factory=set)
    corners: set[Node] = field(default_factory=set)  # bends and ends
    _close: set[Node] = field(default_factory=set)
    _within: dict[Node, tuple[Box, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for box in self.boxes:
            self.blocked.update(nodes_in(box))
            self._close.update(nodes_in(box.grown(STEP)))
        for node in nodes_in(FIELD):
            self._within[node] = tuple(p for p in self.phases if p.holds(node.x * STEP, node.y * STEP))

    def copy(self) -> "Streets":
        """The same, for a trial."""
        level, upright, corners = self.level.copy(), self.upright.copy(), self.corners.copy()
        return replace(self, blocked=self.blocked.copy(), level=level, upright=upright, corners=corners)

    def take(self, path: Sequence[Node]) -> None:
        """An arrow runs along `path`."""
        for before, after in pairwise(path):
            (self.upright if before.x == after.x else self.level).update((before, after))
        self.corners.update(bends(path))
        self.corners.update((path[0], path[-1]))

    def write(self, words: Box) -> None:
        """The words of an arrow stand here."""
        self.blocked.update(nodes_in(words.grown(_CLEAR_PX)))

    def is_free(self, node: Node) -> bool:
        """Whether no arrow runs here."""
        return node not in self.level and node not in self.upright

    def is_clear(self, words: Box) -> bool:
        """Whether words may stand here."""
        inside = FIELD.holds(words.x, words.y) and FIELD.holds(words.right, words.bottom)
        nodes = list(nodes_in(words.grown(_CLEAR_PX)))
        return inside and all(taken.isdisjoint(nodes) for taken in (self.blocked, self.level, self.upright))

    def cost(self, node: Node, *, upright: bool, own: Sequence[Box]) -> int | None:
        """What a step to `node` costs an arrow between the phases `own`; None where it cannot be made."""
        along, across = (self.upright, self.level) if upright else (self.level, self.upright)
        if node not in self._within or node in along or node in self.corners:
            return None
        x, y = node
        beside = (Node(x - 1, y), Node(x + 1, y)) if upright else (Node(x, y - 1), Node(x, y + 1))
        cost = _CROSSING if node in across else 1
        cost += _NEAR * sum(n in along for n in beside) + _CLOSE * (node in self._close)
        for phase in self._within[node]:
            cost += _STRANGE * (phase not in own) + _EDGE * _runs_along(phase, node, upright=upright)
        return cost


def step(node: Node, direction: int) -> Node:
    """The next point in a direction."""
    return Node(node.x + _STEPS[direction][0], node.y + _STEPS[direction][1])


def nodes_in(box: Box) -> Iterator[Node]:
    """The points of the grid in a box and on its edge."""
    for x in range(-(-box.x // STEP), box.right // STEP + 1):
        for y in range(-(-box.y // STEP), box.bottom // STEP + 1):
            yield Node(x, y)


def bends(path: Sequence[Node]) -> Iterator[Node]:
    """Where a path changes its direction."""
    for before, node, after in zip(path, path[1:], path[2:], strict=False):
        if (before.x == node.x) != (node.x == after.x):
            yield node


def _runs_along(phase: Box, node: Node, *, upright: bool) -> bool:
    at, edges = (node.x, (phase.x, phase.right)) if upright else (node.y, (phase.y, phase.bottom))
    return any(abs(at * STEP - edge) < 2 * STEP for edge in edges)
