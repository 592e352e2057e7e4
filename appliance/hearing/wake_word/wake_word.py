"""Who hears the wake word: the seam that any detector stands behind."""

from dataclasses import dataclass
from typing import Protocol

from appliance.pcm.formats import Pcm


@dataclass(frozen=True, slots=True)
class Hit:
    """The wake word was said. All but `probability` are 16 kHz samples before the end of what was heard last:
    when it was noticed (`noticed`), and where the word ended, at the earliest (`earliest`) and at the latest
    (`latest`; below 0: it may go on for so long)."""

    probability: float
    noticed: int
    earliest: int
    latest: int


class WakeWordDetector(Protocol):
    """Looks for one word in a stream of 16 kHz sound. One stream, one thread."""

    @property
    def name(self) -> str:
        """What stands for the word in the event log, such as "okay_nabu"."""

    @property
    def phrase(self) -> str:
        """The word as one says it, such as "Okay Nabu"."""

    def hear(self, samples: Pcm) -> Hit | None:
        """Take in the next samples, which are only read and not kept; whether the word is noticed in them.
        One saying is told once."""

    def reset(self) -> None:
        """Forget the stream so far: the next samples are the first of a new one."""
