"""Asking for answers one at a time, and what comes of them: the server generates one response at once."""

from collections.abc import Callable
from dataclasses import dataclass

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    Failure,
)
from appliance.errors import FailureCategory
from appliance.providers.openai import frames, reader
from appliance.providers.openai.answer import Answer, Happening, State
from appliance.providers.openai.failures import failure, is_busy, known_category
from appliance.providers.openai.reader import Fields


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

    def __init__(self, send: Callable[[str], None], ignored: Ignored) -> None:
        self._send = send
        self._ignored = ignored
        self._asked: Answer | None = None
        self._waiting: Answer | None = None

    def ask(self, number: int) -> None:
        """Ask for answer `number`, as soon as the server is done with another one."""
        self._waiting = Answer(number)
        self._ask_waiting()

    def cancel(self, number: int, heard_ms: int) -> None:
        """Stop answer `number` and tell the server what of it was heard; unknown ones are ignored."""
        if self._waiting is not None and self._waiting.number == number:
            self._waiting = None
            return
        answer = self._asked
        if answer is None or answer.number != number or not answer.may(Happening.CANCEL):
            return
        finished = answer.state is State.FINISHED
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
        answer.response_id = response_id
        if answer.step(Happening.CREATED) is State.CANCELLING:
            self._send(frames.cancel(answer.number, response_id))
            return None
        return AnswerStarted(answer.number)

    def on_item_added(self, event: Fields) -> None:
        """`response.output_item.added`"""
        answer = self._answer_of(reader.identifier(event, "response_id"))
        _note_item(answer, reader.mapping(event, "item"))

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

    def _on_transcript(self, event: Fields, key: str, *, final: bool) -> AnswerTranscript | None:
        answer = self._answer_of(reader.identifier(event, "response_id"))
        item_id = reader.identifier(event, "item_id")
        text = reader.text(event, key)
        if answer is None or answer.state is not State.ACTIVE:
            return None
        item = answer.item(item_id)
        whole = answer.set_transcript(item, text if final else item.transcript + text)
        return AnswerTranscript(answer.number, whole, final=final, item=item_id)

    def on_done(self, event: Fields) -> AnswerDone | Failure | None:
        """`response.done`"""
        response = reader.mapping(event, "response")
        answer = self._answer_of(reader.identifier(response, "id"))
        outcome = None
        if answer is not None:
            for item in reader.mappings(response, "output"):
                _note_item(answer, item)
            if answer.step(Happening.DONE) is State.FINISHED:
                outcome = _outcome(answer.number, response)
            self._delete_unheard(answer)
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

    def _ask_waiting(self) -> None:
        """Ask for the answer that waits, if there is one and the server is free."""
        if self._waiting is None or (self._asked is not None and self._asked.occupies_server):
            return
        self._asked, self._waiting = self._waiting, None
        self._asked.step(Happening.ASK)
        self._send(frames.create(self._asked.number))

    def _answer_of(self, response_id: str) -> Answer | None:
        """The answer whose response this is, while the server is not done with it."""
        answer = self._asked
        if answer is None or answer.response_id != response_id or not answer.may(Happening.DONE):
            self._ignored.late_events += 1
            return None
        if answer.state is not State.ACTIVE:
            self._ignored.late_events += 1
        return answer

    def _delete_unheard(self, answer: Answer) -> None:
        """Delete what nobody heard, once the server is done: until then more of it may come."""
        if answer.state is State.CANCELLED:
            for item_id in answer.unheard():
                self._send(frames.delete(answer.number, item_id))


def _note_item(answer: Answer | None, item: Fields) -> None:
    if answer is not None and item.get("type") == "message":
        answer.item(reader.identifier(item, "id"))


def _outcome(number: int, response: Fields) -> AnswerDone | Failure:
    status = reader.optional_text(response, "status")
    if status == "failed":
        error = reader.optional_mapping(reader.optional_mapping(response, "status_details"), "error")
        return failure(known_category(error) or FailureCategory.MODEL_UNAVAILABLE, error, number)
    usage = reader.counts(reader.optional_mapping(response, "usage"))
    return AnswerDone(number, complete=status == "completed", usage=usage)
