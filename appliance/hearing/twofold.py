"""Two cancellers: one that lets no echo through, and one that leaves the person as he was."""

import numpy as np

from appliance.hearing.canceller import EchoCanceller
from appliance.hearing.double_talk import DoubleTalk
from appliance.hearing.linear_echo import BLOCK, LinearEcho
from appliance.pcm.formats import FULL_SCALE, Float32, Pcm

# Three times as loud as what was captured, for 300 ms: the filter has lost its way.
_ASTRAY_DB = 5.0
_ASTRAY_FRAMES = 30


class TwofoldCanceller:
    """`strict` (AEC3), and a linear filter in its place while somebody speaks over it (`EchoCanceller`).

    In double talk AEC3 suppresses the person with the echo: at an echo as loud as he is, a quarter to half of
    what Silero hears of him alone. The linear filter takes nothing of him, but leaves of the echo what it
    cannot tell. So what comes out is `strict`'s, until both say that somebody speaks (see DoubleTalk); from
    there on, behind a fade of one frame, the filter's, and back when he is silent. Numbers:
    `python -m tests.bench.echo`.
    """

    def __init__(self, strict: EchoCanceller) -> None:
        """Raises ValueError for a canceller of other frames than the filter's."""
        if strict.frame_samples != BLOCK:
            raise ValueError(f"frames of {strict.frame_samples} samples, and not of {BLOCK}")
        self._strict = strict
        self._linear = LinearEcho()
        self._double_talk = DoubleTalk()
        self._near: Float32 = np.zeros(BLOCK, np.float32)
        self._far: Float32 = np.zeros(BLOCK, np.float32)
        self._late: Float32 = np.zeros(BLOCK + strict.delay_samples, np.float32)  # what the filter left
        self._rise: Float32 = (np.arange(1, BLOCK + 1) / BLOCK).astype(np.float32)
        self._open = False
        self._astray = 0
        self._out: Pcm = np.zeros(BLOCK, np.int16)

    @property
    def frame_samples(self) -> int:
        """As EchoCanceller."""
        return BLOCK

    @property
    def delay_samples(self) -> int:
        """As EchoCanceller."""
        return self._strict.delay_samples

    def cancel(self, near: Pcm, far: Pcm) -> Pcm:
        """As EchoCanceller; valid until the next call."""
        np.copyto(self._near, near)
        np.copyto(self._far, far)
        left = self._linear.take_out(self._near, self._far)
        strict = self._strict.cancel(near, far)
        self._late[:-BLOCK] = self._late[BLOCK:]
        self._late[-BLOCK:] = left
        captured_db, left_db = _db(self._near), _db(left)
        self._watch(captured_db, left_db)
        np.copyto(self._near, strict)
        was_open, self._open = (
            self._open,
            self._double_talk.hear(captured_db, left_db, _db(self._linear.estimate), _db(self._near)),
        )
        return strict if not (was_open or self._open) else self._mixed(self._near, was_open=was_open)

    def reset(self) -> None:
        """As EchoCanceller."""
        self._strict.reset()
        self._linear.reset()
        self._double_talk = DoubleTalk()

    def _mixed(self, strict: Float32, *, was_open: bool) -> Pcm:
        mixed = self._late[:BLOCK].copy()
        if not (was_open and self._open):
            share = self._rise if self._open else 1 - self._rise
            mixed *= share
            mixed += strict * (1 - share)
        np.clip(np.rint(mixed, out=mixed), -FULL_SCALE, FULL_SCALE - 1, out=mixed)
        np.copyto(self._out, mixed, casting="unsafe")
        return self._out

    def _watch(self, captured_db: float, left_db: float) -> None:
        """A filter that adds to what was captured begins anew."""
        self._astray = self._astray + 1 if left_db > captured_db + _ASTRAY_DB else 0
        if self._astray == _ASTRAY_FRAMES:
            self._astray = 0
            self._linear.reset()


def _db(x: Float32) -> float:
    return 10 * float(np.log10(np.dot(x, x) / len(x) + 1))
