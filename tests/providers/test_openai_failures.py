"""Every way in which a session fails, over a real socket, and what it is called."""

import socket

import pytest

from appliance.conversation.vocabulary import (
    AnswerDone,
    Failure,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.providers import socket_session as session_module
from tests.simulators.openai_realtime import Simulator
from tests.simulators.openai_script import Answer, Behaviour, chirp
from tests.simulators.openai_talk import failure_of, talking

pytestmark = pytest.mark.timeout(30)


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
