"""One sound's samples, from when they are generated until they are heard."""

from collections import deque
from collections.abc import Iterator
from enum import Enum, auto
from itertools import chain

from appliance.pcm.formats import Pcm


class Supply(Enum):
    """How the samples keep up with the loudspeaker."""

    FLOWING = auto()
    STARVED = auto()  # a sample was due and not there
    ENDED = auto()  # no more will come


class HeardAccount:
    """How many of the rendered samples have left the loudspeaker.

    Holds the stretches `[position, count]` of device positions that are rendered and not heard yet. A
    stretch ends where the sound stood still or starved, so there is seldom more than one; bounded by the
    device's delay in samples.
    """

    def __init__(self, position: int) -> None:
        self.samples = 0
        self.end = position  # device position after the last rendered sample
        self._stretches: deque[list[int]] = deque()

    @property
    def complete(self) -> bool:
        """All that was rendered has been heard."""
        return not self._stretches

    def rendered(self, position: int, count: int) -> None:
        """`count` samples were rendered from device position `position` on."""
        if not count:
            return
        if self._stretches and self.end == position:
            self._stretches[-1][1] += count
        else:
            self._stretches.append([position, count])
        self.end = position + count

    def move_to(self, playhead: int) -> None:
        """What was rendered before device position `playhead` has been heard."""
        while self._stretches and self._stretches[0][0] < playhead:
            stretch = self._stretches[0]
            passed = min(playhead - stretch[0], stretch[1])
            self.samples += passed
            stretch[0] += passed
            stretch[1] -= passed
            if not stretch[1]:
                self._stretches.popleft()


class Track:
    """The samples of an answer or a clip, in order, kept until they are rendered and a while longer.

    Bound: `capacity_samples` generated and not heard, and the `memory_samples` rendered last; policy: what
    is beyond the first is refused, beyond the second let go. Chunks are kept as they come, not copied:
    nobody may write to them afterwards.
    """

    def __init__(self, number: int, capacity_samples: int, position: int, memory_samples: int = 0) -> None:
        """`position`: the device position from which on it may be rendered."""
        self.number = number
        self.supply = Supply.FLOWING
        self.audible = False  # something above the threshold of hearing was rendered
        self.heard = HeardAccount(position)
        self.rendered_samples = 0
        self._capacity = capacity_samples
        self._memory_samples = memory_samples
        self._behind: deque[Pcm] = deque()  # rendered
        self._kept_from = 0  # index of the first sample kept
        self._ahead: deque[Pcm] = deque()  # not rendered, but for the first `_cut` samples of the first
        self._cut = 0
        self._generated = 0

    @property
    def ahead_samples(self) -> int:
        """Generated and not rendered."""
        return self._generated - self.rendered_samples

    @property
    def begun(self) -> bool:
        """Some of it was rendered."""
        return self.rendered_samples > 0

    @property
    def spent(self) -> bool:
        """It ended and all of it is rendered."""
        return self.supply is Supply.ENDED and not self.ahead_samples

    @property
    def over(self) -> bool:
        """It ended and all of it has been heard."""
        return self.spent and self.heard.complete

    def append(self, pcm: Pcm) -> int:
        """Take the next samples; return how many were refused, from the end of `pcm`."""
        room = self._capacity - (self._generated - self.heard.samples)
        taken = pcm[:0] if self.supply is Supply.ENDED else pcm[:room]
        if len(taken):
            self._ahead.append(taken)
            self._generated += len(taken)
        return len(pcm) - len(taken)

    def end(self) -> None:
        """No more samples come."""
        self.supply = Supply.ENDED

    def drop(self) -> None:
        """End it here and keep nothing: what is not rendered never will be."""
        self._behind.clear()
        self._ahead.clear()
        self._cut = 0
        self._generated = self._kept_from = self.rendered_samples
        self.end()

    def render_into(self, out: Pcm, position: int) -> int:
        """Copy the next samples to `out`, device position `position`; return how many there were."""
        done = 0
        while done < len(out) and self._ahead:
            chunk = self._ahead[0]
            count = min(len(chunk) - self._cut, len(out) - done)
            out[done : done + count] = chunk[self._cut : self._cut + count]
            done += count
            self._cut += count
            if self._cut == len(chunk):
                self._behind.append(self._ahead.popleft())
                self._cut = 0
        self.rendered_samples += done
        self.heard.rendered(position, done)
        self._let_go()
        return done

    def read(self, start: int, stop: int) -> Iterator[Pcm]:
        """Samples `[start, stop)` as far as they are kept and generated, in chunks."""
        at = self._kept_from
        for chunk in chain(self._behind, self._ahead):
            if at >= stop:
                return
            if start < at + len(chunk):
                yield chunk[max(start - at, 0) : stop - at]
            at += len(chunk)

    def _let_go(self) -> None:
        needed_from = self.rendered_samples - self._memory_samples
        while self._behind and self._kept_from + len(self._behind[0]) <= needed_from:
            self._kept_from += len(self._behind.popleft())
