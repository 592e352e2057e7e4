"""Record the corpus of the Gemini codec from the strict simulator: `python -m tests.fuzz.record_gemini`."""

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
from tests.fuzz.targets import TARGETS
from tests.simulators.gemini_pair import Pair
from tests.simulators.gemini_script import NOTHING, Answer, Behaviour, Call
from tests.simulators.openai_script import chirp

# An answer in two chunks of 40 ms: more sound makes the files big and teaches nothing.
SHORT = chirp(0.08)


def asked(pair: Pair, answer: int) -> Pair:
    """The person spoke, and waits."""
    pair.ask(answer)
    return pair


def answers() -> Pair:
    """Whole, in one message, sampled otherwise, cut short, after a phantom, and none at all."""
    script = [
        Answer(SHORT, user_transcript="well then", chunk_ms=40),
        Answer(SHORT, one_message=True, phantom=True),
        Answer(SHORT, rate_hz=48_000),
        Answer(SHORT, chunk_ms=20),
        NOTHING,
        Answer(SHORT, breaks_off=True),
    ]
    pair = Pair(script, history=(HistoryItem("user", "x"), HistoryItem("assistant", "y"))).ready()
    for answer in (1, 2, 3):
        asked(pair, answer).settle()
    asked(pair, 4).hear(2)
    pair.command(CancelAnswer(4, 20))
    asked(pair.settle(play=False), 5).settle()
    return asked(pair, 6).settle()


def tools() -> Pair:
    """Two calls at once, one that is taken back; an answer in writing, and one that goes on."""
    called = Answer(SHORT, calls=(Call("clock"), Call("timer", {"minutes": 5})), then=Answer(SHORT))
    pair = Pair([called, called, Answer(SHORT, "Nothing aloud.")]).ready()
    asked(pair, 1).settle()
    for call in [event for event in pair.events if isinstance(event, ToolCall)]:
        pair.command(ToolResult(1, call.call, "done"))
    asked(pair.settle(), 2).settle()
    pair.command(CancelAnswer(2, 0))
    pair.command(AppendAudio(SHORT))
    pair.command(ContinueAnswer(3, "It is half"))
    pair.settle().command(AskText(4, "And in writing?", spoken=False))
    return pair.settle()


def server_ends_turns() -> Pair:
    """Its own detection ends the turn, and it goes away soon."""
    config = SessionConfig("Be kind.", provider_ends_turns=True)
    pair = Pair(Answer(SHORT), Behaviour(ends_turn_after_ms=100), config=config).ready()
    for answer in (1, 2):
        pair.command(AppendAudio(chirp(0.1)))
        pair.settle()
        pair.command(CommitTurn(answer))
        pair.settle()
    pair.said.append(json.dumps(pair.server.message(goAway={"timeLeft": "9.5s"})))
    pair.said.append('{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}')
    return pair


def sessions() -> Iterator[tuple[str, Pair]]:
    """Every recorded session by its name."""
    for record in (answers, tools, server_ends_turns):
        yield record.__name__, record()


def main() -> None:
    """Write the corpus anew."""
    folder = TARGETS["gemini"].corpus
    folder.mkdir(parents=True, exist_ok=True)
    for name, pair in sessions():
        assert pair.record.violations == [], (name, pair.record.violations)
        (folder / f"{name}.jsonl").write_text("".join(f"{frame}\n" for frame in pair.said), "utf-8")


if __name__ == "__main__":
    main()
