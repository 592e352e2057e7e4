"""When an answer that gives way falls silent."""

from typing import Final

from appliance.audio.playout_options import PlayoutOptions
from appliance.audio.playout_pause import PauseFinder
from appliance.audio.playout_track import Supply, Track

# What was rendered so long before tells how loud the voice is: a sentence, whatever pause is in it.
MEMORY_S: Final = 3.0


class Yielding:
    """The wait of one answer for its next pause, from device position `position` on.

    A pause is one of the voice (see PauseFinder), or as long a silence because the answer starved: where
    the person hears nothing, nothing is cut. It looks ahead no further than what is rendered next needs.
    """

    def __init__(self, track: Track, position: int, options: PlayoutOptions) -> None:
        self._track = track
        start = max(0, track.rendered_samples - round(MEMORY_S * options.rate_hz))
        self._finder = PauseFinder(options.rate_hz, start)
        self._latest_position = position + round(options.max_yield_s * options.rate_hz)

    def samples_before_pause(self, position: int, wanted: int) -> int:
        """How many of the `wanted` samples from `position` on sound before the answer gives way."""
        index = self._track.rendered_samples
        for chunk in self._track.read(self._finder.fed, index + wanted + self._finder.needed_samples):
            self._finder.feed(chunk)
        pause = self._finder.pause_from(index)
        until_pause = wanted if pause is None else pause - index
        return max(0, min(wanted, until_pause, self._latest_position - position))

    def is_silence_long(self, position: int) -> bool:
        """Whether the answer has starved so long, at `position`, that it gives way where it is."""
        if self._track.supply is not Supply.STARVED or self._track.ahead_samples:
            return False
        silent_from = self._track.heard.end
        return position >= min(silent_from + self._finder.needed_samples, self._latest_position)
