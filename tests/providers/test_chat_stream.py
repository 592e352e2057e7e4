"""What a language model writes in pieces is read as if it were written at once."""

import json
from typing import Any

import pytest

from appliance.providers.cascade.chat_stream import ChatStream
from appliance.providers.cascade.stages import MadeCall, Words

GRIN = "\U0001f600"


def said_by(*deltas: dict[str, Any]) -> list[object]:
    """What a stream of these says; a half of a character is written as JSON writes it."""
    stream = ChatStream()
    said: list[object] = []
    for delta in deltas:
        event = json.dumps({"choices": [{"delta": delta}]})
        said.extend(stream.feed(f"data: {event}\n\n".encode()))
    said.extend(stream.feed(b"data: [DONE]\n\n"))
    said.extend(stream.end())
    return said


def call(arguments: str, name: str = "") -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "function": {"name": name, "arguments": arguments}}]}


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (('{"name":"\ud83d', '\ude00"}'), f'{{"name":"{GRIN}"}}'),
        (('{"name":"\ud83d', '"}'), '{"name":"\ufffd"}'),
        (('{"name":"\ude00\ud83d"}',), '{"name":"\ufffd\ufffd"}'),
    ],
    ids=["two halves", "one half", "halves in the wrong order"],
)
def test_arguments_are_text_that_can_be_sent_on(pieces: tuple[str, ...], whole: str) -> None:
    said = said_by(call(pieces[0], "set_timer"), *(call(piece) for piece in pieces[1:]))
    assert [each.arguments for each in said if isinstance(each, MadeCall)] == [whole]


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (("Hello \ud83d", "\ude00!"), f"Hello {GRIN}!"),
        (("Hello \ud83d", "!"), "Hello \ufffd!"),
        (("Hello \ud83d",), "Hello \ufffd"),
        (("\ud83d", "\ude00"), GRIN),
        (("Bye \ude00", "now"), "Bye \ufffdnow"),
    ],
    ids=["two halves", "a half before", "a half at the end", "nothing else", "a half behind"],
)
def test_so_are_words(pieces: tuple[str, ...], whole: str) -> None:
    said = said_by(*({"content": piece} for piece in pieces))
    assert "".join(each.text for each in said if isinstance(each, Words)) == whole
