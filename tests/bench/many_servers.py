"""The simulated servers of ten thousand turns, and what they complain of."""

import random

from websockets.asyncio.server import ServerConnection

from tests.bench.many_person import TIMER, TURN_SAMPLES
from tests.simulators import gemini_connection, gemini_script, openai_connection, openai_script
from tests.simulators.gemini_conversation import Vault
from tests.simulators.openai_script import chirp

SOUND = chirp(0.6)
WORDS = "This is what it has to say."
SPEED = 2.0
THINK_S = 0.2
TOOL_SHARE = 0.1
# Handles that a server keeps; the older ones are forgotten as the vendor's are after two hours.
HANDLES = 32


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

    def _of_openai(self, turn: openai_script.Turn) -> openai_script.Answer:
        self._measure("openai", len(turn.pcm24k) * 2, 3)
        answer = openai_script.Answer(SOUND, WORDS, speed=SPEED, delay_s=THINK_S)
        if self._chance.random() < TOOL_SHARE:
            return openai_script.Answer(SOUND[:0], "", calls=(openai_script.Call(TIMER.name),), then=answer)
        return answer

    def _of_gemini(self, turn: gemini_script.Turn) -> gemini_script.Answer:
        self._measure("gemini", len(turn.pcm16k), 1)
        answer = gemini_script.Answer(SOUND, WORDS, speed=SPEED, delay_s=THINK_S)
        if self._chance.random() < TOOL_SHARE:
            return gemini_script.Answer(SOUND[:0], "", calls=(gemini_script.Call(TIMER.name),), then=answer)
        return answer

    def _measure(self, who: str, samples: int, parts: int) -> None:
        if samples != TURN_SAMPLES * parts:
            self.mistakes.append(f"{who} got a turn of {samples / parts:g} samples, not {TURN_SAMPLES}")
