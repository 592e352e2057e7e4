"""Everything that the light depends on, and what of it is shown.

The parts change one by one, in different rooms; which of them a person has to know first is decided here,
by one table, and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from appliance.conversation.machine import Phase


class Life(StrEnum):
    """Whether it is there at all."""

    STARTING = "starting"  # it cannot hear yet
    RUNNING = "running"
    DOWN = "down"  # whoever shows this is not the daemon


class Answering(StrEnum):
    """Who would answer a question that is asked now."""

    FIRST = "first"  # the first of the owner's providers
    STAND_IN = "stand-in"  # another one: the first cannot
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class JointState:
    """How it stands, all together. `ear_open` is the kernel's word, whatever anybody wished: some process
    of ours has the microphone open."""

    life: Life = Life.RUNNING
    phase: Phase = Phase.IDLE
    sounds: bool = False  # something is heard from the loudspeaker, or about to be
    rings: bool = False  # an alarm has it
    muted: bool = False  # somebody wished so
    ear_open: bool = True
    deaf: bool = False  # there is no microphone, or none that delivers sound
    mouthless: bool = False  # there is no loudspeaker
    answering: Answering = Answering.FIRST
    quiet: bool = False  # it is one of the quiet hours
    button_down: bool = False
    asks_to_forget: bool = False
    listens_on: bool = False  # after an answer: who speaks now needs no button and no wake word
    wordless: bool = False  # its wake word cannot be heard: the button has to do


class Shown(StrEnum):
    """What a person is told by the light; each has a pattern of its own."""

    DOWN = "down"
    FORGETTING = "forgetting"
    MUTING = "muting"
    PRESSED_MUTED = "pressed while muted"
    RINGING = "ringing"
    LISTENING = "listening"
    STARTING = "starting"
    DEAF = "deaf"
    MOUTHLESS = "mouthless"
    MUTED = "muted"
    THINKING = "thinking"
    INTERRUPTED = "interrupted"
    SPEAKING = "speaking"
    LISTENING_ON = "listening on"
    NOBODY = "nobody"
    WORDLESS = "wordless"
    STAND_IN = "stand-in"
    QUIET = "quiet"
    IDLE = "idle"


def _listens(joint: JointState) -> bool:
    return joint.phase is Phase.LISTENING and joint.ear_open and not joint.muted


# The first that holds is shown. What is asked of the person comes first, then an ear that is open: that may
# be overlooked for no other news. Then what keeps it from hearing or being heard, then what it does.
PRIORITIES: Final[tuple[tuple[Shown, Callable[[JointState], bool]], ...]] = (
    (Shown.DOWN, lambda joint: joint.life is Life.DOWN),
    (Shown.MUTING, lambda joint: joint.muted and joint.ear_open),
    (Shown.FORGETTING, lambda joint: joint.asks_to_forget),
    (Shown.PRESSED_MUTED, lambda joint: joint.muted and joint.button_down),
    (Shown.LISTENING, _listens),
    (Shown.RINGING, lambda joint: joint.rings),
    (Shown.DEAF, lambda joint: joint.deaf and not joint.muted),
    (Shown.MOUTHLESS, lambda joint: joint.mouthless),
    (Shown.MUTED, lambda joint: joint.muted),
    (Shown.STARTING, lambda joint: joint.life is Life.STARTING or not joint.ear_open),
    (Shown.THINKING, lambda joint: joint.phase in (Phase.THINKING, Phase.LISTENING)),
    (Shown.INTERRUPTED, lambda joint: joint.phase is Phase.INTERRUPTED),
    (Shown.SPEAKING, lambda joint: joint.phase is Phase.SPEAKING or joint.sounds),
    (Shown.LISTENING_ON, lambda joint: joint.listens_on),
    (Shown.NOBODY, lambda joint: joint.answering is Answering.NOBODY),
    (Shown.WORDLESS, lambda joint: joint.wordless),
    (Shown.STAND_IN, lambda joint: joint.answering is Answering.STAND_IN),
    (Shown.QUIET, lambda joint: joint.quiet),
    (Shown.IDLE, lambda joint: True),
)


def shown(joint: JointState) -> Shown:
    """What of `joint` is shown."""
    return next(what for what, holds in PRIORITIES if holds(joint))
