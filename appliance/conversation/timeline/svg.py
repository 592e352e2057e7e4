"""A drawing surface that always ends in well-formed XML."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from appliance.conversation.timeline.style import CARD, FONT_FAMILY, INK
from appliance.conversation.timeline.text import Font, fit

# What XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Characters of a tooltip: more does not fit on a screen.
_MAX_TOOLTIP = 400

Attribute = str | float | None

_HALO: dict[str, Attribute] = {
    "paint_order": "stroke",
    "stroke": CARD,
    "stroke_width": 3,
    "stroke_linejoin": "round",
}


class Svg:
    """Shapes in the order in which they are drawn. Lengths are pixels, y points down."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, **more: Attribute) -> None:
        """A rectangle; nothing where it has no width."""
        if width > 0:
            self._add("rect", {"x": x, "y": y, "width": width, "height": height, **more})

    def line(self, x1: float, y1: float, x2: float, y2: float, **more: Attribute) -> None:
        """A straight line."""
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, **more})

    def path(self, d: str, **more: Attribute) -> None:
        """A path in SVG's own notation."""
        self._add("path", {"d": d, **more})

    def text(
        self,
        x: float,
        y: float,
        content: str,
        font: Font,
        *,
        room: float | None = None,
        halo: bool = False,
        **more: Attribute,
    ) -> None:
        """One line of text on the base line `y`, cut off where it is wider than `room`.

        With a `halo` it stays legible on a card where lines run behind it.
        """
        shown = content if room is None else fit(content, room, font)
        if shown:
            weight = "600" if font.bold else None
            around = _HALO if halo else {}
            look = {"x": x, "y": y, "font_size": font.size, "font_weight": weight, **around, **more}
            self._add("text", look, shown)

    @contextmanager
    def group(self, tooltip: str = "", **more: Attribute) -> Iterator[None]:
        """What is drawn within belongs together and explains itself with `tooltip`."""
        self._parts.append(f"<g{_attributes(more)}>")
        if tooltip:
            self._add("title", {}, tooltip[:_MAX_TOOLTIP])
        yield
        self._parts.append("</g>\n")

    def append(self, other: "Svg") -> None:
        """Draw everything of `other` on top."""
        self._parts += other._parts

    def render(self, width: float, height: float, title: str, description: str, definitions: str) -> str:
        """The whole picture as an XML document. `definitions` is XML already."""
        size: dict[str, Attribute] = {
            "width": width,
            "height": height,
            "viewBox": f"0 0 {_shown(width)} {_shown(height)}",
        }
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg"{_attributes(size)} role="img" '
            f'aria-labelledby="title desc" font-family="{escape(FONT_FAMILY)}" fill="{INK}">\n'
            f'<title id="title">{_escaped(title)}</title>\n<desc id="desc">{_escaped(description)}</desc>\n'
            f"<defs>{definitions}</defs>\n{''.join(self._parts)}</svg>\n"
        )

    def _add(self, name: str, attributes: dict[str, Attribute], content: str | None = None) -> None:
        end = "/>" if content is None else f">{_escaped(content)}</{name}>"
        self._parts.append(f"<{name}{_attributes(attributes)}{end}")


def _attributes(attributes: dict[str, Attribute]) -> str:
    return "".join(
        f' {name if name == "viewBox" else name.replace("_", "-")}="{_escaped(_shown(value))}"'
        for name, value in attributes.items()
        if value is not None
    )


def _shown(value: str | float | None) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, int | float) else str(value)


def _escaped(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))
