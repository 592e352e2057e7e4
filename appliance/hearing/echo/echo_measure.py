"""What is known of the loudspeaker's echo, as a value to go by."""

from dataclasses import dataclass
from enum import StrEnum


class EchoVerdict(StrEnum):
    """What becomes of the echo."""

    LEARNING = "learning"  # the loudspeaker has not sounded for long enough to tell
    CANCELLED = "cancelled"  # it is taken out
    INAUDIBLE = "inaudible"  # the microphone does not hear the loudspeaker
    WEAK = "weak"  # the microphone hears it, and little of it is taken out
    HARMFUL = "harmful"  # the canceller made it louder, and is out of the way until it does not
    NO_REFERENCE = "no_reference"  # the loudspeaker sounds, and hearing is not told with what


@dataclass(frozen=True, slots=True)
class EchoMeasure:
    """What was measured while the far end sounded, medians of the last 10 s of it: double talk does not count
    as long as it is less than half of them. None: not measured yet.

    `echo_db`: the microphone's level over the far end's (500 ms each). `erle_db`: what went into the
    canceller over what came out. `residual_dbfs`: what is left. `noise_dbfs`: the quietest 100 ms of the
    last 10 s. `far_sounds`: the canceller is at work at this moment. `double_talk`: in the last 100 ms
    more was left than echo leaves: somebody may be speaking. `needed_dbfs`: so loud what is heard has to be
    to be told from what is left of loud words.
    """

    verdict: EchoVerdict = EchoVerdict.LEARNING
    far_sounds: bool = False
    echo_db: float | None = None
    erle_db: float | None = None
    residual_dbfs: float | None = None
    noise_dbfs: float | None = None
    double_talk: bool = False
    needed_dbfs: float | None = None
