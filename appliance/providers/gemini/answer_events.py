"""The events of an answer, of which the number may not be known yet. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from appliance.conversation.vocabulary import AnswerAudio, AnswerGenerated, AnswerTranscript, ToolCall
from appliance.providers.gemini.answer import Answer, AnswerEvent

# An event of an answer, made once its number is known.
Making = Callable[[int], AnswerEvent]


def released(answer: Answer, number: int, *, written: bool) -> Iterator[AnswerEvent]:
    """The events that were held, of answer `number`; where it is to be `written`, in text alone."""
    answer.written = answer.written or written
    for event in answer.held:
        if isinstance(event, AnswerTranscript):
            yield replace(event, answer=number, written=answer.written)
        elif not (answer.written and isinstance(event, AnswerAudio | AnswerGenerated)):
            yield replace(event, answer=number)


def made(call_id: str, name: str, arguments: str) -> Making:
    """A call of a tool."""
    return lambda number: ToolCall(number, call_id, name, arguments)


def transcript(answer: Answer, number: int, *, final: bool) -> AnswerTranscript:
    """All that it says so far."""
    return AnswerTranscript(number, answer.text, final, written=answer.written)
