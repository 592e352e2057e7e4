"""The session over a real socket, against the strict server: a turn, an interruption, every failure."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import numpy as np
import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AppendAudio,
    CancelAnswer,
    CloseSession,
    CommitTurn,
    Failure,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
    UserTranscript,
)
from appliance.errors import ConfigurationError, FailureCategory
from appliance.providers.openai import session as session_module
from appliance.providers.openai.session import OpenAiOptions, OpenAiSession
from tests.simulators.openai_realtime import Simulator
from tests.simulators.openai_script import Answer, Behaviour, chirp

KEY = "sk-a-very-secret-key"
CONFIG = SessionConfig("Be kind.", "en")
QUESTION = chirp(0.5)
# No step in here takes longer than a second unless it is broken.
PATIENCE_S = 10.0

pytestmark = pytest.mark.timeout(30)

Event = TypeVar("Event")


class Conversation:
    """One running session, and everything it said."""

    def __init__(self, url: str, key: str = KEY) -> None:
        self.session: Session = OpenAiSession(OpenAiOptions(SecretStr(key), url=url))
        self.events: list[ProviderEvent] = []
        self._news = asyncio.Event()
        self.react: Callable[[ProviderEvent], None] = lambda _: None

    def emit(self, event: ProviderEvent) -> None:
        self.events.append(event)
        self.react(event)
        self._news.set()

    async def run(self, history: tuple[HistoryItem, ...] = ()) -> None:
        await self.session.run(CONFIG, history, self.emit)

    async def until(self, kind: type[Event], *, answer: int | None = None) -> Event:
        """The first event of this kind (for this answer)."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.events:
                    if isinstance(event, kind) and answer in (None, getattr(event, "answer", None)):
                        return event
                self._news.clear()
                await self._news.wait()

    def ask(self, answer: int) -> None:
        for block in np.array_split(QUESTION, 25):
            self.session.send(AppendAudio(block))
        self.session.send(CommitTurn(answer))

    def sound(self, answer: int) -> int:
        return sum(len(e.pcm) for e in self.events if isinstance(e, AnswerAudio) and e.answer == answer)


@asynccontextmanager
async def talking(url: str, history: tuple[HistoryItem, ...] = ()) -> AsyncIterator[Conversation]:
    """A session that is ready; closed in its own way at the end."""
    talk = Conversation(url)
    running = asyncio.create_task(talk.run(history))
    try:
        await talk.until(Ready)
        yield talk
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, PATIENCE_S)
    finally:
        running.cancel()


async def failure_of(url: str, ask: int | None = None) -> Failure:
    """How a session with this server fails."""
    talk = Conversation(url)
    if ask is not None:
        talk.ask(ask)
    await asyncio.wait_for(talk.run(), PATIENCE_S)
    assert isinstance(talk.events[-1], Failure)
    assert talk.events[-1].answer is None
    assert KEY not in str(talk.events)
    return talk.events[-1]


# ---------------------------------------------------------------- a conversation


async def test_a_turn_is_answered_whole_and_the_server_has_no_complaint() -> None:
    answer = Answer(chirp(3.0), "It is late.", user_transcript="what time is it")
    async with Simulator(answer) as server:
        history = (HistoryItem("user", "Hi."), HistoryItem("assistant", "Hello."))
        async with talking(server.url, history) as talk:
            talk.ask(1)
            done = await talk.until(AnswerDone)
            said = [e for e in talk.events if isinstance(e, UserTranscript)]
        sound = np.concatenate([e.pcm for e in talk.events if isinstance(e, AnswerAudio)])
        assert done.complete
        assert np.array_equal(sound, answer.pcm24k)
        assert said[-1] == UserTranscript(1, "what time is it", final=True, item=said[-1].item)
        assert abs(len(server.record.turns[0].pcm24k) - 1.5 * len(QUESTION)) <= 1
        assert server.record.history == [("user", "Hi."), ("assistant", "Hello.")]
        assert server.record.violations == server.record.races == []
    assert server.record.goodbyes == [1000]


async def test_commands_before_ready_are_kept_in_order() -> None:
    async with Simulator(behaviour=Behaviour(update_delay_s=0.1)) as server:
        talk = Conversation(server.url)
        talk.ask(1)
        running = asyncio.create_task(talk.run())
        await talk.until(AnswerDone)
        talk.session.send(CloseSession())
        await running
        assert abs(len(server.record.turns[0].pcm24k) - 1.5 * len(QUESTION)) <= 1
        assert server.record.violations == []


async def test_interrupted_answer_is_cut_at_what_was_heard_and_the_next_turn_is_answered() -> None:
    answers = [Answer(chirp(20.0), speed=4.0), Answer(chirp(0.5), "Second.")]
    async with Simulator(answers, Behaviour(network_delay_s=0.02)) as server:
        async with talking(server.url) as talk:
            talk.ask(1)
            await talk.until(AnswerAudio, answer=1)
            talk.session.send(CancelAnswer(1, 77))
            heard = talk.sound(1)
            talk.ask(2)
            await talk.until(AnswerDone, answer=2)
        assert talk.sound(1) == heard
        assert talk.sound(2) == 12_000
        assert [cut.audio_end_ms for cut in server.record.truncations] == [77]
        assert server.record.finished == [("resp_000001", "cancelled"), ("resp_000002", "completed")]
        assert server.record.violations == []


async def test_cancel_in_answer_to_an_event_takes_effect_before_the_next_event() -> None:
    async with Simulator([Answer(chirp(2.0)), Answer(chirp(0.1))]) as server:
        async with talking(server.url) as talk:

            def cancel_at_first_sound(event: ProviderEvent) -> None:
                if isinstance(event, AnswerAudio) and event.answer == 1:
                    talk.session.send(CancelAnswer(1, 0))

            talk.react = cancel_at_first_sound
            talk.ask(1)
            await talk.until(AnswerAudio, answer=1)
            talk.ask(2)
            await talk.until(AnswerDone, answer=2)
        assert talk.sound(1) == 2400
        assert len(server.record.deleted) == 1
        assert server.record.violations == []


async def test_answer_is_cancelled_before_the_server_has_begun_with_it() -> None:
    async with Simulator([Answer(created_delay_s=0.05), Answer(chirp(0.1))]) as server:
        async with talking(server.url) as talk:
            talk.ask(1)
            talk.session.send(CancelAnswer(1, 0))
            talk.ask(2)
            await talk.until(AnswerDone, answer=2)
        assert talk.sound(1) == 0
        assert server.record.asked == ["1", "2"]
        assert server.record.violations == []


# ---------------------------------------------------------------- closing


async def test_close_before_the_server_answered_ends_the_session() -> None:
    async with Simulator(behaviour=Behaviour(never_creates=True)) as server:
        talk = Conversation(server.url)
        talk.session.send(CloseSession())
        await asyncio.wait_for(talk.run(), 1.0)
    assert talk.events == []


async def test_cancelled_session_closes_its_socket_within_a_second() -> None:
    async with Simulator(Answer(chirp(60.0), speed=1.0)) as server:
        talk = Conversation(server.url)
        running = asyncio.create_task(talk.run())
        await talk.until(Ready)
        talk.ask(1)
        await talk.until(AnswerAudio)
        running.cancel()
        async with asyncio.timeout(1.0):
            with pytest.raises(asyncio.CancelledError):
                await running
        assert not any(isinstance(event, Failure) for event in talk.events)
    assert server.record.goodbyes == [1000]


async def test_cancelled_session_does_not_wait_for_a_peer_that_is_frozen() -> None:
    async with frozen_server() as url:
        talk = Conversation(url)
        running = asyncio.create_task(talk.run())
        await talk.until(Ready)
        running.cancel()
        async with asyncio.timeout(1.0):
            with pytest.raises(asyncio.CancelledError):
                await running


@asynccontextmanager
async def frozen_server() -> AsyncIterator[str]:
    """Upgrades, opens the session, and from then on does not even read."""
    leave = asyncio.Event()

    async def handle(connection: ServerConnection) -> None:
        await connection.send('{"type":"session.created","session":{}}')
        await connection.recv()
        await connection.send('{"type":"session.updated","session":{}}')
        connection.transport.pause_reading()
        await leave.wait()
        connection.transport.abort()

    async with serve(handle, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/v1/realtime"
        leave.set()


# ---------------------------------------------------------------- failures


@pytest.mark.parametrize(
    ("status", "category"),
    [
        (400, FailureCategory.MODEL_UNAVAILABLE),
        (401, FailureCategory.AUTH_FAILED),
        (403, FailureCategory.AUTH_FAILED),
        (404, FailureCategory.MODEL_UNAVAILABLE),
        (429, FailureCategory.RATE_LIMITED),
        (500, FailureCategory.CONNECTION_FAILED),
        (503, FailureCategory.CONNECTION_FAILED),
    ],
)
async def test_refused_handshake(status: int, category: FailureCategory) -> None:
    async with Simulator(behaviour=Behaviour(reject_status=status)) as server:
        failure = await failure_of(server.url)
    assert failure.category == category
    assert f"HTTP {status}" in failure.message


async def test_refused_handshake_says_when_to_come_back() -> None:
    async with Simulator(behaviour=Behaviour(reject_status=429, retry_after="17")) as server:
        assert (await failure_of(server.url)).retry_after_s == 17.0


async def test_refusal_for_want_of_money_is_told_from_one_for_haste() -> None:
    behaviour = Behaviour(reject_status=429, reject_code="insufficient_quota")
    async with Simulator(behaviour=behaviour) as server:
        assert (await failure_of(server.url)).category == FailureCategory.QUOTA_EXHAUSTED


async def test_wrong_key_is_refused() -> None:
    async with Simulator(behaviour=Behaviour(api_key="sk-another")) as server:
        assert (await failure_of(server.url)).category == FailureCategory.AUTH_FAILED


async def test_wrong_key_is_refused_after_the_upgrade() -> None:
    async with Simulator(behaviour=Behaviour(refuse_with="who_are_you")) as server:
        assert (await failure_of(server.url)).category == FailureCategory.AUTH_FAILED


async def test_nobody_listens_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        failure = await failure_of(f"ws://127.0.0.1:{unused.getsockname()[1]}/v1/realtime")
    assert failure.category == FailureCategory.CONNECTION_FAILED


async def test_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failure = await failure_of("wss://no-such-host.invalid/v1/realtime")
    assert failure.category == FailureCategory.CONNECTION_FAILED


async def test_server_without_tls_where_tls_is_wanted() -> None:
    async with Simulator() as server:
        failure = await failure_of(server.url.replace("ws:", "wss:"))
    assert failure.category == FailureCategory.CONNECTION_FAILED


@pytest.mark.parametrize("behaviour", [Behaviour(never_creates=True), Behaviour(never_updates=True)])
async def test_session_that_does_not_become_ready(
    behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "READY_TIMEOUT_S", 0.2)
    async with Simulator(behaviour=behaviour) as server:
        assert (await failure_of(server.url)).category == FailureCategory.TIMED_OUT


@pytest.mark.parametrize("garbage", ["no JSON", b"\x00\xff", '{"type":"error","error":1}', "[[[["])
async def test_server_that_sends_garbage(garbage: str | bytes) -> None:
    async with Simulator(Answer(chirp(1.0), garbage=garbage, garbage_after_ms=300)) as server:
        assert (await failure_of(server.url, ask=1)).category == FailureCategory.PROTOCOL_VIOLATION


async def test_connection_lost_in_mid_answer() -> None:
    async with Simulator(Answer(chirp(1.0), drop_after_ms=300)) as server:
        assert (await failure_of(server.url, ask=1)).category == FailureCategory.SESSION_CLOSED


async def test_session_that_expired() -> None:
    async with Simulator(behaviour=Behaviour(expires_after_s=0.1)) as server:
        failure = await failure_of(server.url)
    assert failure.category == FailureCategory.SESSION_CLOSED


async def test_failed_answer_leaves_the_session_open() -> None:
    answers = [Answer(fail_with="insufficient_quota"), Answer(chirp(0.1))]
    async with Simulator(answers) as server, talking(server.url) as talk:
        talk.ask(1)
        failure = await talk.until(Failure)
        talk.ask(2)
        await talk.until(AnswerDone, answer=2)
    assert failure.category == FailureCategory.QUOTA_EXHAUSTED
    assert failure.answer == 1


async def test_silence_after_the_commit_is_left_to_the_answer_deadline() -> None:
    async with Simulator([Answer(silent=True), Answer(chirp(0.1))]) as server:
        async with talking(server.url) as talk:
            talk.ask(1)
            await talk.until(UserTranscript)
        assert talk.sound(1) == 0
        assert not any(isinstance(event, Failure) for event in talk.events)


async def test_too_many_commands_before_ready_end_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MAX_EARLY_COMMANDS", 3)
    async with Simulator(behaviour=Behaviour(never_updates=True)) as server:
        assert (await failure_of(server.url, ask=1)).category == FailureCategory.TIMED_OUT


# ---------------------------------------------------------------- the key


async def test_key_is_in_no_log_line_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Simulator(behaviour=Behaviour(api_key=KEY)) as server, talking(server.url) as talk:
        talk.ask(1)
        await talk.until(AnswerDone)
        assert KEY not in repr(OpenAiOptions(SecretStr(KEY))) + repr(vars(talk.session))
    told_by_us = [r.getMessage() for r in caplog.records if not r.name.startswith("websockets.server")]
    assert KEY not in "".join(told_by_us)


async def test_key_that_the_server_quotes_is_masked() -> None:
    async with Simulator(behaviour=Behaviour(refuse_with="invalid_api_key")) as server:
        talk = Conversation(server.url, key="refused")  # the very word the simulator says
        await asyncio.wait_for(talk.run(), PATIENCE_S)
    failure = talk.events[-1]
    assert isinstance(failure, Failure)
    assert failure.message == "***"


def test_address_that_must_not_get_the_key_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError):
        OpenAiSession(OpenAiOptions(SecretStr(KEY), url="ws://example.com/v1/realtime"))
