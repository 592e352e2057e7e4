"""From probabilities of speech to turns, in audio time.

Two machines, one inside the other. A *run* is speech without a pause worth mentioning: it decides
whether an answer ducks, stands still or gives up the floor. A *turn* is one or more runs: it opens
with the first, and ends when nothing was said for `end_silence_ms`.
"""

from dataclasses import dataclass

from appliance.conversation.vocabulary import (
    HeardUpTo,
    SpeechConfirmed,
    SpeechEnded,
    SpeechEvent,
    SpeechPossible,
    SpeechReal,
    SpeechSustained,
    TurnEnd,
    TurnEnded,
    TurnTooShort,
)
from appliance.hearing.edges import Edges
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples, samples_of_ms

# A dip of less than this does not interrupt "speech in a row": the closure of a stop, and one
# window in which the detector hesitates.
DIP_MS = 64


@dataclass(frozen=True, slots=True)
class TurnOptions:
    """When speech counts for what. Thresholds are probabilities, the rest milliseconds and seconds.

    Marks that a run or a turn passes while speech goes on are taken at the window nearest to
    them, so at most half a window early or late; silence is never cut short.
    """

    speech_threshold: float = 0.5  # a run begins here …
    silence_threshold: float = 0.35  # … and a window below this is no speech
    min_speech_ms: int = 200
    hush_ms: int = 150
    confirmed_ms: int = 500
    confirm_ms: int = 700
    end_silence_ms: int = 800
    max_turn_s: float = 30
    run_gap_ms: int = 200  # a pause that ends a run; not longer than end_silence_ms


@dataclass(slots=True)
class _Run:
    """Speech without a pause: since when, how much of it, and which marks it has passed."""

    onset: int
    streak_start: int  # since here without a dip
    last_speech: int  # end of the last window of speech
    speech_samples: int = 0
    sustained: bool = False
    confirmed: bool = False


@dataclass(slots=True)
class _Turn:
    """What was said since the turn opened, ended runs included."""

    onset: int
    last_speech: int
    speech_samples: int = 0
    real: bool = False


class TurnDetector:
    """Makes speech events out of one probability a window. Pure: the same input, the same events.

    Instants are 16 kHz sample indices. The events of one window come in this order: what began
    (`SpeechPossible`), `HeardUpTo` while a turn is open, the marks that were passed, what ended.
    Every opened turn ends in exactly one `TurnEnded` or `TurnTooShort`, unless it is forgotten.
    """

    def __init__(self, options: TurnOptions, edges: Edges, window_samples: int) -> None:
        self._options = options
        self._edges = edges
        self._window = window_samples
        self._min_speech = _samples(options.min_speech_ms)
        self._hush = _samples(options.hush_ms)
        self._confirmed = _samples(options.confirmed_ms)
        self._confirm = _samples(options.confirm_ms)
        self._dip = _samples(DIP_MS)
        self._end_silence = _samples(options.end_silence_ms)
        self._run_gap = min(_samples(options.run_gap_ms), self._end_silence)
        self._max_turn = _samples(options.max_turn_s * 1000)
        self._run: _Run | None = None
        self._turn: _Turn | None = None
        self._now = 0
        self._taken = 0  # samples before this belong to what was ended, forgotten or ignored
        self._ignored = 0

    def hear(self, window_end: int, probability: float) -> list[SpeechEvent]:
        """What the window ending before sample `window_end` changes."""
        self._now = window_end
        if window_end - self._window < self._ignored:
            probability = 0.0
        events: list[SpeechEvent] = []
        if self._run is None and probability >= self._options.speech_threshold:
            events.append(self._begin_run())
        if self._turn is not None:
            events.append(HeardUpTo(window_end))
            if self._run is not None:
                self._continue_run(self._run, self._turn, probability, events)
            self._end_turn_when_over(self._turn, events)
        return events

    def forget(self) -> None:
        """As if nothing had been said: speech that goes on is a new run of a new turn."""
        self._run = self._turn = None
        self._taken = max(self._taken, self._now)

    def ignore_before(self, index: int) -> None:
        """Take every window that begins before this sample for silence. It never moves back."""
        self._ignored = max(self._ignored, index)
        self._taken = max(self._taken, index)

    def _begin_run(self) -> SpeechPossible:
        start = self._now - self._window
        onset = max(min(self._edges.onset_near(start), self._now), self._taken)
        self._run = _Run(onset, streak_start=start, last_speech=start)
        if self._turn is None:
            self._turn = _Turn(onset, last_speech=onset)
        return SpeechPossible(self._now, onset)

    def _continue_run(self, run: _Run, turn: _Turn, probability: float, events: list[SpeechEvent]) -> None:
        """Count the window, pass the marks that it reaches, and end the run when it is over."""
        if probability >= self._options.silence_threshold:
            if self._now - self._window - run.last_speech >= self._dip:
                run.streak_start = self._now - self._window
            run.last_speech = self._now
            run.speech_samples += self._window
            turn.speech_samples += self._window
            self._pass_marks_of_speech(run, turn, events)
        confirm_time = self._reached(self._now - run.onset, self._confirm) and not run.confirmed
        enough = self._reached(run.speech_samples, self._min_speech)
        if self._reached(self._now - run.last_speech, self._run_gap) or (confirm_time and not enough):
            self._end_run(run, turn, events)
        elif confirm_time:
            run.confirmed = True
            events.append(SpeechConfirmed(self._now))

    def _pass_marks_of_speech(self, run: _Run, turn: _Turn, events: list[SpeechEvent]) -> None:
        if not turn.real and self._reached(turn.speech_samples, self._min_speech):
            turn.real = True
            events.append(SpeechReal(self._now))
        if not run.sustained and self._reached(self._now - run.onset, self._hush):
            run.sustained = True
            events.append(SpeechSustained(self._now))
        if not run.confirmed and self._reached(self._now - run.streak_start, self._confirmed):
            run.confirmed = True
            events.append(SpeechConfirmed(self._now))

    def _end_run(self, run: _Run, turn: _Turn, events: list[SpeechEvent]) -> None:
        last_speech = max(min(self._edges.end_near(run.last_speech), self._now), run.onset)
        turn.last_speech = last_speech  # never before the last run's, which the onset is behind
        self._taken = max(self._taken, last_speech)
        self._run = None
        events.append(SpeechEnded(self._now, last_speech))

    def _end_turn_when_over(self, turn: _Turn, events: list[SpeechEvent]) -> None:
        silent = self._run is None and self._now - turn.last_speech >= self._end_silence
        too_long = self._reached(self._now - turn.onset, self._max_turn)
        if not (silent or too_long):
            return
        if self._run is not None:
            self._end_run(self._run, turn, events)
        if turn.real:
            cause = TurnEnd.SILENCE if silent else TurnEnd.MAX_TURN
            events.append(TurnEnded(self._now, turn.last_speech, cause))
        else:
            events.append(TurnTooShort(self._now, round(ms_of_samples(turn.speech_samples, NEAR_RATE_HZ))))
        self.forget()

    def _reached(self, samples: int, mark: int) -> bool:
        """Whether a mark is passed, to the nearest window."""
        return samples >= mark - self._window // 2


def _samples(ms: float) -> int:
    return samples_of_ms(ms, NEAR_RATE_HZ)
