"""Whether the provider got what was said over an answer: the simulator's record beside the labels."""

from collections.abc import Iterator
from operator import itemgetter

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from tests.bench.disturbances_acoustics import Sound
from tests.bench.floor import Floor
from tests.bench.stage import OUT_RATE_HZ

FIRST_MS = 200.0
# Two places that are about as much alike hold the same utterance, and how wide such a place is.
SAME = 0.05
PEAK_SAMPLES = OUT_RATE_HZ // 1000


def likenesses(floor: Floor) -> tuple[list[float], list[float]]:
    """Of each interruption, whole and its first 200 ms: the correlation with what the provider got, 0…1.

    Everything the provider got, in order; each one is looked for behind the one before.
    """
    assert floor.replayed.record is not None
    got = np.concatenate([turn.pcm24k for turn in floor.replayed.record.turns]).astype(np.float64)
    found: list[tuple[float, float]] = []
    behind = 0
    for laid in floor.laid:
        if laid.kind == "interruption":
            at, whole, first = max(
                (_seek(got, behind, said) for said in _phases(laid.pcm)), key=itemgetter(1)
            )
            found.append((whole, first))
            behind = at + len(laid.pcm) * OUT_RATE_HZ // NEAR_RATE_HZ
    return [whole for whole, _ in found], [first for _, first in found]


def _phases(pcm: Pcm) -> Iterator[Sound]:
    """`pcm` at 24 kHz: two samples become three, so its first one lies on one of them or between two."""
    for ahead in (0, 1):
        yield at_24k(np.pad(pcm, (ahead, 0))).astype(np.float64)


def _seek(got: Sound, behind: int, said: Sound) -> tuple[int, float, float]:
    """Where `said` is in `got`, not before `behind`, and how like it is there, whole and at its start."""
    at = behind + _place(got[behind:], said)
    start = said[: round(FIRST_MS * OUT_RATE_HZ / 1000)]
    return at, _likeness(got[at : at + len(said)], said), _likeness(got[at : at + len(start)], start)


def at_24k(pcm: Pcm) -> Pcm:
    """`pcm` at the rate at which the provider gets it."""
    resampler = Resampler(NEAR_RATE_HZ, OUT_RATE_HZ)
    return np.concatenate((resampler.process(pcm), resampler.flush()))


def _place(got: Sound, said: Sound) -> int:
    """The first place in `got` that is about as like `said` as any."""
    got = np.pad(got, (0, max(0, len(said) - len(got))))
    size = 1 << (len(got) + len(said)).bit_length()
    products = np.fft.irfft(np.fft.rfft(got, size) * np.conj(np.fft.rfft(said, size)), size)
    places = len(got) - len(said) + 1
    energy = np.concatenate(([0.0], np.cumsum(got**2)))
    energy = energy[len(said) : len(said) + places] - energy[:places]
    likeness = products[:places] / np.sqrt(np.maximum(energy, 1.0) * (said @ said))
    first = int(np.flatnonzero(likeness >= likeness.max() - SAME)[0])
    return first + int(likeness[first : first + PEAK_SAMPLES].argmax())


def _likeness(got: Sound, said: Sound) -> float:
    said = said[: len(got)]
    return float(got @ said / (np.linalg.norm(got) * np.linalg.norm(said) + 1e-9))
