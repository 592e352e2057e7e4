"""The session over real sockets, against the strict server: turns, sleeping and waking, losses, the key."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    CloseSession,
    ClosingSoon,
    Failure,
    Ready,
    ToolCall,
    ToolDeclaration,
    ToolResult,
    UsageTold,
    UsageUnit,
    UserTranscript,
)
from appliance.errors import ConfigurationError, FailureCategory
from tests.simulators.live_pair import history, speech
from tests.simulators.live_script import Answer, Behaviour
from tests.simulators.live_server import Simulator
from tests.simulators.live_talk import LiveTalk, session_with, talking, until_closed
from tests.simulators.openai_script import Call, chirp
from tests.simulators.openai_talk import CONFIG, KEY, PATIENCE_S

pytestmark = pytest.mark.timeout(30)

CLOSED = FailureCategory.SESSION_CLOSED
TOOLS = (ToolDeclaration("clock", "Tells the time.", '{"type":"object","properties":{}}'),)


def last_of(talk: LiveTalk) -> Failure:
    """What the session ended with; only what it cost may be told behind it."""
    last = [event for event in talk.events if not isinstance(event, UsageTold)][-1]
    assert isinstance(last, Failure)
    return last


async def failure_of(url: str, ask: int | None = None) -> Failure:
    """How a session with this server fails."""
    talk = LiveTalk(url, session=session_with(url))
    if ask is not None:
        talk.ask(ask)
    await asyncio.wait_for(talk.run(), PATIENCE_S)
    assert KEY not in str(talk.events)
    return last_of(talk)


# ---------------------------------------------------------------- a conversation


async def test_a_turn_is_answered_whole_and_the_server_has_no_complaint() -> None:
    answer = Answer(chirp(1.0), "It is late.", user_transcript="what time is it")
    async with Simulator(answer) as server:
        async with talking(server.url, history("Hi.", "Hello.")) as talk:
            talk.ask(1)
            await talk.until(AnswerDone)
        sound = np.concatenate([e.pcm for e in talk.events if isinstance(e, AnswerAudio)])
        assert np.array_equal(np.trim_zeros(sound), np.trim_zeros(answer.pcm24k))
        assert [e for e in talk.events if isinstance(e, UserTranscript)][-1].text == "what time is it"
        assert server.record.sessions[0].history == [("user", "Hi."), ("assistant", "Hello.")]
        assert server.record.sessions[0].closed == "close_requested"
        assert server.record.violations == []
        assert server.record.goodbyes == [1000]


async def test_an_answer_streams_in_real_time_and_ahead_of_the_loudspeaker() -> None:
    """At no moment is less sound there than was to be played by then."""
    async with Simulator(Answer(chirp(2.0))) as server, talking(server.url) as talk:
        loop = asyncio.get_running_loop()
        arrivals: list[tuple[float, int]] = []
        talk.react = lambda e: (
            arrivals.append((loop.time(), len(e.pcm))) if isinstance(e, AnswerAudio) else None
        )
        talk.ask(1)
        await talk.until(AnswerDone)
    began_s, received = arrivals[0][0], 0
    margins = []
    for at_s, samples in arrivals:
        margins.append(received / 24_000 - (at_s - began_s))
        received += samples
    assert min(margins[1:]) > 0


async def test_a_tool_is_called_and_its_result_told() -> None:
    calling = Answer(calls=(Call("clock"),), then=Answer(chirp(0.5), "Noon."))
    config = replace(CONFIG, tools=TOOLS)
    async with Simulator(calling) as server, talking(server.url, config=config) as talk:
        talk.ask(1)
        call = await talk.until(ToolCall)
        talk.session.send(ToolResult(1, call.call, "12:00"))
        await talk.until(AnswerDone)
    assert server.record.results == [(call.call, "12:00")]
    assert server.record.violations == []


async def test_a_question_in_writing_is_said_back_and_answered() -> None:
    async with Simulator(Answer(chirp(0.3), "Noon.")) as server, talking(server.url) as talk:
        talk.session.send(AskText(1, "What time is it?", spoken=True))
        await talk.until(AnswerDone)
    assert UserTranscript(1, "What time is it?", final=True) in talk.events
    assert server.record.violations == []


# ---------------------------------------------------------------- sleeping and waking


async def test_it_sleeps_when_nobody_speaks_and_the_next_turn_wakes_it_with_all_that_was_said() -> None:
    answers = [Answer(chirp(0.3), "One.", user_transcript="first"), Answer(chirp(0.3), "Two.")]
    async with Simulator(answers) as server, talking(server.url, idle_s=0.3) as talk:
        talk.ask(1)
        await talk.until(AnswerDone, answer=1)
        await until_closed(server, 1)
        talk.ask(2)
        await talk.until(AnswerDone, answer=2)
        assert [e for e in talk.events if isinstance(e, Ready | Failure)] == [Ready()]
        assert server.record.sessions[0].closed == "close_requested"
        assert server.record.sessions[1].history == [("user", "first"), ("assistant", "One.")]
        told = server.record.sessions[1].pcm24k
        assert np.count_nonzero(np.abs(told) > 1000) > 0.45 * 24_000
    assert server.record.violations == []


async def test_asleep_it_sends_nothing_and_ends_at_once() -> None:
    async with Simulator() as server:
        async with talking(server.url, idle_s=0.1) as talk:
            await until_closed(server, 1)
            talk.session.send(CancelAnswer(1, 0))  # wakes nobody
            began_s = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began_s < 0.5
        assert len(server.record.sessions) == 1


async def test_a_server_that_cannot_be_reached_any_more_is_a_failure_when_it_wakes() -> None:
    async with Simulator() as server:
        talk = LiveTalk(server.url, session=session_with(server.url, idle_s=0.1))
        running = asyncio.create_task(talk.run())
        await until_closed(server, 1)
    assert not running.done()
    talk.ask(1)
    await asyncio.wait_for(running, PATIENCE_S)
    assert [e.category for e in talk.events if isinstance(e, Failure)] == [FailureCategory.CONNECTION_FAILED]


async def test_who_talks_on_is_replaced_and_the_next_turn_is_answered_by_the_next_socket() -> None:
    deaf = Answer(chirp(30.0), "On and on.", user_transcript="first", deaf=True)
    script = [deaf, Answer(chirp(0.3), "Two.")]
    async with Simulator(script) as server, talking(server.url) as talk:
        talk.ask(1)
        await talk.until(AnswerAudio)
        talk.session.send(CancelAnswer(1, heard_ms=40))
        await until_closed(server, 1)
        talk.ask(2)
        await talk.until(AnswerDone, answer=2)
        assert [e.text for e in talk.events if isinstance(e, AnswerTranscript)][-1] == "Two."
    assert server.record.sessions[1].history[0] == ("user", "first")
    assert server.record.violations == []


async def test_a_turn_begun_before_it_was_ready_is_answered() -> None:
    async with Simulator(Answer(chirp(0.3), "Yes.")) as server:
        talk = LiveTalk(server.url, session=session_with(server.url))
        talk.ask(1)
        running = asyncio.create_task(talk.run())
        await talk.until(AnswerDone)
        assert isinstance(talk.events[0], Ready)
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, PATIENCE_S)
    assert server.record.violations == []


async def test_a_question_asked_before_it_was_ready_is_said_back_once_it_is() -> None:
    async with Simulator(Answer(chirp(0.3), "Noon.")) as server:
        talk = LiveTalk(server.url, session=session_with(server.url))
        talk.session.send(AskText(1, "What time is it?", spoken=True))
        running = asyncio.create_task(talk.run())
        await talk.until(AnswerDone)
        assert talk.events[:2] == [Ready(), UserTranscript(1, "What time is it?", final=True)]
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, PATIENCE_S)


# ---------------------------------------------------------------- how it ends


async def test_a_lost_connection_in_mid_answer_is_a_failure_of_the_session() -> None:
    async with Simulator(Answer(chirp(3.0), drop_after_ms=300)) as server:
        talk = LiveTalk(server.url, session=session_with(server.url))
        running = asyncio.create_task(talk.run())
        await talk.until(Ready)
        talk.ask(1)
        await asyncio.wait_for(running, PATIENCE_S)
    assert any(isinstance(event, AnswerStarted) for event in talk.events)
    assert last_of(talk).category is FailureCategory.SESSION_CLOSED


@pytest.mark.parametrize(
    ("behaviour", "category"),
    [
        (Behaviour(reject_status=401), FailureCategory.AUTH_FAILED),
        (Behaviour(reject_status=403, reject_code="forbidden"), FailureCategory.AUTH_FAILED),
        (Behaviour(reject_status=429, reject_code="insufficient_quota"), FailureCategory.QUOTA_EXHAUSTED),
        (Behaviour(reject_status=429), FailureCategory.RATE_LIMITED),
        (Behaviour(reject_status=503), FailureCategory.CONNECTION_FAILED),
        (Behaviour(refuse_with="model_not_found"), FailureCategory.MODEL_UNAVAILABLE),
        (Behaviour(never_starts=True), FailureCategory.TIMED_OUT),
        (Behaviour(close_after_ms=200, close_reason="expired"), FailureCategory.SESSION_CLOSED),
    ],
)
async def test_why_there_is_no_session(behaviour: Behaviour, category: FailureCategory) -> None:
    async with Simulator(behaviour=behaviour) as server:
        assert (await failure_of(server.url)).category is category


@pytest.mark.parametrize("behaviour", [Behaviour(close_after_ms=100), Behaviour()], ids=["ends", "sleeps"])
async def test_at_no_moment_of_its_end_or_its_sleep_is_a_command_too_much(behaviour: Behaviour) -> None:
    async with Simulator(behaviour=behaviour) as server:
        talk = LiveTalk(server.url, session=session_with(server.url, idle_s=0.4))
        running = asyncio.create_task(talk.run())
        await talk.until(Ready)
        while not running.done() and not server.record.goodbyes:
            talk.session.send(CancelAnswer(7, 0))
            await asyncio.sleep(0)
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, PATIENCE_S)
    assert not [e for e in talk.events if isinstance(e, Failure) and e.category is not CLOSED]


async def test_nonsense_in_mid_answer_ends_the_session() -> None:
    async with Simulator(Answer(chirp(2.0), garbage_after_ms=200)) as server:
        assert (await failure_of(server.url, ask=1)).category is FailureCategory.PROTOCOL_VIOLATION


async def test_the_end_of_a_session_is_told_in_time() -> None:
    async with Simulator(behaviour=Behaviour(expires_in_s=182)) as server, talking(server.url) as talk:
        soon = await talk.until(ClosingSoon)
    assert 120 <= soon.remaining_s <= 182


async def test_a_server_that_quotes_the_key_is_not_repeated() -> None:
    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(
            '{"type":"error","event_id":"e","error":{"type":"x","code":"invalid_api_key","message":"'
            + f"bad key {KEY}"
            + '"}}'
        )

    async with serve(handle, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        failure = await failure_of(f"ws://127.0.0.1:{port}/v1/live/sessions")
    assert failure.category is FailureCategory.AUTH_FAILED


async def test_a_cancelled_session_leaves_nothing_behind() -> None:
    async with Simulator() as server:
        before = asyncio.all_tasks()
        talk = LiveTalk(server.url, session=session_with(server.url))
        running = asyncio.create_task(talk.run())
        await talk.until(Ready)
        running.cancel()
        await asyncio.wait({running}, timeout=1.5)
        assert running.cancelled()
        await until_closed(server, 1)
        left = {task for task in asyncio.all_tasks() - before if "conn_handler" not in repr(task)}
        assert left == set()


# ---------------------------------------------------------------- what it costs


def told_ms(talk: LiveTalk) -> int:
    """How much of the vendor's time was told."""
    told = [e.usage for e in talk.events if isinstance(e, AnswerDone | UsageTold)]
    return sum(usage.get(UsageUnit.INPUT_AUDIO_MS, 0) for usage in told)


async def test_what_a_session_cost_that_was_asked_nothing_is_told_at_its_end() -> None:
    async with Simulator() as server:
        async with talking(server.url) as talk:
            talk.session.send(AppendAudio(speech(0.5)))
        lasted_ms = len(server.record.sessions[0].pcm24k) / 24
    assert isinstance(talk.events[-1], UsageTold)
    assert talk.events[-1].answer == 0
    assert told_ms(talk) == pytest.approx(lasted_ms, abs=1)


async def test_what_an_answer_cost_that_was_not_finished_is_told_as_its_own() -> None:
    async with Simulator(Answer(chirp(3.0))) as server:
        async with talking(server.url) as talk:
            talk.ask(7)
            await talk.until(AnswerAudio)
        lasted_ms = len(server.record.sessions[0].pcm24k) / 24
    assert [e.answer for e in talk.events if isinstance(e, UsageTold)] == [7]
    assert told_ms(talk) == pytest.approx(lasted_ms, abs=1)


async def test_what_an_answer_told_is_not_told_again_at_the_end() -> None:
    async with Simulator(Answer(chirp(0.3), "Yes.")) as server:
        async with talking(server.url) as talk:
            talk.ask(1)
            await talk.until(AnswerDone)
        lasted_ms = len(server.record.sessions[0].pcm24k) / 24
    assert told_ms(talk) == pytest.approx(lasted_ms, abs=2)


async def test_a_session_that_never_began_cost_nothing() -> None:
    async with Simulator(behaviour=Behaviour(reject_status=503)) as server:
        talk = LiveTalk(server.url, session=session_with(server.url))
        await asyncio.wait_for(talk.run(), PATIENCE_S)
    assert [type(event) for event in talk.events] == [Failure]


def test_an_address_that_is_not_encrypted_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        session_with("ws://example.org/v1/live/sessions")
