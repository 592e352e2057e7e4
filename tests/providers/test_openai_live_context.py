"""What GPT-Live is told beside the sound: as long as it may be, whole, in pieces that it takes."""

import json
from collections.abc import Iterable

import pytest

from appliance.conversation.vocabulary import (
    AskText,
    ContinueAnswer,
    HistoryItem,
    SessionConfig,
    ToolRan,
)
from appliance.providers.openai_live import context
from appliance.providers.openai_live.opening import MAX_HISTORY_BYTES, Voice, session_start
from appliance.providers.openai_live.pieces import MAX_BYTES, pieces, size_bytes
from tests.simulators.live_pair import Pair, silence, speech
from tests.simulators.live_types import mistakes_of_client

LONG = " ".join(f"word{number}" for number in range(900))[:8000]
TEXTS = (LONG, "語" * 2700, "x" * 8000, "🙂" * 2000)


def contents(frames: Iterable[str]) -> list[str]:
    """What the vendor reads of them; each is one that it takes."""
    events = [json.loads(frame) for frame in frames]
    assert [mistakes_of_client(event) for event in events] == [[]] * len(events)
    read: list[str] = [event["content"] for event in events]
    assert max(map(size_bytes, read)) <= MAX_BYTES
    return read


@pytest.mark.parametrize("text", ["", "?", "\ud800" * 900, *TEXTS])
def test_pieces_make_up_the_text_again(text: str) -> None:
    cut = list(pieces(text, 700))
    assert "".join(cut) == text
    assert max(map(size_bytes, cut)) <= 700


def test_a_piece_ends_behind_a_word_where_there_is_a_gap() -> None:
    assert list(pieces("one two three", 8)) == ["one two ", "three"]
    assert list(pieces("one incomprehensible", 8)) == ["one ", "incompre", "hensible"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_long_question_is_told_whole(text: str) -> None:
    read = contents(context.question(1, text))
    assert len(read) > 1
    assert "".join(part.split(": ", 1)[1] for part in read) == text


@pytest.mark.parametrize("text", TEXTS)
def test_what_others_have_said_of_the_answer_is_told_whole(text: str) -> None:
    read = contents(context.continuation(1, text))
    assert "".join(part.split('"')[1] for part in read) == text


@pytest.mark.parametrize("text", TEXTS)
def test_what_a_tool_was_given_and_gave_elsewhere_is_told_whole(text: str) -> None:
    ran = ToolRan("c", "n" * 64, text, text)
    *before, last = contents(context.tool_ran(1, ran))
    told = "".join(part.split(" of how: ", 1)[1] for part in before)
    told += last.split("this is the last: ", 1)[1].removesuffix(". Do not run it again; answer with that.")
    assert told == f"with {text}: it gave {text}"


def test_the_vendor_takes_all_of_it_and_speaks_once() -> None:
    pair = Pair().ready()
    pair.command(AskText(1, LONG, spoken=True))
    pair.run(3.0).say(speech(1.0)).say(silence(0.8))
    pair.command(ToolRan("c", "clock", "{}", LONG))
    pair.command(ContinueAnswer(2, LONG))
    pair.run(3.0)
    kinds = [kind for kind, _ in pair.record.sessions[0].appended]
    assert kinds.count("session.commentary.append") == 1
    assert kinds.index("session.commentary.append") == kinds.count("session.thinking.append")
    assert pair.record.violations == []


def test_history_is_counted_in_what_a_script_takes() -> None:
    history = tuple(HistoryItem("user", f"{number}" + "語" * 999) for number in range(9))
    event = json.loads(session_start(Voice("m", "v", "b"), SessionConfig("", "zh"), history))
    texts = [item["content"][0]["text"] for item in event["session"]["input"]]
    assert sum(map(size_bytes, texts)) <= MAX_HISTORY_BYTES
    assert texts[-1][0] == "8"
