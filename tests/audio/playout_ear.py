"""A loudspeaker for the playout's tests, and what was to be heard from it."""

from collections.abc import Iterator
from itertools import cycle

import numpy as np

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import PlayoutEvent
from appliance.pcm.formats import Pcm

RATE_HZ = 16_000
# No level ever changes: what is rendered is what was generated, to the bit.
PLAIN = PlayoutOptions(RATE_HZ, duck_db=0, duck_ramp_ms=0, hush_ramp_ms=0, resume_ramp_ms=0, fade_ms=0)
RAMPED = PlayoutOptions(RATE_HZ)
# A voice that speaks for 200 ms and pauses for 160 ms.
PHRASE_SAMPLES = 5_760
PAUSE_SAMPLES = 2_560


def numbered(start: int, count: int) -> Pcm:
    """Samples that tell their index (from 1 on; 0 is silence); all of them are audible."""
    return (np.arange(start, start + count) % 20_000 + 1_000).astype(np.int16)


def phrases(start: int, count: int) -> Pcm:
    """Samples that tell their index within a few thousand, loud and quiet by turns; none is 0."""
    index = np.arange(start, start + count)
    quiet = index % PHRASE_SAMPLES >= PHRASE_SAMPLES - PAUSE_SAMPLES
    return np.where(quiet, index % 3 + 1, index % 5_000 + 10_000).astype(np.int16)


class Ear:
    """Renders in blocks of these sizes in turn, and keeps everything."""

    def __init__(self, playout: Playout, delay_samples: int = 0, blocks: tuple[int, ...] = (320,)) -> None:
        self.playout = playout
        self.delay_samples = delay_samples
        self.sound: Pcm = np.empty(0, np.int16)
        self.events: list[PlayoutEvent] = []
        self._blocks: Iterator[int] = cycle(blocks)

    def listen(self, samples: int) -> Pcm:
        """Render `samples` more; returns them."""
        heard = np.full(samples, 77, np.int16)  # what is not filled stands out
        at = 0
        while at < samples:
            block = heard[at : at + next(self._blocks)]
            self.events += self.playout.render(block, self.delay_samples)
            at += len(block)
        self.sound = np.concatenate((self.sound, heard))
        return heard

    @property
    def news(self) -> list[PlayoutEvent]:
        """The events since this was asked last."""
        news, self.events = self.events, []
        return news


def playing(samples: int, options: PlayoutOptions = PLAIN, *, answer: int = 1) -> Playout:
    """A playout that plays the first `samples` numbered samples of an answer."""
    playout = Playout(options)
    playout.begin(answer)
    playout.append(answer, numbered(0, samples))
    playout.play()
    return playout


def steady(samples: int) -> Pcm:
    """A level on which every change of gain shows."""
    return np.full(samples, 16_000, np.int16)


def steadily_playing(samples: int) -> Playout:
    """A playout with its usual ramps that plays `steady` samples of an answer."""
    playout = Playout(RAMPED)
    playout.begin(1)
    playout.append(1, steady(samples))
    playout.play()
    return playout
