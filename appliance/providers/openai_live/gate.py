"""Which part of a voice that never stops streaming is the answer to a turn. Pure: time is samples of output.

The model hears and speaks at the same time, and its output has no marks: it may say "mhm" while the
person talks, begin its answer before our end of turn is known, and go on after it was interrupted. A
stretch of output is sound without a pause of `END_QUIET_SAMPLES`; what it is depends on when it began:

- while nobody waits: nobody's answer, dropped, also where it goes on into the next turn (after a cancel
  that is the answer which was cut off);
- while the person talks: held. In the trailing silence before the commit (`tail_samples`: the person had
  said the last word already), or once it is longer than a backchannel and still goes on at the commit,
  it is the beginning of the answer. A backchannel is dropped;
- after the commit: the answer, from its first sample.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Pcm, samples_of_ms
from appliance.providers.openai_live.frames import WIRE_RATE_HZ

# Silence comes as zeros, and speech is an order of magnitude above this (measured by livekit-agents 1.8.9).
QUIET_RMS = 0.0006
WINDOW_SAMPLES = samples_of_ms(20, WIRE_RATE_HZ)
# Long enough that a pause between two sentences does not end an answer (livekit-agents 1.8.9).
END_QUIET_SAMPLES = samples_of_ms(800, WIRE_RATE_HZ)
# "Mhm", "okay", "I see" take less than this, a sentence takes more.
BACKCHANNEL_SAMPLES = samples_of_ms(700, WIRE_RATE_HZ)
# Between a short sound that came before the commit and the answer proper: the model thinks for as long.
AFTER_SHORT_SAMPLES = samples_of_ms(2000, WIRE_RATE_HZ)
# An answer that was cut off stops within a few hundred ms; sound after such a pause is about what was
# said since.
STALE_QUIET_SAMPLES = samples_of_ms(500, WIRE_RATE_HZ)
# A fresh session gives a tick of 0.4 s (livekit-agents 1.8.9), before any model can have answered: what
# begins in its first moments is held until it is longer than that, and is nobody's if it pauses before.
CONNECT_SAMPLES = samples_of_ms(250, WIRE_RATE_HZ)
TICK_SAMPLES = samples_of_ms(500, WIRE_RATE_HZ)
CONNECT_QUIET_SAMPLES = samples_of_ms(300, WIRE_RATE_HZ)
# A result of the backend is spoken some seconds after it was told.
EXPECTING_SAMPLES = samples_of_ms(8000, WIRE_RATE_HZ)
# A backend or a tool that works for longer in silence has forgotten us.
BUSY_SAMPLES = samples_of_ms(30_000, WIRE_RATE_HZ)
# Going on for so long after a cancel, it did not notice that it was interrupted.
TALKS_ON_SAMPLES = samples_of_ms(3000, WIRE_RATE_HZ)
# Of a stretch that began while the person talks; the oldest is dropped.
MAX_HELD_SAMPLES = samples_of_ms(20_000, WIRE_RATE_HZ)

_QUIET_POWER = (QUIET_RMS * FULL_SCALE) ** 2
_NOTHING: Pcm = np.empty(0, np.int16)


class Heed(Enum):
    """What is done with the output."""

    NONE = "nobody waits for an answer: dropped"
    HOLDING = "the person is talking: held"
    AWAITING = "the turn was committed, its answer has not begun"
    PASSING = "it is the answer"


class Happening(Enum):
    """What can happen."""

    LISTEN = "the person begins a turn, or goes on with it"
    ASK = "the turn is complete"
    BEGIN = "the answer's first sound"
    END = "the answer's last silence"
    STOP = "no more of it is wanted"


_NEXT: Mapping[tuple[Heed, Happening], Heed] = {
    (Heed.NONE, Happening.LISTEN): Heed.HOLDING,
    (Heed.HOLDING, Happening.ASK): Heed.AWAITING,
    (Heed.AWAITING, Happening.BEGIN): Heed.PASSING,
    (Heed.PASSING, Happening.END): Heed.NONE,
    (Heed.HOLDING, Happening.STOP): Heed.NONE,
    (Heed.AWAITING, Happening.STOP): Heed.NONE,
    (Heed.PASSING, Happening.STOP): Heed.NONE,
}


@dataclass(frozen=True, slots=True)
class Passage:
    """What of the answer came with some output; `pcm` may be empty."""

    pcm: Pcm
    began: bool = False
    ended: bool = False


@dataclass(slots=True)
class _Stretch:
    """Sound without a long pause, and the silence after it so far."""

    since: Heed  # … when it began; NONE: it is nobody's answer
    at_connect: bool = False
    age_samples: int = 0
    loud_samples: int = 0
    quiet_samples: int = 0

    @property
    def tick(self) -> bool:
        """Whether it may be no more than the noise with which a session begins."""
        return self.at_connect and self.loud_samples < TICK_SAMPLES

    @property
    def short(self) -> bool:
        """Whether it may be no more than that, or a backchannel."""
        return self.tick or (self.since is Heed.HOLDING and self.loud_samples < BACKCHANNEL_SAMPLES)


class AnswerGate:
    """Cuts one session's output into answers. Holds at most `MAX_HELD_SAMPLES`."""

    def __init__(self, tail_samples: int) -> None:
        """`tail_samples` of silence (at the wire's rate) usually precede a commit."""
        self._tail_samples = tail_samples
        self._heed = Heed.NONE
        self._stretch: _Stretch | None = None
        self._held: deque[Pcm] = deque()
        self._held_samples = 0
        self._expecting = False
        self._came_samples = 0
        self._since_stop_samples: int | None = None  # counts from a cancel on, until it has fallen silent

    @property
    def heed(self) -> Heed:
        """What is done with the output."""
        return self._heed

    @property
    def sounding(self) -> bool:
        """Whether output that may still be (part of) an answer goes on."""
        return self._stretch is not None and self._stretch.since is not Heed.NONE

    @property
    def talks_on(self) -> bool:
        """It was cancelled long ago and still has not paused."""
        since = self._since_stop_samples
        return since is not None and since >= TALKS_ON_SAMPLES

    def listen(self) -> None:
        """The person talks. What sounds already has nothing to do with it."""
        if not self._step(Happening.LISTEN):
            return
        self._disown()

    def ask(self) -> Passage:
        """The turn is complete; what was held may be the answer's beginning."""
        self.listen()
        stretch = self._stretch
        if not self._step(Happening.ASK) or stretch is None or stretch.since is Heed.NONE:
            return Passage(_NOTHING)
        over = stretch.quiet_samples >= END_QUIET_SAMPLES
        early = stretch.age_samples > self._tail_samples and (stretch.short or over)
        if stretch.tick or early:
            return Passage(_NOTHING)  # a backchannel, unless it goes on
        return self._begin()

    def stop(self) -> None:
        """No more is wanted, until the next turn."""
        if self._step(Happening.STOP):
            self._disown()
            self._expecting = False
            self._since_stop_samples = 0 if self._stretch is not None else None

    def end(self) -> None:
        """Nothing flows any more: the answer is over."""
        self._step(Happening.END)
        self._drop()

    def expect_more(self) -> None:
        """The backend works on the answer: silence does not end it as soon as otherwise."""
        self._expecting = True

    def take(self, pcm: Pcm, *, busy: bool = False) -> Passage:
        """The next output. While the backend or a tool is `busy` with the answer, silence is no end."""
        pieces: list[Pcm] = []
        began = ended = False
        for window in _windows(pcm):
            self._note(window)
            if self._heed is Heed.AWAITING and self._is_answer():
                pieces.append(self._begin().pcm)
                began = True
            elif self._heed is Heed.PASSING:
                pieces.append(window)
                if self._over(busy=busy):
                    self._step(Happening.END)
                    self._drop()
                    ended = True
        return Passage(np.concatenate(pieces) if pieces else _NOTHING, began, ended)

    # ------------------------------------------------------------------ stretches

    def _note(self, window: Pcm) -> None:
        """Let the window begin, prolong or end a stretch."""
        count, loud = len(window), _is_loud(window)
        if loud and self._stretch is not None and self._is_anew(self._stretch):
            self._drop()
        if loud and self._stretch is None:
            self._stretch = _Stretch(self._heed, at_connect=self._came_samples < CONNECT_SAMPLES)
        self._came_samples += count
        stretch = self._stretch
        if stretch is None:
            return
        stretch.age_samples += count
        if loud:
            stretch.loud_samples += count
            stretch.quiet_samples = 0
            self._expecting = False
        else:
            stretch.quiet_samples += count
        if self._since_stop_samples is not None:
            self._since_stop_samples += count
        if self._heed in (Heed.HOLDING, Heed.AWAITING) and stretch.since is not Heed.NONE:
            self._hold(window)
        if self._heed is not Heed.PASSING and stretch.quiet_samples >= self._patience(stretch):
            self._drop()

    def _is_anew(self, stretch: _Stretch) -> bool:
        """Sound after the commit, and after a pause, does not belong to a backchannel before it."""
        pause = stretch.quiet_samples >= STALE_QUIET_SAMPLES
        return self._heed is Heed.AWAITING and stretch.short and pause

    def _is_answer(self) -> bool:
        stretch = self._stretch
        return stretch is not None and stretch.since is not Heed.NONE and not stretch.short

    def _over(self, *, busy: bool) -> bool:
        stretch = self._stretch
        if stretch is None:
            return False
        if busy:
            return stretch.quiet_samples >= BUSY_SAMPLES
        return stretch.quiet_samples >= (EXPECTING_SAMPLES if self._expecting else self._patience(stretch))

    def _patience(self, stretch: _Stretch) -> int:
        """How much silence ends the stretch."""
        if stretch.tick:
            return CONNECT_QUIET_SAMPLES
        if stretch.since is Heed.NONE:
            return STALE_QUIET_SAMPLES
        patience = AFTER_SHORT_SAMPLES if stretch.short else END_QUIET_SAMPLES
        return max(patience, self._tail_samples) if self._heed is Heed.HOLDING else patience

    def _hold(self, window: Pcm) -> None:
        self._held.append(window)
        self._held_samples += len(window)
        while self._held_samples > MAX_HELD_SAMPLES:
            self._held_samples -= len(self._held.popleft())

    def _begin(self) -> Passage:
        self._step(Happening.BEGIN)
        pcm = np.concatenate(self._held)
        self._forget_held()
        return Passage(pcm, began=True)

    def _disown(self) -> None:
        """What sounds now is nobody's answer."""
        if self._stretch is not None:
            self._stretch.since = Heed.NONE
        self._forget_held()

    def _drop(self) -> None:
        self._stretch = None
        self._since_stop_samples = None
        self._forget_held()

    def _forget_held(self) -> None:
        self._held.clear()
        self._held_samples = 0

    def _step(self, happening: Happening) -> bool:
        """Whether `happening` meant anything."""
        before = self._heed
        self._heed = _NEXT.get((before, happening), before)
        return self._heed is not before


def _windows(pcm: Pcm) -> Iterator[Pcm]:
    return (pcm[start : start + WINDOW_SAMPLES] for start in range(0, len(pcm), WINDOW_SAMPLES))


def _is_loud(window: Pcm) -> bool:
    x = window.astype(np.float32)
    return bool(float(np.dot(x, x)) >= _QUIET_POWER * len(window))
