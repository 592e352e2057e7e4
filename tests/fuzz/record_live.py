"""Record the corpus of the GPT-Live codec from the strict simulator: `python -m tests.fuzz.record_live`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from appliance.conversation.vocabulary import (
    AskText,
    CancelAnswer,
    Command,
    ContinueAnswer,
    ProviderEvent,
    ToolCall,
    ToolDeclaration,
    ToolResult,
)
from appliance.errors import ProtocolViolation
from appliance.providers.openai_live.codec import LiveCodec
from appliance.providers.openai_live.life import Phase
from tests.fuzz.targets import TARGETS
from tests.simulators.live_pair import CONFIG, Pair, silence, speech
from tests.simulators.live_script import Answer, Behaviour
from tests.simulators.openai_script import Call, chirp

# More sound makes the files big and teaches nothing.
SHORT = chirp(0.08)
# Of the silence between two events so many frames are kept, and once 0.9 s in one piece.
SILENT_FRAMES = 1
LONG_SILENCE_CHARACTERS = 57_600
QUICK = Behaviour(endpoint_ms=100, usage_every_ms=3000)


class Ticking(LiveCodec):
    """As a session treats it: time goes on with every frame, faster than the sound that comes; what is closed
    is told nothing any more."""

    ticks = 0

    def encode(self, command: Command) -> list[str]:
        return super().encode(command) if self.phase is Phase.OPEN else []

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        if self.phase is Phase.CLOSED:
            raise ProtocolViolation("the session was closed")
        self.ticks += 1
        yield from chain(super().events(frame), self.tick(4800))
        if self.ticks % 11 == 0:
            yield from self.nothing_flows()


def answers() -> Pair:
    """Whole, over a backchannel, cancelled, before our end of turn; one in writing, one that goes on."""
    script = [
        Answer(SHORT, "It is late.", delay_ms=900),
        Answer(SHORT, delay_ms=0, user_transcript="well then"),
        Answer(chirp(0.4), deaf=True),
        Answer(SHORT),
        Answer(SHORT, "Nothing aloud."),
        Answer(SHORT),
    ]
    pair = Pair(script, replace(QUICK, backchannel_after_ms=200)).ready()
    pair.ask(1, said_s=0.5).run(2.0)
    pair.ask(2, said_s=0.3).run(1.0)
    pair.ask(3, said_s=0.3).run(0.2)
    pair.command(CancelAnswer(3, 50))
    pair.run(0.6).ask(4, said_s=0.2).run(1.0)
    pair.command(AskText(5, "And in writing?", spoken=False))
    pair.run(1.0).say(speech(0.3)).say(silence(0.3))
    pair.command(ContinueAnswer(6, "It is half"))
    return pair.run(1.0)


def tools() -> Pair:
    """Two calls at once, and one that nobody waits for any more."""
    declared = (ToolDeclaration("clock", "Tells the time.", '{"type":"object","properties":{}}'),)
    calling = Answer(calls=(Call("clock"), Call("timer", '{"minutes":5}')), then=Answer(SHORT))
    pair = (
        Pair([calling, calling], config=replace(CONFIG, tools=declared)).ready().ask(1, said_s=0.3).run(0.5)
    )
    for call in [event for event in pair.events if isinstance(event, ToolCall)]:
        pair.command(ToolResult(1, call.call, "done"))
    pair.run(1.5).ask(2, said_s=0.3)
    pair.command(CancelAnswer(2, 0))
    return pair.run(1.0)


def ended() -> Pair:
    """Help that nobody can give, an error, a notice, and the end."""
    script = [Answer(calls=(Call("clock"),)), Answer(SHORT)]
    pair = Pair(script, replace(QUICK, close_after_ms=2500, close_reason="content")).ready()
    pair.ask(1, said_s=0.3)
    error = {"type": "invalid_request_error", "code": "x", "message": "no", "client_event_id": "continue-1"}
    for event in (
        {"type": "error", "event_id": "e1", "error": error},
        {"type": "info", "event_id": "e2", "code": "note", "message": "something"},
    ):
        pair.said.append(json.dumps(event))
    return pair.run(3.0)


def sessions() -> Iterator[tuple[str, Pair]]:
    """Every recorded session by its name."""
    for record in (answers, tools, ended):
        yield record.__name__, record()


def shortened(frames: Sequence[str]) -> Iterator[str]:
    """Without most of the silence; one is kept as a single long frame, so that an answer ends by itself."""
    run, kept = 0, False
    for frame in frames:
        delta = json.loads(frame).get("delta", "x")
        run = run + 1 if delta.strip("A=") == "" else 0
        if run <= SILENT_FRAMES:
            yield frame
        elif run * len(delta) > LONG_SILENCE_CHARACTERS and not kept:
            kept = True
            yield json.dumps({"type": "session.output_audio.delta", "delta": "A" * LONG_SILENCE_CHARACTERS})


def main() -> None:
    """Write the corpus anew."""
    folder = TARGETS["openai-live"].corpus
    folder.mkdir(parents=True, exist_ok=True)
    for name, pair in sessions():
        assert pair.record.violations == [], (name, pair.record.violations)
        (folder / f"{name}.jsonl").write_text(
            "".join(f"{frame}\n" for frame in shortened(pair.said)), "utf-8"
        )


if __name__ == "__main__":
    main()
