"""Every arrow with its ways and its words, in their places."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from appliance.conversation.machine import Phase, State
from scripts.draw_conversation_arrows import Arrow
from scripts.draw_conversation_labels import Line, lines_of, size_of
from scripts.draw_conversation_places import (
    EVERYWHERE,
    LEGEND,
    PHASES,
    STATES,
    Box,
    PictureError,
    box_of,
    name_of,
)
from scripts.draw_conversation_ports import Port, Way, joints, ports
from scripts.draw_conversation_routes import Search, Words
from scripts.draw_conversation_streets import Node, Streets
from scripts.draw_conversation_words import SUBJECTS, Subject

# Between a box and the words of an arrow that other branches join there.
_JOIN_PX: Final = 50


@dataclass(frozen=True, slots=True)
class Branch:
    """The points of one way; an `optional` one begins where only another strategy than the default leads."""

    path: tuple[Node, ...]
    optional: bool


@dataclass(slots=True)
class Drawn:
    """One arrow in its place: the way to the target first, then the branches that join it."""

    arrow: Arrow
    way: Way
    box: Box  # of its words
    lines: tuple[Line, ...]
    branches: list[Branch] = field(default_factory=list)


def lay_out(arrows: Iterable[Arrow], optional: Collection[State]) -> list[Drawn]:
    """Places for all of `arrows`; raises PictureError where one has none.

    Branches from `optional` states come last: they are to find a way around everything else.
    """
    streets = Streets([*STATES.values(), EVERYWHERE, LEGEND, *map(name_of, Phase)], list(PHASES.values()))
    drawn = [_place(arrow, streets, optional) for arrow in sorted(arrows, key=_rank)]
    for one in drawn:
        if not one.arrow.optional:
            for state in one.arrow.states:
                if state in optional:
                    one.branches.append(_join(one.arrow, box_of(state), one.way, streets, optional=True))
    return drawn


def _place(arrow: Arrow, streets: Streets, optional: Collection[State]) -> Drawn:
    """The arrow without branches that come last, by way of the source that makes it the shortest."""
    now = [*(PHASES[phase] for phase in arrow.phases)]
    now += [box_of(state) for state in arrow.states if arrow.optional or state not in optional]
    sources = now or [EVERYWHERE]
    trials = [(_tree(arrow, box, sources, streets.copy()), box) for box in sources]
    _, first = min(trials, key=lambda trial: trial[0][0])
    _, drawn = _tree(arrow, first, sources, streets)
    return drawn


def _tree(arrow: Arrow, first: Box, sources: Sequence[Box], streets: Streets) -> tuple[int, Drawn]:
    """The way from `first` with the others joined to it, and what all of it costs."""
    lines = lines_of(arrow)
    words = Words(*size_of(lines), first.grown(_JOIN_PX) if len(_sources(arrow)) > 1 else None)
    try:
        way = Search(streets, _phases(arrow), words).run(
            _starts(first, streets), ports(box_of(arrow.target), streets)
        )
    except PictureError as error:
        raise PictureError(f"{_named(arrow)}: {error}") from None
    assert way.words is not None
    streets.take(way.path)
    streets.write(way.words)
    drawn = Drawn(arrow, way, way.words, lines)
    cost = way.cost
    for box in sorted(sources, key=lambda box: _distance(box, first)):
        if box is not first:
            branch = _join(arrow, box, way, streets, optional=arrow.optional)
            drawn.branches.append(branch)
            cost += len(branch.path)
    return cost, drawn


def _join(arrow: Arrow, box: Box, way: Way, streets: Streets, *, optional: bool) -> Branch:
    try:
        branch = Search(streets, _phases(arrow), None).run(_starts(box, streets), joints(way, streets))
    except PictureError as error:
        raise PictureError(f"{_named(arrow)}: {error}") from None
    streets.take(branch.path)
    return Branch(branch.path, optional)


def _starts(box: Box, streets: Streets) -> Iterator[Port]:
    return ports(box, streets, whole=box in PHASES.values())


def _phases(arrow: Arrow) -> list[Box]:
    """Those that the arrow has to do with."""
    return [PHASES[phase] for phase in (arrow.target.phase, *arrow.phases, *(s.phase for s in arrow.states))]


def _sources(arrow: Arrow) -> list[Box]:
    return [*(PHASES[phase] for phase in arrow.phases), *map(box_of, arrow.states)] or [EVERYWHERE]


def _rank(arrow: Arrow) -> tuple[bool, bool, int]:
    """What is placed first, and so most directly: what always happens and is told, and what is near."""
    by_hand = all(SUBJECTS[happening] is Subject.HAND for happening in arrow.happenings)
    return by_hand, arrow.optional, min(_distance(box, box_of(arrow.target)) for box in _sources(arrow))


def _distance(one: Box, other: Box) -> int:
    dx = max(0, one.x - other.right, other.x - one.right)
    dy = max(0, one.y - other.bottom, other.y - one.bottom)
    return dx + dy


def _named(arrow: Arrow) -> str:
    sources = ", ".join([*(p.value for p in arrow.phases), *(s.value for s in arrow.states)]) or "everywhere"
    return f"the arrow from {sources} to {arrow.target.value}"
