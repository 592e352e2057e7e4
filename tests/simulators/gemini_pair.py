"""Our codec and the strict server joined without a socket: every frame moves when the test says so."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerGenerated,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    Command,
    CommitTurn,
    Failure,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolCall,
)
from appliance.pcm.formats import Pcm
from appliance.providers.gemini.codec import GeminiCodec
from appliance.providers.gemini.resumption import Handles
from appliance.providers.gemini.setup import Model
from tests.simulators.gemini_conversation import Conversation, Vault
from tests.simulators.gemini_generation import Chunk, Generation
from tests.simulators.gemini_script import Answer, Behaviour, Record, Script, script_of
from tests.simulators.openai_script import chirp

MODEL = Model("gemini-3.8-live", "Kore")
CONFIG = SessionConfig("Be kind.", "en")
QUESTION = chirp(0.2)


class Pair:
    """A client and a server with a wire of two queues between them."""

    def __init__(
        self,
        answers: Script | Answer | Sequence[Answer] = Answer(),  # noqa: B008  frozen
        behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
        history: tuple[HistoryItem, ...] = (),
        config: SessionConfig = CONFIG,
        model: Model = MODEL,
        handles: Handles | None = None,
        vault: Vault | None = None,
    ) -> None:
        self.record = Record()
        self.server = Conversation(script_of(answers), behaviour, self.record, vault or Vault())
        self.codec = GeminiCodec(model, config, history, handles)
        self.events: list[ProviderEvent] = []
        self.sent: list[dict[str, Any]] = []  # everything the codec sent
        self.said: list[str] = []  # everything the server sent
        self.closed: tuple[int, str] | None = None
        self.to_server: deque[str] = deque()
        self.to_client: deque[str] = deque()
        self.react: Callable[[ProviderEvent], None] = lambda _: None
        self._playing: tuple[Generation, Iterator[Chunk]] | None = None
        self._post(self.codec.opening())

    def ready(self) -> "Pair":
        """The session is open and takes turns."""
        self.settle(play=False)
        assert Ready() in self.events, (self.closed, self.record.violations)
        return self

    def command(self, command: Command) -> None:
        """The conversation gives a command; its frames are on their way."""
        self._post(self.codec.encode(command))
        self._tell(self.codec.due())

    def ask(self, answer: int, pcm: Pcm = QUESTION) -> None:
        """A spoken question, in blocks."""
        for block in np.array_split(pcm, 4):
            self.command(AppendAudio(block))
        self.command(CommitTurn(answer))

    def serve(self) -> bool:
        """The server takes one frame; False if there is none."""
        if not self.to_server or self.closed is not None:
            return False
        reply = self.server.receive(self.to_server.popleft())
        self._say(reply.messages)
        self.closed = reply.close
        if reply.generation is not None:
            self._playing = reply.generation, reply.generation.chunks()
        return True

    def receive(self) -> bool:
        """The codec takes one frame; False if there is none."""
        if not self.to_client:
            return False
        self._tell(self.codec.events(self.to_client.popleft()))
        self._post(self.codec.replies())
        return True

    def play(self) -> bool:
        """The server goes on with its answer; False if it has nothing to say."""
        if self._playing is None or self._playing[0] is not self.server.active:
            return False
        generation, chunks = self._playing
        if generation.complete:
            self._say(self.server.end_turn(generation))
            return True
        chunk = next(chunks, None)
        if chunk is not None:
            self._say(chunk.messages)
        elif generation.open_calls:
            return False
        else:
            self._say(self.server.finish(generation))
        return True

    def settle(self, *, play: bool = True) -> "Pair":
        """Until nothing moves any more."""
        while self.serve() or self.receive() or (play and self.play()):
            pass
        return self

    def hear(self, chunks: int) -> "Pair":
        """The server has made so many chunks of its answer, and all has arrived."""
        self.settle(play=False)
        for _ in range(chunks):
            assert self.play()
        return self.settle(play=False)

    def kinds_sent(self) -> list[str]:
        """What the codec sent since the last call; of realtime input which."""
        kinds = []
        for message in self.sent:
            (key, value), *_ = message.items()
            kinds.append(next(iter(value)) if key == "realtimeInput" else key)
        self.sent.clear()
        return kinds

    def of_answer(self, answer: int) -> list[ProviderEvent]:
        """What came of this answer (what the person said is not part of it)."""
        kinds = (
            AnswerStarted,
            AnswerAudio,
            AnswerTranscript,
            AnswerGenerated,
            AnswerDone,
            ToolCall,
            Failure,
        )
        return [event for event in self.events if isinstance(event, kinds) and event.answer == answer]

    def received(self, answer: int) -> Pcm:
        """The sound of this answer that came."""
        sound = [event.pcm for event in self.of_answer(answer) if isinstance(event, AnswerAudio)]
        return np.concatenate([np.zeros(0, np.int16), *sound])

    def _tell(self, events: Iterator[ProviderEvent]) -> None:
        for event in events:
            self._post(self.codec.replies())
            self.events.append(event)
            self.react(event)

    def _say(self, messages: list[dict[str, Any]]) -> None:
        frames = [json.dumps(message) for message in messages]
        self.said.extend(frames)
        self.to_client.extend(frames)

    def _post(self, frames: Sequence[str]) -> None:
        self.sent.extend(json.loads(frame) for frame in frames)
        self.to_server.extend(frames)
