"""A session and its peer at play: what every contract needs to do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    Capabilities,
    CloseSession,
    CommitTurn,
    FailedOver,
    Failure,
    LinkChanged,
    ProviderEvent,
    Ready,
    ToolCall,
)
from appliance.pcm.formats import Pcm
from tests.conformance.suite.peer import Peer
from tests.conformance.suite.plan import Plan
from tests.simulators.cascade_talk import Talk

BLOCK_SAMPLES = 512
# `Session`: it closes its connection within a second; the rest is for a machine that does other things.
CLOSE_WITHIN_S = 4.0

OF_ANSWER = (AnswerStarted, AnswerAudio, AnswerTranscript, AnswerDone, ToolCall)


@dataclass
class Scene:
    """One run of one contract."""

    peer: Peer
    plan: Plan
    talk: Talk = field(init=False)
    running: "asyncio.Task[None] | None" = None

    def __post_init__(self) -> None:
        self.talk = Talk(self.peer.session, self.plan.config)

    @property
    def can(self) -> Capabilities:
        return self.peer.session.capabilities

    @property
    def events(self) -> list[ProviderEvent]:
        return self.talk.events

    def start(self) -> "asyncio.Task[None]":
        """Run the session."""
        self.running = asyncio.create_task(self.talk.run(self.plan.history), name="the session")
        return self.running

    async def begin(self) -> None:
        """Run the session until it is ready."""
        self.start()
        await self.talk.when(lambda: bool(self.talk.of(Ready) or self.talk.of(Failure)))
        assert self.talk.of(Ready), f"it did not become ready: {self.events}"

    def say(self, pcm: Pcm) -> None:
        """The next of what the person says, in the blocks of a microphone."""
        for start in range(0, len(pcm), BLOCK_SAMPLES):
            self.talk.session.send(AppendAudio(pcm[start : start + BLOCK_SAMPLES]))

    def ask(self, answer: int, pcm: Pcm | None = None) -> None:
        """A turn in speech."""
        self.peer.open_turn()
        self.say(self.peer.question if pcm is None else pcm)
        self.talk.session.send(CommitTurn(answer))

    async def answered(self, answer: int) -> AnswerDone:
        """Wait for the answer; fails where the session, or the answer, does."""
        await self.talk.answered(answer)
        done = self.talk.of(AnswerDone, answer)
        assert done, f"answer {answer} failed: {self.talk.of(Failure)}"
        return done[0]

    @property
    def said(self) -> list[ProviderEvent]:
        """What came of the session itself: not what a chain says of its links."""
        return [event for event in self.events if not isinstance(event, LinkChanged | FailedOver)]

    def of_answer(self, answer: int) -> list[ProviderEvent]:
        """What came of the answer; what the person said is not part of it."""
        return [e for e in self.events if isinstance(e, OF_ANSWER) and e.answer == answer]

    async def close(self) -> None:
        """End the session in its own way."""
        if self.running is None:
            return
        self.talk.session.send(CloseSession())
        _, late = await asyncio.wait({self.running}, timeout=CLOSE_WITHIN_S)
        self.running.cancel()
        await asyncio.wait({self.running})
        assert not late, "it does not end"
        if not self.running.cancelled():
            self.running.result()  # a mistake of ours


async def eventually(true: Callable[[], bool], why: Callable[[], str]) -> None:
    """Wait for what happens outside of our events, such as a socket that closes."""
    try:
        async with asyncio.timeout(CLOSE_WITHIN_S):
            while not true():  # noqa: ASYNC110  nobody tells: it is looked at
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(why()) from None
