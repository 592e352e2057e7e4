"""The picture itself: phases, states, arrows and their words, drawn on a card of its own.

The card has its own light ground and dark ink, so that it reads the same on a light and on a dark page.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from appliance.conversation.machine import Phase, State
from appliance.conversation.timeline import style
from appliance.conversation.timeline.svg import Attribute, Svg
from appliance.conversation.timeline.text import Font, wrap
from scripts.draw_conversation_arrows import Arrow
from scripts.draw_conversation_labels import ASIDE, LEADING, PADDING
from scripts.draw_conversation_layout import Branch, Drawn
from scripts.draw_conversation_places import EVERYWHERE, LEGEND, PHASES, PICTURE, STATES, STEP, Box, name_of
from scripts.draw_conversation_streets import Node
from scripts.draw_conversation_words import STATES as MEANINGS
from scripts.draw_conversation_words import SUBJECTS, Subject

_NAME: Final = Font(15, bold=True)
_MEANING: Final = Font(11.5)
_PHASE: Final = Font(12.5, bold=True)
_CORNER: Final = 8.0
_HEAD: Final = 9.0
_DASHES: Final = "6 4"
_TITLE: Final = "The conversation, drawn from its table"

INKS: Final[Mapping[Subject, str]] = {
    Subject.SPEECH: style.PERSON,
    Subject.FLOOR: style.INTERRUPTION,
    Subject.ANSWER: style.ANSWER,
    Subject.HAND: style.MUTED,
}


def draw(drawn: Sequence[Drawn], optional: Collection[State]) -> str:
    """The picture of all arrows, as an SVG document."""
    svg = Svg()
    svg.rect(0.5, 0.5, PICTURE.width - 1, PICTURE.height - 1, rx=14, fill=style.PAGE, stroke=style.EDGE)
    svg.text(24, 36, _TITLE, style.HEADLINE)
    for phase, box in PHASES.items():
        _draw_phase(svg, phase, box)
    for one in drawn:
        _draw_lines(svg, one)
    for state, box in STATES.items():
        _draw_box(svg, box, state.value, MEANINGS[state], dashes=_DASHES if state in optional else None)
    _draw_box(svg, EVERYWHERE, "any state", "", dashes="2 3")
    for one in drawn:
        _draw_label(svg, one)
    _draw_legend(svg)
    return svg.render(PICTURE.width, PICTURE.height, _TITLE, description(), "")


def description() -> str:
    """The picture in words, for those who do not see it."""
    return (
        "A state diagram. Its main way runs from idle over opening and listening to thinking, down to "
        "speaking and back to idle. Speech over an answer leads from speaking to ducked and still, and from "
        "there back to speaking or up to listening."
    )


def _draw_phase(svg: Svg, phase: Phase, box: Box) -> None:
    colour = style.PHASES[phase]
    svg.rect(*box, rx=14, fill=colour, fill_opacity=0.38, stroke=colour, stroke_width=1.5)
    name = name_of(phase)
    svg.text(name.x + 14, name.y + 19, phase.value.upper(), _PHASE, fill=style.MUTED, letter_spacing=1)


def _draw_box(svg: Svg, box: Box, name: str, meaning: str, *, dashes: str | None) -> None:
    svg.rect(
        *box,
        rx=10,
        fill=style.CARD,
        stroke=style.INK,
        stroke_width=1.3,
        stroke_dasharray=dashes,
    )
    lines = wrap(meaning, box.width - 10, _MEANING, 3)
    centre = box.x + box.width / 2
    y = box.y + box.height / 2 - 7.5 * len(lines) + 5
    svg.text(centre, y, name, _NAME, text_anchor="middle")
    for number, line in enumerate(lines):
        svg.text(centre, y + 18 + 15 * number, line, _MEANING, text_anchor="middle", fill=style.MUTED)


def _draw_lines(svg: Svg, one: Drawn) -> None:
    ink, thick = _ink(one.arrow), _width(one.arrow)
    ways = [Branch(one.way.path, one.arrow.optional), *one.branches]
    for number, branch in enumerate(ways):
        curve = _curve(branch.path, shorten=number == 0)
        svg.path(curve, fill="none", stroke=style.PAGE, stroke_width=thick + 4, opacity=0.9)
        dashes = _DASHES if branch.optional else None
        svg.path(
            curve,
            fill="none",
            stroke=ink,
            stroke_width=min(thick, 1.6) if branch.optional else thick,
            stroke_dasharray=dashes,
        )
    svg.path(_head(one.way.path), fill=ink)
    for branch in one.branches:
        svg.path(_dot(branch.path[-1], 3.0), fill=ink)
    if one.arrow.phases:
        svg.path(_dot(one.way.path[0], 4.5), fill=ink)


def _width(arrow: Arrow) -> float:
    """What is told in every conversation weighs most."""
    if all(SUBJECTS[happening] is Subject.HAND for happening in arrow.happenings):
        return 1.4
    return 1.6 if arrow.optional else 2.2


def _draw_label(svg: Svg, one: Drawn) -> None:
    box, ink = one.box, _ink(one.arrow)
    svg.rect(*box, rx=6, fill=style.CARD, stroke=ink, stroke_opacity=0.35)
    for number, words in enumerate(one.lines):
        y = box.y + PADDING + LEADING * (number + 0.72)
        svg.text(
            box.x + box.width / 2,
            y,
            words.text,
            words.font,
            text_anchor="middle",
            fill=style.MUTED if words.font is ASIDE else ink,
        )


def _draw_legend(svg: Svg) -> None:
    x, y = LEGEND.x, LEGEND.y + 20.0
    for number, (subject, ink) in enumerate(INKS.items()):
        _draw_sample(svg, x, y + 26 * number, subject.value, stroke=ink, stroke_width=2.2)
    x += 220
    dashed = "only with another strategy or trigger"
    _draw_sample(svg, x, y, dashed, stroke_width=1.6, stroke_dasharray=_DASHES)
    _draw_sample(svg, x, y + 26, "from every state of the phase", stroke_width=1.6)
    svg.path(_disc(x + 4, y + 22, 4.5), fill=style.INK)
    svg.text(x, y + 52, "What happens without leaving a state", style.BODY, fill=style.MUTED)
    svg.text(x, y + 70, "stands in the tables below the picture.", style.BODY, fill=style.MUTED)


def _draw_sample(svg: Svg, x: float, y: float, text: str, **look: Attribute) -> None:
    svg.line(x, y - 4, x + 28, y - 4, **{"stroke": style.INK, **look})
    svg.text(x + 38, y, text, style.BODY)


def _ink(arrow: Arrow) -> str:
    subjects = [SUBJECTS[happening] for happening in arrow.happenings]
    return INKS[min(subjects, key=list(Subject).index)]


def _curve(path: Sequence[Node], *, shorten: bool) -> str:
    """The path with round corners; shortened where a head is put on it."""
    points = [(node.x * STEP, node.y * STEP) for node in path]
    corners = [points[0]]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        if (before[0] == here[0]) != (here[0] == after[0]):
            corners.append(here)
    corners.append(points[-1])
    d = f"M{corners[0][0]} {corners[0][1]}"
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        a, b = _towards(here, before, _CORNER), _towards(here, after, _CORNER)
        d += f"L{a[0]:g} {a[1]:g}Q{here[0]} {here[1]} {b[0]:g} {b[1]:g}"
    end = _towards(corners[-1], corners[-2], _HEAD - 2) if shorten else corners[-1]
    return d + f"L{end[0]:g} {end[1]:g}"


def _towards(start: tuple[float, float], goal: tuple[float, float], by: float) -> tuple[float, float]:
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    return start[0] + by * ((dx > 0) - (dx < 0)), start[1] + by * ((dy > 0) - (dy < 0))


def _head(path: Sequence[Node]) -> str:
    end = (path[-1].x * STEP, path[-1].y * STEP)
    dx, dy = path[-1].x - path[-2].x, path[-1].y - path[-2].y
    back = (end[0] - dx * _HEAD, end[1] - dy * _HEAD)
    half = _HEAD / 2
    return (
        f"M{end[0]} {end[1]}L{back[0] - dy * half:g} {back[1] + dx * half:g}"
        f"L{back[0] + dy * half:g} {back[1] - dx * half:g}Z"
    )


def _dot(node: Node, radius: float) -> str:
    return _disc(node.x * STEP, node.y * STEP, radius)


def _disc(x: float, y: float, radius: float) -> str:
    half = f"a{radius} {radius} 0 1 0"
    return f"M{x - radius:g} {y}{half} {2 * radius:g} 0{half} {-2 * radius:g} 0Z"
