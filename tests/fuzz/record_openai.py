"""Record the corpus of the OpenAI codec from the strict simulator: `python -m tests.fuzz.record_openai`."""

import json
from collections.abc import Iterator

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    CommitTurn,
    ContinueAnswer,
    HistoryItem,
    SessionConfig,
    ToolCall,
    ToolResult,
)
from appliance.providers.openai.session_frames import WireOptions
from tests.fuzz.targets import TARGETS
from tests.simulators.openai_pair import Pair
from tests.simulators.openai_script import Answer, Behaviour, Call, chirp

QUESTION = chirp(0.2)
# An answer in two chunks of 40 ms: more sound makes the files big and teaches nothing.
SHORT = chirp(0.08)


def asked(pair: Pair, answer: int) -> Pair:
    """The person spoke, and waits."""
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(answer))
    return pair


def answers() -> Pair:
    """Whole, failed, and cut short."""
    script = [
        Answer(SHORT, items=2, user_transcript="well then", chunk_ms=40),
        Answer(SHORT, fail_with="server_error"),
        Answer(SHORT, user_transcript="", incomplete="max_output_tokens"),
        Answer(SHORT, chunk_ms=20),
    ]
    pair = Pair(script, history=(HistoryItem("user", "x"), HistoryItem("assistant", "y"))).ready()
    for answer in (1, 2, 3):
        asked(pair, answer).settle()
    asked(pair, 4).hear(3)
    pair.command(CancelAnswer(4, 20))
    return asked(pair.settle(), 5).settle()


def tools() -> Pair:
    """Called one after the other and two at once; an answer in writing."""
    called = Answer(SHORT, calls=(Call("clock"), Call("timer", '{"minutes":5}')), then=Answer(SHORT))
    pair = Pair([called, Answer(transcript="Nothing aloud.")]).ready()
    asked(pair, 1).settle()
    for call in [event for event in pair.events if isinstance(event, ToolCall)]:
        pair.command(ToolResult(1, call.call, "done"))
    pair.settle().command(AskText(2, "And in writing?", spoken=False))
    return pair.settle()


def server_ends_turns() -> Pair:
    """Its own turn detection commits, twice within one turn."""
    config = SessionConfig("Be kind.", provider_ends_turns=True)
    pair = Pair(Answer(SHORT), config=config, behaviour=Behaviour(hears=((50, 150), (200, 350)))).ready()
    for _ in range(2):
        pair.command(AppendAudio(QUESTION))
        pair.settle()
    pair.command(CommitTurn(1))
    return pair.settle()


def beta() -> Pair:
    """The other dialect, and an answer that another provider began."""
    pair = Pair(Answer(SHORT), options=WireOptions("alloy", "whisper-1", "beta")).ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(ContinueAnswer(1, "It is half"))
    return pair.settle()


def refused() -> Pair:
    """Errors of every kind that is told apart."""
    pair = Pair(Answer(SHORT)).ready()
    events = ("create-1", "commit-1", "ask-1", "update-0", "result-1", None)
    codes = (
        "conversation_already_has_active_response",
        "input_audio_buffer_commit_empty",
        "x",
        "server_error",
    )
    for event_id in events:
        pair.said += [_error(pair, code, event_id) for code in codes]
    return asked(pair, 1).settle()


def _error(pair: Pair, code: str, event_id: str | None) -> str:
    return json.dumps(pair.server.error(code, "what went wrong", event_id))


def sessions() -> Iterator[tuple[str, Pair]]:
    """Every recorded session by its name."""
    for record in (answers, tools, server_ends_turns, beta, refused):
        yield record.__name__, record()


def main() -> None:
    """Write the corpus anew."""
    folder = TARGETS["openai"].corpus
    folder.mkdir(parents=True, exist_ok=True)
    for name, pair in sessions():
        assert pair.record.violations == [], (name, pair.record.violations)
        (folder / f"{name}.jsonl").write_text("".join(f"{frame}\n" for frame in pair.said), "utf-8")


if __name__ == "__main__":
    main()
