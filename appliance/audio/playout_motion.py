"""How an answer moves through the loudspeaker, as a table."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class Motion(Enum):
    """What the playout does with the current answer."""

    NONE = auto()  # there is none, or it is over
    HELD = auto()  # samples are collected, none is rendered
    PLAYING = auto()
    DUCKED = auto()  # plays on, more quietly
    HUSHING = auto()  # fades out
    STILL = auto()  # stands at a sample
    LEAVING = auto()  # all of it is rendered, not all heard


class Cue(Enum):
    """What moves it: the conductor's wishes, and what rendering comes upon."""

    BEGIN = auto()
    PLAY = auto()
    DUCK = auto()
    HUSH = auto()
    RESUME = auto()
    FLUSH = auto()
    FADED = auto()  # the hush's fade is rendered
    SPENT = auto()  # the answer ended and its last sample is rendered
    HEARD = auto()  # its last sample left the loudspeaker


# What is not listed changes nothing: a cue may arrive after the answer that it was meant for.
MOTIONS: Final[Mapping[tuple[Motion, Cue], Motion]] = {
    **{(motion, Cue.FLUSH): Motion.NONE for motion in Motion},
    (Motion.NONE, Cue.BEGIN): Motion.HELD,
    (Motion.HELD, Cue.PLAY): Motion.PLAYING,
    (Motion.PLAYING, Cue.DUCK): Motion.DUCKED,
    (Motion.PLAYING, Cue.HUSH): Motion.HUSHING,
    (Motion.PLAYING, Cue.SPENT): Motion.LEAVING,
    (Motion.DUCKED, Cue.HUSH): Motion.HUSHING,
    (Motion.DUCKED, Cue.RESUME): Motion.PLAYING,
    (Motion.DUCKED, Cue.SPENT): Motion.LEAVING,
    (Motion.HUSHING, Cue.RESUME): Motion.PLAYING,
    (Motion.HUSHING, Cue.FADED): Motion.STILL,
    (Motion.HUSHING, Cue.SPENT): Motion.LEAVING,
    (Motion.STILL, Cue.RESUME): Motion.PLAYING,
    (Motion.STILL, Cue.SPENT): Motion.LEAVING,
    (Motion.LEAVING, Cue.HEARD): Motion.NONE,
}

SOUNDING: Final = frozenset({Motion.PLAYING, Motion.DUCKED, Motion.HUSHING})
# The answer has not begun or needs no further sample: a clip may sound.
ROOM_FOR_CLIPS: Final = frozenset({Motion.NONE, Motion.HELD, Motion.LEAVING})
