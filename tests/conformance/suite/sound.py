"""Whether sound that was sent arrived: all of it, in order, once. Pure."""

from collections.abc import Sequence

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler

# What two resamplers that were fed in other pieces may differ by, as a part of the loudest sample.
TOLERANCE = 0.02


def complaint(said: Sequence[Pcm], arrived: Pcm, rate_hz: int) -> str:
    """What is wrong with `arrived` (at `rate_hz`), where `said` (16 kHz) was sent one after the other; empty
    if nothing is. Silence between and around the pieces is no matter."""
    position = 0
    rest = arrived.astype(np.float64)
    for number, piece in enumerate(said, 1):
        wanted = np.trim_zeros(_at(piece, rate_hz)).astype(np.float64)
        if len(arrived) - position < len(wanted):
            return f"piece {number} is missing: {len(arrived)} samples arrived"
        place = position + _place(wanted, arrived[position:].astype(np.float64))
        span = slice(place, place + len(wanted))
        worst = np.abs(rest[span] - wanted).max() / np.abs(wanted).max()
        if worst > TOLERANCE:
            return f"piece {number} is damaged: {worst:.0%} off at the worst sample"
        rest[span] = 0
        position = place + len(wanted)
    loudest = np.abs(rest).max(initial=0)
    if loudest > TOLERANCE * np.iinfo(np.int16).max:
        return f"something else arrived too, as loud as {loudest:.0f}"
    return ""


def _at(pcm: Pcm, rate_hz: int) -> Pcm:
    if rate_hz == NEAR_RATE_HZ:
        return pcm
    resampler = Resampler(NEAR_RATE_HZ, rate_hz)
    return np.concatenate((resampler.process(pcm), resampler.flush()))


def _place(piece: np.ndarray, within: np.ndarray) -> int:
    """Where `piece` fits best; the first such place."""
    size = len(piece) + len(within)
    product = np.fft.irfft(np.fft.rfft(within, size) * np.conj(np.fft.rfft(piece, size)), size)
    fits = product[: len(within) - len(piece) + 1]
    best = int(np.argmax(fits))
    # Where it was said twice, rounding decides which is better by a hair.
    as_good = np.flatnonzero(fits[: best + 1] >= fits[best] * (1 - 1e-4))
    return int(as_good[0])
