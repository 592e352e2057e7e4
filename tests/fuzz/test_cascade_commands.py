"""Whatever a conversation wants of a cascade, in any order: its promises hold, nothing is left behind."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    CloseSession,
    Command,
    CommitTurn,
    Configure,
    ContinueAnswer,
    DiscardTurn,
    Failure,
    Languages,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolCall,
    ToolRan,
    ToolResult,
)
from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.cascade.session import CascadeSession
from appliance.providers.cascade.stages import Finished, MadeCall, Message, Stages, Words
from tests.simulators.cascade_judge import mistakes_of_messages

BLOCK = np.ones(160, np.int16)
OF_AN_ANSWER = (AnswerStarted, AnswerAudio, AnswerTranscript, AnswerDone, ToolCall, Failure)
PATIENCE_S = 10.0


@dataclass
class Whims:
    """What the servers do next, by what chance gave: the same for all three."""

    given: Sequence[int]
    at: int = 0
    open_streams: int = 0
    told: list[str] = field(default_factory=list)  # mistakes in what the model was told

    async def next(self) -> int:
        """A number, after some turns of the loop."""
        self.at += 1
        whim = self.given[self.at % len(self.given)]
        for _ in range(whim % 4):
            await asyncio.sleep(0)
        if whim % 17 == 3:
            raise ProviderError(FailureCategory.SESSION_CLOSED, "gone")
        if whim % 19 == 5:
            raise ProtocolViolation("nonsense")
        return whim


@dataclass
class Server:
    """All three stages."""

    whims: Whims
    rate_hz: int = 24_000
    speeds: tuple[float, float] | None = (0.5, 2.0)
    languages: Languages = Languages.ANY

    async def open(self) -> None:
        await asyncio.sleep(0)

    async def close(self) -> None:
        await asyncio.sleep(0)

    def listen(self, language: str) -> "Words_":
        self.whims.open_streams += 1
        return Words_(self.whims)

    async def write(
        self, messages: Sequence[Message], config: SessionConfig
    ) -> AsyncGenerator[Words | MadeCall | Finished, None]:
        told = [
            {"role": m.role, "content": m.text, "tool_call_id": m.call}
            | ({"tool_calls": [{"id": call.call} for call in m.calls]} if m.calls else {})
            for m in messages
        ]
        self.whims.told += mistakes_of_messages(told)
        self.whims.open_streams += 1
        try:
            for _ in range(4):
                whim = await self.whims.next()
                yield MadeCall("c", "clock", "{}") if whim % 7 == 0 else Words(f"Word {whim}, and more. ")
            yield Finished(usage={"output_text_tokens": 1})
        finally:
            self.whims.open_streams -= 1

    async def speak(self, text: str, language: str, speed: float) -> AsyncGenerator[Pcm, None]:
        self.whims.open_streams += 1
        try:
            for _ in range(2):
                yield np.ones(await self.whims.next() * 10, np.int16)
        finally:
            self.whims.open_streams -= 1


@dataclass
class Words_:  # noqa: N801  the words of one turn
    """One turn on its way to words."""

    whims: Whims
    usage: dict[str, int] = field(default_factory=dict)
    closed: bool = False

    def append(self, pcm: Pcm) -> None:
        assert not self.closed

    async def finish(self) -> str:
        return "" if await self.whims.next() % 5 == 0 else "Well?"

    async def close(self) -> None:
        self.whims.open_streams -= not self.closed
        self.closed = True


COMMANDS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 200), st.integers(0, 40)), max_size=40)


def command_of(kind: int, number: int, answer: int, calls: list[ToolCall]) -> Command:
    """One of everything that may be wanted; `answer` is the next answer's number."""
    last = calls[-1] if calls else ToolCall(0, "c", "clock", "{}")
    commands: list[Command] = [
        *(AppendAudio(BLOCK), AppendAudio(BLOCK), CommitTurn(answer), CommitTurn(answer)),
        *(CancelAnswer(answer - 1, number * (number % 2)), CancelAnswer(answer - 2, number)),
        *(DiscardTurn(), AskText(answer, "Well?", spoken=number % 2 == 0), ContinueAnswer(answer, "I say")),
        *(ToolResult(last.answer, last.call, "12:00"), ToolRan("c", "clock", "{}", "12:00")),
        Configure(SessionConfig("Be brief.", output="text" if number % 2 else "audio")),
    ]
    return commands[kind]


async def converse(commands: list[tuple[int, int, int]], whims: Whims) -> int:
    """How many answers were given whole."""
    session = CascadeSession(Stages(Server(whims), Server(whims), Server(whims)))
    cancelled: set[int] = set()
    finished: set[int] = set()
    whole = 0
    calls: list[ToolCall] = []
    ready = asyncio.Event()

    def emit(event: ProviderEvent) -> None:
        nonlocal whole
        if isinstance(event, Ready):
            ready.set()
        if isinstance(event, OF_AN_ANSWER):
            assert event.answer not in cancelled | finished
        if isinstance(event, AnswerDone | Failure) and event.answer is not None:
            finished.add(event.answer)
        whole += isinstance(event, AnswerDone)
        if isinstance(event, ToolCall):
            calls.append(event)

    running = asyncio.create_task(session.run(SessionConfig("Be kind."), (), emit))
    await asyncio.wait_for(ready.wait(), PATIENCE_S)
    answer = 1
    for kind, number, turns in commands:
        command = command_of(kind, number, answer, calls)
        if isinstance(command, CancelAnswer):
            cancelled.add(command.answer)
        if isinstance(command, CommitTurn | AskText | ContinueAnswer):
            cancelled.update(range(answer))  # a new one takes the place of the last
            answer += 1
        session.send(command)
        for _ in range(turns):
            await asyncio.sleep(0)
    session.send(CloseSession())
    await asyncio.wait_for(running, PATIENCE_S)
    assert whims.open_streams == 0
    assert whims.told == []
    assert len(asyncio.all_tasks()) == 1
    return whole


@settings(max_examples=300)
@given(COMMANDS, st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_any_commands_in_any_order(commands: list[tuple[int, int, int]], given_whims: list[int]) -> None:
    asyncio.run(converse(commands, Whims(given_whims)))


def test_a_thousand_turns_leave_nothing_behind() -> None:
    turn = [(0, 0, 0), (2, 0, 20), (9, 0, 20), (9, 0, 30), (4, 81, 1)]
    whims = Whims([n for n in range(1, 400, 3) if n % 17 != 3 and n % 19 != 5])
    assert asyncio.run(converse(turn * 1000, whims)) > 300
