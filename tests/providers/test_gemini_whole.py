"""When it is certain that all of an answer is there: the server says so before it says that it is done."""

import json

import pytest

from appliance.conversation.vocabulary import (
    AnswerDone,
    AnswerGenerated,
    AppendAudio,
    AskText,
    CancelAnswer,
    CommitTurn,
    Failure,
    ProviderEvent,
    SessionConfig,
    ToolCall,
    ToolResult,
)
from appliance.providers.gemini.setup import Model
from tests.simulators.gemini_pair import Pair
from tests.simulators.gemini_script import NOTHING, Answer, Behaviour, Call
from tests.simulators.openai_script import chirp

SHORT = Answer(chirp(0.2), "Fine.")


def generated(pair: Pair) -> list[ProviderEvent]:
    return [event for event in pair.events if isinstance(event, AnswerGenerated)]


def test_it_is_told_after_the_last_sample_and_before_the_end() -> None:
    pair = Pair(SHORT).ready()
    pair.ask(1)
    pair.hear(2)
    assert generated(pair) == []
    pair.hear(1)
    assert pair.of_answer(1)[-1] == AnswerGenerated(1)
    pair.settle()
    assert isinstance(pair.of_answer(1)[-1], AnswerDone)


def test_an_answer_without_a_sound_may_still_say_something() -> None:
    pair = Pair(NOTHING).ready()
    pair.ask(1)
    pair.settle()
    assert generated(pair) == []


def test_words_alone_may_come_after_the_sound_that_says_them() -> None:
    pair = Pair(SHORT).ready()
    pair.command(AskText(1, "how are you", spoken=False))
    pair.settle()
    assert generated(pair) == []


def test_an_answer_that_called_a_tool_may_be_generated_anew() -> None:
    pair = Pair(Answer(chirp(0.2), "Let me see.", calls=(Call("clock"),), then=SHORT)).ready()
    pair.ask(1)
    pair.settle()
    (call,) = [event for event in pair.events if isinstance(event, ToolCall)]
    list(pair.codec.events(json.dumps({"serverContent": {"generationComplete": True}})))
    pair.command(ToolResult(1, call.call, "noon"))
    pair.settle()
    assert generated(pair) == []
    assert isinstance(pair.of_answer(1)[-1], AnswerDone)


STILL_THINKING = '{"serverContent": {"turnComplete": true, "interactionStatus": "IN_PROGRESS"}}'
INTERRUPTED = '{"serverContent": {"interrupted": true}}'
TURN_COMPLETE = '{"serverContent": {"turnComplete": true}}'


def say(pair: Pair, *frames: str) -> None:
    """The server says so."""
    for frame in frames:
        pair.events.extend(pair.codec.events(frame))


def test_an_answer_of_a_model_that_thinks_while_it_speaks_may_go_on() -> None:
    pair = Pair(SHORT, model=Model("models/gemini-3.8-live-extended-thinking", "Kore")).ready()
    pair.ask(1)
    pair.settle()
    assert generated(pair) == []
    assert isinstance(pair.of_answer(1)[-1], AnswerDone)


@pytest.mark.parametrize("more", ["it still thinks", "it speaks"])
def test_an_answer_that_goes_on_can_be_broken_off(more: str) -> None:
    pair = Pair(SHORT).ready()
    pair.ask(1)
    pair.hear(2)
    sound = next(frame for frame in pair.said if "inlineData" in frame)
    pair.hear(1)  # generationComplete
    say(pair, STILL_THINKING if more == "it still thinks" else sound, INTERRUPTED, TURN_COMPLETE)
    assert pair.codec.ignored.phantoms == 0
    assert isinstance(pair.of_answer(1)[-1], Failure)


def test_words_that_come_late_do_not_make_an_answer_go_on() -> None:
    pair = Pair(SHORT).ready()
    pair.ask(1)
    pair.hear(3)
    say(pair, '{"serverContent": {"outputTranscription": {"text": "."}}}', INTERRUPTED, TURN_COMPLETE)
    assert pair.codec.ignored.phantoms == 1
    assert isinstance(pair.of_answer(1)[-1], AnswerDone)


def test_a_cancelled_answer_is_not_told_to_be_there() -> None:
    pair = Pair(SHORT).ready()
    pair.ask(1)
    pair.hear(2)
    pair.command(CancelAnswer(1, 0))
    pair.settle()
    assert generated(pair) == []


def test_an_answer_that_the_server_began_by_itself_is_told_to_be_there_once_it_is_asked_for() -> None:
    config = SessionConfig("Be kind.", provider_ends_turns=True)
    pair = Pair(SHORT, Behaviour(ends_turn_after_ms=100), config=config).ready()
    pair.command(AppendAudio(chirp(0.1)))
    pair.settle()
    assert generated(pair) == []
    pair.command(CommitTurn(1))
    assert generated(pair) == [AnswerGenerated(1)]
    assert isinstance(pair.of_answer(1)[-1], AnswerDone)


def test_a_written_answer_that_the_server_began_by_itself_is_not_told_to_be_there() -> None:
    config = SessionConfig("Be kind.", provider_ends_turns=True, output="text")
    pair = Pair(SHORT, Behaviour(ends_turn_after_ms=100), config=config).ready()
    pair.command(AppendAudio(chirp(0.1)))
    pair.settle()
    pair.command(CommitTurn(1))
    assert generated(pair) == []
    assert isinstance(pair.of_answer(1)[-1], AnswerDone)
