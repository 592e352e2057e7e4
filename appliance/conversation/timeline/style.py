"""Colours, fonts and sizes of the picture.

One hue a subject: blue is the person, green the answer, amber waiting, violet an interruption, red a
failure. They differ in lightness too and follow the palette of Okabe and Ito, so that they stay apart
for the colour blind; nothing is told by colour alone.
"""

from typing import NamedTuple

from appliance.conversation.machine import Phase
from appliance.conversation.timeline.text import Font

FONT_FAMILY = "'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
HEADLINE = Font(22, bold=True)
HEADING = Font(15, bold=True)
BODY = Font(13)
STRONG = Font(13, bold=True)
SMALL = Font(11)
SMALL_STRONG = Font(11, bold=True)

WIDTH = 1280
LEFT = 104  # where the time axis begins; lane names stand before it
RIGHT = WIDTH - 32
MARGIN = 24

PAGE = "#f4f6f8"
CARD = "#ffffff"
EDGE = "#d5dbe1"
GRID = "#e9edf1"
INK = "#1f2933"
MUTED = "#5b6875"
FAINT = "#b4bec8"

PERSON = "#1b5fa7"
PERSON_TINT = "#e4eefa"
ANSWER = "#00795c"
ANSWER_TINT = "#e0f3ed"
INTERRUPTION = "#a3479b"
INTERRUPTION_TINT = "#f3d9ef"
FAILURE = "#b3261e"
FAILURE_TINT = "#fbe4e1"
FAILOVER = "#9a5310"

ENDPOINT = "#f6c544"
PROVIDER = "#d9822b"
PLAYOUT = "#7a4310"


class WaitPart(NamedTuple):
    """One share of a wait. `ink` is what can be read on its colour."""

    name: str
    colour: str
    ink: str
    meaning: str


WAIT_PARTS = (
    WaitPart("endpoint", ENDPOINT, INK, "silence until the turn was committed"),
    WaitPart("provider", PROVIDER, INK, "until its first audio"),
    WaitPart("playout", PLAYOUT, "#ffffff", "until the loudspeaker"),
)

PHASES = {
    Phase.IDLE: "#e6eaee",
    Phase.LISTENING: "#a9cbef",
    Phase.THINKING: "#fbdc85",
    Phase.SPEAKING: "#8fd6be",
    Phase.INTERRUPTED: "#e3aadb",
}

# Colour and dashes of a provider's link; a link that works is a quiet full line.
LINKS = {
    "ready": ("#6f9f8f", None),
    "connecting": (PROVIDER, "3 3"),
    "down": (FAILURE, "9 3"),
    "backing_off": (FAILURE, "2 4"),
    "lost": (FAILURE, "9 3"),
}

HATCH = (
    '<pattern id="prefix" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="5" height="5" fill="{PERSON_TINT}"/>'
    f'<rect width="1.6" height="5" fill="{PERSON}" opacity="0.45"/></pattern>'
    '<pattern id="fruitless" width="7" height="7" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><rect width="7" height="7" fill="{FAILURE_TINT}"/>'
    f'<rect width="2.4" height="7" fill="{FAILURE}" opacity="0.55"/></pattern>'
    '<pattern id="still" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
    f'<rect width="1.6" height="5" fill="{INTERRUPTION}" opacity="0.5"/></pattern>'
    '<pattern id="muted" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="3" height="9" fill="{FAINT}" opacity="0.6"/></pattern>'
)
