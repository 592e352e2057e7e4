"""What a gesture of the hand means, as things stand."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from appliance.panel.gestures import Gesture


class Standing(StrEnum):
    """How things stand, as far as the button goes."""

    FREE = "free"
    RINGING = "ringing"  # an alarm sounds
    MUTED = "muted"
    ASKED = "asked"  # it is muted and has asked whether to forget everything


class Meaning(StrEnum):
    """What is to be done."""

    PRESS = "press"  # the person has the floor; muted: whatever sounds is over, and he is told
    LET_GO = "let go"
    STOP_RING = "stop the ring"
    REPEAT = "repeat the last answer"
    MUTE = "mute"
    UNMUTE = "unmute"
    ASK_TO_FORGET = "ask whether to forget everything"
    FORGET = "forget everything"
    KEEP = "keep everything"
    TELL_PLAYED_WITH = "tell that it is played with"
    TELL_STUCK = "tell that it is stuck"
    TELL_FREED = "tell that it is free again"


_S, _G, _M = Standing, Gesture, Meaning
# Whoever is asked says yes by a press of two seconds, which no playing child, loose contact or stuck button
# makes by accident after ten seconds of holding it, and no by anything else; to do nothing is no as well.
_ALIKE: Final[Mapping[Gesture, tuple[Meaning, ...]]] = {
    _G.DOWN: (_M.PRESS,),
    _G.TAPPED: (_M.LET_GO,),
    _G.HELD: (),
    _G.AFFIRMED: (),
    _G.HELD_VERY_LONG: (),
    _G.LET_GO: (_M.LET_GO,),
    _G.TWO_TAPS: (_M.REPEAT,),
    _G.THREE_TAPS: (_M.MUTE,),
    _G.PLAYED_WITH: (_M.TELL_PLAYED_WITH,),
    _G.STUCK: (_M.LET_GO, _M.TELL_STUCK),
    _G.FREED: (_M.TELL_FREED,),
}
MEANINGS: Final[Mapping[Standing, Mapping[Gesture, tuple[Meaning, ...]]]] = {
    _S.FREE: _ALIKE,
    _S.RINGING: {**_ALIKE, _G.DOWN: (_M.STOP_RING,)},
    _S.MUTED: {**_ALIKE, _G.THREE_TAPS: (_M.UNMUTE,), _G.HELD_VERY_LONG: (_M.ASK_TO_FORGET,)},
    _S.ASKED: {
        **_ALIKE,
        _G.DOWN: (),
        _G.TAPPED: (_M.KEEP,),
        _G.AFFIRMED: (_M.FORGET,),
        _G.TWO_TAPS: (_M.KEEP,),
        _G.THREE_TAPS: (_M.KEEP,),
        _G.PLAYED_WITH: (_M.KEEP, _M.TELL_PLAYED_WITH),
        _G.STUCK: (_M.KEEP, _M.LET_GO, _M.TELL_STUCK),
    },
}
"""What each gesture means, in the order in which it is done; () means nothing."""
