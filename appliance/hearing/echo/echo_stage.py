"""Between resampler and history: the near end without its echo while the far end sounds, untouched else."""

import math
from dataclasses import replace
from typing import Final

import numpy as np

from appliance.hearing.echo.canceller import EchoCanceller, FarEnd
from appliance.hearing.echo.common_delay import CommonDelay
from appliance.hearing.echo.echo_measure import EchoMeasure, EchoVerdict
from appliance.hearing.echo.echo_meter import EchoMeter
from appliance.hearing.echo.residual_echo import LOUD_VOICE_DBFS, ResidualEcho
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms

# Before it is let in, the canceller hears so much of the past: its high-pass filter settles, and whatever of
# the far end became known late is not missing.
PREROLL_MS: Final = 100.0

# After its last sound the far end is heard on: 400 ms of delay, and a room that rings for 0.7 s.
RELEASE_MS: Final = 1200.0

# The far end is rendered some 20 ms ahead of what is heard. On a busy machine it comes later than the near
# end now and then, and to wait is better than to hear oneself; a loudspeaker that stands still for longer
# is silent, which whoever gives out the far end knows by then.
MAX_WAIT_MS: Final = 200.0

# Own voice that comes through is told from a person before it can interrupt (`interruption.confirm_ms`).
_LIKENESS_EVERY_MS: Final = 100.0
# A person over a canceller that still learns is like it for a look now and then; one that has lost its way is
# for all of them.
_LOST_LOOKS: Final = 3

_PIECE_MS: Final = 20.0  # worked on at a time, so that buffers of one size do


class EchoStage:
    """Gives out what it takes, sample for sample: nothing is lost, said twice or moved.

    Bypassed, what goes in comes out at once and untouched. With the far end's first sound the canceller is
    let in, behind a fade of one frame between the same instants of both, and until `RELEASE_MS` after the
    last one up to 18 ms are kept back: its delay, and what is no whole frame yet. Bound: `MAX_WAIT_MS` more
    where the far end is late. A canceller that makes it louder is reset, and passed by until it does not; and
    one that has nothing to take out is passed by, too.
    """

    def __init__(self, canceller: EchoCanceller, far: FarEnd, coupling_db: float = 0.0) -> None:
        """`coupling_db`: the echo over what is played, as far as it is known."""
        self._canceller = canceller
        self._far = far
        frame = canceller.frame_samples
        self._piece = samples_of_ms(_PIECE_MS, NEAR_RATE_HZ)
        self._preroll = samples_of_ms(PREROLL_MS, NEAR_RATE_HZ) // frame * frame
        self._release = samples_of_ms(RELEASE_MS, NEAR_RATE_HZ)
        self._max_wait = samples_of_ms(MAX_WAIT_MS, NEAR_RATE_HZ)
        self._past: Pcm = np.zeros(self._preroll + self._max_wait + 2 * self._piece + 2 * frame, np.int16)
        self._far_frame: Pcm = np.zeros(frame, np.int16)
        self._far_piece: Pcm = np.zeros(self._piece, np.int16)
        self._rise = np.arange(1, frame + 1, dtype=np.int32)
        self._meter = EchoMeter()
        self._residual = ResidualEcho(coupling_db)
        self._likeness = CommonDelay(_LIKENESS_EVERY_MS)
        self._breaks = far.breaks
        self._out: Pcm = np.zeros(0, np.int16)
        self._filled = 0
        self._taken = 0  # one past the newest sample that went in
        self._given = 0  # one past the newest sample that came out
        self._frame_at: int | None = None  # where the canceller's next frame begins; None: it is bypassed
        self._looked = 0  # up to here the far end was looked at for sound
        self._quiet = 0  # samples since its last sound
        self._untouched = True  # what came out last was as it was captured
        self.starved_samples = 0  # for which there was no far end in time

    @property
    def cancelling(self) -> bool:
        """Whether the canceller is at work."""
        return self._frame_at is not None

    @property
    def measure(self) -> EchoMeasure:
        """What is known of the echo; for any thread."""
        measure = replace(self._meter.measure, needed_dbfs=self._residual.needed_dbfs)
        return replace(measure, verdict=EchoVerdict.NO_REFERENCE) if self._far.lost else measure

    @property
    def expected_dbfs(self) -> float | None:
        """The loudest that what is left of the echo can be expected to be; None while nothing sounds.
        Infinite where what is left was found to be the loudspeaker; where the canceller finds nobody, only a
        loud voice is louder."""
        if self._frame_at is None:
            return None
        if self._likeness.found:
            return math.inf
        own_voice = self._canceller.own_voice and not self._passed_by
        return LOUD_VOICE_DBFS if own_voice else self._residual.expected_dbfs

    def process(self, near: Pcm) -> Pcm:
        """What comes out after `near`, the next 16 kHz samples, went in; valid until the next call."""
        self._make_room(len(near) + len(self._past))
        for at in range(0, len(near), self._piece):
            self._take(near[at : at + self._piece])
        return self._out[: self._filled]

    def _make_room(self, samples: int) -> None:
        self._filled = 0
        if len(self._out) < samples:
            self._out = np.zeros(samples, np.int16)

    def _take(self, piece: Pcm) -> None:
        self._past[: -len(piece)] = self._past[len(piece) :]
        self._past[-len(piece) :] = piece
        self._taken += len(piece)
        if self._frame_at is None and self._far_end_sounds():
            self._let_in()
        if self._frame_at is None:
            self._give(piece)
            self._meter.pass_through(piece)
            return
        while self._frame_at is not None and self._taken - self._frame_at >= len(self._far_frame):
            if not self._far.read_into(self._frame_at, self._far_frame):
                if self._taken - self._frame_at < self._max_wait:
                    return
                self._far_frame.fill(0)
                self.starved_samples += len(self._far_frame)
            self._hear_frame(self._frame_at)

    def _far_end_sounds(self) -> bool:
        """Whether anything of it is known that was not looked at; what is not rendered yet, later."""
        self._looked = max(self._looked, self._taken - self._preroll - self._max_wait)
        while self._looked < self._taken:
            far = self._far_piece[: self._taken - self._looked]
            if not self._far.read_into(self._looked, far):
                return False
            self._looked += len(far)
            if far.any():
                return True
        return False

    def _let_in(self) -> None:
        """What was not given out yet is cancelled from here on."""
        frame = len(self._far_frame)
        first = self._given - min(self._preroll, self._given // frame * frame)
        for at in range(first, self._given, frame):
            if not self._far.read_into(at, self._far_frame):
                self._far_frame.fill(0)
            self._canceller.cancel(self._near(at, at + frame), self._far_frame)
        self._frame_at, self._quiet = self._given, 0

    def _hear_frame(self, at: int) -> None:
        frame = len(self._far_frame)
        cancelled = self._canceller.cancel(self._near(at, at + frame), self._far_frame)
        self._frame_at = at + frame
        self._quiet = 0 if self._far_frame.any() else self._quiet + frame
        start = at - self._canceller.delay_samples
        self._measure(self._near(start, start + frame), cancelled)
        new = cancelled[self._given - start :]
        released = self._quiet >= self._release
        filling = len(new) < frame  # the canceller's delay
        self._give_either(new, untouched=released or filling or self._passed_by)
        if released:
            self._give(self._near(self._given, self._taken))
            self._frame_at, self._looked = None, at + frame
            self._residual.rest()
            self._likeness.rest()

    @property
    def _passed_by(self) -> bool:
        return self._meter.harmful or self._meter.needless

    def _measure(self, captured: Pcm, cancelled: Pcm) -> None:
        harmful, passed_by = self._meter.harmful, self._passed_by
        self._meter.cancelled(captured, self._far_frame, cancelled)
        given = captured if passed_by else cancelled
        likely = captured if passed_by else self._canceller.strict(cancelled)
        # What is left of every echo is like it; of its own voice it tells only where it could be somebody's.
        looked = self._likeness.hear(self._far_frame, likely, self._residual.expected_dbfs)
        if self._far.breaks != self._breaks or (looked and self._likeness.found_looks == _LOST_LOOKS):
            self._breaks = self._far.breaks
            self._residual.begin_anew()
        self._residual.hear(self._far_frame, captured, given)
        if self._meter.harmful and not harmful:
            self._canceller.reset()  # what it has learnt of the room is wrong

    def _give_either(self, cancelled: Pcm, *, untouched: bool) -> None:
        """What was `cancelled`, or the same instants as they were captured; from the one to the other by a
        fade."""
        captured = self._near(self._given, self._given + len(cancelled))
        wanted, other = (captured, cancelled) if untouched else (cancelled, captured)
        if untouched == self._untouched:
            self._give(wanted)
            return
        self._untouched = untouched
        rise = self._rise[: len(wanted)]
        faded = (other * (len(wanted) - rise) + wanted * rise) // len(wanted)
        self._give(faded.astype(np.int16))

    def _give(self, pcm: Pcm) -> None:
        self._out[self._filled : self._filled + len(pcm)] = pcm
        self._filled += len(pcm)
        self._given += len(pcm)

    def _near(self, start: int, end: int) -> Pcm:
        """What was captured, as far as it is kept."""
        size = len(self._past)
        return self._past[size - (self._taken - start) : size - (self._taken - end)]
