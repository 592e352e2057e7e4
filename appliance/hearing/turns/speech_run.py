"""One run: speech without a pause worth mentioning, and the marks that it passes."""

from dataclasses import dataclass
from typing import Final

from appliance.conversation.vocabulary import (
    SpeechConfirmed,
    SpeechEvent,
    SpeechPaused,
    SpeechReadable,
    SpeechResumed,
    SpeechSustained,
)
from appliance.hearing.turns.turn_options import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms

# A dip of less than this does not interrupt "speech in a row": the closure of a stop, and one
# window in which the detector hesitates.
DIP_MS: Final = 64
# A word is readable in a run of this length even if it goes on: late enough to hold a drawn-out
# "mhm", early enough to be read before the run is confirmed by its length alone.
READABLE_MS: Final = 320


@dataclass(frozen=True, slots=True)
class RunMarks:
    """When a run counts for what, in samples. A mark is passed at the window nearest to it."""

    window: int
    hush: int
    confirmed: int
    confirm: int
    min_speech: int
    gap: int  # a pause that ends the run

    def reached(self, samples: int, mark: int) -> bool:
        """Whether a mark is passed, to the nearest window."""
        return samples >= mark - self.window // 2


def marks_of(options: TurnOptions, window_samples: int) -> RunMarks:
    """The marks that `options` wish. No pause that ends a run is longer than the one that ends a turn."""
    return RunMarks(
        window_samples,
        hush=samples_of_ms(options.hush_ms, NEAR_RATE_HZ),
        confirmed=samples_of_ms(options.confirmed_ms, NEAR_RATE_HZ),
        confirm=samples_of_ms(options.confirm_ms, NEAR_RATE_HZ),
        min_speech=samples_of_ms(options.min_speech_ms, NEAR_RATE_HZ),
        gap=samples_of_ms(min(options.run_gap_ms, options.end_silence_ms), NEAR_RATE_HZ),
    )


class SpeechRun:
    """Counts the windows of one run. `last_speech` is the end of its last window of speech."""

    def __init__(self, marks: RunMarks, onset: int, start: int) -> None:
        self._marks = marks
        self._streak_start = start  # since here without a dip
        self._speech_samples = 0
        self._sustained = False
        self._confirmed = False
        self._paused = False
        self._readable = False
        self._over = False
        self.onset = onset
        self.last_speech = start

    @property
    def over(self) -> bool:
        """The pause is long enough, or the time is up and there was too little speech."""
        return self._over

    def hear(self, now: int, speech: bool) -> list[SpeechEvent]:
        """The window ending at `now` holds speech or not: the marks that the run passes with it."""
        events = self._speak(now) if speech else self._pause(now)
        marks = self._marks
        time_is_up = marks.reached(now - self.onset, marks.confirm) and not self._confirmed
        enough = marks.reached(self._speech_samples, marks.min_speech)
        self._over = marks.reached(now - self.last_speech, marks.gap) or (time_is_up and not enough)
        if time_is_up and not self._over:
            self._confirmed = True
            events.append(SpeechConfirmed(now))
        return events

    def _speak(self, now: int) -> list[SpeechEvent]:
        marks, events = self._marks, list[SpeechEvent]()
        start = now - marks.window
        if start - self.last_speech >= _DIP:
            self._streak_start = start
        self.last_speech = now
        self._speech_samples += marks.window
        if self._paused:
            self._paused = False
            events.append(SpeechResumed(now))
        if not self._readable and marks.reached(now - self.onset, _READABLE):
            self._readable = True
            events.append(SpeechReadable(now))
        if not self._sustained and marks.reached(now - self.onset, marks.hush):
            self._sustained = True
            events.append(SpeechSustained(now))
        if not self._confirmed and marks.reached(now - self._streak_start, marks.confirmed):
            self._confirmed = True
            events.append(SpeechConfirmed(now))
        return events

    def _pause(self, now: int) -> list[SpeechEvent]:
        silent = now - self.last_speech
        if self._paused or silent < _DIP:
            # Read from the first window without speech on, the words are known when the pause is one.
            return [SpeechReadable(now)] if silent == self._marks.window else []
        self._paused = True
        return [SpeechPaused(now)]


_DIP = samples_of_ms(DIP_MS, NEAR_RATE_HZ)
_READABLE = samples_of_ms(READABLE_MS, NEAR_RATE_HZ)
