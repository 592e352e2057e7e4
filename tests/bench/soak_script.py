"""What happens in one conversation of the soak: made by chance from a seed, written as it is repeated."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.settings.options import Interruption

# What is said is this loud; what is said while nobody may listen is louder, and betrays itself so.
SPOKEN_AMPLITUDE = 8000
SECRET_AMPLITUDE = 16_000
# A wish is carried out by the next tick of 10 ms.
TICK_MS = 10
# How often somebody does something beside talking.
HAND_EVERY_MS = 6000
# Beyond every conversation.
NEVER_MS = 1_000_000
STRATEGIES: tuple[str, ...] = get_args(Interruption.model_fields["strategy"].annotation)


@dataclass(frozen=True)
class Say:
    """Somebody makes a sound that is taken for speech."""

    at_ms: int
    lasts_ms: int


@dataclass(frozen=True)
class Press:
    """The button is down for so long; shorter than half a second is a tap."""

    at_ms: int
    lasts_ms: int


@dataclass(frozen=True)
class Mute:
    """Nobody may listen for so long."""

    at_ms: int
    lasts_ms: int


@dataclass(frozen=True)
class Stop:
    """“Stop” by hand."""

    at_ms: int


@dataclass(frozen=True)
class Commit:
    """“That was it” by hand."""

    at_ms: int


@dataclass(frozen=True)
class Ask:
    """A question in writing."""

    at_ms: int
    spoken: bool


@dataclass(frozen=True)
class Ringing:
    """An alarm of half a second."""

    at_ms: int


@dataclass(frozen=True)
class Lose:
    """A device is gone for so long; without its microphone the device hears nothing."""

    at_ms: int
    lasts_ms: int
    device: Literal["microphone", "loudspeaker"]


Act = Say | Press | Mute | Stop | Commit | Ask | Ringing | Lose


class End(StrEnum):
    """How a reply of the provider ends."""

    COMPLETE = "complete"
    REFUSED = "done, and not complete"
    STALLED = "nothing more comes"
    BROKEN_OFF = "only the answer fails"
    LOST = "the session is lost"

    def __repr__(self) -> str:
        """As it is written in a script that is to be repeated."""
        return f"End.{self.name}"


@dataclass(frozen=True)
class Reply:
    """What the provider does with one commit: `pace` times real time, 0: all at once."""

    delay_ms: int
    sound_ms: int
    pace: float
    end: End
    tool: bool = False  # it wants one run before it speaks


@dataclass(frozen=True)
class Words:
    """What is read of speech over an answer, so much later; None: it cannot be read."""

    delay_ms: int
    text: str | None


@dataclass(frozen=True)
class Script:
    """One conversation: everything that happens to the device."""

    lasts_ms: int
    acts: tuple[Act, ...]
    replies: tuple[Reply, ...]  # in order, again and again
    words: tuple[Words, ...]  # the same
    strategy: str = "immediate"

    def shorter(self) -> Iterator["Script"]:
        """Every script with one thing less."""
        for number in range(len(self.acts)):
            yield replace(self, acts=self.acts[:number] + self.acts[number + 1 :])
        if len(self.replies) > 1:
            yield replace(self, replies=self.replies[:-1])
        if len(self.words) > 1:
            yield replace(self, words=self.words[:-1])


def random_script(seed: int, *, hands: bool = True, lasts_ms: int | None = None) -> Script:
    """The conversation of this seed; `hands`: with everything that is done to it beside talking."""
    chance = np.random.default_rng([3, seed])
    lasts_ms = lasts_ms or int(chance.integers(8_000, 25_000))
    acts: list[Act] = list(_talk(chance, lasts_ms))
    if hands:
        acts += [_hand(chance, lasts_ms) for _ in range(int(chance.poisson(lasts_ms / HAND_EVERY_MS)))]
    strategy = str(chance.choice(["immediate", *STRATEGIES]))
    replies = tuple(_reply(chance) for _ in range(6))
    words = tuple(_words(chance) for _ in range(6))
    return Script(lasts_ms, tuple(sorted(acts, key=_at_ms)), replies, words, strategy)


def _at_ms(act: Act) -> int:
    return act.at_ms


def _talk(chance: np.random.Generator, lasts_ms: int) -> Iterator[Say]:
    """Coughs, words, sentences with pauses of every length between them."""
    at_ms = int(chance.integers(100, 2000))
    while at_ms < lasts_ms - 1000:
        longest_ms = int(chance.choice([150, 400, 900, 3000]))
        length_ms = int(chance.integers(30, longest_ms))
        yield Say(at_ms, length_ms)
        at_ms += length_ms + int(chance.integers(40, int(chance.choice([250, 900, 2500, 5000]))))


def _hand(chance: np.random.Generator, lasts_ms: int) -> Act:
    at_ms = int(chance.integers(0, lasts_ms))
    short_ms = int(chance.integers(20, 600))
    long_ms = int(chance.integers(500, 5000))
    either_ms = short_ms if chance.random() < 0.4 else long_ms
    acts: list[Act] = [
        Press(at_ms, either_ms),
        Press(at_ms, either_ms),
        Mute(at_ms, either_ms),
        Stop(at_ms),
        Commit(at_ms),
        Ask(at_ms, spoken=True),
        Ask(at_ms, spoken=False),
        Ringing(at_ms),
        Lose(at_ms, either_ms, "microphone"),
        Lose(at_ms, either_ms, "loudspeaker"),
    ]
    return acts[int(chance.integers(len(acts)))]


def _reply(chance: np.random.Generator) -> Reply:
    ends = [End.COMPLETE] * 12 + [End.REFUSED, End.STALLED, End.BROKEN_OFF, End.LOST]
    sound_ms = 0 if chance.random() < 0.1 else int(chance.integers(1, 60)) * 100
    delay_ms = 0 if chance.random() < 0.3 else int(chance.integers(0, 2000))
    pace = float(chance.choice([0.0, 0.0, 0.8, 1.5, 4.0]))
    return Reply(delay_ms, sound_ms, pace, ends[int(chance.integers(len(ends)))], chance.random() < 0.1)


def _words(chance: np.random.Generator) -> Words:
    """Soon as a rule; sometimes after everything was decided, sometimes never."""
    text = chance.choice(["", "Stop.", "Uh-huh.", "Two of clubs.", "Glor.", "I would like to"])
    late_ms = int(chance.choice([50, 300, 1500, NEVER_MS]))
    return Words(late_ms, None if chance.random() < 0.1 else str(text))


def heard_by(script: Script) -> Pcm:
    """What comes to the microphone, no two stretches alike; secrets louder than the rest."""
    count = samples_of_ms(script.lasts_ms, NEAR_RATE_HZ)
    noise = np.random.default_rng(9).integers(-SPOKEN_AMPLITUDE, SPOKEN_AMPLITUDE, count, dtype=np.int16)
    spoken = np.zeros(count, dtype=bool)
    for act in script.acts:
        if isinstance(act, Say):
            spoken[_samples(act.at_ms, act.at_ms + act.lasts_ms)] = True
    pcm = np.where(spoken, noise, 0).astype(np.int16)
    for start_ms, end_ms in muted_spans(script):
        hidden = _samples(start_ms + 2 * TICK_MS, end_ms)
        pcm[hidden] = np.sign(pcm[hidden]) * SECRET_AMPLITUDE
    for act in script.acts:
        if isinstance(act, Lose) and act.device == "microphone":
            pcm[_samples(act.at_ms, act.at_ms + act.lasts_ms)] = 0
    return pcm


def muted_spans(script: Script) -> Iterator[tuple[int, int]]:
    """When nobody may listen: the last wish counts."""
    mutes = [act for act in script.acts if isinstance(act, Mute)]
    wishes = sorted(
        [(mute.at_ms, True) for mute in mutes] + [(mute.at_ms + mute.lasts_ms, False) for mute in mutes]
    )
    for (at_ms, muted), (until_ms, _) in pairwise([*wishes, (script.lasts_ms, False)]):
        if muted:
            yield at_ms, until_ms


def _samples(start_ms: int, end_ms: int) -> slice:
    return slice(samples_of_ms(start_ms, NEAR_RATE_HZ), samples_of_ms(max(start_ms, end_ms), NEAR_RATE_HZ))
