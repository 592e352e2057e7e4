"""The simulated servers of ten thousand turns, and what they complain of."""

import json
import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from tests.bench.many_person import TIMER, TURN_SAMPLES
from tests.simulators import (
    cascade_script,
    gemini_connection,
    gemini_script,
    live_script,
    openai_connection,
    openai_script,
)
from tests.simulators.cascade_replies import Prepared
from tests.simulators.cascade_server import BASE, CascadeServer, Exchange
from tests.simulators.gemini_conversation import Vault
from tests.simulators.live_conversation import LiveConversation
from tests.simulators.openai_script import chirp


def _resampled(samples: int) -> tuple[Pcm, Pcm]:
    """So much at 24 kHz, and what of it comes last."""
    resampler = Resampler(NEAR_RATE_HZ, openai_script.RATE_HZ)
    return resampler.process(np.zeros(samples, np.int16)), resampler.flush()


SOUND = chirp(0.6)
WORDS = "This is what it has to say."
SPEED = 2.0
THINK_S = 0.2
TOOL_SHARE = 0.1
# Handles that a server keeps; the older ones are forgotten as the vendor's are after two hours.
HANDLES = 32
LETTER_MS = 22  # of a cascade's voice: it takes as long for these words
# What GPT-Live may have heard of one turn or several, at 24 kHz: it hears those that are discarded as well,
# and of them not what the resampler held.
_HELD_SAMPLES = len(_resampled(TURN_SAMPLES)[1])
_LIVE_TURNS = frozenset(
    turns * TURN_SAMPLES * 3 // 2 - discarded * _HELD_SAMPLES
    for turns in range(1, 6)
    for discarded in range(turns + 1)
)


class Servers:
    """The simulators, and what each of them complains of."""

    def __init__(self, seed: int) -> None:
        self.mistakes: list[str] = []
        self._chance = random.Random(f"servers {seed}")
        self._vault = Vault()

    def openai(self, wire: ServerConnection) -> openai_connection.Connection:
        """One connection; what it was told is forgotten with it."""
        record = openai_script.Record()
        record.violations = self.mistakes
        behaviour = openai_script.Behaviour()
        return openai_connection.Connection(wire, self._of_openai, behaviour, record, "gpt-realtime-2.1")

    def gemini(self, wire: ServerConnection) -> gemini_connection.Connection:
        """One connection, which may resume the one before."""
        self._vault.valid &= {f"handle-{n}" for n in range(self._vault.made - HANDLES, self._vault.made + 1)}
        record = gemini_script.Record()
        record.violations = self.mistakes
        behaviour = gemini_script.Behaviour()
        return gemini_connection.Connection(wire, self._of_gemini, behaviour, record, self._vault)

    def live(self, wire: ServerConnection) -> "LiveConnection":
        """One connection with GPT-Live; what it was told is forgotten with it."""
        record = live_script.Record()
        record.violations = self.mistakes
        return LiveConnection(wire, _LiveListener(self.of_live, record))

    def cascade(self) -> CascadeServer:
        """Whoever is asked by a cascade, for one request."""
        return _CascadeServer(self)

    def of_live(self, samples: int) -> live_script.Answer:
        """What is said to so many samples. It hears on where nobody waits for its answer any more: then it
        answers two turns at once."""
        if samples not in _LIVE_TURNS:
            self.mistakes.append(f"openai-live got a turn of {samples / 1.5:g} samples, not {TURN_SAMPLES}")
        answer = live_script.Answer(SOUND, WORDS, delay_ms=round(THINK_S * 1000))
        if self._calls_tool():
            calls = (openai_script.Call(TIMER.name),)
            return live_script.Answer(SOUND[:0], "", delay_ms=answer.delay_ms, calls=calls, then=answer)
        return answer

    def of_model(self, *, is_told_results: bool) -> cascade_script.Completion:
        """What the model of a cascade writes."""
        if not is_told_results and self._calls_tool():
            return cascade_script.Completion("", (cascade_script.Call(TIMER.name),), delay_s=THINK_S)
        return cascade_script.Completion(WORDS, delay_s=THINK_S)

    def heard_by_cascade(self, samples: int) -> None:
        """A turn was written down."""
        self._measure("cascade", samples, 1)

    def _calls_tool(self) -> bool:
        return self._chance.random() < TOOL_SHARE

    def _of_openai(self, turn: openai_script.Turn) -> openai_script.Answer:
        self._measure("openai", len(turn.pcm24k) * 2, 3)
        answer = openai_script.Answer(SOUND, WORDS, speed=SPEED, delay_s=THINK_S)
        if self._calls_tool():
            return openai_script.Answer(SOUND[:0], "", calls=(openai_script.Call(TIMER.name),), then=answer)
        return answer

    def _of_gemini(self, turn: gemini_script.Turn) -> gemini_script.Answer:
        self._measure("gemini", len(turn.pcm16k), 1)
        answer = gemini_script.Answer(SOUND, WORDS, speed=SPEED, delay_s=THINK_S)
        if self._calls_tool():
            return gemini_script.Answer(SOUND[:0], "", calls=(gemini_script.Call(TIMER.name),), then=answer)
        return answer

    def _measure(self, who: str, samples: int, parts: int) -> None:
        if samples != TURN_SAMPLES * parts:
            self.mistakes.append(f"{who} got a turn of {samples / parts:g} samples, not {TURN_SAMPLES}")


class _CascadeServer(CascadeServer):
    """The three servers of a cascade, for one request."""

    def __init__(self, servers: Servers) -> None:
        voice = cascade_script.Speech(ms_per_character=LETTER_MS, pace_s=0.1 / SPEED)
        super().__init__(cascade_script.Script(speeches=(voice,)))
        self.record.violations = servers.mistakes
        self._servers = servers

    def prepare(self, asked: Exchange) -> tuple[Prepared | None, cascade_script.Trouble | None]:
        """As the server's own; the model calls tools, and what was heard is measured."""
        if asked.path == f"{BASE}/chat/completions":
            told = json.loads(asked.body)["messages"][-1]["role"] == "tool"
            written = self._servers.of_model(is_told_results=told)
            self.script = replace(self.script, completions=(written,))
        prepared = super().prepare(asked)
        for turn in self.record.turns:
            self._servers.heard_by_cascade(len(turn))
        return prepared


class _LiveListener(LiveConversation):
    """Answers by how much it heard since its last answer; silence is none, and is not kept."""

    def __init__(self, answer: Callable[[int], live_script.Answer], record: live_script.Record) -> None:
        super().__init__(live_script.in_order(live_script.Answer()), live_script.Behaviour(), record)
        self._answer = answer

    def _next_answer(self) -> live_script.Answer:
        assert self._session is not None
        samples = sum(len(chunk) for chunk in self._session.chunks if chunk.any())
        self._session.chunks.clear()
        return self._answer(samples)


class LiveConnection:
    """One client of GPT-Live; see `Served`."""

    def __init__(self, wire: ServerConnection, conversation: LiveConversation) -> None:
        self._wire = wire
        self._conversation = conversation

    async def run(self) -> None:
        """Until the connection is closed."""
        try:
            async for frame in self._wire:
                for event in self._conversation.receive(frame):
                    await self._wire.send(json.dumps(event))
                if self._conversation.ended:
                    await self._wire.close()
        except ConnectionClosed:
            pass
