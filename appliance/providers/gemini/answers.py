"""Which answer a message is about: the server numbers nothing, it only keeps the order. Pure.

Each question is answered by one stretch of messages that ends with `turnComplete`. An answer that was
cancelled still has its stretch, unless it never began.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.conversation.vocabulary import (
    TOOL_ARGUMENTS_MAX_CHARS,
    AnswerAudio,
    AnswerDone,
    AnswerGenerated,
    AnswerStarted,
    AnswerTranscript,
    Failure,
    ProviderEvent,
    TurnEndHeard,
)
from appliance.errors import FailureCategory, ProtocolViolation
from appliance.pcm.formats import Pcm
from appliance.pcm.resample import Resampler
from appliance.providers.from_peer import Fields
from appliance.providers.gemini import reader, usage
from appliance.providers.gemini.answer import OUTPUT_RATE_HZ, Answer, AnswerEvent, Happening, State
from appliance.providers.gemini.answer_events import Making, made, released, transcript
from appliance.providers.gemini.calls import Call, Calls
from appliance.providers.gemini.resumption import Memory
from appliance.providers.gemini.watchdog import Watchdog

# Questions that the server has not come to. A person asks one after the other; the oldest is forgotten.
MAX_WAITING = 32
# Of an answer that nobody asked for yet (240 s, the longest that is played): the person is still taken to
# be speaking while it comes, so more of it means that it never will be asked for.
MAX_HELD_SAMPLES = 240 * OUTPUT_RATE_HZ
MAX_HELD_EVENTS = 10_000
# What a voice may be sampled at; the vendor's is 24 kHz.
_RATES_HZ = range(8_000, 48_001)
# The server's reasons for the end of a turn that are none to worry about.
_FINE = frozenset({"", "TURN_COMPLETE_REASON_UNSPECIFIED", "NEED_MORE_INPUT"})


@dataclass(slots=True)
class Ignored:
    """What came and was passed over, since the session began."""

    unknown_messages: int = 0
    late_messages: int = 0  # of an answer that was cancelled, or that nobody asked for
    phantoms: int = 0  # interruptions that nobody made


class Answers:
    """The answers that were asked for and are not done, in order; `unasked`: the server may begin one itself.

    `released` are the events of an answer that came before it was asked for; whoever sends the commands
    tells them. Events of a cancelled answer are in it no more.
    """

    def __init__(
        self,
        ignored: Ignored,
        memory: Memory,
        *,
        unasked: bool = False,
        writes: bool = False,
        thinks_on: bool = False,
    ) -> None:
        """`memory` is spoilt where the server made what nobody hears. `writes`: the model answers in text
        and makes no sound; what another one writes beside its voice is not what it says. `thinks_on`: what
        it generated may not be all that it says."""
        self._ignored = ignored
        self._memory = memory
        self._may_be_unasked = unasked
        self._writes = writes
        self._thinks_on = thinks_on
        self._waiting: deque[Answer] = deque(maxlen=MAX_WAITING)
        self._last: Answer | None = None  # the one that was done last
        self._calls = Calls()
        self._watchdog = Watchdog()
        self._usage: list[dict[str, int]] = []
        self._resampler: Resampler | None = None
        self.released: deque[AnswerEvent] = deque()

    # ------------------------------------------------------------------ what is asked for

    def ask(self, number: int, *, written: bool) -> None:
        """The person's turn is answered next, in text alone if `written`."""
        early = [answer for answer in self._all() if answer.number is None and answer.is_wanted]
        for answer in early[:-1]:
            answer.step(Happening.CANCEL)
            self._memory.spoil()
        if not early:
            self._waiting.append(Answer(number, written=written or self._writes))
            return
        early[-1].number = number
        self.released.extend(released(early[-1], number, written=written))
        early[-1].held.clear()

    def cancel(self, number: int, heard_ms: int) -> str | None:
        """Nothing more of answer `number` is told; the words of it that were heard, if need be."""
        answer = next((each for each in self._all() if each.number == number), None)
        if answer is None or not answer.is_wanted:
            return None
        whole = answer.state is State.GENERATED
        answer.step(Happening.CANCEL)
        self.released = deque(event for event in self.released if event.answer != number)
        heard = answer.cut_off(heard_ms, whole=whole)
        if answer.state is not State.DOOMED and (heard is not None or not whole):
            self._memory.spoil()
        return heard

    def result(self, call_id: str) -> Call | None:
        """The tool that was called so has run; None for a call that is not known."""
        return self._calls.done(call_id)

    def wants(self, number: int) -> bool:
        """Whether answer `number`, which is the last that was done or not done yet, was not cancelled."""
        return any(answer.number == number and answer.is_wanted for answer in self._all())

    @property
    def is_busy(self) -> bool:
        """Whether an answer that is wanted is not done."""
        return any(answer.is_wanted for answer in self._waiting)

    @property
    def are_done(self) -> bool:
        """Whether some were asked for, and all of them are done."""
        return self._last is not None and not self._waiting

    @property
    def are_none(self) -> bool:
        """Whether none was asked for yet."""
        return self._last is None and not self._waiting

    @property
    def _is_passed(self) -> bool:
        """Whether what comes is not about the first that waits, but about the next one. A server that ends
        turns by itself makes an answer to each; who is told the end of one may make none."""
        if self._may_be_unasked:
            return self._waiting[0].state is State.OVER
        return len(self._waiting) > 1 and self._waiting[0].is_passed

    # ------------------------------------------------------------------ what the server says

    def on_content(self, content: Fields) -> Iterator[ProviderEvent]:
        """`serverContent`, without what the person said."""
        turn = reader.mapping(content, "modelTurn") or {}
        for part in reader.mappings(turn, "parts"):
            yield from self._on_part(part)
        transcription = reader.mapping(content, "outputTranscription")
        if transcription is not None and (said := reader.text(transcription, "text")):
            yield from self._on_words(said)
        if reader.is_true(content, "interrupted"):
            self._on_interrupted()
        if reader.is_true(content, "generationComplete"):
            yield from self._on_generated()
        if reader.is_true(content, "turnComplete"):
            in_progress = reader.text(content, "interactionStatus") == "IN_PROGRESS"
            yield from self._on_turn_complete(reader.text(content, "turnCompleteReason"), in_progress)

    def on_calls(self, message: Fields) -> Iterator[ProviderEvent]:
        """`toolCall`"""
        for call in reader.mappings(message, "functionCalls"):
            call_id, name = reader.identifier(call, "id"), reader.identifier(call, "name")
            arguments = reader.arguments(call, TOOL_ARGUMENTS_MAX_CHARS)
            answer, events = self._begin()
            yield from events
            if answer is None or not self._calls.made(call_id, Call(answer, name, arguments)):
                continue
            answer.step(Happening.MORE)
            answer.called = True
            yield from self._tell(answer, made(call_id, name, arguments))

    def on_calls_cancelled(self, message: Fields) -> None:
        """`toolCallCancellation`"""
        self._calls.take_back(reader.identifiers(message, "ids"))

    def on_usage(self, metadata: Fields) -> None:
        """`usageMetadata`: of the answer that is done next."""
        self._usage = [usage.added([*self._usage, usage.usage_of(metadata)])]

    def heard_turn_end(self) -> Iterator[ProviderEvent]:
        """The server takes the person's turn to be over; told once a turn."""
        if self._may_be_unasked and not self.is_busy:
            self._waiting.append(Answer(None, written=self._writes))
            yield TurnEndHeard()

    # ------------------------------------------------------------------ pieces of an answer

    def _begin(self) -> tuple[Answer | None, Iterator[ProviderEvent]]:
        """Whose the next piece is (None: nobody's who wants it), and what is told before it."""
        while self._waiting and self._is_passed:
            self._waiting.popleft()
        before: list[ProviderEvent] = []
        if not self._waiting:
            before.extend(self.heard_turn_end())
        answer = self._waiting[0] if self._waiting else None
        if answer is None or not answer.is_wanted:
            if answer is not None:
                answer.step(Happening.CONTENT)
            self._ignored.late_messages += 1
            self._memory.spoil()
            return None, iter(before)
        self._watchdog.spoke()
        if answer.state is State.ASKED:
            answer.step(Happening.CONTENT)
            before.extend(self._tell(answer, AnswerStarted))
        return answer, iter(before)

    def _on_part(self, part: Fields) -> Iterator[ProviderEvent]:
        if reader.is_true(part, "thought"):
            return
        blob = reader.mapping(part, "inlineData")
        sound = reader.sound(blob) if blob is not None else None
        text = reader.text(part, "text")
        if sound is not None and len(sound[1]):
            answer, events = self._begin()
            yield from events
            if answer is not None and answer.is_wanted:
                yield from self._on_sound(answer, *sound)
        elif text and self._writes:
            yield from self._on_words(text)

    def _on_sound(self, answer: Answer, rate_hz: int, pcm: Pcm) -> Iterator[ProviderEvent]:
        if rate_hz not in (0, OUTPUT_RATE_HZ):
            pcm = self._resampled(answer, rate_hz, pcm)
        answer.step(Happening.MORE)
        answer.samples += len(pcm)
        if not answer.written and len(pcm):
            yield from self._tell(answer, lambda number: AnswerAudio(number, pcm))

    def _resampled(self, answer: Answer, rate_hz: int, pcm: Pcm) -> Pcm:
        """At our rate; the few samples that the resampler holds back at the end are not missed."""
        if rate_hz not in _RATES_HZ:
            raise ProtocolViolation(f"the server sent sound of {rate_hz} Hz")
        if self._resampler is None or not answer.samples:
            self._resampler = Resampler(rate_hz, OUTPUT_RATE_HZ)
        return self._resampler.process(pcm)

    def _on_words(self, text: str) -> Iterator[ProviderEvent]:
        answer, events = self._begin()
        yield from events
        if answer is None or not answer.is_wanted:
            return
        answer.say(text)
        yield from self._tell(answer, lambda number: transcript(answer, number, final=False))

    # ------------------------------------------------------------------ its end

    def _on_generated(self) -> Iterator[ProviderEvent]:
        answer = self._waiting[0] if self._waiting else None
        if answer is None:
            return
        answer.step(Happening.GENERATED)
        if answer.is_all_there and not self._thinks_on:
            yield from self._tell(answer, AnswerGenerated)

    def _on_interrupted(self) -> None:
        answer = self._waiting[0] if self._waiting else None
        if answer is None or answer.state is State.GENERATED:
            self._ignored.phantoms += 1
            self._watchdog.phantom()
        else:
            answer.step(Happening.INTERRUPTED)

    def _on_turn_complete(self, reason: str, in_progress: bool) -> Iterator[ProviderEvent]:
        answer = self._waiting[0] if self._waiting else None
        if answer is None:
            self._ignored.late_messages += 1
            return
        if in_progress:
            answer.step(Happening.MORE)
            return
        if answer.is_wanted and self._calls.awaited_for(answer):
            return  # the server waits for results: the answer goes on
        self._waiting.popleft()
        self._last = answer
        if not answer.is_wanted:
            return
        if answer.text:
            yield from self._tell(answer, lambda number: transcript(answer, number, final=True))
        if answer.is_wanted:
            yield from self._tell(answer, lambda number: self._outcome(answer, number, reason))

    def _outcome(self, answer: Answer, number: int, reason: str) -> AnswerDone | Failure:
        outcome = self._end_of(answer, number, reason)
        if isinstance(outcome, Failure):
            self._memory.spoil()
        return outcome

    def _end_of(self, answer: Answer, number: int, reason: str) -> AnswerDone | Failure:
        if answer.state is State.CUT:
            words = "the server broke its answer off by itself"
            return Failure(FailureCategory.MODEL_UNAVAILABLE, words, answer=number)
        fine = reason in _FINE
        if answer.is_empty and not fine:
            words = f"the model gave no answer ({reader.line(reason)})"
            return Failure(FailureCategory.MODEL_UNAVAILABLE, words, answer=number)
        if answer.is_empty and self._watchdog.fell_silent():
            return Failure(FailureCategory.MODEL_UNAVAILABLE, "the model says nothing any more")
        costs, self._usage = usage.added(self._usage), []
        return AnswerDone(number, complete=fine, usage=costs)

    def _tell(self, answer: Answer, make: Making) -> Iterator[AnswerEvent]:
        """The event, or none where the answer has no number yet: then it is held."""
        if answer.number is not None:
            yield make(answer.number)
            return
        event = make(-1)
        if isinstance(event, AnswerTranscript):  # each holds all the text so far
            answer.held = [held for held in answer.held if not isinstance(held, AnswerTranscript)]
        answer.held.append(event)
        if answer.samples > MAX_HELD_SAMPLES or len(answer.held) > MAX_HELD_EVENTS:
            answer.held.clear()
            answer.step(Happening.CANCEL)
            self._memory.spoil()

    def _all(self) -> list[Answer]:
        return [*([self._last] if self._last is not None else []), *self._waiting]
