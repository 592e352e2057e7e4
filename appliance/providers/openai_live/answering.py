"""The answer that is asked for: from the turn that it answers to its last word. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    Failure,
    ProviderEvent,
    ToolCall,
    ToolRan,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import Pcm
from appliance.providers.from_peer import Fields
from appliance.providers.openai_live import context
from appliance.providers.openai_live.backend import tokens_of
from appliance.providers.openai_live.calls import NOT_RUN, SPOKE_ON, Calls, PlacedCall
from appliance.providers.openai_live.gate import AnswerGate, Heed, Passage
from appliance.providers.openai_live.meter import Meter
from appliance.providers.openai_live.past import Past
from appliance.providers.openai_live.words import AnswerWords, UserWords

_WAITING = (Heed.AWAITING, Heed.PASSING)


@dataclass(slots=True)
class _Asked:
    """The answer that is wanted; `written`: to be read, so that its sound is dropped."""

    number: int
    written: bool
    started: bool = False


class Answering:
    """One answer at a time, and what the person said for it.

    Frames to send go to `send`, in order. Events come from the iterators; those of an answer stop when it
    is cancelled, also in the middle of an iterator. Where an instant is needed it is `now_ms`, the place on
    the session's timeline.
    """

    def __init__(self, past: Past, meter: Meter, tail_samples: int, send: Callable[[str], None]) -> None:
        self._past = past
        self._meter = meter
        self._tail_samples = tail_samples
        self._send = send
        self._gate = AnswerGate(tail_samples)
        self._calls = Calls(send)
        self._user = UserWords()
        self._words = AnswerWords()
        self._finished: tuple[int, AnswerWords] | None = None  # the answer that came last, while it plays
        self._asked: _Asked | None = None
        self._asked_at = 0  # samples that had been sent
        self._pending: list[ProviderEvent] = []  # what a command brought about; at most two commands' worth
        self._streams_silence = False
        self._notes = 0
        self.received_samples = 0
        self.ignored = 0  # words of nobody's answer

    @property
    def heed(self) -> Heed:
        """What is done with the output."""
        return self._gate.heed

    @property
    def talks_on(self) -> bool:
        """It was cancelled long ago and still has not paused."""
        return self._gate.talks_on

    @property
    def waits(self) -> bool:
        """Whether an answer, or work for one, is under way."""
        return self._gate.heed in _WAITING or self._calls.busy

    # ------------------------------------------------------------------ commands

    def listen(self) -> None:
        """The person talks."""
        if self._gate.heed is Heed.NONE:
            self._gate.listen()
            self._words = AnswerWords()

    def commit(self, answer: int, now_ms: int, sent_samples: int, *, written: bool) -> None:
        """The turn is complete: answer it. `sent_samples` went out so far."""
        transcript = self._user.committed(answer, now_ms)
        if transcript is not None:
            self._pending.append(transcript)
        self._ask(_Asked(answer, written), sent_samples)

    def write(self, answer: int, text: str, now_ms: int, sent_samples: int, *, written: bool) -> None:
        """The turn is a question in writing."""
        self._user.dropped(now_ms)
        self._past.asked(answer, text)
        for frame in context.question(answer, text):
            self._send(frame)
        self._ask(_Asked(answer, written), sent_samples)

    def _ask(self, asked: _Asked, sent_samples: int) -> None:
        if self._asked is not None:
            self._leave()
        self.listen()
        self._asked, self._asked_at = asked, sent_samples
        passage = self._gate.ask()
        if passage.began:
            self._note_begin(len(passage.pcm), sent_samples)
            self._pending.extend(self._passed_on(asked, passage))
        self._pending.extend(self._call_all(self._calls.held()))

    def cancel(self, answer: int, heard_ms: int) -> None:
        """Stop `answer`, of which so much was heard; unknown ones are ignored."""
        if self.is_asked(answer):
            assert self._asked is not None
            written = self._asked.written
            self._past.answered(answer, self._words.text if written else self._words.heard(heard_ms))
            self._leave()
        elif self._finished is not None and self._finished[0] == answer:
            self._past.answered(answer, self._finished[1].heard(heard_ms))

    def discard(self, now_ms: int) -> None:
        """The turn is over without an answer."""
        self._user.dropped(now_ms)
        self._leave()

    def _leave(self) -> None:
        """Nobody waits for an answer any more."""
        self._gate.stop()
        self._asked = None
        pending, self._pending = self._pending, []
        calls = [placed.call.call for placed in self._calls.held()]
        calls += [event.call for event in pending if isinstance(event, ToolCall)]
        for call in calls:
            self.tell_result(0, call, NOT_RUN)

    def is_asked(self, answer: int) -> bool:
        """Whether this is the answer that is wanted."""
        return self._asked is not None and self._asked.number == answer

    def refused(self, failure: Failure) -> Iterator[ProviderEvent]:
        """The server refused something that the answer needs."""
        if failure.answer is not None and self.is_asked(failure.answer):
            self._leave()
            yield failure

    # ------------------------------------------------------------------ time

    def pending(self) -> Iterator[ProviderEvent]:
        """What commands brought about."""
        while self._pending:
            yield self._pending.pop(0)

    def settled(self, now_ms: int) -> Iterator[ProviderEvent]:
        """What the person said in turns whose words are all there."""
        current = self._asked.number if self._asked else None
        return self._heard(self._user.settled(now_ms, current))

    def nothing_flows(self) -> Iterator[ProviderEvent]:
        """In mid-answer no output has come for long: the end, for a server that sends no silence."""
        if self._gate.heed is not Heed.PASSING or self._asked is None:
            return
        if self._streams_silence:
            yield Failure(FailureCategory.TIMED_OUT, "the server fell silent in mid-answer")
            return
        self._gate.end()
        yield from self._finish(self._asked)

    # ------------------------------------------------------------------ what comes

    def on_audio(self, pcm: Pcm, sent_samples: int) -> Iterator[ProviderEvent]:
        """The next output."""
        self.received_samples += len(pcm)
        self._meter.received(len(pcm))
        sounded = self._gate.sounding
        passage = self._gate.take(pcm, busy=self._calls.busy)
        if passage.began:
            self._note_begin(len(passage.pcm), sent_samples)
        elif sounded and not self._gate.sounding and not passage.ended:
            self._words = AnswerWords()  # those were of a backchannel
        if self._asked is not None:
            yield from self._passed_on(self._asked, passage)

    def _note_begin(self, samples: int, sent_samples: int) -> None:
        """Before the answer's first sound: did silence come for what was sent?"""
        self._streams_silence = self.received_samples - samples >= sent_samples // 2

    def _passed_on(self, asked: _Asked, passage: Passage) -> Iterator[ProviderEvent]:
        if passage.began:
            yield from self._start(asked)
            if self._asked is asked and self._words.text:
                yield self._transcript(asked, final=False)
        if self._asked is asked and len(passage.pcm) and not asked.written:
            yield AnswerAudio(asked.number, passage.pcm)
        if self._asked is asked and passage.ended:
            yield from self._finish(asked)

    def _start(self, asked: _Asked) -> Iterator[ProviderEvent]:
        if not asked.started:
            asked.started = True
            yield AnswerStarted(asked.number)

    def _finish(self, asked: _Asked) -> Iterator[ProviderEvent]:
        yield from self._heard(self._user.settle(asked.number))
        if self._asked is asked and self._words.text:
            yield self._transcript(asked, final=True)
        if self._asked is asked:
            self._past.answered(asked.number, self._words.text)
            self._finished = asked.number, self._words
            self._words = AnswerWords()
            self._asked = None
            yield AnswerDone(asked.number, complete=True, usage=self._meter.bill())

    def _heard(self, transcripts: Iterator[UserTranscript]) -> Iterator[ProviderEvent]:
        for transcript in transcripts:
            self._past.asked(transcript.answer, transcript.text)
            yield transcript

    def _transcript(self, asked: _Asked, *, final: bool) -> AnswerTranscript:
        words, written = self._words, asked.written
        by_ms = None if written else words.said_by_ms
        return AnswerTranscript(asked.number, words.text, final, written=written, said_by_ms=by_ms)

    def on_user_words(self, start_ms: int, text: str) -> Iterator[ProviderEvent]:
        """The next words of the person."""
        transcript = self._user.heard(start_ms, text)
        return self._heard(iter(() if transcript is None else (transcript,)))

    def on_words(self, start_ms: int, end_ms: int, text: str) -> Iterator[ProviderEvent]:
        """The next words of the model: they belong to the sound that is held or passed on."""
        if self._gate.heed is Heed.NONE:
            self.ignored += 1
            return
        self._words.said(start_ms, end_ms, text)
        if self._gate.heed is Heed.PASSING and self._asked is not None and self._words.text:
            yield self._transcript(self._asked, final=False)

    # ------------------------------------------------------------------ tools

    def ran(self, ran: ToolRan, sent_samples: int) -> None:
        """A tool ran for this question when another session answered. `sent_samples` went out so far."""
        self._notes += 1
        self._calls.ran(ran, sent_samples)
        for frame in context.tool_ran(self._notes, ran):
            self._send(frame)

    def on_delegation(self, delegation: str, target: object, at_sample: int) -> None:
        """The model gives work away, at this place in what it was sent. What it gives to us says nothing of
        the task: nobody can help."""
        self._gate.expect_more()
        self._calls.delegated(delegation, at_sample)
        if target == "client":
            self._notes += 1
            self._send(context.no_help(self._notes, delegation))

    def on_backend(self, delegation: str, event: Fields, sent_samples: int) -> Iterator[ProviderEvent]:
        """An event of the backend. `sent_samples` went out so far."""
        self._gate.expect_more()
        self._meter.counted(tokens_of(event))
        yield from self._call_all(self._calls.on_event(delegation, event, sent_samples))

    def _call_all(self, calls: list[PlacedCall]) -> Iterator[ProviderEvent]:
        """The model may call before our end of turn, in the silence that precedes it. What it calls when
        nobody waits is not run, nor what it calls in an earlier pause: it calls for the whole turn again."""
        if self._gate.heed is Heed.HOLDING:
            for placed in calls:
                self._calls.hold(placed)
            return
        elsewhere: dict[str, str] = {}
        if self._asked is not None and self._gate.heed in _WAITING:
            elsewhere = self._calls.outputs_elsewhere(calls, self._asked_at - self._tail_samples)
        for placed in calls:
            yield from self._call(placed, elsewhere.get(placed.call.call))

    def _call(self, placed: PlacedCall, elsewhere: str | None) -> Iterator[ProviderEvent]:
        asked, call = self._asked, placed.call
        if asked is not None and self._gate.heed in _WAITING:
            if elsewhere is not None:
                self.tell_result(0, call.call, elsewhere)
                return
            if self._asked_at - placed.at_sample > self._tail_samples:
                self.tell_result(0, call.call, SPOKE_ON)
                return
            yield from self._start(asked)
            if self._asked is asked:
                yield ToolCall(asked.number, call.call, call.name, call.arguments)
                return
        self.tell_result(0, call.call, NOT_RUN)

    def tell_result(self, answer: int, call: str, output: str) -> None:
        """What a tool gave; after the last one the backend goes on. Unknown calls are ignored."""
        if self._calls.tell(answer, call, output):
            self._gate.expect_more()
