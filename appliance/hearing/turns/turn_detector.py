"""From probabilities of speech to turns, in audio time.

Two machines, one inside the other. A *run* is speech without a pause worth mentioning: it decides
whether an answer ducks, stands still or gives up the floor. A *turn* is one or more runs: it opens
with the first or with the button, and ends when nothing was said for `end_silence_ms`, when the
button comes up, or at its greatest length. Speech that goes on beyond that length is *kept*, without
an event, until it is wanted.
"""

from dataclasses import replace

from appliance.conversation.vocabulary import (
    HeardUpTo,
    SpeechEnded,
    SpeechEvent,
    SpeechPossible,
    SpeechReal,
    TurnEnd,
    TurnEnded,
    TurnTooShort,
    WakeWordHeard,
)
from appliance.hearing.speech.edges import Edges
from appliance.hearing.speech.recent_windows import LINGERS, RecentWindows
from appliance.hearing.turns.end_of_turn import EndOfTurn, Question, Verdict, limits_of
from appliance.hearing.turns.speech_run import SpeechRun, marks_of
from appliance.hearing.turns.turn_options import TurnOptions
from appliance.hearing.turns.turn_state import End, Hold, Kind, Turn
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms

__all__ = ["TurnDetector", "TurnOptions"]


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
        limits = limits_of(options.end_silence_ms, options.end_silence_min_ms, options.end_silence_max_ms)
        asks = options.asks_model and options.auto_complete
        self._end_of_turn = EndOfTurn(limits, asks=asks, learns=options.learns_pauses)
        self._no_speech = _samples(options.no_speech_s * 1000)
        self._max_turn = _samples(options.max_turn_s * 1000)
        self._marks = marks_of(options, window_samples)
        self._run: SpeechRun | None = None
        self._turn: Turn | None = None
        self._said: Turn | None = None  # a kept turn that has ended
        self._hold: Hold | None = None
        self._end: End | None = None
        self._now = 0
        self._taken = 0  # samples before this belong to what was ended, forgotten or ignored
        self._ignored = 0
        self._recent = RecentWindows(window_samples)
        self._said_until: int | None = None  # the last speech of a turn that silence ended

    @property
    def held(self) -> bool:
        """Whether only a hand ends the turn: the button is down, or nothing ends turns by itself."""
        return self._hold is not None or not self._options.auto_complete

    @property
    def learnt(self) -> tuple[int, int]:
        """The silence that ends a turn by itself, in samples, and of how many pauses it was learnt."""
        return self._end_of_turn.learnt

    def hear(self, window_end: int, probability: float) -> list[SpeechEvent]:
        """What the window ending before sample `window_end` changes."""
        self._recent.hear(window_end, probability)
        self._now = window_end
        if window_end - self._window < self._ignored:
            probability = 0.0
        events: list[SpeechEvent] = []
        if self._run is None and self._is_speech(window_end, probability):
            events.append(self._begin_run())
        turn = self._turn
        if turn is None:
            return events
        # Nothing beyond the wished end belongs to the turn.
        events.append(HeardUpTo(window_end if self._end is None else min(window_end, self._end.at)))
        if turn.real and window_end - self._window < self._ignored:
            self._bridge(turn)
        elif self._run is not None:
            self._continue_run(self._run, turn, probability >= self._options.silence_threshold, events)
        else:
            self._wait(turn)
        if turn.kind is Kind.KEPT:
            self._end_kept_turn_when_over(turn)
            return []
        self._end_turn_when_over(turn, events)
        return events

    def take_question(self) -> Question | None:
        """What a model is to be asked now: whether the turn sounds complete. Each question once."""
        return self._end_of_turn.take_question()

    # ------------------------------------------------------------------ what others wish

    def judge(self, verdict: Verdict) -> None:
        """What the model answered. It counts from the next window on, if the pause goes on."""
        self._end_of_turn.judge(verdict)

    def go_on(self) -> None:
        """What is said now belongs to the turn that silence has ended: it was too early."""
        turn, until = self._turn, self._said_until
        if turn is not None and until is not None and turn.kind is not Kind.KEPT:
            self._said_until = None
            self._end_of_turn.err(turn.onset - until)

    def forget_habits(self) -> None:
        """How people here speak is learnt anew."""
        self._end_of_turn.forget()

    def forget(self) -> None:
        """As if nothing had been said: speech that goes on is a new run of a new turn.

        What is kept of speech beyond a turn's greatest length stays.
        """
        self._hold = self._end = None
        if self._turn is not None and self._turn.kind is Kind.KEPT:
            return
        self._run = self._turn = None
        self._taken = max(self._taken, self._now)

    def forget_all(self) -> None:
        """`forget`, and what was kept as well."""
        self._said = self._turn = None
        self.forget()
        self._run = None

    def forget_kept_before(self, index: int) -> None:
        """What was kept before this sample was asked."""
        if self._said is not None and self._said.onset < index:
            self._said = None

    def ignore_before(self, index: int) -> None:
        """Take every window that begins before this sample for silence. It never moves back."""
        self._ignored = max(self._ignored, index)
        self._taken = max(self._taken, index)

    def hold(self, at: int) -> list[SpeechEvent]:
        """The button went down at sample `at`: silence ends the open turn no more; if none is open, it
        opens one, with what was kept.

        What was said of the turn is told again, to whoever knows it only by the button.
        """
        turn = self._turn
        if turn is None or turn.kind is Kind.KEPT:
            kept = turn or self._said
            turn = Turn(at, at, at) if kept is None else replace(kept, since=at)
            self._turn = turn
        turn.kind = Kind.PRESSED
        self._hold = Hold(ends_by_tap=turn.real)
        return turn.told_again(self._now)

    def call(self, word: WakeWordHeard) -> list[SpeechEvent]:
        """Somebody said the wake word: a turn opens where it ended, and what was said since then, in the last
        two seconds, is heard once more.

        The end of the word itself is not taken for speech: somebody speaks on if he still speaks when it must
        be over, and then all counts that may have been said after it.
        """
        self._hold = self._end = self._run = None
        self._taken = at = word.end
        self._turn = Turn(at, at, at, Kind.PRESSED, word=word)
        return [event for window in self._recent.take_since(at) for event in self.hear(*window)]

    def release(self, at: int, *, held: bool) -> list[SpeechEvent]:
        """The button came up at sample `at`: a turn that it held ends there, after a tap it goes on."""
        hold, self._hold = self._hold, None
        if hold is None or not (held or hold.ends_by_tap):
            return []  # what it held is over, or a tap lets it go on
        return self.end(at, TurnEnd.BUTTON)

    def end(self, at: int, cause: TurnEnd) -> list[SpeechEvent]:
        """The turn ends with sample `at`, as soon as it was heard up to there.

        A provider's word ends no turn that only a hand may end, and none that is over already.
        """
        if cause is TurnEnd.PROVIDER and not self._may_end_by_itself():
            return []
        self._end = End(at, cause)
        return self._end_where_wished()

    def want_kept(self) -> list[SpeechEvent]:
        """Tell of what was kept: it may open a turn, and where it is said already, it ends one.

        It stays kept until `forget_kept_before`.
        """
        turn, said = self._turn, self._said
        if turn is not None and turn.kind is Kind.KEPT:
            turn.kind = Kind.SPOKEN
            if self._run is None and not turn.speech_samples:
                self._turn = None
                return []
            self._said = replace(turn, ended_at=self._now)
            return turn.told_again(self._now)
        if turn is not None or said is None:
            return []  # the words that are being said took it up
        at = said.ended_at
        return [
            SpeechPossible(at, said.onset),
            SpeechReal(at),
            TurnEnded(at, said.last_speech, TurnEnd.SILENCE),
        ]

    def overhear(self, since: int, louder_until: int) -> list[SpeechEvent]:
        """What was taken for speech since sample `since` was the talk of the room, but for what ended with
        sample `louder_until` (0: nothing of it): there the turn ends, unless a hand holds it."""
        turn, events = self._turn, list[SpeechEvent]()
        if turn is None or self.held or not turn.real:
            return events
        if self._run is not None:
            self._end_run(self._run, turn, events)
        end = turn.overheard(self._now, since, louder_until)
        if turn.kind is Kind.KEPT:
            self._turn = turn if isinstance(end, TurnEnded) else None
            return []
        self.forget()
        return [*events, end]

    # ------------------------------------------------------------------ inside

    def _begin_run(self) -> SpeechPossible:
        start = self._now - self._window
        onset = max(min(self._edges.onset_near(start), self._now), self._taken)
        self._run = SpeechRun(self._marks, onset, start)
        turn = self._turn
        if turn is None:
            # What was kept of the person's words is the beginning of what he says now.
            said = self._said
            self._end_of_turn.begin()
            turn = Turn(onset, onset, onset)
            self._turn = turn if said is None else replace(said, since=onset, kind=Kind.SPOKEN, real=False)
            onset = self._turn.onset
        elif turn.speech_samples:
            if self._hold is None and turn.kind is not Kind.KEPT:
                self._end_of_turn.go_on(onset - turn.last_speech)
        else:
            turn.onset = min(turn.onset, onset) if turn.kind is Kind.PRESSED else onset
            if turn.word is not None:
                turn.speech_samples = self._recent.said_since(turn.word.end, self._options.silence_threshold)
        return SpeechPossible(self._now, onset)

    def _wait(self, turn: Turn) -> None:
        """The window holds no speech: perhaps the person is done, where he may be."""
        if turn.real and self._hold is None and turn.kind is not Kind.KEPT:
            self._end_of_turn.wait(turn.onset, self._now)

    def _is_speech(self, window_end: int, probability: float) -> bool:
        """Whether a run begins here, and it is not the end of the wake word."""
        word = None if self._turn is None else self._turn.word
        begun = probability >= self._options.speech_threshold
        return begun and (word is None or window_end > word.over + LINGERS)

    def _bridge(self, turn: Turn) -> None:
        """What is not listened to is neither speech nor the silence that ends what was said before."""
        turn.last_speech = self._now
        if self._run is not None:
            self._run.last_speech = self._now

    def _continue_run(self, run: SpeechRun, turn: Turn, speech: bool, events: list[SpeechEvent]) -> None:
        """Count the window, pass the marks that it reaches, and end the run when it is over."""
        passed = run.hear(self._now, speech)
        if not speech:
            self._wait(turn)
        else:
            self._end_of_turn.speak(self._now)
            turn.speech_samples += self._window
            if not turn.real and self._marks.reached(turn.speech_samples, self._marks.min_speech):
                turn.real = True
                events.append(SpeechReal(self._now))
        events += passed
        if run.over:
            self._end_run(run, turn, events)

    def _end_run(self, run: SpeechRun, turn: Turn, events: list[SpeechEvent]) -> None:
        last_speech = max(min(self._edges.end_near(run.last_speech), self._now), run.onset)
        turn.last_speech = last_speech  # never before the last run's, which the onset is behind
        self._taken = max(self._taken, last_speech)
        self._run = None
        events.append(SpeechEnded(self._now, last_speech))

    def _end_turn_when_over(self, turn: Turn, events: list[SpeechEvent]) -> None:
        too_long = self._marks.reached(self._now - turn.since, self._max_turn)
        if too_long:
            self._end_turn(turn, self._now, TurnEnd.MAX_TURN, events)
            if turn.real:  # who has asked may go on
                self._turn = Turn(self._now, self._now, self._now, Kind.KEPT)
        elif self._is_silent(turn):
            early = turn.real and self._end_of_turn.is_early
            sure_at = turn.last_speech + self.learnt[0] if early else 0
            cause = TurnEnd.END_OF_TURN if early else TurnEnd.SILENCE
            self._end_turn(turn, self._now, cause, events, sure_at)
            self._said_until = turn.last_speech if turn.real else None
        else:
            events += self._end_where_wished()

    def _may_end_by_itself(self) -> bool:
        """Whether there is an open turn in which something was said, and which no hand holds."""
        turn = self._turn
        ended = turn is None or turn.kind is Kind.KEPT or not turn.real
        return not ended and self._hold is None and self._options.auto_complete

    def _is_silent(self, turn: Turn) -> bool:
        """Whether silence ends the turn here."""
        if self._run is not None or self._hold is not None:
            return False
        if turn.kind is Kind.PRESSED and not turn.real:
            return self._now - turn.last_speech >= self._no_speech
        if turn.real and not self._options.auto_complete:
            return False
        return self._now - turn.last_speech >= self._end_of_turn.silence

    def _end_kept_turn_when_over(self, turn: Turn) -> None:
        if self._run is None and self._now - turn.last_speech >= self.learnt[0]:
            turn.ended_at = self._now
            self._said = turn if turn.real else None
            self._turn = None

    def _end_where_wished(self) -> list[SpeechEvent]:
        """End the turn as wished, if it was heard so far."""
        end, turn, events = self._end, self._turn, list[SpeechEvent]()
        if end is None:
            return events
        if turn is None or turn.kind is Kind.KEPT:
            self._end = None
            return [TurnTooShort(self._now, self._now, end.cause, 0)]  # who asked waits for an end
        if self._now >= end.at:
            self._end_turn(turn, max(end.at, turn.onset), end.cause, events)
        return events

    def _end_turn(
        self, turn: Turn, at: int, cause: TurnEnd, events: list[SpeechEvent], sure_at: int = 0
    ) -> None:
        if self._run is not None:
            self._end_run(self._run, turn, events)
        events.append(turn.ended(at, cause, sure_at))
        self.forget()


def _samples(ms: float) -> int:
    return samples_of_ms(ms, NEAR_RATE_HZ)
