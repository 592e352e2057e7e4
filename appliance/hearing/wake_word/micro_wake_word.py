"""Wake words on microWakeWord models, by pymicro-wakeword."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from appliance.hearing.wake_word.wake_word import Hit
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

# What the features are made of: a frame has 30 ms and comes every 10 ms.
HOP_SAMPLES: Final = 160
# After a hit the model stays sure for up to a second, and now and then hesitates in between.
ONE_SAYING_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Margins:
    """Where the word ended, around the instant at which the model noticed it: so many milliseconds before it
    at most, and so many after it at most; those may be negative."""

    before_ms: int
    after_ms: int


# What `python -m tests.bench.wake_word` measured in 13 made voices, each alone and followed by words, and 20
# to 100 ms more; but for hey_mycroft, which now and then notices a word most of a second late. Models hear a
# word by most of it: some notice it before it is over.
MARGINS: Final = {
    "okay_nabu": Margins(280, 120),
    "hey_jarvis": Margins(230, -40),
    "hey_mycroft": Margins(230, 260),
    "alexa": Margins(430, -100),
}
# A model of one's own may be as late as the latest and as early as the earliest of them.
UNKNOWN: Final = Margins(430, 260)


class Model(Protocol):
    """What of `pymicro_wakeword.MicroWakeWord` is used."""

    wake_word: str
    probability_cutoff: float

    def process_streaming_prob(self, features: "np.ndarray") -> float | None: ...
    def reset(self) -> None: ...


class Features(Protocol):
    """What of `pymicro_wakeword.MicroWakeWordFeatures` is used."""

    def process_streaming(self, audio_bytes: bytes) -> "Iterable[np.ndarray]": ...
    def reset(self) -> None: ...


class MicroWakeWord:
    """One model over the stream; a `WakeWordDetector`.

    A second of sound costs 3 ms in a hot loop. `cutoff(of_the_model)` is the probability from which on the
    word counts as said.
    """

    def __init__(self, name: str, model: Model, features: Features, cutoff: Callable[[float], float]) -> None:
        self._name = name
        self._model = model
        self._features = features
        self._cutoff = cutoff(model.probability_cutoff)
        margins = MARGINS.get(name, UNKNOWN)
        self._before = samples_of_ms(margins.before_ms, NEAR_RATE_HZ)
        self._after = samples_of_ms(margins.after_ms, NEAR_RATE_HZ)
        self._one_saying = samples_of_ms(ONE_SAYING_MS, NEAR_RATE_HZ)
        self._rest = 0  # samples of an unfinished hop, which the features keep
        self._silent_for = 0  # samples in which a hit is the same saying as the one before

    @property
    def name(self) -> str:
        """What stands for the word in the event log."""
        return self._name

    @property
    def phrase(self) -> str:
        """The word as one says it."""
        return self._model.wake_word

    def hear(self, samples: Pcm) -> Hit | None:
        """Take in the next samples; whether the word is noticed in them."""
        hit: Hit | None = None
        heard = -self._rest
        for features in self._features.process_streaming(samples.tobytes()):
            heard += HOP_SAMPLES
            probability = self._model.process_streaming_prob(features) or 0.0
            self._silent_for = max(self._silent_for - HOP_SAMPLES, 0)
            if probability <= self._cutoff:
                continue
            if not self._silent_for:
                noticed = len(samples) - heard
                hit = Hit(probability, noticed, noticed + self._before, noticed - self._after)
            self._silent_for = self._one_saying
        self._rest = (self._rest + len(samples)) % HOP_SAMPLES
        return hit

    def reset(self) -> None:
        """Forget the stream so far."""
        self._features.reset()
        self._model.reset()
        self._rest = self._silent_for = 0


def cutoff_at(sensitivity: float) -> Callable[[float], float]:
    """The probability from which on a word counts as said, given the model's own: that one at a `sensitivity`
    of 0.5, with odds as much better or worse as those of `sensitivity` are."""

    def cutoff(own: float) -> float:
        odds = own / max(1 - own, 1e-6) * (1 - sensitivity) / sensitivity
        return odds / (1 + odds)

    return cutoff
