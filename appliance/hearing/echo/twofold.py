"""Two cancellers: one that lets no echo through, and one that leaves the person as he was."""

from enum import IntEnum

import numpy as np

from appliance.hearing.echo.canceller import EchoCanceller
from appliance.hearing.echo.double_talk import DoubleTalk
from appliance.hearing.echo.filter_residue import FilterResidue
from appliance.hearing.echo.linear_echo import BLOCK, LinearEcho
from appliance.pcm.formats import FULL_SCALE, Float32, Pcm

# Three times as loud as what was captured, for 300 ms: the filter has lost its way.
_ASTRAY_DB = 5.0
_ASTRAY_FRAMES = 30


# The filter takes nothing of a person: what it leaves clearly less of than `strict` is echo.
_CLEARLY_DB = 3.0

# Of the power that the filter takes away or adds, so much is what it did in the last 100 ms.
_TAKEN_MEMORY = 0.9


class _Source(IntEnum):
    """What comes out."""

    STRICT = 0
    FILTERED = 1
    CAPTURED = 2


class TwofoldCanceller:
    """`strict` (AEC3), and a linear filter in its place while somebody speaks over it (`EchoCanceller`).

    In double talk AEC3 suppresses the person with the echo: at an echo as loud as he is, a quarter to half of
    what Silero hears of him alone, and without any echo often all of it. The linear filter takes nothing of
    him, but leaves of the echo what it cannot tell. So what comes out is `strict`'s, or the filter's where
    that is less, until somebody is found to speak (see DoubleTalk); from there on, behind a fade of one
    frame, the filter's, or what was captured where the filter would only add to it; and back when he is
    silent. Numbers: `python -m tests.bench.echo`.
    """

    def __init__(self, strict: EchoCanceller) -> None:
        """Raises ValueError for a canceller of other frames than the filter's."""
        if strict.frame_samples != BLOCK:
            raise ValueError(f"frames of {strict.frame_samples} samples, and not of {BLOCK}")
        self._strict = strict
        self._linear = LinearEcho()
        self._residue = FilterResidue()
        self._double_talk = DoubleTalk()
        self._near: Float32 = np.zeros(BLOCK, np.float32)
        self._far: Float32 = np.zeros(BLOCK, np.float32)
        self._cancelled: Float32 = np.zeros(BLOCK, np.float32)
        late = BLOCK + strict.delay_samples
        self._filtered: Float32 = np.zeros(late, np.float32)
        self._captured: Float32 = np.zeros(late, np.float32)
        self._sources = (self._cancelled, self._filtered[:BLOCK], self._captured[:BLOCK])
        self._rise: Float32 = (np.arange(1, BLOCK + 1) / BLOCK).astype(np.float32)
        self._source = _Source.STRICT
        self._taken = 0.0  # power that the filter takes away, smoothed; below 0 it adds
        self._astray = 0
        self._out: Pcm = np.zeros(BLOCK, np.int16)
        self._strictly: Pcm = self._out

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
        self._strictly = strict = self._strict.cancel(near, far)
        np.copyto(self._cancelled, strict)
        for late, newest in ((self._filtered, left), (self._captured, self._near)):
            late[:-BLOCK] = late[BLOCK:]
            late[-BLOCK:] = newest
        captured_db, left_db = _db(self._near), _db(left)
        self._watch(captured_db, left_db)
        echo = self._linear.estimate
        usual_db = self._residue.hear(left, echo)
        heard = self._double_talk.hear(
            captured_db, _db(self._far), left_db, _db(echo), _db(self._cancelled), usual_db
        )
        before = self._source
        self._source = self._better() if heard and not self.own_voice else self._quieter()
        return strict if before is self._source is _Source.STRICT else self._mixed(before)

    def strict(self, given: Pcm) -> Pcm:
        """As EchoCanceller: what the linear filter leaves beside a person is like the far end, too."""
        return self._strictly

    @property
    def own_voice(self) -> bool:
        """As EchoCanceller, by the linear filter."""
        return self._double_talk.usual

    def reset(self) -> None:
        """As EchoCanceller. What is known of the echo itself stays."""
        self._strict.reset()
        self._linear.reset()
        self._residue.forget()
        self._double_talk.forget_cancellers()

    def _quieter(self) -> _Source:
        louder_db = _db(self._cancelled) - _db(self._filtered[:BLOCK])
        return _Source.FILTERED if louder_db > _CLEARLY_DB else _Source.STRICT

    def _better(self) -> _Source:
        return _Source.FILTERED if self._taken >= 0 else _Source.CAPTURED

    def _mixed(self, before: _Source) -> Pcm:
        mixed = self._sources[self._source].copy()
        if before is not self._source:
            mixed *= self._rise
            mixed += self._sources[before] * (1 - self._rise)
        np.clip(np.rint(mixed, out=mixed), -FULL_SCALE, FULL_SCALE - 1, out=mixed)
        np.copyto(self._out, mixed, casting="unsafe")
        return self._out

    def _watch(self, captured_db: float, left_db: float) -> None:
        """A filter that adds much to what was captured begins anew."""
        taken = 10 ** (captured_db / 10) - 10 ** (left_db / 10)
        self._taken = _TAKEN_MEMORY * self._taken + (1 - _TAKEN_MEMORY) * taken
        self._astray = self._astray + 1 if left_db > captured_db + _ASTRAY_DB else 0
        if self._astray == _ASTRAY_FRAMES:
            self._astray = 0
            self._linear.reset()


def _db(x: Float32) -> float:
    return 10 * float(np.log10(np.dot(x, x) / len(x) + 1))
