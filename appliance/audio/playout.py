"""The playout buffer: generated answers and clips become blocks for the loudspeaker, always full."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from appliance.audio.playout_events import (
    AnswerAudible,
    AnswerFed,
    AnswerHeard,
    AnswerStarved,
    ClipDone,
    PlayoutEvent,
)
from appliance.audio.playout_motion import MOTIONS, ROOM_FOR_CLIPS, SOUNDING, Cue, Motion
from appliance.audio.playout_release import Release
from appliance.audio.playout_track import Supply, Track
from appliance.pcm.fade import Gain
from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.pcm.level import amplitude_of_dbfs

# From here on an answer counts as audible: above the dither and breath before a voice's first sound.
AUDIBLE_DBFS: Final = -50.0
_AUDIBLE_AMPLITUDE: Final = amplitude_of_dbfs(AUDIBLE_DBFS)


@dataclass(frozen=True, slots=True)
class PlayoutOptions:
    """Levels and ramps at the loudspeaker. `rate_hz` is the device's."""

    rate_hz: int
    duck_db: float = -12.0
    duck_ramp_ms: float = 30.0
    hush_ramp_ms: float = 20.0
    resume_ramp_ms: float = 60.0
    fade_ms: float = 10.0  # of what is cut off for good
    max_answer_s: float = 240.0  # kept of an answer: generated and not heard; 23 MB at 48 kHz


class Playout:
    """One answer and one clip on their way to the ear. Its callers serialise their calls.

    Device position `k` is the `k`-th sample rendered. Sample `k` leaves the loudspeaker when position
    `k + delay_samples` (as last given to `render`) is reached, so the playhead stands at `position -
    delay_samples`; where a greater delay sets it back, what was heard stays heard. How large the blocks
    are changes neither sound nor instants.
    """

    def __init__(self, options: PlayoutOptions) -> None:
        self._options = options
        self._capacity_samples = round(options.max_answer_s * options.rate_hz)
        self._fade_samples = samples_of_ms(options.fade_ms, options.rate_hz)
        self._motion = Motion.NONE
        self._answer = Track(0, 0, 0)
        self._gain = Gain(options.rate_hz)
        self._clip: Track | None = None
        self._release = Release(self._fade_samples)
        self._position = 0
        self._events: list[PlayoutEvent] = []
        self._no_events: list[PlayoutEvent] = []
        self.underruns = 0  # how often an answer starved
        self.refused = 0  # samples that `append` did not take

    # ------------------------------------------------------------------ the answer

    def begin(self, answer: int) -> None:
        """Collect the samples of a new answer, unheard until `play`; an older one is flushed."""
        self.flush()
        self._cue(Cue.BEGIN)
        self._answer = Track(answer, self._capacity_samples, self._position)
        self._gain = Gain(self._options.rate_hz)

    def append(self, answer: int, pcm: Pcm) -> int:
        """The next samples, at the device's rate, kept and not copied; returns how many were refused.

        Refused is what is beyond `max_answer_s`, and everything of an answer that is not the current
        one, was ended or was flushed.
        """
        refused = self._answer.append(pcm) if answer == self._answer.number else len(pcm)
        self.refused += refused
        return refused

    def end(self, answer: int) -> None:
        """The provider is done: after what was appended the answer is over."""
        if answer == self._answer.number:
            self._answer.end()

    def play(self) -> None:
        """Let the held answer sound; a clip that sounds or waits is stopped."""
        if self._cue(Cue.PLAY):
            self.stop_clip()

    def duck(self) -> None:
        """Play on, more quietly."""
        if self._cue(Cue.DUCK):
            self._gain.set_db(self._options.duck_db, self._options.duck_ramp_ms)

    def hush(self) -> None:
        """Fade out, which still counts as heard, and stand still."""
        if self._cue(Cue.HUSH):
            self._gain.mute(self._options.hush_ramp_ms)

    def resume(self) -> None:
        """Swell back, from the very sample after the last one rendered."""
        if self._cue(Cue.RESUME):
            self._gain.set_db(0.0, self._options.resume_ramp_ms)

    def flush(self) -> None:
        """Drop the answer after a short fade, which still counts as heard. No event tells of its end."""
        if self._motion in SOUNDING:
            self._fade_away(self._answer, self._gain)
        self._answer.drop_ahead()
        self._cue(Cue.FLUSH)

    # ------------------------------------------------------------------ the clip

    def say(self, clip: int, pcm: Pcm) -> None:
        """Sound an announcement, as soon as no answer does; an older clip is stopped."""
        self.stop_clip()
        self._clip = Track(clip, len(pcm), self._position)
        self._clip.append(pcm)
        self._clip.end()

    def stop_clip(self) -> None:
        """Drop the clip, after a short fade if it sounds."""
        if self._clip is not None and self._clip.begun:
            self._fade_away(self._clip, Gain(self._options.rate_hz))
        self._clip = None

    # ------------------------------------------------------------------ the loudspeaker

    def render(self, out: Pcm, delay_samples: int) -> list[PlayoutEvent]:
        """Fill `out` with the next samples, silence where nothing sounds; return what happened.

        `delay_samples` as in the class: with it, a sample rendered now is heard that much later. Where
        nothing happened it is always the same empty list, not to be changed.
        """
        done = self._render_answer(out, delay_samples)
        if self._answer.spent:
            self._cue(Cue.SPENT)
        if self._clip is not None and self._motion in ROOM_FOR_CLIPS:
            done += self._clip.render_into(out[done:], self._position + done)
        out[done:].fill(0)
        self._release.mix_into(out)
        self._position += len(out)
        self._notice_heard(delay_samples)
        if not self._events:
            return self._no_events
        events, self._events = self._events, []
        return events

    @property
    def position(self) -> int:
        """Samples rendered since the start."""
        return self._position

    def heard_samples(self, answer: int) -> int:
        """Samples of `answer` before the playhead, ducked and faded ones included.

        Exact until the next `begin`; 0 for any but the current answer.
        """
        return self._answer.heard.samples if answer == self._answer.number else 0

    def remaining(self, answer: int) -> Pcm:
        """A copy of what was generated of `answer` and not heard; of a flushed one only its fade is left."""
        return self._answer.unheard() if answer == self._answer.number else np.empty(0, np.int16)

    # ------------------------------------------------------------------ inside

    def _cue(self, cue: Cue) -> bool:
        before = self._motion
        self._motion = MOTIONS.get((before, cue), before)
        return self._motion is not before

    def _render_answer(self, out: Pcm, delay_samples: int) -> int:
        """Render what the answer has for `out`; return how many samples that are."""
        answer = self._answer
        if answer.supply is Supply.STARVED and answer.ahead_samples:
            answer.supply = Supply.FLOWING
            self._events.append(AnswerFed(answer.number, self._position + delay_samples))
        if self._motion not in SOUNDING:
            return 0
        wanted = out[: self._gain.ramp_left_samples] if self._motion is Motion.HUSHING else out
        done = answer.render_into(wanted, self._position)
        self._gain.apply(out[:done])
        if not answer.audible:
            self._look_for_sound(out[:done], delay_samples)
        if done < len(wanted) and answer.supply is Supply.FLOWING:
            answer.supply = Supply.STARVED
            self.underruns += 1
            self._events.append(AnswerStarved(answer.number, self._position + done + delay_samples))
        if self._motion is Motion.HUSHING and (self._gain.settled or done < len(wanted)):
            self._cue(Cue.FADED)
            self._gain.mute(0)  # where it starved in mid-fade it swells back from silence all the same
        return done

    def _look_for_sound(self, rendered: Pcm, delay_samples: int) -> None:
        loud = (rendered >= _AUDIBLE_AMPLITUDE) | (rendered <= -_AUDIBLE_AMPLITUDE)
        if loud.any():
            self._answer.audible = True
            position = self._position + int(loud.argmax()) + delay_samples
            self._events.append(AnswerAudible(self._answer.number, position))

    def _notice_heard(self, delay_samples: int) -> None:
        answer, clip = self._answer, self._clip
        playhead = self._position - delay_samples
        answer.move_to(playhead)
        if answer.over and self._cue(Cue.HEARD):
            self._events.append(AnswerHeard(answer.number, answer.heard.end + delay_samples))
        if clip is None:
            return
        clip.move_to(playhead)
        if clip.over:
            self._clip = None
            self._events.append(ClipDone(clip.number, clip.heard.end + delay_samples))

    def _fade_away(self, track: Track, gain: Gain) -> None:
        """Let the next samples of `track` sound while they fade, beside whatever comes now."""
        tail = np.empty(self._fade_samples, np.int16)
        tail = tail[: track.render_into(tail, self._position)]
        gain.mute(self._options.fade_ms)
        gain.apply(tail)
        self._release.add(tail)
