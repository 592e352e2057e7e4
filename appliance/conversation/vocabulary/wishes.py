"""Panel and control socket → conversation: what a person wants."""

from dataclasses import dataclass

from appliance.pcm.formats import Pcm


@dataclass(frozen=True, slots=True)
class Pressed:
    """The button went down at this 16 kHz sample: the person has the floor."""

    at: int


@dataclass(frozen=True, slots=True)
class Released:
    """The button came up again, and was `held` long enough to mean: my turn ends with this sample."""

    at: int
    held: bool


@dataclass(frozen=True, slots=True)
class CommitWanted:
    """The open turn ends with this sample, whether or not there was silence."""

    at: int


@dataclass(frozen=True, slots=True)
class StopWanted:
    """Whatever goes on, a turn, an answer or an announcement, is over."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in writing. Not `spoken`: its answer is wanted in writing too."""

    text: str
    spoken: bool


@dataclass(frozen=True, slots=True)
class MuteWanted:
    """From here on nothing is heard (`muted`), or something is again."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Ring:
    """An alarm: `pcm`, at the loudspeaker's rate, sounds before everything else."""

    pcm: Pcm


@dataclass(frozen=True, slots=True)
class StopRing:
    """The alarm that sounds, if one does, is over; everything else goes on."""


Wish = Pressed | Released | CommitWanted | StopWanted | Asked | MuteWanted | Ring | StopRing
