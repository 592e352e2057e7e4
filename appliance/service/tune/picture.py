"""The picture of a tuning: what was said, what each setting made of it, and the curve over the silence."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from appliance.conversation.timeline.style import (
    BODY,
    ENDPOINT,
    FAILURE,
    HATCH,
    HEADLINE,
    INK,
    MARGIN,
    MUTED,
    PAGE,
    PERSON,
    SMALL,
    WIDTH,
)
from appliance.conversation.timeline.svg import Svg
from appliance.errors import InputFileError
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.service.picture import to_png
from appliance.service.tune.choice import Candidate
from appliance.service.tune.curve import HEIGHT_PX, draw_curve
from appliance.service.tune.lanes import ROW_S, Lane, Row, draw_row
from appliance.service.tune.search import END_SILENCE_MS
from appliance.service.tune.trial import try_options
from appliance.service.tune.tuning import Tuned
from appliance.service.tune.words import what_was_heard

# Two and a half minutes: what `appliance tune` records, and more than that fits on no screen.
MAX_ROWS: Final = 5
_TOP: Final = 96.0


def draw(tuned: Tuned) -> str:
    """An SVG."""
    svg, body = Svg(), Svg()
    y = _TOP
    rows = list(_rows(tuned))[:MAX_ROWS]
    for row in rows:
        draw_row(body, row, y)
        y += row.height
    y += 8
    chosen = tuned.choice.candidate
    points = [
        (
            ms,
            tuned.measure(
                replace(
                    chosen.options,
                    end_silence_ms=ms,
                    end_silence_min_ms=min(ms, chosen.options.end_silence_min_ms),
                )
            ),
        )
        for ms in END_SILENCE_MS
    ]
    marks = [("yours", tuned.yours.options.end_silence_ms)]
    if chosen.options.end_silence_ms != tuned.yours.options.end_silence_ms:
        marks.append((chosen.name, chosen.options.end_silence_ms))
    draw_curve(body, MARGIN, y, WIDTH - 2 * MARGIN, points, marks)
    height = y + HEIGHT_PX + MARGIN
    svg.rect(0, 0, WIDTH, height, fill=PAGE)
    title = "What each setting would have done"
    svg.text(MARGIN, 40, title, HEADLINE, fill=INK)
    words = what_was_heard(tuned.truths)
    svg.text(MARGIN, 64, words, BODY, room=WIDTH - 2 * MARGIN, fill=MUTED)
    _draw_legend(svg, 84)
    svg.append(body)
    return svg.render(WIDTH, height, title, " ".join((words, *tuned.choice.reasons)), HATCH)


def write_picture(tuned: Tuned, path: Path) -> None:
    """As an SVG or a PNG, as its name ends. Raises InputFileError."""
    kind = path.suffix.lower()
    if kind not in (".svg", ".png"):
        raise InputFileError(f"The picture {path} can be an SVG or a PNG: its name must end in .svg or .png.")
    drawn = draw(tuned)
    try:
        path.write_bytes(to_png(drawn) if kind == ".png" else drawn.encode())
    except OSError as error:
        raise InputFileError(f"The picture {path} cannot be written: {error.strerror}.") from error


def _rows(tuned: Tuned) -> Iterator[Row]:
    shown = _shown(tuned)
    for path, heard, truth in zip(tuned.paths, tuned.heard, tuned.truths, strict=True):
        lanes = tuple(
            Lane(one.name, try_options(heard, one.options), one == tuned.choice.candidate) for one in shown
        )
        step = round(ROW_S * NEAR_RATE_HZ)
        for start in range(0, heard.samples, step):
            yield Row(path.name, heard, truth, lanes, start)


def _shown(tuned: Tuned) -> Sequence[Candidate]:
    candidates = [candidate for candidate, _ in tuned.tried]
    chosen = tuned.choice.candidate
    return candidates if chosen in candidates else [*candidates, chosen]


def _draw_legend(svg: Svg, y: float) -> None:
    x = MARGIN
    for colour, words in (
        (PERSON, "a turn: somebody is heard"),
        (ENDPOINT, "the silence that it waits for"),
        (FAILURE, "cut off in mid-sentence (line), nobody asked (hatched), not heard (dashed)"),
    ):
        svg.rect(x, y - 9, 12, 10, fill=colour)
        svg.text(x + 18, y, words, SMALL, fill=MUTED)
        x += 40 + 7 * len(words)
