"""The light of each state: rhythm first, so that it can be read without seeing colours, then hue.

One rhythm serves every kind of light; a plain LED shows nothing else. No pattern flashes more than three
times within a second: faster flashes can cause seizures (WCAG 2.3.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import cos, pi
from typing import Final

from appliance.panel.joint_state import Shown

Colour = tuple[float, float, float]
"""Red, green and blue, each 0…1, as light and not as numbers of a screen."""

# Hues that the colour-blind tell apart best (Okabe and Ito, "Color Universal Design", 2008), as light.
SKY_BLUE: Final[Colour] = (0.09, 0.46, 0.81)
YELLOW: Final[Colour] = (0.87, 0.77, 0.05)
GREEN: Final[Colour] = (0.0, 0.34, 0.17)
ORANGE: Final[Colour] = (0.79, 0.35, 0.0)
VERMILLION: Final[Colour] = (0.66, 0.11, 0.0)
WHITE: Final[Colour] = (1.0, 1.0, 1.0)
HUES: Final[Mapping[Colour, str]] = {
    SKY_BLUE: "sky blue",
    YELLOW: "yellow",
    GREEN: "green",
    ORANGE: "orange",
    VERMILLION: "vermillion",
    WHITE: "white",
}

# A light that swells never goes lower than this while it is lit: it must not seem to be off.
_SWELL_FLOOR: Final = 0.25
_SWELL_MS: Final = 1500.0
# One pixel of a chain after the other, so long each.
_STEP_MS: Final = 120.0
# The eye sees steps of light that come slower than this.
FRAME_MS: Final = 40.0


class Spread(StrEnum):
    """Which pixels of a chain are lit."""

    ALL = "all"
    FIRST = "the first"
    TURNING = "one after the other"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a light does, again and again. `rhythm_ms` is lit, dark, lit, dark…, beginning with lit; () is
    dark, and one number alone is lit for good. `swells`: where it can, it is brighter and less bright."""

    rhythm_ms: tuple[float, ...]
    hue: Colour
    words: str  # what a person is told by it, and may do
    spread: Spread = Spread.ALL
    swells: bool = False

    @property
    def period_ms(self) -> float:
        """After so long it begins again; 0 for what never changes."""
        return sum(self.rhythm_ms) if len(self.rhythm_ms) > 1 else 0.0


PATTERNS: Final[Mapping[Shown, Pattern]] = {
    Shown.IDLE: Pattern((), SKY_BLUE, "It waits for you, and nothing leaves the box."),
    Shown.QUIET: Pattern(
        (80, 9000),
        SKY_BLUE,
        "It is one of the quiet hours: it answers softly, or when they are over.",
        Spread.FIRST,
    ),
    Shown.LISTENING: Pattern((1000,), SKY_BLUE, "It listens to you; what you say is sent to who answers."),
    Shown.THINKING: Pattern(
        (700, 150), YELLOW, "You were heard, and the answer is being made.", Spread.TURNING
    ),
    Shown.LISTENING_ON: Pattern(
        (1500, 600), SKY_BLUE, "It listens on for a while: just speak, without the button or the wake word."
    ),
    Shown.SPEAKING: Pattern((2400, 150), GREEN, "It speaks.", swells=True),
    Shown.INTERRUPTED: Pattern((200, 200), ORANGE, "It stopped, to hear whether you want to say something."),
    Shown.RINGING: Pattern((500, 500), WHITE, "An alarm rings. Press the button to stop it."),
    Shown.MUTED: Pattern(
        (80, 3000),
        VERMILLION,
        "Muted: the microphone is closed. Tap three times to open it.",
        Spread.FIRST,
    ),
    Shown.MUTING: Pattern(
        (1000, 150, 150, 150),
        VERMILLION,
        "It is to be muted, and the microphone is still open; for more than a second, pull its plug.",
    ),
    Shown.PRESSED_MUTED: Pattern(
        (150, 250, 150, 650),
        VERMILLION,
        "It is muted, so it does not hear you. Tap three times to open the microphone.",
    ),
    Shown.FORGETTING: Pattern(
        (1000, 1000),
        ORANGE,
        "It asks whether to forget everything: hold the button for two seconds for yes, tap it for no.",
    ),
    Shown.STARTING: Pattern((250, 750), SKY_BLUE, "It starts, or opens the microphone: wait a moment."),
    Shown.STAND_IN: Pattern(
        (80, 250, 80, 5000), YELLOW, "It is ready, but whom you chose to answer cannot; another one does."
    ),
    Shown.WORDLESS: Pattern(
        (80, 250, 80, 250, 80, 5000),
        YELLOW,
        "It cannot hear its wake word: press the button instead; the journal says why.",
    ),
    Shown.DEAF: Pattern(
        (800, 250, 150, 1750), VERMILLION, "It cannot hear: look to the microphone and its plug."
    ),
    Shown.MOUTHLESS: Pattern(
        (800, 250, 150, 250, 150, 1750),
        VERMILLION,
        "It cannot speak: look to the loudspeaker and its plug.",
    ),
    Shown.NOBODY: Pattern(
        (800, 250, 150, 250, 150, 250, 150, 1750),
        VERMILLION,
        "Nobody can answer: look to the network; `appliance status` says more.",
    ),
    Shown.DOWN: Pattern(
        (800, 250, 800, 1750),
        VERMILLION,
        "It does not run, and is being started again; `systemctl status voice-appliance` says more.",
    ),
}


def is_lit(pattern: Pattern, t_ms: float) -> bool:
    """Whether it is lit `t_ms` after it began."""
    if not pattern.period_ms:
        return bool(pattern.rhythm_ms)
    left_ms = t_ms % pattern.period_ms
    for number, beat_ms in enumerate(pattern.rhythm_ms):
        if left_ms < beat_ms:
            return number % 2 == 0
        left_ms -= beat_ms
    return False  # rounding, at the very end of the period, which is dark


def brightness(pattern: Pattern, t_ms: float) -> float:
    """How bright it is, 0…1, `t_ms` after it began."""
    if not is_lit(pattern, t_ms):
        return 0.0
    if not pattern.swells:
        return 1.0
    wave = (1 + cos(2 * pi * (t_ms % (pattern.period_ms or _SWELL_MS)) / _SWELL_MS)) / 2
    return _SWELL_FLOOR + (1 - _SWELL_FLOOR) * wave


def colour(pattern: Pattern, t_ms: float) -> Colour:
    """Its light, hue and brightness, `t_ms` after it began."""
    bright = brightness(pattern, t_ms)
    red, green, blue = pattern.hue
    return red * bright, green * bright, blue * bright


def chain(pattern: Pattern, t_ms: float, count: int) -> tuple[Colour, ...]:
    """The light of each of `count` pixels, `t_ms` after it began."""
    light, dark = colour(pattern, t_ms), (0.0, 0.0, 0.0)
    if pattern.spread is Spread.ALL:
        return (light,) * count
    turning = pattern.spread is Spread.TURNING
    lit = int(t_ms / _STEP_MS) % count if turning else 0
    return tuple(light if pixel == lit else dark for pixel in range(count))


def next_beat_ms(pattern: Pattern, t_ms: float) -> float | None:
    """How long after `t_ms` a light that can be on or off changes; None: never."""
    if not pattern.period_ms:
        return None
    left_ms = t_ms % pattern.period_ms
    for beat_ms in pattern.rhythm_ms:
        if left_ms < beat_ms:
            return beat_ms - left_ms
        left_ms -= beat_ms
    return FRAME_MS


def next_frame_ms(pattern: Pattern, t_ms: float) -> float | None:
    """How long after `t_ms` a light with shades and pixels is to be set again; None: never."""
    beat_ms = next_beat_ms(pattern, t_ms)
    if is_lit(pattern, t_ms) and (pattern.swells or pattern.spread is Spread.TURNING):
        return FRAME_MS if beat_ms is None else min(FRAME_MS, beat_ms)
    return beat_ms
