"""The playout buffer: generated answers and clips become blocks for the loudspeaker, always full."""

import numpy as np

from appliance.audio.playout_answer import PlayoutAnswer
from appliance.audio.playout_events import ClipDone, PlayoutEvent
from appliance.audio.playout_options import PlayoutOptions
from appliance.audio.playout_release import Release
from appliance.audio.playout_track import Track
from appliance.pcm.fade import Gain
from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.pcm.level import db_of_volume

__all__ = ["Playout", "PlayoutOptions"]


class Playout:
    """One answer and one clip on their way to the ear. Its callers serialise their calls.

    Device position `k` is the `k`-th sample rendered. Sample `k` leaves the loudspeaker when position
    `k + delay_samples` (as last given to `render`) is reached, so the playhead stands at `position -
    delay_samples`; where a greater delay sets it back, what was heard stays heard. How large the blocks
    are changes neither sound nor instants.
    """

    def __init__(self, options: PlayoutOptions) -> None:
        self._options = options
        self._fade_samples = samples_of_ms(options.fade_ms, options.rate_hz)
        self._events: list[PlayoutEvent] = []
        self._no_events: list[PlayoutEvent] = []
        self._answer = PlayoutAnswer(options, self._events)
        self._clip: Track | None = None
        self._release = Release(self._fade_samples)
        self._volume = 100
        self._volume_gain = Gain(options.rate_hz)
        self._position = 0
        self.refused = 0  # samples that `append` did not take

    # ------------------------------------------------------------------ the answer

    def begin(self, answer: int) -> None:
        """Collect the samples of a new answer, unheard until `play`; an older one is flushed."""
        self.flush()
        self._answer.begin(answer, self._position)

    def append(self, answer: int, pcm: Pcm) -> int:
        """The next samples, at the device's rate, kept and not copied; returns how many were refused.

        Refused is what is beyond `max_answer_s`, and everything of an answer that is not the current
        one, was ended or was flushed.
        """
        refused = self._answer.append(answer, pcm)
        self.refused += refused
        return refused

    def end(self, answer: int) -> None:
        """The provider is done: after what was appended the answer is over."""
        self._answer.end(answer)

    def play(self) -> None:
        """Let the held answer sound; a clip that sounds or waits is stopped."""
        if self._answer.play():
            self.stop_clip()

    def duck(self) -> None:
        """Play on, more quietly."""
        self._answer.duck()

    def hush(self) -> None:
        """Fade out, which still counts as heard, and stand still."""
        self._answer.hush()

    def yield_at_pause(self) -> None:
        """Play on, undiminished, to the next pause; fade out as its first samples sound, and stand still.

        A pause is where the voice itself is quiet (see PauseFinder), or where the answer has starved for
        as long; where none comes within `max_yield_s`, the answer fades out there. When all that was
        rendered has been heard, AnswerYielded tells so, once; where the answer ends first, AnswerHeard
        does, and after `resume`, `hush` or `flush` nothing does. Changes nothing for an answer that is
        held, fades out, or stands still already. Until it stands still, `duck` is ignored.
        """
        self._answer.yield_at_pause(self._position)

    def resume(self) -> None:
        """Swell back, from the very sample after the last one rendered; yield no more."""
        self._answer.resume()

    def flush(self) -> None:
        """Drop the answer after a short fade, which still counts as heard. No event tells of its end."""
        self._release.add(self._answer.flush(self._position))

    # ------------------------------------------------------------------ the clip

    def say(self, clip: int, pcm: Pcm) -> None:
        """Sound an announcement, as soon as no answer does; an older clip is stopped.

        Beside an answer that is held it sounds at once, and `play` stops it. Beside one that sounds or
        stands still it waits until that is heard or flushed, so it may never sound.
        """
        self.stop_clip()
        self._clip = Track(clip, len(pcm), self._position)
        self._clip.append(pcm)
        self._clip.end()

    def stop_clip(self) -> None:
        """Drop the clip, after a short fade if it sounds."""
        if self._clip is not None and self._clip.begun:
            tail = np.empty(self._fade_samples, np.int16)
            tail = tail[: self._clip.render_into(tail, self._position)]
            gain = Gain(self._options.rate_hz)
            gain.mute(self._options.fade_ms)
            gain.apply(tail)
            self._release.add(tail)
        self._clip = None

    # ------------------------------------------------------------------ the loudspeaker

    @property
    def volume(self) -> int:
        """As set last; 100 at first."""
        return self._volume

    def set_volume(self, percent: int) -> None:
        """Let all that sounds, sound so loud (0 … 100, see `db_of_volume`), within `volume_ramp_ms`.

        100 leaves every sample as it is, 0 is silence. What is audible and what was heard does not depend
        on it. Raises `ValueError` outside its range, and nothing changes.
        """
        self._volume_gain.set_db(db_of_volume(percent), self._options.volume_ramp_ms)
        self._volume = percent

    def render(self, out: Pcm, delay_samples: int) -> list[PlayoutEvent]:
        """Fill `out` with the next samples, silence where nothing sounds; return what happened.

        `delay_samples` as in the class: with it, a sample rendered now is heard that much later. Where
        nothing happened it is always the same empty list, not to be changed.
        """
        done = self._answer.render(out, self._position, delay_samples)
        if self._clip is not None and self._answer.leaves_room:
            done += self._clip.render_into(out[done:], self._position + done)
        out[done:].fill(0)
        self._release.mix_into(out)
        self._volume_gain.apply(out)
        self._position += len(out)
        self._notice_heard(delay_samples)
        if not self._events:
            return self._no_events
        events = self._events.copy()
        self._events.clear()
        return events

    @property
    def position(self) -> int:
        """Samples rendered since the start."""
        return self._position

    @property
    def underruns(self) -> int:
        """How often an answer starved."""
        return self._answer.underruns

    @property
    def concealed_samples(self) -> int:
        """Samples of silence that were rendered in place of answers that starved."""
        return self._answer.concealed_samples

    def heard_samples(self, answer: int) -> int:
        """Samples of `answer` before the playhead, ducked and faded ones included.

        Exact until the next `begin`; 0 for any but the current answer.
        """
        return self._answer.heard_samples(answer)

    def _notice_heard(self, delay_samples: int) -> None:
        playhead = self._position - delay_samples
        self._answer.move_to(playhead, delay_samples)
        clip = self._clip
        if clip is None:
            return
        clip.heard.move_to(playhead)
        if clip.over:
            self._clip = None
            self._events.append(ClipDone(clip.number, clip.heard.end + delay_samples))
