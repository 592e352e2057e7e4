"""What the daemon and its offline worker say to each other: requests to the worker, reports back. Pure.

Every job ends in one `Done` or `Broken`, unless it is cancelled.
"""

from dataclasses import dataclass
from datetime import datetime

from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm

AUDIO_MAX_SAMPLES = 24_000  # in one message of a stream
READ_MAX_SAMPLES = 4 * NEAR_RATE_HZ  # an interruption is decided long before
SPEED_MIN, SPEED_MAX = 0.5, 2.0  # beyond, voices cannot be understood


@dataclass(frozen=True, slots=True)
class Audio:
    """The next samples of the turn, 16 kHz, at most `AUDIO_MAX_SAMPLES`."""

    pcm: Pcm


@dataclass(frozen=True, slots=True)
class Commit:
    """The turn is complete: transcribe it, answer as of `now`, and say the answer; `stands_in` as for
    `answers.answer`."""

    job: int
    now: datetime
    stands_in: bool = False


@dataclass(frozen=True, slots=True)
class Speak:
    """Say `text`; `speed` is `SPEED_MIN`…`SPEED_MAX`, 1 the voice's usual pace."""

    job: int
    text: str
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Read:
    """Transcribe `pcm`, 16 kHz, at most `READ_MAX_SAMPLES`: no part of any turn, and not answered."""

    job: int
    pcm: Pcm


@dataclass(frozen=True, slots=True)
class Part:
    """The next samples of what `job` will transcribe, 16 kHz, at most `AUDIO_MAX_SAMPLES`.

    One job at a time is told: a part of another one makes what was told before forgotten.
    """

    job: int
    pcm: Pcm


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Transcribe the parts of `job`: no part of the turn that is being appended, and not answered."""

    job: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for `job` any more."""

    job: int


@dataclass(frozen=True, slots=True)
class Reopen:
    """The turn committed last goes on: its samples stand before those appended since."""


@dataclass(frozen=True, slots=True)
class Discard:
    """Forget the samples appended since the last commit."""


Request = Audio | Commit | Speak | Read | Part | Transcribe | Cancel | Reopen | Discard


@dataclass(frozen=True, slots=True)
class Warm:
    """Everything is loaded and was used once."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the owner's log; nothing fails because of it."""

    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the person said; empty where nobody spoke."""

    job: int
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What will be said."""

    job: int
    text: str


@dataclass(frozen=True, slots=True)
class Sound:
    """The next samples of what is said, 24 kHz, at most `AUDIO_MAX_SAMPLES`."""

    job: int
    pcm: Pcm


@dataclass(frozen=True, slots=True)
class Done:
    """The job is complete: `taken_samples` were transcribed, `dropped_samples` had no room before."""

    job: int
    taken_samples: int
    dropped_samples: int


@dataclass(frozen=True, slots=True)
class Broken:
    """`job` failed, or with job 0 the worker itself did; `message` is a sentence for the owner."""

    job: int
    category: FailureCategory
    message: str


Report = Warm | Notice | Transcript | Reply | Sound | Done | Broken
