"""Which session goes on with an earlier one: a handle is asked for once, and not lost on the way to it."""

import json
from typing import Any

from appliance.conversation.vocabulary import AppendAudio, CommitTurn, HistoryItem, SessionConfig
from appliance.providers.gemini.codec import GeminiCodec
from appliance.providers.gemini.resumption import Handle, Handles
from appliance.providers.gemini.setup import Model
from tests.simulators.gemini_pair import QUESTION, Pair
from tests.simulators.gemini_script import Answer
from tests.simulators.openai_script import chirp

HISTORY = (HistoryItem("user", "how are you"), HistoryItem("assistant", "Fine."))


def with_handle() -> Handles:
    handles = Handles()
    handles.keep(Handle("handle-1", "how are you"))
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
    handles.keep(Handle("handle-1", "how are you"))
    pair.command(AppendAudio(QUESTION))
    list(pair.codec.events(UPDATE))  # while it is said
    pair.command(CommitTurn(1))
    list(pair.codec.events(UPDATE))  # and before it was answered
    assert resumption(codec(handles).opening()) == {"handle": "handle-1"}


def test_the_state_after_an_answer_is_gone_on_with() -> None:
    handles = Handles()
    pair = Pair([Answer(chirp(0.2), user_transcript="how are you")], handles=handles).ready()
    pair.ask(1)
    pair.settle()
    assert resumption(codec(handles).opening()) == {"handle": "handle-1"}
