"""From an SVG of ours to a PNG."""

import re
from math import sqrt
from pathlib import Path

from appliance.errors import InputFileError

# Larger than on the screen, so that the small print can be read on paper …
_ZOOM = 1.5
# … as far as a small board's memory goes: a pixel takes four bytes, twice. Ten minutes of dense talk
# have 20 million at their own size.
_MAX_PIXELS = 20_000_000
_FONTS = Path(__file__).with_name("fonts")
_FONT_FILES = [str(_FONTS / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
_FONT_FAMILY = "DejaVu Sans"
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def to_png(svg: str) -> bytes:
    """The picture `svg`, which says its size in a `viewBox` from 0 0, as a PNG.

    Its letters are those of a font of our own, so that they are there on a machine without any; other
    alphabets than Latin, Greek, Cyrillic, Arabic and Hebrew need a font of the system. Raises
    InputFileError where the package that draws it is not installed.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise InputFileError(
            "A PNG needs the package resvg-py, which is not installed here (pip install resvg-py); "
            "an SVG needs nothing."
        ) from error
    return resvg_py.svg_to_bytes(
        svg_string=svg, zoom=_zoom(svg), font_files=_FONT_FILES, sans_serif_family=_FONT_FAMILY
    )


def _zoom(svg: str) -> float:
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("the SVG does not say its size")
    return min(_ZOOM, sqrt(_MAX_PIXELS / (float(size[1]) * float(size[2]))))
