"""How arrows run: at right angles on a grid, with a clear straight piece for their words.

Each is the cheapest way for what stands there already. Costs are whole numbers and ties are broken by
order, so that the same table gives the same picture everywhere.
"""

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final, NamedTuple

from scripts.draw_conversation_places import STEP, Box, PictureError
from scripts.draw_conversation_ports import Port, Way
from scripts.draw_conversation_streets import DOWN, UP, Node, Streets, step

_BEND: Final = 20  # what it costs, in steps
_SEEN_PX: Final = 11  # of an arrow, on each side of its words
_EDGE_IN_WORDS: Final = 12  # where the edge of a phase runs behind them


class Words(NamedTuple):
    """The size of what is written on an arrow; it stands outside of `far_from`."""

    width: int
    height: int
    far_from: Box | None = None


class _Stand(NamedTuple):
    node: Node
    direction: int
    told: bool  # the words have their place already


class Search:
    """The cheapest way through `streets`, between phases `own`, with room for `words` if there are any."""

    def __init__(self, streets: Streets, own: Sequence[Box], words: Words | None) -> None:
        self._streets = streets
        self._words = words
        self._own = own
        self._costs: tuple[dict[Node, int | None], ...] = ({}, {})  # of level and upright steps
        self._clear: dict[Box, bool] = {}
        self._goal = Box(0, 0, 0, 0)  # around all ends
        self._queue: list[tuple[int, int, _Stand]] = []
        self._cheapest: dict[_Stand, int] = {}
        self._came_from: dict[_Stand, _Stand] = {}
        self._order = 0

    def run(self, starts: Iterable[Port], ends: Iterable[Port]) -> Way:
        """Raises PictureError where there is no way."""
        ends = list(ends)
        self._goal = _around([end.node for end in ends])
        goals = {_Stand(end.node, (end.direction + 2) % 4, True): end.cost for end in ends}
        for start in starts:
            self._reach(_Stand(start.node, start.direction, self._words is None), start.cost, None)
        best, found = 0, None
        while self._queue:
            estimate, _, here = heappop(self._queue)
            if found is not None and estimate >= best:
                break
            cost = self._cheapest[here]
            if estimate > cost + self._at_least(here.node):
                continue
            if here in goals and (found is None or cost + goals[here] < best):
                best, found = cost + goals[here], here
            self._go_on(here, cost, goals)
        if found is None:
            raise PictureError("there is no room for it" if self._cheapest else "nothing can leave there")
        return self._way_to(found, best)

    def _go_on(self, here: _Stand, cost: int, goals: Iterable[_Stand]) -> None:
        may_turn = here in self._came_from and self._streets.is_free(here.node)
        for turn in (0, 1, 3) if may_turn else (0,):
            direction = (here.direction + turn) % 4
            there = _Stand(step(here.node, direction), direction, here.told)
            step_cost = self._cost(there.node, direction)
            if there in goals:
                step_cost = step_cost or 1
            elif there.node in self._streets.blocked:
                step_cost = None
            if step_cost is not None:
                self._reach(there, cost + step_cost + (_BEND if turn else 0), here)
        if self._words is not None and not here.told:
            self._write(here, cost, self._words)

    def _write(self, here: _Stand, cost: int, words: Words) -> None:
        """Go straight on for as long as the words are, where nothing is in their way."""
        box, steps = _words_at(here, words)
        if words.far_from is not None and words.far_from.meets(box):
            return
        if not self._is_clear(box):
            return
        node = here.node
        for _ in range(steps):
            node = step(node, here.direction)
            step_cost = self._cost(node, here.direction)
            if step_cost is None or node in self._streets.blocked:
                return
            cost += step_cost
        cost += _EDGE_IN_WORDS * sum(_is_cut(box, phase) for phase in self._streets.phases)
        self._reach(_Stand(node, here.direction, True), cost, here)

    def _is_clear(self, box: Box) -> bool:
        if box not in self._clear:
            self._clear[box] = self._streets.is_clear(box)
        return self._clear[box]

    def _cost(self, node: Node, direction: int) -> int | None:
        upright = direction in (UP, DOWN)
        costs = self._costs[upright]
        if node not in costs:
            costs[node] = self._streets.cost(node, upright=upright, own=self._own)
        return costs[node]

    def _reach(self, there: _Stand, cost: int, here: _Stand | None) -> None:
        if cost < self._cheapest.get(there, cost + 1):
            self._cheapest[there] = cost
            if here is not None:
                self._came_from[there] = here
            self._order += 1
            heappush(self._queue, (cost + self._at_least(there.node), self._order, there))

    def _at_least(self, node: Node) -> int:
        """What is left of the way costs so much or more."""
        x, y, width, height = self._goal
        return max(x - node.x, node.x - x - width, 0) + max(y - node.y, node.y - y - height, 0)

    def _way_to(self, end: _Stand, cost: int) -> Way:
        stands = [end]
        while stands[-1] in self._came_from:
            stands.append(self._came_from[stands[-1]])
        stands.reverse()
        path, box, before = [stands[0].node], None, 0
        for here, there in pairwise(stands):
            if here.told != there.told and self._words is not None:
                box, before = _words_at(here, self._words)[0], len(path)
            while path[-1] != there.node:
                path.append(step(path[-1], there.direction))
        return Way(tuple(path), cost, box, before)


def _around(nodes: Sequence[Node]) -> Box:
    """The box, in steps, that all `nodes` are in."""
    if not nodes:
        raise PictureError("nothing can arrive there")
    xs, ys = [node.x for node in nodes], [node.y for node in nodes]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _words_at(here: _Stand, words: Words) -> tuple[Box, int]:
    """Where words stand that are written straight on from here, and after how many steps they are behind."""
    long = words.height if here.direction in (UP, DOWN) else words.width
    half = -(-(long // 2 + _SEEN_PX) // STEP)
    middle = here.node
    for _ in range(half):
        middle = step(middle, here.direction)
    x, y = middle.x * STEP, middle.y * STEP
    return Box(x - words.width // 2, y - words.height // 2, words.width, words.height), 2 * half


def _is_cut(box: Box, phase: Box) -> bool:
    """Whether the edge of `phase` runs through `box`."""
    inside = phase.holds(box.x, box.y) and phase.holds(box.right, box.bottom)
    return box.meets(phase) and not inside
