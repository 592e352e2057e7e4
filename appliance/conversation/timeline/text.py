"""How wide a text is, and how it is made to fit.

Nobody knows which font will draw the picture: widths are those of DejaVu Sans, which is wider than
the others that may be taken, so that a text that fits here fits there.
"""

import unicodedata
from typing import NamedTuple

ELLIPSIS = "…"
_WIDTHS_EM = {
    **dict.fromkeys("iIjl|!.,:;'` ", 0.33),
    **dict.fromkeys('frt()[]{}-/\\"', 0.42),
    **dict.fromkeys("mMW@%…→", 1.0),
    **dict.fromkeys("wOQGNHU+=<>", 0.82),
}
_SMALL_EM = 0.62
_CAPITAL_EM = 0.7
_WIDE_EM = 1.05  # Chinese, Japanese, Korean, emoji
_BOLD = 1.1


class Font(NamedTuple):
    """A size in pixels, and whether it is bold."""

    size: float
    bold: bool = False


def width(text: str, font: Font) -> float:
    """The width of `text` in pixels, rather too much than too little."""
    return sum(map(_width_em, text)) * font.size * (_BOLD if font.bold else 1.0)


def _width_em(character: str) -> float:
    known = _WIDTHS_EM.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE_EM
    return _CAPITAL_EM if character.isupper() else _SMALL_EM


def fit(text: str, room: float, font: Font) -> str:
    """`text`, cut off with an ellipsis where it is wider than `room`; empty where nothing fits."""
    if width(text, font) <= room:
        return text
    count = _fitting(text, room - width(ELLIPSIS, font), font)
    return text[:count].rstrip() + ELLIPSIS if count else ""


def wrap(text: str, room: float, font: Font, max_lines: int) -> list[str]:
    """`text` in lines of `room` pixels, broken between words where it can be; the last is cut off."""
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < max_lines - 1:
        count = _fitting(rest, room, font)
        if count < len(rest):
            space = rest.rfind(" ", 0, count + 1)
            count = space if space > 0 else count
        if not count:  # not even one character
            return lines
        lines.append(rest[:count].rstrip())
        rest = rest[count:].lstrip()
    last = fit(rest, room, font)
    return [*lines, last] if last else lines


def _fitting(text: str, room: float, font: Font) -> int:
    """How many characters of `text` fit into `room`."""
    used = 0.0
    for count, character in enumerate(text):
        used += width(character, font)
        if used > room:
            return count
    return len(text)
