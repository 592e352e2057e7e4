"""The card of a loopback test, to be shown to others: as text and as a picture. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from appliance.conversation.timeline.style import (
    ANSWER,
    BODY,
    CARD,
    EDGE,
    FAILURE,
    HEADLINE,
    INK,
    MUTED,
    PAGE,
    SMALL,
    STRONG,
)
from appliance.conversation.timeline.svg import Svg
from appliance.service.bench.results import Row

_WIDTH: Final = 980.0
_MARGIN: Final = 24.0
_LINE: Final = 24.0
_NAME_X: Final = 44.0
_MEASURED_X: Final = 336.0
_PROMISED_X: Final = 712.0
_MARK_X: Final = 936.0


@dataclass(frozen=True, slots=True)
class Hardware:
    """What the card is about."""

    machine: str
    system: str
    microphone: str
    loudspeaker: str
    version: str
    measured_on: str


def card_text(hardware: Hardware, rows: Sequence[Row]) -> str:
    """The card in plain text, 100 columns wide as a rule."""
    lines = [f"Voice appliance {hardware.version} on {hardware.machine}, {hardware.measured_on}"]
    lines += [f"  {words}" for words in _about(hardware)]
    name_width = max((len(row.name) for row in rows), default=0)
    measured_width = max((len(row.measured) for row in rows), default=0)
    for row in rows:
        line = f"{row.name:{name_width}}  {row.measured:{measured_width}}  {_verdict(row)}"
        lines.append(line.rstrip())
    return "\n".join([*lines[:3], "", *lines[3:]]) + "\n"


def card_svg(hardware: Hardware, rows: Sequence[Row]) -> str:
    """The card as an SVG document; what is kept and missed is told by words as well as by colour."""
    svg = Svg()
    about = _about(hardware)
    height = 2 * _MARGIN + 84 + _LINE * (len(about) + len(rows))
    svg.rect(0, 0, _WIDTH, height, fill=PAGE)
    svg.rect(_MARGIN / 2, _MARGIN / 2, _WIDTH - _MARGIN, height - _MARGIN, fill=CARD, stroke=EDGE, rx=10)
    y = _MARGIN + 26
    title = f"Voice appliance on {hardware.machine}"
    svg.text(_NAME_X, y, title, HEADLINE, room=_WIDTH - 2 * _NAME_X)
    for words in about:
        y += _LINE
        svg.text(_NAME_X, y, words, SMALL, room=_WIDTH - 2 * _NAME_X, fill=MUTED)
    y += 14
    svg.line(_NAME_X, y, _WIDTH - _NAME_X, y, stroke=EDGE)
    for row in rows:
        y += _LINE
        svg.text(_NAME_X, y, row.name, BODY, room=_MEASURED_X - _NAME_X - 12)
        svg.text(_MEASURED_X, y, row.measured, STRONG, room=_PROMISED_X - _MEASURED_X - 12)
        svg.text(_PROMISED_X, y, row.promised, SMALL, room=_MARK_X - _PROMISED_X - 60, fill=MUTED)
        if row.kept is not None:
            colour = ANSWER if row.kept else FAILURE
            svg.text(_MARK_X, y, "kept" if row.kept else "missed", STRONG, fill=colour, text_anchor="end")
    svg.text(_NAME_X, y + _LINE + 8, "measured over a cable: appliance bench --cable", SMALL, fill=INK)
    return svg.render(_WIDTH, height, title, card_text(hardware, rows), "")


def _about(hardware: Hardware) -> list[str]:
    return [
        f"hears with {hardware.microphone}, speaks through {hardware.loudspeaker}",
        f"{hardware.system}; version {hardware.version}, {hardware.measured_on}",
    ]


def _verdict(row: Row) -> str:
    if row.kept is None:
        return row.promised
    return f"{'kept' if row.kept else 'MISSED'} ({row.promised})"
