"""The answer on its way from the provider to the loudspeaker, and what was heard of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from appliance.conversation.givers import Givers
from appliance.conversation.history import History, Line
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerStarted,
    AnswerTranscript,
    Asked,
    AskText,
    CancelAnswer,
    DiscardTurn,
    HistoryItem,
    TurnEnded,
    UserTranscript,
)
from appliance.pcm.formats import Pcm, ms_of_samples
from appliance.pcm.resample import Resampler
from appliance.service.loudspeaker import Loudspeaker, Mouth
from appliance.service.memory.last_answer import LastAnswer
from appliance.service.network.clock import StreamClock
from appliance.service.record import Record
from appliance.service.turns import Provider


class Progress(Enum):
    """How far the provider is with an answer."""

    NONE = "nobody was asked"
    ASKED = "more of it may come"
    COMPLETE = "all of it came"
    BROKEN_OFF = "no more of it will come"


@dataclass(slots=True)
class Answer:
    """One answer. `last_speech_ms`, `commit_ms` and `first_audio_ms` are stream time."""

    number: int
    turn: int
    last_speech_ms: float
    commit_ms: float
    input_rate_hz: int = 24_000
    resampler: Resampler | None = None
    first_audio_ms: float | None = None
    offered: bool = False  # to the loudspeaker
    written: bool = False  # its text is there
    progress: Progress = Progress.ASKED
    givers: Givers = field(default_factory=Givers)


class Answers:
    """Feeds the current answer to the playout and keeps the account of it."""

    def __init__(
        self,
        mouth: Mouth,
        loudspeaker: Loudspeaker,
        provider: Provider,
        record: Record,
        history: History,
        clock: StreamClock,
        device_rate_hz: int,
        near_ms: Callable[[int], float],
        out_ms: Callable[[int], float],
    ) -> None:
        self._mouth = mouth
        self._loudspeaker = loudspeaker
        self._provider = provider
        self._record = record
        self._history = history
        self._clock = clock
        self._rate_hz = device_rate_hz
        self._near_ms = near_ms
        self._out_ms = out_ms
        self._answer = Answer(0, 0, 0.0, 0.0, progress=Progress.NONE)
        self.last = LastAnswer(device_rate_hz)
        self.answered = 0
        self.stale_events = 0
        self.refused_samples = 0

    @property
    def current(self) -> int:
        """The number of the answer that was asked for last; 0 before the first."""
        return self._answer.number

    @property
    def turn(self) -> int:
        """The turn that the current answer answers."""
        return self._answer.turn

    def turn_of(self, answer: int) -> int | None:
        """The turn that this answer answers; None if that is forgotten."""
        return self._history.turn_of(answer)

    @property
    def empty(self) -> bool:
        """Neither a sound nor a word of the current answer has come."""
        return not (self.arrived or self._answer.written)

    def is_current(self, number: int | None) -> bool:
        """Whether `number` is the answer that was asked for last; others are counted as stale."""
        current = number == self._answer.number
        self.stale_events += not current
        return current

    def ask(self, turn: int, end: TurnEnded) -> None:
        """An answer to `turn`, which ended so, is asked for."""
        self._begin(turn, self._near_ms(end.last_speech), self._clock.now_ms())

    def ask_in_writing(self, turn: int, question: Asked) -> None:
        """An answer to a question in writing, which is `turn`, is asked for."""
        now_ms = self._clock.now_ms()
        self._begin(turn, now_ms, now_ms)
        self._provider.send(AskText(self._answer.number, question.text, question.spoken))

    def _begin(self, turn: int, last_speech_ms: float, commit_ms: float) -> None:
        number = self._answer.number + 1
        self._history.opened(number, turn)
        self._answer = Answer(number, turn, last_speech_ms, commit_ms)

    # ------------------------------------------------------------------ from the provider

    def started(self, event: AnswerStarted) -> None:
        """Somebody began to answer."""
        self._history.begun(self._answer.number, event.provider)
        self._answer.givers.began(event.provider)
        self._answer.input_rate_hz = event.output_rate_hz
        item = {"item": event.item} if event.item else {}
        self._record.write("answer_started", turn=self._answer.turn, provider=event.provider, **item)

    def audio(self, event: AnswerAudio) -> bool:
        """The next samples of the answer; True for the first ones."""
        answer = self._answer
        first = answer.first_audio_ms is None
        if first:
            answer.first_audio_ms = self._clock.now_ms()
            self._mouth.begin(answer.number)
            self.last.begin()
        if answer.resampler is None:
            answer.resampler = Resampler(answer.input_rate_hz, self._rate_hz)
        self._history.received(answer.number, event.item, len(event.pcm), answer.input_rate_hz)
        answer.givers.gave(ms_of_samples(len(event.pcm), answer.input_rate_hz))
        self._append(answer.resampler.process(event.pcm))
        return first

    def _append(self, pcm: Pcm) -> None:
        self.refused_samples += self._mouth.append(self._answer.number, pcm)
        self.last.append(pcm)

    def transcript(self, event: UserTranscript | AnswerTranscript) -> None:
        """What one of the two said, so far or finally."""
        turn = self._history.turn_of(event.answer)
        if turn is None:
            return
        text = event.text
        match event:
            case UserTranscript():
                role = "user"
                self._history.asked(event)
            case AnswerTranscript():
                role = "assistant"
                self._history.answered(event)
                text = self._history.reply(event.answer)  # also what others said of it before they were lost
                if event.answer == self._answer.number:
                    self._answer.written |= event.written and bool(event.text)
        if event.final:
            item = {"item": event.item} if event.item else {}
            self._record.write(
                "transcript",
                turn=turn,
                role=role,
                text=text,
                final=True,
                **item,
            )

    def broke_off(self) -> None:
        """Who gave the answer is lost, and somebody else is asked to go on: what came is played to its last
        sample, and what follows is a stream of its own."""
        self._history.broke_off(self._answer.number)
        self._let_out_the_rest()

    def _let_out_the_rest(self) -> None:
        answer = self._answer
        if answer.resampler is not None:
            self._append(answer.resampler.flush())
            answer.resampler = None

    def done(self, *, complete: bool) -> None:
        """The provider has sent everything it had; not `complete`: it broke off."""
        self._answer.progress = Progress.COMPLETE if complete else Progress.BROKEN_OFF
        if complete:
            self._history.all_came(self._answer.number)

    @property
    def arrived(self) -> bool:
        """Some of the answer's audio has come."""
        return self._answer.first_audio_ms is not None

    @property
    def awaited(self) -> bool:
        """The provider was asked, and more may come."""
        return self._answer.progress is Progress.ASKED

    # ------------------------------------------------------------------ to the loudspeaker

    def play(self) -> None:
        """From here on the answer may be heard."""
        self._answer.offered = True
        self._loudspeaker.play_answer(self._answer.number)

    def end(self) -> None:
        """No more samples come: after these the answer is over."""
        self._let_out_the_rest()
        self._mouth.end(self._answer.number)

    def audible(self, position: int) -> None:
        """The first sample that can be heard left the loudspeaker at `position` of its stream."""
        answer = self._answer
        at_ms = self._out_ms(position)
        self.answered += 1
        self._record.write_at(at_ms, "answer_audible", turn=answer.turn, **self.item())
        first_audio_ms = answer.first_audio_ms if answer.first_audio_ms is not None else at_ms
        self._record.write_at(
            at_ms,
            "latency",
            turn=answer.turn,
            endpoint_ms=round(answer.commit_ms - answer.last_speech_ms, 1),
            provider_ms=round(first_audio_ms - answer.commit_ms, 1),
            playout_ms=round(at_ms - first_audio_ms, 1),
            total_ms=round(at_ms - answer.last_speech_ms, 1),
        )

    def heard_ms(self) -> int:
        """How much of the current answer has left the loudspeaker."""
        return int(ms_of_samples(self._mouth.heard_samples(self._answer.number), self._rate_hz))

    def item(self) -> dict[str, str]:
        """`item` for the event log: the provider's message that is being heard, where it has a name."""
        self._note_heard()
        item = self._history.item_of(self._answer.number)
        return {"item": item} if item else {}

    def said(self, before: int | None = None) -> tuple[HistoryItem, ...]:
        """`History.items`; an answer that is being played, or held back, is told as it will have been heard
        unless it is cut short (`cancel`)."""
        held_back = (
            self.arrived and not self._answer.offered and self._answer.progress is not Progress.BROKEN_OFF
        )
        coming = held_back or self._loudspeaker.plays_answer(self._answer.number)
        return self._history.items(before, self._answer.number if coming else None)

    def lines(self) -> tuple[Line, ...]:
        """`History.lines`, an answer that is being played as far as it was heard by now."""
        self._note_heard()
        return self._history.lines()

    def _note_heard(self) -> None:
        if self._loudspeaker.plays_answer(self._answer.number):
            self._history.heard(self._answer.number, self.heard_ms())

    def cancel(self) -> None:
        """Stop the answer wherever it is, and tell the provider what was heard of it."""
        self._answer.progress = Progress.BROKEN_OFF
        heard_ms = self.heard_ms()
        if self._answer.offered:
            self._close(heard_ms, complete=False)
        self._mouth.flush()
        self._loudspeaker.answer_over(self._answer.number)
        self._provider.send(CancelAnswer(self._answer.number, heard_ms))
        if self._answer.offered and not heard_ms:  # whose answer may be heard, that turn does not go on
            self._provider.send(DiscardTurn())

    def finish(self) -> None:
        """The answer is over: everything there was of it was heard, or it was in text alone."""
        self.answered += self._answer.written and not self.arrived
        self._close(self.heard_ms(), complete=self._answer.progress is Progress.COMPLETE)
        self._loudspeaker.answer_over(self._answer.number)

    def _close(self, heard_ms: int, *, complete: bool) -> None:
        item = self.item()
        self._history.heard(self._answer.number, heard_ms, complete=complete)
        givers = self._answer.givers
        shares_ms = givers.shares_ms(heard_ms)
        # Without shares all of it is the last one's.
        shared = {} if all(map(givers.is_last, shares_ms)) else {"shares_ms": shares_ms}
        self._record.write(
            "answer_done", turn=self._answer.turn, heard_ms=heard_ms, complete=complete, **item, **shared
        )
