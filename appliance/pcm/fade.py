"""Gain that changes without a click."""

from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Pcm, samples_of_ms

_PIECE: Final = 1024  # samples worked on at a time, so that one scratch serves blocks of any size


class Gain:
    """A gain on a stream, moving between levels in ramps that are linear in amplitude.

    Sample `k` of a ramp of `n` samples (1 … n) has the `k/n`-th part of the way behind it, so the last one
    is at the target. Each sample's gain follows from its number alone: block sizes change nothing. At
    0 dB samples are untouched to the bit. A ramp that is replaced is left from where it stands.
    """

    def __init__(self, rate_hz: int, db: float = 0.0) -> None:
        self._rate_hz = rate_hz
        self._from = self._target = _factor(db)
        self._ramp_samples = self._ramp_done = 0
        self._gains = np.empty(_PIECE)
        self._scaled = np.empty(_PIECE)

    def set_db(self, db: float, ramp_ms: float) -> None:
        """Move to `db` (-inf: silence) within `ramp_ms`; 0 ms: from the next sample on."""
        self._move(_factor(db), ramp_ms)

    def mute(self, ramp_ms: float) -> None:
        """Move to silence within `ramp_ms`."""
        self._move(0.0, ramp_ms)

    @property
    def ramp_left_samples(self) -> int:
        """Samples until the target is reached."""
        return self._ramp_samples - self._ramp_done

    @property
    def settled(self) -> bool:
        """No ramp is running."""
        return self._ramp_done == self._ramp_samples

    def apply(self, block: Pcm) -> None:
        """Scale `block`, the next samples of the stream, in place; rounds and saturates."""
        ramped = min(len(block), self.ramp_left_samples)
        for at in range(0, ramped, _PIECE):
            self._apply_ramp(block[at : min(at + _PIECE, ramped)])
        if ramped < len(block):
            self._apply_target(block[ramped:])

    def _move(self, target: float, ramp_ms: float) -> None:
        if not self.settled:
            self._from += (self._target - self._from) * (self._ramp_done / self._ramp_samples)
        else:
            self._from = self._target
        self._target = target
        self._ramp_samples = samples_of_ms(ramp_ms, self._rate_hz) if target != self._from else 0
        self._ramp_done = 0

    def _apply_ramp(self, piece: Pcm) -> None:
        gains = self._gains[: len(piece)]
        np.add(_NUMBERS[: len(piece)], self._ramp_done, out=gains)
        gains /= self._ramp_samples
        gains *= self._target - self._from
        gains += self._from
        scaled = np.multiply(piece, gains, out=self._scaled[: len(piece)])
        _store(scaled, piece)
        self._ramp_done += len(piece)

    def _apply_target(self, block: Pcm) -> None:
        if self._target == 1.0:
            return
        if self._target == 0.0:
            block.fill(0)
            return
        for at in range(0, len(block), _PIECE):
            piece = block[at : at + _PIECE]
            _store(np.multiply(piece, self._target, out=self._scaled[: len(piece)]), piece)


_NUMBERS = np.arange(1.0, _PIECE + 1)


def _factor(db: float) -> float:
    return float(10 ** (db / 20))


def _store(scaled: np.ndarray[tuple[int, ...], np.dtype[np.float64]], piece: Pcm) -> None:
    np.rint(scaled, out=scaled)
    np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1, out=scaled)
    np.copyto(piece, scaled, casting="unsafe")
