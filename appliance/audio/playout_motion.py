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
    YIELDING = auto()  # plays on to its next pause
    SUBSIDING = auto()  # fades out in that pause, or where it came too late
    YIELDED = auto()  # stands there, not all of it heard
    STILL = auto()  # stands at a sample
    LEAVING = auto()  # all of it is rendered, not all heard


class Cue(Enum):
    """What moves it: the conductor's wishes, and what rendering comes upon."""

    BEGIN = auto()
    PLAY = auto()
    DUCK = auto()
    HUSH = auto()
    YIELD = auto()
    RESUME = auto()
    FLUSH = auto()
    PAUSE = auto()  # it yields, and the next sample belongs to a pause, or the wait is over
    FADED = auto()  # the fade is rendered
    SPENT = auto()  # the answer ended and its last sample is rendered
    HEARD = auto()  # the last sample rendered left the loudspeaker


# What is not listed changes nothing: a cue may arrive after the answer that it was meant for.
MOTIONS: Final[Mapping[tuple[Motion, Cue], Motion]] = {
    **{(motion, Cue.FLUSH): Motion.NONE for motion in Motion},
    (Motion.NONE, Cue.BEGIN): Motion.HELD,
    (Motion.HELD, Cue.PLAY): Motion.PLAYING,
    (Motion.PLAYING, Cue.DUCK): Motion.DUCKED,
    (Motion.PLAYING, Cue.HUSH): Motion.HUSHING,
    (Motion.PLAYING, Cue.YIELD): Motion.YIELDING,
    (Motion.PLAYING, Cue.SPENT): Motion.LEAVING,
    (Motion.DUCKED, Cue.HUSH): Motion.HUSHING,
    (Motion.DUCKED, Cue.YIELD): Motion.YIELDING,
    (Motion.DUCKED, Cue.RESUME): Motion.PLAYING,
    (Motion.DUCKED, Cue.SPENT): Motion.LEAVING,
    (Motion.HUSHING, Cue.RESUME): Motion.PLAYING,
    (Motion.HUSHING, Cue.FADED): Motion.STILL,
    (Motion.HUSHING, Cue.SPENT): Motion.LEAVING,
    (Motion.YIELDING, Cue.HUSH): Motion.HUSHING,
    (Motion.YIELDING, Cue.RESUME): Motion.PLAYING,
    (Motion.YIELDING, Cue.PAUSE): Motion.SUBSIDING,
    (Motion.YIELDING, Cue.SPENT): Motion.LEAVING,
    (Motion.SUBSIDING, Cue.RESUME): Motion.PLAYING,
    (Motion.SUBSIDING, Cue.FADED): Motion.YIELDED,
    (Motion.SUBSIDING, Cue.SPENT): Motion.LEAVING,
    (Motion.YIELDED, Cue.RESUME): Motion.PLAYING,
    (Motion.YIELDED, Cue.HEARD): Motion.STILL,
    (Motion.YIELDED, Cue.SPENT): Motion.LEAVING,
    (Motion.STILL, Cue.RESUME): Motion.PLAYING,
    (Motion.STILL, Cue.SPENT): Motion.LEAVING,
    (Motion.LEAVING, Cue.HEARD): Motion.NONE,
}

FADING: Final = frozenset({Motion.HUSHING, Motion.SUBSIDING})
SOUNDING: Final = frozenset({Motion.PLAYING, Motion.DUCKED, Motion.YIELDING}) | FADING
# The answer has not begun or needs no further sample: a clip may sound. While it stands still it may go
# on at any moment, from mid-sentence: a clip waits until it is heard or flushed.
ROOM_FOR_CLIPS: Final = frozenset({Motion.NONE, Motion.HELD, Motion.LEAVING})
