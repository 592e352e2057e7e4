"""Asking for answers one at a time, and what comes of them: the server generates one response at once."""

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from appliance.conversation.vocabulary import (
    TOOL_ARGUMENTS_MAX_CHARS,
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    Failure,
    ToolCall,
)
from appliance.errors import FailureCategory
from appliance.providers.from_peer import Fields
from appliance.providers.openai import frames, reader
from appliance.providers.openai.answer import Answer, Happening, State
from appliance.providers.openai.failures import failure, is_busy, known_category
from appliance.providers.openai.session_frames import Dialect
from appliance.providers.openai.usage import usage_of

# Calls of a session whose results are still awaited; the oldest is forgotten, and its result with it.
MAX_OPEN_CALLS = 64


@dataclass(slots=True)
class Ignored:
    """What came and was passed over, since the session began."""

    unknown_events: int = 0
    late_events: int = 0  # of an answer that was cancelled, or that nobody asked for
    harmless_errors: int = 0


class Answers:
    """The answer that was asked for last, and the one (a newer one takes its place) that waits for it.

    Frames to send go to `send`, in order.
    """

    def __init__(self, send: Callable[[str], None], ignored: Ignored, dialect: Dialect) -> None:
        self._send = send
        self._ignored = ignored
        self._dialect = dialect
        self._asked: Answer | None = None
        self._waiting: Answer | None = None
        self._open_calls: OrderedDict[str, Answer] = OrderedDict()
        # What no answer was told with yet, by `UsageUnit`: one that was cancelled, or failed, has cost, too.
        self._unbilled: Counter[str] = Counter()
        self._held_results: list[str] = []  # frames, for when the server is free; at most MAX_OPEN_CALLS

    def ask(self, number: int, *, written: bool = False, instructions: str = "") -> None:
        """Ask for answer `number`, as soon as the server is done with another one; `written`: as text.

        `instructions`, unless empty, are for the beginning of this answer alone.
        """
        self._waiting = Answer(number, written=written, instructions=instructions)
        self._ask_waiting()

    def result(self, number: int, call_id: str, output: str) -> None:
        """A tool gave `output`. After the last one the answer goes on, unless it was cancelled.

        The server is told in any case, lest its call hang in the air; unknown calls are ignored.
        """
        if self._open_calls.pop(call_id, None) is None:
            return
        self._held_results.append(frames.tool_result(number, call_id, output))
        if self._asked is None or not self._asked.occupies_server:
            self._tell_results()

    def cancel(self, number: int, heard_ms: int) -> None:
        """Stop answer `number` and tell the server what of it was heard; unknown ones are ignored."""
        answer = self._asked
        if self._waiting is not None and self._waiting.number == number:
            answer, self._waiting = self._waiting, None
        if answer is None or answer.number != number or not answer.may(Happening.CANCEL):
            return
        finished = answer.state is not State.ACTIVE
        if answer.step(Happening.CANCEL) is State.CANCELLING:
            self._send(frames.cancel(number, answer.response_id))
        cut = answer.settle(heard_ms, finished=finished)
        if cut is not None:
            self._send(frames.truncate(number, cut.item_id, cut.content_index, cut.audio_end_ms))
        self._delete_unheard(answer)

    # ------------------------------------------------------------------ what the server says

    def on_created(self, event: Fields) -> AnswerStarted | None:
        """`response.created`"""
        response = reader.mapping(event, "response")
        response_id = reader.identifier(response, "id")
        # A server that does not know metadata leaves it out: then it is the one that was asked for.
        whose = reader.optional_mapping(response, "metadata").get("answer")
        answer = self._asked
        if answer is None or not answer.may(Happening.CREATED) or whose not in (None, str(answer.number)):
            self._ignored.late_events += 1
            return None
        first = not answer.response_id
        answer.response_id = response_id
        if answer.step(Happening.CREATED) is State.CANCELLING:
            self._send(frames.cancel(answer.number, response_id))
            return None
        return AnswerStarted(answer.number) if first else None

    def on_item_added(self, event: Fields) -> None:
        """`response.output_item.added`"""
        answer = self._answer_of(reader.identifier(event, "response_id"))
        _note_item(answer, reader.mapping(event, "item"))

    def on_item_done(self, event: Fields) -> ToolCall | None:
        """`response.output_item.done`: a call is whole, unless it was broken off."""
        answer = self._answer_of(reader.identifier(event, "response_id"))
        item = reader.mapping(event, "item")
        if answer is None or item.get("type") != "function_call" or item.get("status") == "incomplete":
            return None
        return self._call(answer, item, reader.identifier(item, "id"))

    def on_arguments_done(self, event: Fields) -> ToolCall | None:
        """`response.function_call_arguments.done`, for servers that leave `response.output_item.done` out."""
        answer = self._answer_of(reader.identifier(event, "response_id"))
        item_id = reader.identifier(event, "item_id")
        if answer is None or not reader.optional_text(event, "name"):
            return None
        return self._call(answer, event, item_id)

    def _call(self, answer: Answer, call: Fields, item_id: str) -> ToolCall | None:
        call_id, name = reader.identifier(call, "call_id"), reader.identifier(call, "name")
        arguments = reader.bounded_text(call, "arguments", TOOL_ARGUMENTS_MAX_CHARS)
        if answer.state is not State.ACTIVE or not answer.note_call(call_id, item_id):
            return None
        self._open_calls[call_id] = answer
        if len(self._open_calls) > MAX_OPEN_CALLS:
            self._open_calls.popitem(last=False)
        return ToolCall(answer.number, call_id, name, arguments)

    def on_audio(self, event: Fields) -> AnswerAudio | None:
        """`response.output_audio.delta`"""
        answer = self._answer_of(reader.identifier(event, "response_id"))
        item_id = reader.identifier(event, "item_id")
        content_index = reader.index(event, "content_index")
        if answer is None or answer.state is not State.ACTIVE:
            return None
        pcm = reader.pcm(event, "delta")
        if not len(pcm):
            return None
        item = answer.item(item_id)
        item.content_index = content_index
        item.received_samples += len(pcm)
        return AnswerAudio(answer.number, pcm, item=item_id)

    def on_transcript_delta(self, event: Fields) -> AnswerTranscript | None:
        """`response.output_audio_transcript.delta`"""
        return self._on_transcript(event, "delta", final=False)

    def on_transcript_done(self, event: Fields) -> AnswerTranscript | None:
        """`response.output_audio_transcript.done`"""
        return self._on_transcript(event, "transcript", final=True)

    def on_text_delta(self, event: Fields) -> AnswerTranscript | None:
        """`response.output_text.delta`"""
        return self._on_transcript(event, "delta", final=False, written=True)

    def on_text_done(self, event: Fields) -> AnswerTranscript | None:
        """`response.output_text.done`"""
        return self._on_transcript(event, "text", final=True, written=True)

    def _on_transcript(
        self, event: Fields, key: str, *, final: bool, written: bool = False
    ) -> AnswerTranscript | None:
        answer = self._answer_of(reader.identifier(event, "response_id"))
        item_id = reader.identifier(event, "item_id")
        text = reader.text(event, key)
        if answer is None or answer.state is not State.ACTIVE:
            return None
        item = answer.item(item_id)
        item.written = item.written or written
        whole = answer.set_transcript(item, text if final else item.transcript + text)
        return AnswerTranscript(
            answer.number, whole, final, item_id, item_text=item.transcript, written=item.written
        )

    def on_done(self, event: Fields) -> AnswerDone | Failure | None:
        """`response.done`"""
        response = reader.mapping(event, "response")
        answer = self._answer_of(reader.identifier(response, "id"))
        outcome = None
        if answer is not None:
            for item in reader.mappings(response, "output"):
                _note_item(answer, item)
            self._unbilled.update(usage_of(reader.optional_mapping(response, "usage")))
            if answer.has_called and answer.may(Happening.CALLED) and response.get("status") == "completed":
                answer.step(Happening.CALLED)
            elif answer.step(Happening.DONE) is State.FINISHED:
                outcome = self._outcome(answer, response)
            self._delete_unheard(answer)
        self._tell_results()
        self._ask_waiting()
        return outcome

    def on_refused(self, number: int, error: Fields) -> Failure | None:
        """An `error` about the `response.create` for answer `number`."""
        answer = self._asked
        if answer is None or answer.number != number or not answer.may(Happening.REFUSED):
            self._ignored.harmless_errors += 1
            return None
        if is_busy(error):
            self._ignored.harmless_errors += 1
            if answer.step(Happening.BUSY) is State.QUEUED:
                self._waiting = self._waiting or answer
            self._asked = None
            return None
        refused = answer.step(Happening.REFUSED)
        self._tell_results()
        self._ask_waiting()
        if refused is State.CANCELLED:
            return None
        return failure(known_category(error) or FailureCategory.MODEL_UNAVAILABLE, error, number)

    def on_turn_refused(self, number: int, error: Fields) -> Failure | None:
        """An `error` about the turn that answer `number` was to answer: an answer would miss the point."""
        for answer in (self._waiting, self._asked):
            if answer is not None and answer.number == number and answer.may(Happening.CANCEL):
                self.cancel(number, heard_ms=0)
                return failure(known_category(error) or FailureCategory.MODEL_UNAVAILABLE, error, number)
        self._ignored.harmless_errors += 1
        return None

    def _tell_results(self) -> None:
        """Tell what tools gave, and let the answer go on that waited for the last of it."""
        for frame in self._held_results:
            self._send(frame)
        self._held_results.clear()
        answer = self._asked
        if answer is not None and answer.state is State.CALLING and answer not in self._open_calls.values():
            self._waiting = self._waiting or answer
            self._ask_waiting()

    def _ask_waiting(self) -> None:
        """Ask for the answer that waits, if there is one and the server is free."""
        if self._waiting is None or (self._asked is not None and self._asked.occupies_server):
            return
        self._asked, self._waiting = self._waiting, None
        self._asked.step(Happening.ASK)
        self._send(self._create(self._asked))

    def _create(self, answer: Answer) -> str:
        return frames.create(
            answer.number, written=answer.written, instructions=answer.instructions, dialect=self._dialect
        )

    def _answer_of(self, response_id: str) -> Answer | None:
        """The answer whose response this is, while the server is not done with it."""
        answer = self._asked
        if answer is None or answer.response_id != response_id or not answer.may(Happening.DONE):
            self._ignored.late_events += 1
            return None
        if answer.state is not State.ACTIVE:
            self._ignored.late_events += 1
        return answer

    def _outcome(self, answer: Answer, response: Fields) -> AnswerDone | Failure:
        status = reader.optional_text(response, "status")
        if status == "failed":
            error = reader.optional_mapping(reader.optional_mapping(response, "status_details"), "error")
            return failure(known_category(error) or FailureCategory.MODEL_UNAVAILABLE, error, answer.number)
        usage = dict(self._unbilled)
        self._unbilled.clear()
        return AnswerDone(answer.number, complete=status == "completed", usage=usage)

    def _delete_unheard(self, answer: Answer) -> None:
        """Delete what nobody heard, once the server is done: until then more of it may come."""
        if answer.state is State.CANCELLED:
            for item_id in answer.unheard():
                self._send(frames.delete(answer.number, item_id))


def _note_item(answer: Answer | None, item: Fields) -> None:
    if answer is not None and item.get("type") == "message":
        answer.item(reader.identifier(item, "id"))
    elif answer is not None and item.get("type") == "function_call":
        answer.note_call_item(reader.identifier(item, "id"))
