"""Which sound has the loudspeaker: ring > answer > said by command > earcon, one at a time."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum


class Sound(IntEnum):
    """Kinds of sound, by rank: a greater one takes the loudspeaker from a smaller one."""

    EARCON = 1
    SAID = 2
    ANSWER = 3
    RING = 4


class Ruling(StrEnum):
    """What becomes of a sound that wants the loudspeaker."""

    PLAY = "play"  # nothing else plays
    PREEMPT = "preempt"  # what plays is cut, this one plays
    QUEUE = "queue"  # plays when what plays now is over
    DROP = "drop"  # would come too late to mean anything


# (what plays, what wants to play): an earcon is about now or about nothing; a second answer
# replaces the first; a bell that rings already needs no second one.
RULINGS: Mapping[tuple[Sound | None, Sound], Ruling] = {
    (None, Sound.EARCON): Ruling.PLAY,
    (None, Sound.SAID): Ruling.PLAY,
    (None, Sound.ANSWER): Ruling.PLAY,
    (None, Sound.RING): Ruling.PLAY,
    (Sound.EARCON, Sound.EARCON): Ruling.DROP,
    (Sound.EARCON, Sound.SAID): Ruling.PREEMPT,
    (Sound.EARCON, Sound.ANSWER): Ruling.PREEMPT,
    (Sound.EARCON, Sound.RING): Ruling.PREEMPT,
    (Sound.SAID, Sound.EARCON): Ruling.DROP,
    (Sound.SAID, Sound.SAID): Ruling.QUEUE,
    (Sound.SAID, Sound.ANSWER): Ruling.PREEMPT,
    (Sound.SAID, Sound.RING): Ruling.PREEMPT,
    (Sound.ANSWER, Sound.EARCON): Ruling.DROP,
    (Sound.ANSWER, Sound.SAID): Ruling.QUEUE,
    (Sound.ANSWER, Sound.ANSWER): Ruling.PREEMPT,
    (Sound.ANSWER, Sound.RING): Ruling.PREEMPT,
    (Sound.RING, Sound.EARCON): Ruling.DROP,
    (Sound.RING, Sound.SAID): Ruling.QUEUE,
    (Sound.RING, Sound.ANSWER): Ruling.QUEUE,
    (Sound.RING, Sound.RING): Ruling.DROP,
}

# Sounds waiting at the same time: a ring can hold back an answer and a few sentences. The oldest
# of the lowest rank is dropped.
MAX_WAITING = 4


class Announcements:
    """Who has the loudspeaker, and who waits (at most `MAX_WAITING`)."""

    def __init__(self) -> None:
        self._playing: tuple[Sound, int] | None = None
        self._waiting: list[tuple[Sound, int]] = []

    @property
    def playing(self) -> tuple[Sound, int] | None:
        """The sound that plays and its number."""
        return self._playing

    @property
    def full(self) -> bool:
        """Whoever waits next pushes another one out, or is pushed out himself."""
        return len(self._waiting) >= MAX_WAITING

    def waits(self, sound: Sound, number: int) -> bool:
        """Whether it waits for its time; what was dropped to make room does not."""
        return (sound, number) in self._waiting

    def request(self, sound: Sound, number: int) -> Ruling:
        """`number` names the sound to the caller; PLAY and PREEMPT make it the one that plays.

        QUEUE may push another sound out of the queue (see `MAX_WAITING`); one that would be pushed out
        itself is a DROP.
        """
        ruling = RULINGS[(self._playing[0] if self._playing else None, sound)]
        if ruling in (Ruling.PLAY, Ruling.PREEMPT):
            self._playing = (sound, number)
        elif ruling is Ruling.QUEUE:
            self._waiting.append((sound, number))
            if len(self._waiting) > MAX_WAITING:
                self._waiting.remove(min(self._waiting, key=lambda w: w[0]))
            if not self.waits(sound, number):
                return Ruling.DROP
        return ruling

    def finished(self, sound: Sound, number: int) -> tuple[Sound, int] | None:
        """`number` is over, heard or given up: the next one to play, if any waits."""
        if self._playing != (sound, number):
            self._waiting = [w for w in self._waiting if w != (sound, number)]
            return None
        self._playing = None
        if not self._waiting:
            return None
        best = max(self._waiting, key=lambda w: w[0])
        self._waiting.remove(best)
        self._playing = best
        return best

    def forget_announcements(self) -> tuple[Sound, int] | None:
        """A person speaks: what is neither answer nor ring is dropped. Returns what has to fall silent."""
        return self._forget({Sound.EARCON, Sound.SAID})

    def forget_all_but_answers(self) -> tuple[Sound, int] | None:
        """Rings are dropped too. Returns what has to fall silent."""
        return self._forget({Sound.EARCON, Sound.SAID, Sound.RING})

    def _forget(self, sounds: set[Sound]) -> tuple[Sound, int] | None:
        self._waiting = [w for w in self._waiting if w[0] not in sounds]
        playing = self._playing
        if playing is None or playing[0] not in sounds:
            return None
        self._playing = None
        return playing
