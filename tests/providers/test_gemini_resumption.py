"""Which session goes on with an earlier one: a handle is asked for once, and not lost on the way to it."""

import json
from typing import Any

import pytest

from appliance.conversation.history import History
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    ContinueAnswer,
    HistoryItem,
    SessionConfig,
    UserTranscript,
)
from appliance.providers.gemini.answer import OUTPUT_RATE_HZ
from appliance.providers.gemini.codec import GeminiCodec
from appliance.providers.gemini.resumption import (
    MAX_CHARACTERS,
    MAX_COMPARED,
    Handle,
    Handles,
    latest,
)
from appliance.providers.gemini.setup import Model
from tests.simulators.gemini_pair import QUESTION, Pair
from tests.simulators.gemini_script import Answer
from tests.simulators.openai_script import chirp

HISTORY = (HistoryItem("user", "how are you"), HistoryItem("assistant", "Fine."))


def with_handle() -> Handles:
    handles = Handles()
    handles.keep(Handle("handle-1", latest(HISTORY)))
    return handles


def codec(handles: Handles, history: tuple[HistoryItem, ...] = HISTORY) -> GeminiCodec:
    return GeminiCodec(Model("gemini-3.8-live", "Kore"), SessionConfig("Be kind."), history, handles)


def resumption(opening: list[str]) -> Any:
    return json.loads(opening[0])["setup"]["sessionResumption"]


def test_a_handle_outlasts_a_connection_that_did_not_come_about() -> None:
    handles = with_handle()
    codec(handles)
    assert resumption(codec(handles).opening()) == {"handle": "handle-1"}


def test_a_handle_is_asked_for_once_unless_that_worked() -> None:
    handles = with_handle()
    codec(handles).opening()
    worked = with_handle()
    session = codec(worked)
    session.opening()
    list(session.events('{"setupComplete": {}}'))
    assert resumption(codec(handles).opening()) == {}
    assert resumption(codec(worked).opening()) == {"handle": "handle-1"}


def test_a_conversation_that_went_on_elsewhere_begins_afresh() -> None:
    elsewhere = (*HISTORY, HistoryItem("user", "and you?"))
    assert resumption(codec(with_handle(), elsewhere).opening()) == {}


UPDATE = '{"sessionResumptionUpdate": {"newHandle": "handle-of-a-part", "resumable": true}}'


def test_a_state_that_holds_a_part_of_a_turn_is_not_gone_on_with() -> None:
    """The turn is told again from its first sample, and would be heard twice."""
    handles = Handles()
    pair = Pair(handles=handles).ready()
    handles.keep(Handle("handle-1", latest(HISTORY)))
    pair.command(AppendAudio(QUESTION))
    list(pair.codec.events(UPDATE))  # while it is said
    pair.command(CommitTurn(1))
    list(pair.codec.events(UPDATE))  # and before it was answered
    assert resumption(codec(handles).opening()) == {"handle": "handle-1"}


FINE = Answer(chirp(0.2), "Fine.", user_transcript="how are you")
AND_YOU = Answer(chirp(0.2), "Always fine.", user_transcript="and tomorrow")
BOTH = (*HISTORY, HistoryItem("user", "and tomorrow"), HistoryItem("assistant", "Always fine."))


def answered(*answers: Answer, history: tuple[HistoryItem, ...] = ()) -> tuple[Pair, Handles]:
    """A session in which so many turns were answered."""
    handles = Handles()
    pair = Pair(answers, handles=handles, history=history).ready()
    for number in range(1, len(answers) + 1):
        pair.ask(number)
        pair.settle()
    return pair, handles


def goes_on(handles: Handles, history: tuple[HistoryItem, ...]) -> bool:
    """Whether a session with this history is gone on with."""
    return bool(resumption(codec(handles, history).opening()))


def test_the_state_after_an_answer_is_gone_on_with() -> None:
    _, handles = answered(FINE)
    assert resumption(codec(handles).opening()) == {"handle": "handle-1"}


def test_the_state_after_a_history_and_more_answers_is_gone_on_with() -> None:
    assert goes_on(answered(FINE, AND_YOU)[1], BOTH)
    assert goes_on(answered(AND_YOU, history=HISTORY)[1], BOTH)


def kept_of(pair: Pair, heard_ms: int | None = None) -> tuple[HistoryItem, ...]:
    """What the conversation keeps: every answer was heard to its end, the last one only for `heard_ms`."""
    kept = History("c-1")
    last = max(event.answer for event in pair.events if isinstance(event, AnswerDone))
    for answer in range(1, last + 1):
        kept.opened(answer, turn=answer)
        for event in pair.events:
            match event:
                case UserTranscript(answer=number) if number == answer:
                    kept.asked(event)
                case AnswerTranscript(answer=number) if number == answer:
                    kept.answered(event)
                case AnswerAudio(answer=number, pcm=pcm) if number == answer:
                    kept.received(answer, event.item, len(pcm), OUTPUT_RATE_HZ)
        kept.all_came(answer)
        kept.heard(answer, 200, complete=True)
    if heard_ms is not None:
        kept.heard(last, heard_ms)
    return kept.items()


def test_what_the_server_remembers_is_what_the_conversation_keeps_of_answers_that_were_heard_whole() -> None:
    pair, handles = answered(FINE, AND_YOU)
    assert goes_on(handles, kept_of(pair))
    assert not goes_on(handles, kept_of(pair, heard_ms=100))


def test_a_question_in_writing_is_remembered_as_well() -> None:
    pair, handles = answered(FINE)
    pair.command(AskText(2, "and tomorrow", spoken=True))
    pair.settle()
    assert goes_on(handles, (*BOTH[:3], HistoryItem("assistant", "Fine.")))


def test_an_answer_of_which_less_was_heard_than_the_server_remembers_begins_afresh() -> None:
    """It was interrupted at the loudspeaker, when all of it had come."""
    long = Answer(chirp(0.4), "Fine, and a lot more.", user_transcript="how are you")
    assert not goes_on(answered(long)[1], HISTORY)


def test_an_answer_that_another_provider_began_or_went_on_with_begins_afresh() -> None:
    begun_elsewhere = (HISTORY[0], HistoryItem("assistant", "I am fine. Fine."))
    assert not goes_on(answered(FINE)[1], begun_elsewhere)
    handles = Handles()
    pair = Pair(FINE, handles=handles).ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(ContinueAnswer(1, "I am fine."))
    pair.settle()
    assert not goes_on(handles, HISTORY)
    assert not goes_on(handles, begun_elsewhere)


def test_what_was_said_to_or_by_somebody_else_begins_afresh() -> None:
    """The last words are the same; those before are not."""
    elsewhere = (*HISTORY, HistoryItem("user", "set a timer"), HistoryItem("assistant", "Done."), *HISTORY)
    assert not goes_on(answered(FINE)[1], elsewhere)
    assert not goes_on(answered(FINE)[1], (*HISTORY, HistoryItem("assistant", "Dinner is ready.")))


def test_a_conversation_that_was_forgotten_begins_afresh() -> None:
    assert not goes_on(answered(FINE)[1], ())


def test_once_something_was_made_that_nobody_heard_no_later_state_is_gone_on_with() -> None:
    """The next answers are whole, and push the one that was not out of what is compared."""
    handles = Handles()
    pair = Pair([Answer(chirp(0.4), "Fine, and a lot more."), FINE], handles=handles).ready()
    pair.ask(1)
    pair.hear(2)
    pair.command(CancelAnswer(1, 100))
    for number in range(2, 3 + MAX_COMPARED):
        pair.ask(number)
        pair.settle()
    assert not goes_on(handles, HISTORY * (MAX_COMPARED + 1))


def test_a_turn_that_goes_on_before_anything_came_of_its_answer_does_no_harm() -> None:
    handles = Handles()
    pair = Pair([Answer(silent=True, user_transcript="how are"), FINE], handles=handles).ready()
    pair.ask(1)
    pair.settle(play=False)
    pair.command(CancelAnswer(1, 0))
    pair.ask(2)
    pair.settle()
    assert goes_on(handles, (HistoryItem("user", "how are"), *HISTORY))


def test_after_an_answer_that_failed_the_state_before_it_is_gone_on_with() -> None:
    """The question is asked again, and the server would remember it."""
    breaks_off = Answer(chirp(0.2), "And", user_transcript="and tomorrow", breaks_off=True)
    _, handles = answered(FINE, breaks_off)
    assert resumption(codec(handles).opening()) == {"handle": "handle-1"}


def test_a_state_of_before_the_first_answer_may_be_without_the_history() -> None:
    handles = Handles()
    pair = Pair(handles=handles, history=HISTORY).ready()
    list(pair.codec.events(UPDATE))
    assert not goes_on(handles, HISTORY)


def test_a_session_that_went_on_takes_newer_handles_before_anything_is_asked() -> None:
    """Each is good for two hours, and nobody may speak for longer."""
    handles = with_handle()
    session = codec(handles)
    session.opening()
    list(session.events('{"setupComplete": {}}'))
    list(session.events(UPDATE))
    assert resumption(codec(handles).opening()) == {"handle": "handle-of-a-part"}


@pytest.mark.parametrize("said", [[AppendAudio(QUESTION)], [AppendAudio(QUESTION), CommitTurn(1)]])
def test_a_session_that_went_on_takes_no_state_with_a_part_of_a_turn(said: list[Command]) -> None:
    handles = with_handle()
    session = codec(handles)
    session.opening()
    list(session.events('{"setupComplete": {}}'))
    for command in said:
        session.encode(command)
    list(session.events(UPDATE))
    assert resumption(codec(handles).opening()) == {"handle": "handle-1"}


def test_how_words_are_spaced_and_what_was_not_said_is_no_difference() -> None:
    spaced = (
        HistoryItem("user", " how  are you"),
        HistoryItem("system", " "),
        HistoryItem("assistant", "Fine. "),
    )
    assert latest(spaced) == HISTORY


def test_only_the_end_of_a_conversation_is_compared_and_the_beginning_of_an_utterance() -> None:
    long = tuple(HistoryItem("user", f"{n}" * 2 * MAX_CHARACTERS) for n in range(MAX_COMPARED + 1))
    assert [item.text for item in latest(long)] == [item.text[:MAX_CHARACTERS] for item in long[1:]]
