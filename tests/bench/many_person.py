"""A person who asks, is answered, interrupts and asks again, with the chain as whom they talk to."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from appliance.conversation import vocabulary as v
from appliance.conversation.history import History
from appliance.pcm.formats import Pcm
from appliance.providers.chain import Chain

BLOCK_SAMPLES = 512
BLOCK_S = 0.032
BLOCKS = 12
TURN_SAMPLES = BLOCKS * BLOCK_SAMPLES
# As in the settings: `answer_deadline_s`, `stall_s`.
ANSWER_DEADLINE_S = 6.0
STALL_S = 4.0
TOOL_S = 0.2
INTERRUPTED = 0.2  # of the turns, so long after the question
INTERRUPTED_S = (0.0, 0.8)
TIMER = v.ToolDeclaration("set_timer", "Sets a timer.", '{"type": "object", "properties": {}}')
CONFIG = v.SessionConfig("Be kind.", "en", tools=(TIMER,))
# Before the next question; in the longest one a better provider takes over again.
PAUSES_S = (*(0.3, 1.0, 3.0) * 4, 8.0)
# Longer than every deadline and back-off there is, one after the other: the turn never ended.
PATIENCE_S = 120.0


class End(Enum):
    """How a turn ended."""

    ANSWERED = "answered"
    INTERRUPTED = "interrupted"
    GIVEN_UP = "given up"
    NEVER = "never"


@dataclass
class Account:
    """What came of all turns."""

    ends: dict[End, int] = field(default_factory=lambda: dict.fromkeys(End, 0))
    answers: Counter[str] = field(default_factory=Counter)  # that were begun, by provider
    gone_on_with: int = 0
    failovers: int = 0
    tools: int = 0
    light_hearted: int = 0  # given up before two providers were lost in the turn

    @property
    def turns(self) -> int:
        """How many there were."""
        return sum(self.ends.values())


class Person:
    """Talks to `chain`, which is set before `take_turn`; everything the chain says goes to `hear`."""

    chain: Chain

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"person {seed}")
        self._noise = np.random.default_rng(seed).integers(-8000, 8000, 4 * TURN_SAMPLES, dtype=np.int16)
        self.history = History("c-many")
        self.account = Account()
        self._turn = 0
        self._came_ms = 0.0
        self._first_s: float | None = None
        self._ended: End | None = None
        self._all_came = False
        self._waits_for_tool = False
        self._losses = 0  # in this turn
        self._news = asyncio.Event()

    # ------------------------------------------------------------------ what the chain says

    def hear(self, event: v.ProviderEvent | v.ChainEvent) -> None:
        """The next event."""
        match event:
            case v.UserTranscript():
                self.history.asked(event)
            case v.AnswerTranscript():
                self.history.answered(event)
            case v.FailedOver():
                self.account.failovers += 1
            case v.LinkChanged(link=v.LinkState.DOWN):
                self._losses += 1
        if getattr(event, "answer", None) == self._turn:
            self._of_this_turn(event)
            self._news.set()

    def _of_this_turn(self, event: v.ProviderEvent | v.ChainEvent) -> None:
        match event:
            case v.AnswerStarted(provider=provider):
                self.account.answers[provider] += 1
                self.history.begun(self._turn)
            case v.AnswerAudio(pcm=pcm, item=item):
                self.history.received(self._turn, item, len(pcm), 24_000)
                self._first_s = self._first_s or asyncio.get_running_loop().time()
                self._came_ms += len(pcm) / 24
            case v.AnswerBrokeOff():
                self.account.gone_on_with += 1
                self.history.broke_off(self._turn)
            case v.ToolCall():
                self.account.tools += 1
                self._waits_for_tool = True
                asyncio.get_running_loop().call_later(TOOL_S, self._ran, event)
            case v.AnswerDone():
                self.history.all_came(self._turn)
                self._all_came = True
            case v.Failure():
                self.account.light_hearted += self._losses < 2
                self._end(End.GIVEN_UP)

    def _ran(self, call: v.ToolCall) -> None:
        if call.answer == self._turn and self._ended is None:
            self._waits_for_tool = False
            self.chain.send(v.ToolResult(call.answer, call.call, '"set"'))
            self._news.set()

    def _end(self, end: End) -> None:
        if self._ended is None:
            self._ended = end
            self.account.ends[end] += 1

    # ------------------------------------------------------------------ what the person does

    async def take_turn(self) -> None:
        """Ask, and wait for the end of it; then be quiet for a while."""
        self._begin()
        for pcm in np.split(self._speech(), BLOCKS):
            self.chain.send(v.AppendAudio(pcm))
            await asyncio.sleep(BLOCK_S)
        self.chain.send(v.CommitTurn(self._turn))
        interrupt_s = (
            self._chance.uniform(*INTERRUPTED_S) if self._chance.random() < INTERRUPTED else PATIENCE_S
        )
        try:
            async with asyncio.timeout(interrupt_s):
                await self._until_ended()
        except TimeoutError:
            self._interrupt(End.INTERRUPTED if interrupt_s < PATIENCE_S else End.NEVER)
        heard_ms = self._heard_ms()
        self.history.heard(self._turn, heard_ms, complete=self._ended is End.ANSWERED)
        await asyncio.sleep(self._chance.choice(PAUSES_S))

    def _begin(self) -> None:
        self._turn += 1
        self._came_ms, self._first_s, self._ended = 0.0, None, None
        self._all_came = self._waits_for_tool = False
        self._losses = 0
        self.history.opened(self._turn, self._turn)
        self.chain.send(v.OpenTurn())

    def _speech(self) -> Pcm:
        start = self._chance.randrange(len(self._noise) - TURN_SAMPLES)
        return self._noise[start : start + TURN_SAMPLES]

    async def _until_ended(self) -> None:
        """Abandon whoever lets the person wait; a running tool is waited for, and all that came is heard."""
        while self._ended is None and not self._all_came:
            self._news.clear()
            wait_s = STALL_S if self._first_s is not None else ANSWER_DEADLINE_S
            try:
                async with asyncio.timeout(None if self._waits_for_tool else wait_s):
                    await self._news.wait()
            except TimeoutError:
                self.chain.abandon()
        if self._ended is None:
            await asyncio.sleep((self._came_ms - self._heard_ms()) / 1000)
            self._end(End.ANSWERED)

    def _interrupt(self, end: End) -> None:
        if self._ended is None:
            self.chain.send(v.CancelAnswer(self._turn, self._heard_ms()))
            self._end(end)

    def _heard_ms(self) -> int:
        """It is played as it comes."""
        if self._first_s is None:
            return 0
        return int(min(self._came_ms, (asyncio.get_running_loop().time() - self._first_s) * 1000))
