"""What the colours and signs mean."""

from collections.abc import Callable

from appliance.conversation.timeline.interruptions import CUT_SIGN, DUCK_SIGN, HUSH_SIGN, RESUME_SIGN
from appliance.conversation.timeline.style import (
    ANSWER,
    ANSWER_TINT,
    EDGE,
    FAILOVER,
    FAILURE,
    INK,
    INTERRUPTION,
    INTERRUPTION_TINT,
    LINKS,
    MARGIN,
    MUTED,
    PERSON,
    PERSON_TINT,
    PHASES,
    SMALL,
    SMALL_STRONG,
    WAIT_PARTS,
    WIDTH,
)
from appliance.conversation.timeline.svg import Svg
from appliance.conversation.timeline.text import width

_SWATCH_PX = 18.0
_LINE_PX = 22.0
Swatch = Callable[[Svg, float, float], None]


def _area(fill: str, stroke: str | None = None, dashes: str | None = None) -> Swatch:
    def draw(svg: Svg, x: float, y: float) -> None:
        svg.rect(x, y - 10, _SWATCH_PX, 12, rx=2, fill=fill, stroke=stroke, stroke_dasharray=dashes)

    return draw


def _line(colour: str, dashes: str | None = None, thick: float = 4) -> Swatch:
    def draw(svg: Svg, x: float, y: float) -> None:
        svg.line(x, y - 4, x + _SWATCH_PX, y - 4, stroke=colour, stroke_width=thick, stroke_dasharray=dashes)

    return draw


def _sign(d: str, colour: str, ground: str | None = None) -> Swatch:
    def draw(svg: Svg, x: float, y: float) -> None:
        if ground is not None:
            svg.rect(x, y - 10, _SWATCH_PX, 12, fill=ground)
        with svg.group(transform=f"translate({x + 4:.1f} {y - 9:.1f})"):
            svg.path(d, fill=colour)

    return draw


_GROUPS: tuple[tuple[str, tuple[tuple[Swatch, str], ...]], ...] = (
    (
        "person",
        (
            (_area("url(#prefix)"), "prefix padding, sent with the turn"),
            (_area(PERSON_TINT, PERSON), "turn, from the onset of speech to its commit"),
            (_area("none", MUTED, "4 3"), "discarded turn"),
            (_area("url(#muted)"), "muted"),
            (_line(INK, thick=5), "button held"),
        ),
    ),
    (
        "answer",
        (
            (_area(ANSWER_TINT, ANSWER), "as heard"),
            (_line(INTERRUPTION, thick=3), "speech over it, until decided"),
            (_sign(DUCK_SIGN, INTERRUPTION, INTERRUPTION_TINT), "ducked"),
            (_sign(HUSH_SIGN, INTERRUPTION, "url(#still)"), "standing still"),
            (_sign(RESUME_SIGN, ANSWER), "goes on"),
            (_sign(CUT_SIGN, INTERRUPTION), "cut: the person has the floor"),
        ),
    ),
    (
        "waiting",
        (
            *((_area(part.colour), f"{part.name}: {part.meaning}") for part in WAIT_PARTS),
            (_area("url(#fruitless)", FAILURE), "no answer"),
        ),
    ),
    ("phases", tuple((_area(colour), str(phase)) for phase, colour in PHASES.items())),
    (
        "links",
        (
            *((_line(*look), name.replace("_", " ")) for name, look in LINKS.items()),
            (_sign("M0 5l5 -5l5 5l-5 5z", FAILOVER), "failover"),
            (_sign("M5 0l5 10h-10z", FAILURE), "error, lost device"),
            (_sign("M1 1h8v8h-8z", MUTED), "tool call"),
            (_sign("M5 1a4 4 0 1 1 0 8a4 4 0 1 1 0 -8z", INK), "timer, limit"),
        ),
    ),
)


def draw_legend(svg: Svg, top: float) -> float:
    """Draw the legend from `top` down; returns where it ends."""
    svg.line(MARGIN, top, WIDTH - MARGIN, top, stroke=EDGE)
    y = top
    for heading, entries in _GROUPS:
        y += _LINE_PX
        x = 116.0
        svg.text(MARGIN + 16, y, heading, SMALL_STRONG, fill=MUTED)
        for swatch, meaning in entries:
            swatch(svg, x, y)
            svg.text(x + _SWATCH_PX + 6, y, meaning, SMALL, fill=INK)
            x += _SWATCH_PX + 6 + width(meaning, SMALL) + 20
    return y + 12
