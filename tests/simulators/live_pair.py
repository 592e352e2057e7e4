"""Our codec and the strict server joined without a socket, by a clock that moves when the test says so."""

import json
from collections.abc import Callable, Sequence

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AppendAudio,
    Command,
    CommitTurn,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
)
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.providers.openai_live.codec import LiveCodec
from appliance.providers.openai_live.meter import Meter
from appliance.providers.openai_live.opening import Voice
from appliance.providers.openai_live.pacing import TICK_S, Pacing
from appliance.providers.openai_live.past import Past
from tests.simulators.live_conversation import Event, LiveConversation
from tests.simulators.live_script import Answer, Behaviour, Record, Script, script_of

VOICE = Voice("gpt-live-1", "marin", "gpt-5.6-luna")
CONFIG = SessionConfig("Be kind.", "en")
TAIL_MS = 800
BLOCK_SAMPLES = 512


def speech(duration_s: float) -> Pcm:
    """A tone at 16 kHz that the simulated model takes for speech."""
    t = np.arange(round(duration_s * NEAR_RATE_HZ)) / NEAR_RATE_HZ
    return (np.sin(2 * np.pi * 300 * t) * 10_000).astype(np.int16)


def silence(duration_s: float) -> Pcm:
    """Zeros at 16 kHz."""
    return np.zeros(round(duration_s * NEAR_RATE_HZ), np.int16)


class Pair:
    """A client and a server with nothing between them; what is sent arrives at once."""

    def __init__(
        self,
        answers: Script | Answer | Sequence[Answer] = Answer(),  # noqa: B008  frozen
        behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
        *,
        past: Past | None = None,
        meter: Meter | None = None,
        config: SessionConfig = CONFIG,
        record: Record | None = None,
    ) -> None:
        self.record = record or Record()
        self.past = past or Past(())
        self.server = LiveConversation(script_of(answers), behaviour, self.record)
        self.codec = LiveCodec(VOICE, config, self.past, meter or Meter(), tail_ms=TAIL_MS)
        self.now_s = 0.0
        self.pacing = Pacing(0.0)
        self.events: list[ProviderEvent] = []
        self.sent: list[Event] = []  # everything the codec sent, but for sound
        self.said: list[str] = []  # everything the server said
        self.react: Callable[[ProviderEvent], None] = lambda _: None

    def ready(self, before: int | None = None) -> "Pair":
        """The session is open."""
        self._exchange(self.codec.opening(before))
        assert Ready() in self.events
        return self

    def command(self, command: Command) -> None:
        """The conversation gives a command."""
        self._exchange(self.codec.encode(command))

    def run(self, duration_s: float) -> "Pair":
        """Time passes, and the pacer does what it does."""
        for _ in range(round(duration_s / TICK_S)):
            self.now_s += TICK_S
            self._tick()
        return self

    def say(self, pcm: Pcm) -> "Pair":
        """The person's sound, as it comes from the microphone."""
        for start in range(0, len(pcm), BLOCK_SAMPLES):
            block = pcm[start : start + BLOCK_SAMPLES]
            self.now_s += len(block) / NEAR_RATE_HZ
            self.command(AppendAudio(block))
            self._tick()
        return self

    def ask(self, answer: int, said_s: float = 1.0, tail_s: float = TAIL_MS / 1000) -> "Pair":
        """A whole turn, its last silence included, in real time."""
        self.say(speech(said_s)).say(silence(tail_s))
        self.command(CommitTurn(answer))
        return self

    def of(self, kind: type[ProviderEvent]) -> list[ProviderEvent]:
        """The events of this kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def sound(self, answer: int) -> Pcm:
        """All sound of this answer."""
        pieces = [e.pcm for e in self.events if isinstance(e, AnswerAudio) and e.answer == answer]
        return np.concatenate(pieces) if pieces else np.empty(0, np.int16)

    def give(self, frame: str | bytes) -> None:
        """The server says this, whatever it is."""
        for event in self.codec.events(frame):
            self.events.append(event)
            self.react(event)
            self._exchange(self.codec.replies())
        self._exchange(self.codec.replies())

    def _tick(self) -> None:
        due = self.pacing.due(self.now_s, self.codec.sent_samples, self.codec.pace)
        for event in self.codec.tick(due):
            self.events.append(event)
            self.react(event)
        self._exchange(self.codec.replies())

    def _exchange(self, frames: Sequence[str]) -> None:
        for frame in frames:
            event = json.loads(frame)
            if event["type"] != "session.input_audio.append":
                self.sent.append(event)
            for said in self.server.receive(frame):
                self.said.append(json.dumps(said))
                self.give(self.said[-1])


def history(*texts: str) -> tuple[HistoryItem, ...]:
    """What the person and the model said, in turns."""
    return tuple(
        HistoryItem("user" if number % 2 == 0 else "assistant", text) for number, text in enumerate(texts)
    )
