"""Our codec and the strict server joined without a socket: every frame moves when the test says so."""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    Command,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
)
from appliance.providers.openai.codec import OpenAiCodec
from appliance.providers.openai.session_frames import WireOptions
from tests.simulators.openai_conversation import Conversation
from tests.simulators.openai_items import Event
from tests.simulators.openai_response import Chunk, Response
from tests.simulators.openai_script import Answer, Behaviour, Record, Script, script_of

VOICE = WireOptions("marin", "gpt-live-transcribe")
CONFIG = SessionConfig("Be kind.", "en")


class Pair:
    """A client and a server with a wire of two queues between them."""

    def __init__(
        self,
        answers: Script | Answer | Sequence[Answer] = Answer(),  # noqa: B008  frozen
        history: tuple[HistoryItem, ...] = (),
        config: SessionConfig = CONFIG,
        options: WireOptions = VOICE,
        behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
    ) -> None:
        self.record = Record()
        behaviour = replace(behaviour, dialect=options.dialect)
        self.server = Conversation(script_of(answers), self.record, behaviour=behaviour)
        self.codec = OpenAiCodec(options, config, history)
        self.events: list[ProviderEvent] = []
        self.sent: list[Event] = []  # everything the codec sent
        self.said: list[str] = []  # everything the server sent
        self.to_server: deque[str] = deque()
        self.to_client: deque[str] = deque()
        self._playing: tuple[Response, Iterator[Chunk]] | None = None
        self._say(self.server.hello(0.0))

    def ready(self) -> "Pair":
        """The session is open and takes turns."""
        self.settle(play=False)
        assert Ready() in self.events
        return self

    def command(self, command: Command) -> None:
        """The conversation gives a command; its frames are on their way."""
        self._post(self.codec.encode(command))

    def serve(self) -> bool:
        """The server takes one frame; False if there is none."""
        if not self.to_server:
            return False
        reply = self.server.receive(self.to_server.popleft(), 0.0)
        self._say(reply.events)
        for _, words in reply.transcriptions:
            self._say(words)
        if reply.response is not None:
            self._playing = reply.response, reply.response.chunks()
            self._say(reply.response.created())
        return True

    def receive(self) -> bool:
        """The codec takes one frame; False if there is none."""
        if not self.to_client:
            return False
        for event in self.codec.events(self.to_client.popleft()):
            self.events.append(event)
        self._post(self.codec.replies())
        return True

    def play(self) -> bool:
        """The server goes on with its answer; False if it has none."""
        if self._playing is None or self._playing[0] is not self.server.active:
            return False
        response, chunks = self._playing
        chunk = next(chunks, None)
        if chunk is None:
            self._say(self._finished(response))
        else:
            self.server.spoken(chunk)
            self._say(chunk.events)
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
        """The types of what the codec sent since the last call."""
        kinds = [event["type"] for event in self.sent]
        self.sent.clear()
        return kinds

    def of_answer(self, answer: int) -> list[ProviderEvent]:
        """What came of this answer (what the person said is not part of it)."""
        kinds = (AnswerStarted, AnswerAudio, AnswerTranscript, AnswerDone)
        return [event for event in self.events if isinstance(event, kinds) and event.answer == answer]

    def received_samples(self, answer: int) -> int:
        """How much sound of this answer came."""
        return sum(len(event.pcm) for event in self.of_answer(answer) if isinstance(event, AnswerAudio))

    def _finished(self, response: Response) -> list[Event]:
        answer = response.answer
        if answer.fail_with is not None:
            return self.server.finish(response, 0.0, "failed", code=answer.fail_with)
        if answer.incomplete is not None:
            return self.server.finish(response, 0.0, "incomplete", reason=answer.incomplete)
        return self.server.finish(response, 0.0, "completed")

    def _say(self, events: list[Event]) -> None:
        frames = [json.dumps(event) for event in self.server.on_wire(events)]
        self.said.extend(frames)
        self.to_client.extend(frames)

    def _post(self, frames: list[str]) -> None:
        self.sent.extend(json.loads(frame) for frame in frames)
        self.to_server.extend(frames)
