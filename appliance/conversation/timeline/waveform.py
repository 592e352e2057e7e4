"""The envelope of a recording as bars along the time axis."""

from collections.abc import Iterable

import numpy as np

from appliance.conversation.timeline.levels import LevelProfile
from appliance.conversation.timeline.rows import Row
from appliance.conversation.timeline.story import Span
from appliance.conversation.timeline.style import FAINT, LEFT
from appliance.conversation.timeline.svg import Svg

_BAR_PX = 2.0
# A recording that never gets louder than this (-34 dBFS) is not blown up to full height.
_QUIET_PEAK = 0.02
# Shorter bars are left to the line of silence.
_VISIBLE_PX = 0.6


def draw_wave(
    svg: Svg, row: Row, profile: LevelProfile, top: float, height: float, painted: Iterable[tuple[Span, str]]
) -> None:
    """Draw the part of `profile` that lies in `row`: faint, and the `painted` spans in their colour.

    The recording's loudest sample fills the height, at one scale in all rows.
    """
    middle, px = top + height / 2, height / 2 / max(profile.peak, _QUIET_PEAK)
    last = min(row.end_ms, profile.duration_ms)
    if last <= row.start_ms:
        return
    svg.line(LEFT, middle, row.x(last), middle, stroke=FAINT, stroke_width=0.8)
    count = int((row.x(last) - LEFT) / _BAR_PX)
    colours = [FAINT]
    colour_of = np.zeros(count, np.intp)
    for span, colour in painted:
        if row.overlap_ms(span) > 0:
            colours.append(colour)
            first, stop = (int((row.x(ms) - LEFT) / _BAR_PX) for ms in (span.start_ms, span.end_ms))
            colour_of[first:stop] = len(colours) - 1
    levels = profile.columns(row.start_ms, _BAR_PX / row.px_per_ms, count) * px
    for index, colour in enumerate(colours):
        visible = np.flatnonzero((colour_of == index) & (levels[:, 1] - levels[:, 0] > _VISIBLE_PX))
        bars = [
            f"M{LEFT + (column + 0.5) * _BAR_PX:.0f} {middle - levels[column, 1]:.1f}"
            f"V{middle - levels[column, 0]:.1f}"
            for column in visible
        ]
        if bars:
            svg.path("".join(bars), stroke=colour, stroke_width=1.4, fill="none")
