"""Measures what the canceller takes out, and judges whether it helps."""

from collections import deque
from dataclasses import replace
from statistics import median
from typing import Final

import numpy as np

from appliance.hearing.echo.echo_measure import EchoMeasure, EchoVerdict
from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.level import FLOOR_DBFS

_BLOCK: Final = samples_of_ms(100, NEAR_RATE_HZ)  # what is measured together: a syllable

# An echo comes up to 400 ms after what it is an echo of: levels are compared over more.
_WINDOW_BLOCKS: Final = 5

# Medians of 10 s: longer than anybody speaks over an answer before it stops. The first verdict is after 1 s.
_MEMORY_BLOCKS: Final = 100
_FIRST_BLOCKS: Final = 10

# Quieter than this the far end is a pause between two words, whose echo nobody measures.
_FAR_DBFS: Final = -50.0

# What stands no higher than this above the room is the room.
_AUDIBLE_DB: Final = 6.0
# A loudspeaker is not heard while it sounds in less than an eighth of the blocks, and is heard from a quarter
# on: people make sounds over answers too.
_INAUDIBLE_OF: Final = 8
_AUDIBLE_OF: Final = 4

# Less is no cancelling. Silero calls speech what stands some 10 dB above the room.
_WORTH_DB: Final = 6.0

# The canceller's own high-pass filter and comfort noise move a level by less than this.
_LOUDER_DB: Final = 3.0
_HARM_BLOCKS: Final = 10

# Residual echo varies by about 6 dB around its median; a person as loud as the echo stands 20 dB above.
_DOUBLE_TALK_DB: Final = 10.0

_QUIET_POWER: Final = 10 ** (FLOOR_DBFS / 10) * FULL_SCALE**2


class EchoMeter:
    """Fed with every frame that was cancelled, and with what came through untouched.

    Bounds: 100 blocks of numbers. `measure` is a value that other threads may take at any time.
    """

    def __init__(self) -> None:
        self.measure = EchoMeasure()
        self._float = np.zeros(_BLOCK, np.float32)
        self._samples = 0  # of the block that goes on
        self._powers = [0.0, 0.0, 0.0]  # captured, far, given
        self._window: deque[tuple[float, float]] = deque(maxlen=_WINDOW_BLOCKS)
        self._echo_db: deque[float] = deque(maxlen=_MEMORY_BLOCKS)
        self._audible: deque[bool] = deque(maxlen=_MEMORY_BLOCKS)
        self._erle_db: deque[float] = deque(maxlen=_MEMORY_BLOCKS)
        self._residual_dbfs: deque[float] = deque(maxlen=_MEMORY_BLOCKS)
        self._floor_dbfs: deque[float] = deque(maxlen=_MEMORY_BLOCKS)
        self._newest: deque[tuple[float, float]] = deque(maxlen=_HARM_BLOCKS)  # powers in and out

    @property
    def harmful(self) -> bool:
        """The canceller is to be out of the way."""
        return self.measure.verdict is EchoVerdict.HARMFUL

    @property
    def needless(self) -> bool:
        """There is nothing to take out. A canceller that never heard an echo takes out the person."""
        return self.measure.verdict is EchoVerdict.INAUDIBLE

    def pass_through(self, near: Pcm) -> None:
        """The far end is silent: `near`, at most 100 ms, was not touched."""
        if self.measure.far_sounds:
            self._window.clear()
            self._begin_block()
            self.measure = replace(self.measure, far_sounds=False, double_talk=False)
        self._powers[0] += self._energy(near)
        self._samples += len(near)
        if self._samples >= _BLOCK:
            self._floor_dbfs.append(_dbfs(self._powers[0] / self._samples))
            self._begin_block()
            self.measure = replace(self.measure, noise_dbfs=min(self._floor_dbfs))

    def cancelled(self, captured: Pcm, far: Pcm, given: Pcm) -> None:
        """A frame of the far end that sounds, and of one and the same instants what was captured and what the
        canceller made of it. All of one length."""
        if not self.measure.far_sounds:
            self._begin_block()
            self.measure = replace(self.measure, far_sounds=True)
        for number, pcm in enumerate((captured, far, given)):
            self._powers[number] += self._energy(pcm)
        self._samples += len(captured)
        if self._samples >= _BLOCK:
            captured_power, far_power, given_power = (power / self._samples for power in self._powers)
            self._begin_block()
            self._hear_block(captured_power, far_power, given_power)

    def _begin_block(self) -> None:
        self._samples = 0
        self._powers = [0.0, 0.0, 0.0]

    def _energy(self, pcm: Pcm) -> float:
        scratch = self._float[: len(pcm)]
        np.copyto(scratch, pcm)
        return float(np.dot(scratch, scratch))

    def _hear_block(self, captured: float, far: float, given: float) -> None:
        given_dbfs, erle_db = _dbfs(given), _dbfs(captured) - _dbfs(given)
        self._floor_dbfs.append(given_dbfs)
        noise_dbfs = min(self._floor_dbfs)
        self._window.append((captured, far))
        mean_captured, mean_far = (
            sum(powers) / len(self._window) for powers in zip(*self._window, strict=True)
        )
        double_talk = False
        if _dbfs(mean_far) > _FAR_DBFS and len(self._window) == _WINDOW_BLOCKS:
            self._echo_db.append(_dbfs(mean_captured) - _dbfs(mean_far))
            self._newest.append((captured, given))
            # A pause between two words says nothing of what is taken out of a word.
            self._audible.append(_dbfs(captured) > noise_dbfs + _AUDIBLE_DB)
            if self._audible[-1]:
                double_talk = self._stands_out(given_dbfs, erle_db, noise_dbfs)
                self._erle_db.append(erle_db)
                self._residual_dbfs.append(given_dbfs)
        self.measure = EchoMeasure(
            self._judge(),
            True,
            _median(self._echo_db),
            _median(self._erle_db),
            _median(self._residual_dbfs),
            noise_dbfs,
            double_talk,
        )

    def _stands_out(self, given_dbfs: float, erle_db: float, noise_dbfs: float) -> bool:
        if len(self._erle_db) < _FIRST_BLOCKS:
            return False
        usual_db, left_dbfs = median(self._erle_db), median(self._residual_dbfs)
        above = given_dbfs > max(left_dbfs, noise_dbfs) + _DOUBLE_TALK_DB
        return above and erle_db < usual_db - _DOUBLE_TALK_DB / 2

    def _judge(self) -> EchoVerdict:
        before = self.measure.verdict
        if len(self._newest) == _HARM_BLOCKS:
            came, went = (sum(powers) for powers in zip(*self._newest, strict=True))
            louder_db = _dbfs(went) - _dbfs(came)
            if louder_db > _LOUDER_DB or (before is EchoVerdict.HARMFUL and louder_db > -_LOUDER_DB):
                return EchoVerdict.HARMFUL
        if len(self._echo_db) < _FIRST_BLOCKS:
            return before if before is not EchoVerdict.HARMFUL else EchoVerdict.LEARNING
        share = _AUDIBLE_OF if before is EchoVerdict.INAUDIBLE else _INAUDIBLE_OF
        if sum(self._audible) * share < len(self._audible):
            return EchoVerdict.INAUDIBLE
        if len(self._erle_db) < _FIRST_BLOCKS:
            return EchoVerdict.LEARNING
        # What was called weak has to become clearly better, and the other way round.
        worth_db = _WORTH_DB + (1 if before is EchoVerdict.WEAK else -1)
        left_db = median(self._residual_dbfs) - min(self._floor_dbfs)
        helps = median(self._erle_db) >= worth_db or left_db < _AUDIBLE_DB
        return EchoVerdict.CANCELLED if helps else EchoVerdict.WEAK


def _median(values: deque[float]) -> float | None:
    return median(values) if len(values) >= _FIRST_BLOCKS else None


def _dbfs(power: float) -> float:
    return 10 * float(np.log10(max(power, _QUIET_POWER) / FULL_SCALE**2))
