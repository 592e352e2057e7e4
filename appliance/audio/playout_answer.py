"""The answer in the playout: its samples, how it moves, how loud it is."""

from typing import Final

import numpy as np

from appliance.audio.playout_events import (
    AnswerAudible,
    AnswerFed,
    AnswerHeard,
    AnswerStarved,
    AnswerYielded,
    PlayoutEvent,
)
from appliance.audio.playout_motion import FADING, MOTIONS, ROOM_FOR_CLIPS, SOUNDING, Cue, Motion
from appliance.audio.playout_options import PlayoutOptions
from appliance.audio.playout_track import Supply, Track
from appliance.audio.playout_yield import MEMORY_S, Yielding
from appliance.pcm.fade import Gain
from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.pcm.level import amplitude_of_dbfs

# From here on an answer counts as audible: above the dither and breath before a voice's first sound.
AUDIBLE_DBFS: Final = -50.0
_AUDIBLE_AMPLITUDE: Final = amplitude_of_dbfs(AUDIBLE_DBFS)


class PlayoutAnswer:
    """One answer after the other. Its verbs keep the promises of Playout's; `position` is the device's.

    Events go to `events`, in order.
    """

    def __init__(self, options: PlayoutOptions, events: list[PlayoutEvent]) -> None:
        self._options = options
        self._events = events
        self._motion = Motion.NONE
        self._track = Track(0, 0, 0)
        self._gain = Gain(options.rate_hz)
        self._yielding = Yielding(self._track, 0, options)
        self.underruns = 0  # how often an answer starved
        self.concealed_samples = 0  # of silence in its place

    @property
    def leaves_room(self) -> bool:
        """Whether something else may sound."""
        return self._motion in ROOM_FOR_CLIPS

    def begin(self, answer: int, position: int) -> None:
        """Hold a new answer; the older one is flushed already."""
        self._cue(Cue.BEGIN)
        rate_hz = self._options.rate_hz
        capacity_samples = round(self._options.max_answer_s * rate_hz)
        self._track = Track(answer, capacity_samples, position, round(MEMORY_S * rate_hz))
        self._gain = Gain(rate_hz)

    def append(self, answer: int, pcm: Pcm) -> int:
        """The next samples; returns how many were refused."""
        return self._track.append(pcm) if answer == self._track.number else len(pcm)

    def end(self, answer: int) -> None:
        """No more samples come."""
        if answer == self._track.number:
            self._track.end()

    def play(self) -> bool:
        """Let it sound; whether it was held until here."""
        return self._cue(Cue.PLAY)

    def duck(self) -> None:
        """Play on, more quietly; what has not begun begins so."""
        if self._cue(Cue.DUCK):
            self._gain.set_db(self._options.duck_db, self._options.duck_ramp_ms if self._track.begun else 0.0)

    def hush(self) -> None:
        """Fade out and stand still; what has not begun stands still at once."""
        if not self._cue(Cue.HUSH):
            return
        if self._track.begun:
            self._gain.mute(self._options.hush_ramp_ms)
        else:
            self._stand_still()

    def yield_at_pause(self, position: int) -> None:
        """Play on, undiminished, to the next pause, and stand still there."""
        if self._cue(Cue.YIELD):
            self._gain.set_db(0.0, self._options.resume_ramp_ms)
            self._yielding = Yielding(self._track, position, self._options)

    def resume(self) -> None:
        """Go on, undiminished."""
        if self._cue(Cue.RESUME):
            self._gain.set_db(0.0, self._options.resume_ramp_ms)

    def flush(self, position: int) -> Pcm:
        """Drop it; returns the fade that ends it, which counts as rendered from `position` on."""
        tail = np.empty(samples_of_ms(self._options.fade_ms, self._options.rate_hz), np.int16)
        tail = tail[: self._track.render_into(tail, position) if self._motion in SOUNDING else 0]
        self._gain.mute(self._options.fade_ms)
        self._gain.apply(tail)
        self._track.drop()
        self._cue(Cue.FLUSH)
        return tail

    def heard_samples(self, answer: int) -> int:
        """How much of `answer` is before the playhead."""
        return self._track.heard.samples if answer == self._track.number else 0

    # ------------------------------------------------------------------ the loudspeaker

    def render(self, out: Pcm, position: int, delay_samples: int) -> int:
        """Render what there is for `out`; returns how many samples that are."""
        if self._track.supply is Supply.STARVED and self._track.ahead_samples:
            self._track.supply = Supply.FLOWING
            self._events.append(AnswerFed(self._track.number, position + delay_samples))
        done = 0
        while self._motion in SOUNDING and done < len(out):
            wanted = self._samples_before_change(position + done, len(out) - done)
            count = self._render_steadily(out[done : done + wanted], position + done, delay_samples)
            done += count
            if count < wanted:
                self._starve(position + done + delay_samples, missing_samples=len(out) - done)
                break
            self._change(reached=done < len(out))
        if self._motion is Motion.YIELDING and self._yielding.is_silence_long(position + len(out)):
            self._cue(Cue.PAUSE)
            self._stand_still()
        if self._track.spent:
            self._cue(Cue.SPENT)
        return done

    def move_to(self, playhead: int, delay_samples: int) -> None:
        """What was rendered before device position `playhead` has been heard."""
        track, before = self._track, self._motion
        track.heard.move_to(playhead)
        if track.heard.complete and self._cue(Cue.HEARD):
            event = AnswerYielded if before is Motion.YIELDED else AnswerHeard
            self._events.append(event(track.number, track.heard.end + delay_samples))

    def _cue(self, cue: Cue) -> bool:
        before = self._motion
        self._motion = MOTIONS.get((before, cue), before)
        return self._motion is not before

    def _samples_before_change(self, position: int, wanted: int) -> int:
        if self._motion in FADING:
            # The last sample of a fade would be at gain 0: it is the first one to be heard again.
            return min(wanted, max(self._gain.ramp_left_samples - 1, 0))
        if self._motion is Motion.YIELDING:
            return self._yielding.samples_before_pause(position, wanted)
        return wanted

    def _render_steadily(self, out: Pcm, position: int, delay_samples: int) -> int:
        count = self._track.render_into(out, position)
        self._gain.apply(out[:count])
        if not self._track.audible:
            self._look_for_sound(out[:count], position + delay_samples)
        return count

    def _change(self, *, reached: bool) -> None:
        """After what was to be rendered steadily; `reached`: the block has room for what follows it."""
        if self._motion in FADING and self._gain.ramp_left_samples <= 1:
            self._stand_still()
        elif reached and self._cue(Cue.PAUSE):
            self._gain.mute(self._options.hush_ramp_ms)

    def _starve(self, position: int, missing_samples: int) -> None:
        if self._track.supply is Supply.FLOWING:
            self._track.supply = Supply.STARVED
            self.underruns += 1
            self._events.append(AnswerStarved(self._track.number, position))
        if self._track.supply is Supply.STARVED:
            self.concealed_samples += missing_samples
        if self._motion in FADING:
            self._stand_still()

    def _stand_still(self) -> None:
        self._cue(Cue.FADED)
        self._gain.mute(0)  # where it starved in mid-fade it swells back from silence all the same

    def _look_for_sound(self, rendered: Pcm, position: int) -> None:
        loud = (rendered >= _AUDIBLE_AMPLITUDE) | (rendered <= -_AUDIBLE_AMPLITUDE)
        if loud.any():
            self._track.audible = True
            self._events.append(AnswerAudible(self._track.number, position + int(loud.argmax())))
