"""Who has the loudspeaker: the answer, or one announcement at a time."""

from collections.abc import Callable
from typing import Protocol

from appliance.conversation.announcements import Announcements, Ruling, Sound
from appliance.pcm.formats import Pcm


class Mouth(Protocol):
    """The playout behind its lock (`Speaker`, or a ticker's pump)."""

    def begin(self, answer: int) -> None: ...
    def append(self, answer: int, pcm: Pcm) -> int: ...
    def end(self, answer: int) -> None: ...
    def play(self) -> None: ...
    def duck(self) -> None: ...
    def hush(self) -> None: ...
    def yield_at_pause(self) -> None: ...
    def resume(self) -> None: ...
    def flush(self) -> None: ...
    def say(self, clip: int, pcm: Pcm) -> None: ...
    def stop_clip(self) -> None: ...
    def set_volume(self, percent: int) -> None: ...
    def heard_samples(self, answer: int) -> int: ...


class Loudspeaker:
    """Lets the playout sound what the announcements' table lets sound."""

    def __init__(self, mouth: Mouth, before_sound: Callable[[], None]) -> None:
        """`before_sound` is called whenever something is about to sound."""
        self._mouth = mouth
        self._before_sound = before_sound
        self._announcements = Announcements()
        self._clips: dict[tuple[Sound, int], Pcm] = {}  # of those that wait; bounded as they are
        self._over: dict[tuple[Sound, int], Callable[[bool], None]] = {}  # of those and of the one that plays
        self._number = 0
        self.silences = 0  # how often silence was wished for, whatever sounded

    @property
    def busy(self) -> bool:
        """Something plays or waits to be played."""
        return self._announcements.playing is not None

    @property
    def full(self) -> bool:
        """As many wait as can: one more pushes another one out, or is pushed out itself."""
        return self._announcements.full

    def plays_answer(self, answer: int) -> bool:
        """Whether this answer has the loudspeaker."""
        return self._announcements.playing == (Sound.ANSWER, answer)

    def play_answer(self, answer: int) -> None:
        """The answer takes the loudspeaker from whatever ranks below it."""
        self._request(Sound.ANSWER, answer)
        self._tell_who_is_over()

    def answer_over(self, answer: int) -> None:
        """The answer was heard or given up: what waited for its end plays."""
        self._start(self._announcements.finished(Sound.ANSWER, answer))

    def announce(self, sound: Sound, pcm: Pcm, over: Callable[[bool], None] | None = None) -> Ruling:
        """Play `pcm` (device rate) as an announcement of this rank: now, later or never, as it returns.
        `over(heard)` is called once, when it is: heard, where it was played to its end, or a person who heard
        it wanted silence; not, where something else took its place.

        PREEMPT by a ring flushes an answer that has the loudspeaker (`plays_answer` before the call): no
        event tells of its end, so the caller ends it in the conversation.
        """
        self._number += 1
        self._clips[sound, self._number] = pcm
        if over is not None:
            self._over[sound, self._number] = over
        ruling = self._request(sound, self._number)
        self._tell_who_is_over()
        return ruling

    def clip_done(self, clip: int) -> bool:
        """A clip was played to its end; whether an answer that waited for it has the loudspeaker."""
        playing = self._announcements.playing
        if playing is None or playing[1] != clip or playing[0] is Sound.ANSWER:
            return False
        next_sound = self._announcements.finished(*playing)
        self._start(next_sound)
        self._tell_who_is_over(playing)
        return next_sound is not None and next_sound[0] is Sound.ANSWER

    @property
    def rings(self) -> bool:
        """Whether an alarm has the loudspeaker."""
        playing = self._announcements.playing
        return playing is not None and playing[0] is Sound.RING

    def stop_ring(self) -> bool:
        """An alarm that has the loudspeaker gives it up; as `clip_done`."""
        self.silences += 1
        playing = self._announcements.playing
        if playing is None or playing[0] is not Sound.RING:
            return False
        self._mouth.stop_clip()
        return self.clip_done(playing[1])

    def stop_announcements(self) -> None:
        """A person speaks: only an answer and an alarm may go on."""
        self._fall_silent(self._announcements.forget_announcements())

    def silence(self) -> None:
        """A person wants silence: only an answer may go on."""
        self.silences += 1
        self._fall_silent(self._announcements.forget_all_but_answers())

    def _fall_silent(self, stopped: tuple[Sound, int] | None) -> None:
        self._keep_waiting_clips()
        if stopped is not None:
            self._mouth.stop_clip()
        self._tell_who_is_over(stopped)

    def _tell_who_is_over(self, heard: tuple[Sound, int] | None = None) -> None:
        gone = [
            one
            for one in self._over
            if one != self._announcements.playing and not self._announcements.waits(*one)
        ]
        for one in gone:
            self._over.pop(one)(one == heard)

    def _keep_waiting_clips(self) -> None:
        self._clips = {clip: pcm for clip, pcm in self._clips.items() if self._announcements.waits(*clip)}

    def _request(self, sound: Sound, number: int) -> Ruling:
        playing = self._announcements.playing
        ruling = self._announcements.request(sound, number)
        if ruling is Ruling.PREEMPT and playing is not None:
            self._silence(playing)
        if ruling in (Ruling.PLAY, Ruling.PREEMPT):
            self._start((sound, number))
        self._keep_waiting_clips()
        return ruling

    def _silence(self, sound: tuple[Sound, int]) -> None:
        if sound[0] is Sound.ANSWER:
            self._mouth.flush()
        else:
            self._mouth.stop_clip()

    def _start(self, sound: tuple[Sound, int] | None) -> None:
        if sound is None:
            return
        self._before_sound()
        if sound[0] is Sound.ANSWER:
            self._mouth.play()
        else:
            self._mouth.say(sound[1], self._clips.pop(sound))
