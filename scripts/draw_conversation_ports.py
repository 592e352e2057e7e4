"""Where arrows may leave, arrive and join one another."""

from collections.abc import Iterator
from typing import NamedTuple

from scripts.draw_conversation_places import STEP, Box
from scripts.draw_conversation_streets import DOWN, LEFT, RIGHT, UP, Node, Streets, step


class Port(NamedTuple):
    """Where an arrow may leave, or arrive: the point, the direction outward, what it costs."""

    node: Node
    direction: int
    cost: int


class Way(NamedTuple):
    """The points of an arrow, what it costs, and where its words stand: the box, and how many points come
    before it."""

    path: tuple[Node, ...]
    cost: int
    words: Box | None = None
    before: int = 0


def ports(box: Box, streets: Streets, *, whole: bool = False) -> Iterator[Port]:
    """Where an arrow may touch `box`: on its sides, but for its corners and beside other arrows.

    The middle of a side is preferred, unless `whole`: a phase is left anywhere.
    """
    from_corner, off_centre = (3, 0) if whole else (1, 1)
    left, right = box.x // STEP, box.right // STEP
    top, bottom = box.y // STEP, box.bottom // STEP
    sides = [
        *(Port(Node(x, y), d, x) for x in range(left, right + 1) for y, d in ((top, UP), (bottom, DOWN))),
        *(Port(Node(x, y), d, y) for y in range(top, bottom + 1) for x, d in ((left, LEFT), (right, RIGHT))),
    ]
    for node, direction, at in sides:
        first, last = (left, right) if direction in (UP, DOWN) else (top, bottom)
        near = [node, *(step(node, d) for d in range(4))]
        if first + from_corner <= at <= last - from_corner and streets.corners.isdisjoint(near):
            yield Port(node, direction, abs(2 * at - first - last) // 2 * off_centre)


def joints(way: Way, streets: Streets) -> Iterator[Port]:
    """Where a branch may join an arrow: at right angles, before its words, not at its very beginning."""
    for before, node, after in zip(way.path, way.path[1:], way.path[2 : way.before], strict=False):
        level, upright = before.y == node.y == after.y, before.x == node.x == after.x
        if level and node not in streets.upright:
            yield from (Port(node, direction, 0) for direction in (UP, DOWN))
        if upright and node not in streets.level:
            yield from (Port(node, direction, 0) for direction in (LEFT, RIGHT))
