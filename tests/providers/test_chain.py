"""The chain does not drop a word: whoever fails, the next one is told the whole turn."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AppendAudio,
    CancelAnswer,
    Capabilities,
    ChainEvent,
    CloseSession,
    Command,
    CommitTurn,
    DiscardTurn,
    FailedOver,
    Failure,
    HistoryItem,
    LinkChanged,
    LinkState,
    OpenTurn,
    ProviderEvent,
    Ready,
    SessionConfig,
)
from appliance.errors import FailureCategory
from appliance.providers.chain import Chain, Provider

SOUND = np.arange(320, dtype=np.int16)


class ScriptedSession:
    """A session that does what the test says, and remembers what it was told."""

    capabilities = Capabilities(input_rate_hz=16_000, output_rate_hz=24_000)

    def __init__(self) -> None:
        self.told: list[Command] = []
        self.running = asyncio.Event()
        self._over = asyncio.Event()
        self._emit: Emit = lambda event: None

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        self._emit = emit
        self.running.set()
        await self._over.wait()

    def send(self, command: Command) -> None:
        self.told.append(command)
        if isinstance(command, CloseSession):
            self._over.set()

    def says(self, event: ProviderEvent) -> None:
        self._emit(event)
        if isinstance(event, Failure) and event.answer is None:
            self._over.set()

    @property
    def heard(self) -> list[int]:
        return [len(command.pcm) for command in self.told if isinstance(command, AppendAudio)]

    @property
    def asked(self) -> list[int]:
        return [command.answer for command in self.told if isinstance(command, CommitTurn)]


class Stage:
    """A chain of scripted providers, with a clock that stands still."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.sessions: dict[str, list[ScriptedSession]] = {name: [] for name in names}
        self.events: list[ProviderEvent | ChainEvent] = []
        self.now_s = 0.0
        self.told_before: list[int | None] = []
        self._changed = asyncio.Event()
        self.chain = Chain(
            [Provider(name, self._opener(name)) for name in names],
            SessionConfig("be brief"),
            history=self._history,
            emit=self.events.append,
            now_s=lambda: self.now_s,
            chance=lambda: 1.0,
            resting=lambda: True,
        )

    def _history(self, before: int | None) -> tuple[HistoryItem, ...]:
        self.told_before.append(before)
        return ()

    def _opener(self, name: str) -> Callable[[], ScriptedSession]:
        def open_session() -> ScriptedSession:
            session = ScriptedSession()
            self.sessions[name].append(session)
            self._changed.set()
            return session

        return open_session

    async def session(self, name: str, nth: int = 1) -> ScriptedSession:
        """The nth session with `name`, once it runs."""
        async with asyncio.timeout(2):
            while len(self.sessions[name]) < nth:
                self._changed.clear()
                await self._changed.wait()
            session = self.sessions[name][nth - 1]
            await session.running.wait()
        return session

    def turn(self, answer: int, chunks: int = 2) -> None:
        self.chain.send(OpenTurn())
        for _ in range(chunks):
            self.chain.send(AppendAudio(SOUND))
        self.chain.send(CommitTurn(answer))

    def of(self, kind: type) -> list[ProviderEvent | ChainEvent]:
        return [event for event in self.events if isinstance(event, kind)]


@asynccontextmanager
async def stage(*names: str) -> AsyncIterator[Stage]:
    stage = Stage(names)
    task = asyncio.create_task(stage.chain.run())
    yield stage
    stage.chain.send(CloseSession())
    async with asyncio.timeout(4):
        await task


async def test_a_turn_goes_to_the_first_provider_as_it_is_said() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        assert (first.heard, first.asked) == ([320, 320], [1])
        assert s.sessions["second"] == []


async def test_what_is_said_before_the_link_is_up_is_told_when_it_is() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        s.turn(1)
        assert only.told == []
        only.says(Ready())
        assert (only.heard, only.asked) == ([320, 320], [1])


async def test_the_next_provider_is_told_the_whole_turn_when_one_dies_before_its_answer() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        first.says(Failure(FailureCategory.CONNECTION_FAILED, "gone"))
        second = await s.session("second")
        second.says(Ready())
        assert (second.heard, second.asked) == ([320, 320], [1])
        assert s.of(FailedOver) == [FailedOver("first", "second", "connection_failed", 40)]
        assert s.of(Failure) == []


async def test_an_answer_that_is_refused_goes_to_the_next_provider() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        first.says(Failure(FailureCategory.RATE_LIMITED, "slow down", 20.0, answer=1))
        second = await s.session("second")
        second.says(Ready())
        assert second.asked == [1]


async def test_a_provider_that_keeps_silent_is_given_up_for_the_next() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        s.chain.abandon()
        second = await s.session("second")
        second.says(Ready())
        assert second.asked == [1]
        assert CloseSession() in first.told


async def test_a_silent_provider_without_a_successor_gives_up_the_turn_and_not_the_day() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        only.says(Ready())
        s.turn(1)
        s.chain.abandon()
        assert [f.answer for f in s.of(Failure) if isinstance(f, Failure)] == [1]
        again = await s.session("only", 2)
        again.says(Ready())
        assert again.told == []
        s.turn(2)
        assert again.asked == [2]


async def test_an_answer_lost_in_the_middle_is_not_asked_again_from_the_start() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        first.says(AnswerStarted(1))
        first.says(AnswerAudio(1, SOUND))
        first.says(Failure(FailureCategory.SESSION_CLOSED, "bye"))
        assert [f.answer for f in s.of(Failure) if isinstance(f, Failure)] == [1]
        again = await s.session("first", 2)
        again.says(Ready())
        assert again.told == []


async def test_a_refused_key_is_not_tried_again_and_the_person_is_told_at_once() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        only.says(Failure(FailureCategory.AUTH_FAILED, "the key is refused"))
        await asyncio.wait_for(only.running.wait(), 1)
        s.turn(1)
        failures = [f for f in s.of(Failure) if isinstance(f, Failure)]
        assert [(f.category, f.answer) for f in failures] == [(FailureCategory.AUTH_FAILED, 1)]
        assert len(s.sessions["only"]) == 1


async def test_words_that_continue_a_turn_are_kept_with_its_beginning() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        first.says(Failure(FailureCategory.SESSION_CLOSED, "bye"))
        second = await s.session("second")
        second.says(Ready())
        assert (second.heard, second.asked) == ([320, 320, 320], [2])


async def test_a_turn_that_was_answered_is_not_told_to_anybody_again() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        first.says(AnswerAudio(1, SOUND))
        first.says(AnswerDone(1, complete=True))
        first.says(Failure(FailureCategory.SESSION_CLOSED, "bye"))
        again = await s.session("first", 2)
        again.says(Ready())
        assert again.told == []
        links = [(e.provider, e.link) for e in s.events if isinstance(e, LinkChanged)]
        assert links.count(("first", LinkState.DOWN)) == 1


async def test_what_a_session_says_after_it_was_given_up_reaches_nobody() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        s.chain.abandon()
        first.says(AnswerAudio(1, SOUND))
        assert s.of(AnswerAudio) == []


async def test_a_turn_that_was_cancelled_for_good_does_not_go_on_in_the_next_one() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        only.says(Ready())
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.turn(2)
        assert DiscardTurn() in only.told
        assert only.told.index(DiscardTurn()) < only.told.index(CommitTurn(2))


async def test_a_question_that_is_told_again_is_not_told_as_history_too() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(CommitTurn(2))
        first.says(Failure(FailureCategory.SESSION_CLOSED, "bye"))
        await s.session("second")
        assert s.told_before == [None, 1]


async def test_a_turn_that_goes_on_after_its_answer_was_complete_is_told_whole_to_the_next() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        first.says(AnswerAudio(1, SOUND))
        first.says(AnswerDone(1, complete=True))
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        first.says(Failure(FailureCategory.SESSION_CLOSED, "bye"))
        second = await s.session("second")
        second.says(Ready())
        assert (second.heard, second.asked) == ([320, 320, 320], [2])


async def test_a_turn_is_given_up_when_nobody_may_be_asked_for_longer_than_anyone_waits() -> None:
    async with stage("first", "second") as s:
        for name in ("second", "first"):
            first = await s.session("first", len(s.sessions["first"]) or 1)
            if name == "second":
                first.says(Failure(FailureCategory.RATE_LIMITED, "peace", 3600.0))
                continue
            second = await s.session("second")
            second.says(Failure(FailureCategory.RATE_LIMITED, "peace", 3600.0))
        s.turn(1)
        assert [f.answer for f in s.of(Failure) if isinstance(f, Failure)] == [1]


async def test_a_session_that_the_vendor_ends_by_age_is_no_failure() -> None:
    async with stage("first", "second") as s:
        for age in range(1, 4):
            first = await s.session("first", age)
            first.says(Ready())
            s.now_s += 3600.0
            first.says(Failure(FailureCategory.SESSION_CLOSED, "60 minutes are over"))
        await s.session("first", 4)
        assert s.sessions["second"] == []


async def test_a_turn_after_an_answer_needs_nothing_to_be_forgotten() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        only.says(Ready())
        s.turn(1)
        only.says(AnswerDone(1, complete=True))
        s.turn(2)
        assert DiscardTurn() not in only.told
