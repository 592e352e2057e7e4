"""Describe the patterns of the light: `python scripts/describe_lights.py`.

Writes the table of `hardware/lights.md`, between its markers, from the code. The rest of the page is
written by hand.
"""

import re
import sys
from pathlib import Path
from typing import Final

from appliance.panel.joint_state import PRIORITIES
from appliance.panel.patterns import HUES, PATTERNS, Pattern, Spread, is_lit

PAGE: Final = Path(__file__).resolve().parent.parent / "hardware" / "lights.md"
BEGIN, END = "<!-- begin patterns -->", "<!-- end patterns -->"

# What is drawn of a rhythm: 4 s, a tenth of a second each.
_STEPS, _STEP_MS = 40, 100.0


def table() -> str:
    """The patterns as Markdown, in the order in which one beats another."""
    rows = [
        f"| `{strip(pattern)}` | {what} | {rhythm(pattern)} | {look(pattern)} | {pattern.words} |"
        for what, pattern in ((what, PATTERNS[what]) for what, _ in PRIORITIES)
    ]
    head = [
        "| four seconds of it | in `status` | lit, dark, … (ms) | with colours | what it tells |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *rows])


def strip(pattern: Pattern) -> str:
    """Its first seconds; a flash that is shorter than a step is seen too."""
    lit = [any(is_lit(pattern, (step + part / 5) * _STEP_MS) for part in range(5)) for step in range(_STEPS)]
    return "".join("█" if each else "·" for each in lit)


def rhythm(pattern: Pattern) -> str:
    """Its beats in words."""
    if not pattern.rhythm_ms:
        return "dark"
    if not pattern.period_ms:
        return "lit"
    return " ".join(f"{beat_ms:g}" for beat_ms in pattern.rhythm_ms)


def look(pattern: Pattern) -> str:
    """Its hue, and what a light with shades or pixels does beside the rhythm."""
    if not pattern.rhythm_ms:
        return "—"
    more = {Spread.ALL: "", Spread.FIRST: ", first pixel", Spread.TURNING: ", pixel after pixel"}
    return HUES[pattern.hue] + more[pattern.spread] + (", swelling" if pattern.swells else "")


def page(text: str) -> str:
    """`text` of the page with its table as it is to be. Raises ValueError where a marker is missing."""
    found = re.findall(f"{re.escape(BEGIN)}.*?{re.escape(END)}", text, re.DOTALL)
    if len(found) != 1:
        raise ValueError(f"the page needs one pair of the markers {BEGIN} and {END}, and has {len(found)}")
    return text.replace(found[0], f"{BEGIN}\n\n{table()}\n\n{END}")


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
