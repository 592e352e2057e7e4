"""Which session goes on with an earlier one: a handle is asked for once, and not lost on the way to it."""

import json
from typing import Any

from appliance.conversation.vocabulary import HistoryItem, SessionConfig
from appliance.providers.gemini.codec import GeminiCodec
from appliance.providers.gemini.resumption import Handle, Handles
from appliance.providers.gemini.setup import Model

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
