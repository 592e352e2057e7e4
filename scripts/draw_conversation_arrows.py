"""Which arrows the picture has: the moves of every strategy's table, together where they go together."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from appliance.conversation.attention import conversing, unheeded
from appliance.conversation.machine import Happening, Phase, State, Table
from appliance.conversation.strategies import IMMEDIATE, STRATEGIES, Strategy

# The strategy that the configuration has by default: its arrows are full lines, the others' are dashed.
DEFAULT_STRATEGY: Final = "immediate"
# Every set of rows that can hold: those of the strategies, and those of the triggers other than speech alone.
STANCES: Final[Mapping[str, Strategy]] = {
    **STRATEGIES,
    "triggered": unheeded(IMMEDIATE),
    "conversing": conversing(IMMEDIATE),
}

Sources = frozenset[State]


@dataclass(frozen=True, slots=True)
class Move:
    """One row that changes the state."""

    source: State
    happening: Happening
    target: State


@dataclass(frozen=True, slots=True)
class Arrow:
    """Moves that are drawn as one arrow into `target`.

    It leaves from each of the `states`, from the edge of each of the `phases`, or, where both are empty,
    from every state outside the target's own phase.
    """

    states: tuple[State, ...]
    phases: tuple[Phase, ...]
    target: State
    happenings: tuple[Happening, ...]
    optional: bool  # no move of it happens with the default strategy

    @property
    def moves(self) -> Iterator[Move]:
        """Every move that it stands for."""
        sources = set(self.states) | {s for s in State if any(s.phase is p for p in self.phases)}
        for source in sources or _outside(self.target):
            for happening in self.happenings:
                yield Move(source, happening, self.target)


def moves(strategies: Mapping[str, Strategy] = STANCES) -> dict[Move, frozenset[str]]:
    """Every move that some strategy can make, and the names of those that can."""
    names: dict[Move, frozenset[str]] = {}
    for name, strategy in strategies.items():
        reachable = _reachable(strategy.table)
        for (source, happening), row in strategy.table.items():
            if source in reachable and row.next is not source:
                move = Move(source, happening, row.next)
                names[move] = names.get(move, frozenset()) | {name}
    return names


def optional_states(strategies: Mapping[str, Strategy] = STANCES) -> frozenset[State]:
    """Those that the default strategy never leads to."""
    return frozenset(State) - _reachable(strategies[DEFAULT_STRATEGY].table)


def arrows(known: Mapping[Move, Collection[str]]) -> list[Arrow]:
    """As few arrows as show all the moves; whole phases before states where it makes no difference."""
    drawn: list[Arrow] = []
    usual = {move for move, names in known.items() if DEFAULT_STRATEGY in names}
    for target in State:
        sources: dict[Happening, set[State]] = defaultdict(set)
        for move in known:
            if move.target is target:
                sources[move.happening].add(move.source)
        for phases, states, happenings in _fewest(target, sources):
            arrow = Arrow(states, phases, target, happenings, optional=False)
            optional = usual.isdisjoint(arrow.moves)
            drawn.append(Arrow(states, phases, target, happenings, optional))
    return drawn


_Group = tuple[tuple[Phase, ...], tuple[State, ...], tuple[Happening, ...]]


def _fewest(target: State, sources: Mapping[Happening, set[State]]) -> list[_Group]:
    """The groups of one target, with those phases drawn as a whole that leave the fewest."""
    rest = {h: set(states) for h, states in sources.items()}
    everywhere = tuple(h for h in Happening if h in rest and _outside(target) <= rest[h])
    for happening in everywhere:
        rest[happening] -= _outside(target)
    whole = [p for p in Phase if any(_is_whole(p, states) for states in rest.values())]
    choices = [
        _grouped(rest, chosen) for count in range(len(whole), -1, -1) for chosen in combinations(whole, count)
    ]
    best = min(choices, key=len)  # of equals the first, which has most phases drawn as a whole
    return ([((), (), everywhere)] if everywhere else []) + best


def _grouped(sources: Mapping[Happening, set[State]], whole: Collection[Phase]) -> list[_Group]:
    """Sources from which the same things lead to the target, together."""
    of_phase: dict[Phase, list[Happening]] = defaultdict(list)
    of_state: dict[State, list[Happening]] = defaultdict(list)
    for happening in Happening:
        left = set(sources.get(happening, ()))
        for phase in whole:
            if _is_whole(phase, left):
                of_phase[phase].append(happening)
                left -= _states_of(phase)
        for state in left:
            of_state[state].append(happening)
    groups: list[_Group] = [((phase,), (), tuple(of_phase[phase])) for phase in of_phase]
    together: dict[tuple[Happening, ...], list[State]] = defaultdict(list)
    for state in State:
        if state in of_state:
            together[tuple(of_state[state])].append(state)
    return groups + [((), tuple(states), happenings) for happenings, states in together.items()]


def _is_whole(phase: Phase, states: Collection[State]) -> bool:
    inside = _states_of(phase)
    return len(inside) > 1 and inside <= set(states)


def _states_of(phase: Phase) -> Sources:
    return frozenset(state for state in State if state.phase is phase)


def _outside(target: State) -> Sources:
    return frozenset(state for state in State if state.phase is not target.phase)


def _reachable(table: Table) -> set[State]:
    found = {State.IDLE}
    while True:
        more = {row.next for (source, _), row in table.items() if source in found} - found
        if not more:
            return found
        found |= more
