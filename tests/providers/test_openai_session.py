"""The session over a real socket, against the strict server: turns, interruptions, closing, the key."""

import asyncio
import logging

import numpy as np
import pytest
from pydantic import SecretStr

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AppendAudio,
    AskText,
    CancelAnswer,
    CloseSession,
    ClosingSoon,
    CommitTurn,
    Failure,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolCall,
    ToolResult,
    TurnEndHeard,
    UserTranscript,
)
from appliance.errors import ConfigurationError
from appliance.providers.openai.session import OpenAiOptions, open_openai
from appliance.providers.socket_session import redacted
from tests.simulators.openai_realtime import Simulator
from tests.simulators.openai_script import Answer, Behaviour, Call, chirp
from tests.simulators.openai_talk import (
    KEY,
    PATIENCE_S,
    QUESTION,
    Conversation,
    frozen_server,
    talking,
)

pytestmark = pytest.mark.timeout(30)


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


async def test_a_written_question_is_said_back_with_the_item_that_the_server_has_of_it() -> None:
    async with Simulator(Answer(chirp(0.5), "Noon.")) as server:
        async with talking(server.url) as talk:
            talk.session.send(AskText(1, "What time is it?", spoken=False))
            await talk.until(AnswerDone)
        item = server.record.turns[0].item_id
        said = [event for event in talk.events if isinstance(event, UserTranscript)]
        assert said == [UserTranscript(1, "What time is it?", final=True, item=item)]
        assert talk.sound(1) == 0
        assert server.record.violations == server.record.races == []


async def test_a_written_question_before_ready_is_said_back_after_it() -> None:
    async with Simulator() as server:
        talk = Conversation(server.url)
        talk.session.send(AskText(1, "What time is it?", spoken=True))
        running = asyncio.create_task(talk.run())
        await talk.until(AnswerDone)
        talk.session.send(CloseSession())
        await running
        assert [type(event) for event in talk.events[:2]] == [Ready, UserTranscript]


async def test_a_tool_is_called_and_its_result_answered_over_the_socket() -> None:
    calling = Answer(chirp(0.1)[:0], calls=(Call("clock"),), then=Answer(chirp(0.5), "Noon."))
    async with Simulator(calling, Behaviour(network_delay_s=0.02)) as server:
        async with talking(server.url) as talk:
            talk.ask(1)
            call = await talk.until(ToolCall)
            talk.session.send(ToolResult(1, call.call, "12:00"))
            await talk.until(AnswerDone)
        assert talk.sound(1) == 12_000
        assert server.record.results == [(call.call, "12:00")]
        assert server.record.violations == server.record.races == []


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


async def test_an_older_server_is_told_in_its_header_and_its_words() -> None:
    async with Simulator(Answer(chirp(0.5), "It is late."), Behaviour(dialect="beta")) as server:
        options = OpenAiOptions(SecretStr(KEY), url=server.url, voice="alloy", dialect="beta")
        talk = Conversation(server.url, session=open_openai(options))
        talk.ask(1)
        running = asyncio.create_task(talk.run())
        await talk.until(AnswerDone)
        talk.session.send(CloseSession())
        await running
        assert talk.sound(1) == 12_000
        assert server.record.violations == []


async def test_how_long_the_session_may_last_is_told_after_ready() -> None:
    async with Simulator(behaviour=Behaviour(lasts_s=900)) as server, talking(server.url) as talk:
        closing = await talk.until(ClosingSoon)
        assert talk.events[0] == Ready()
    assert 890 <= closing.remaining_s <= 901


async def test_the_server_hears_the_end_of_a_turn_over_the_socket() -> None:
    config = SessionConfig("Be kind.", provider_ends_turns=True)
    async with Simulator(Answer(chirp(0.5)), Behaviour(hears=((100, 400),))) as server:
        talk = Conversation(server.url)

        def ask_at_its_end(event: ProviderEvent) -> None:
            if event == TurnEndHeard():
                talk.session.send(CommitTurn(1))

        talk.react = ask_at_its_end
        for block in np.array_split(QUESTION, 25):
            talk.session.send(AppendAudio(block))
        running = asyncio.create_task(talk.session.run(config, (), talk.emit))
        await talk.until(AnswerDone)
        talk.session.send(CloseSession())
        await running
        assert len(server.record.turns) == 1
        assert server.record.violations == server.record.races == []


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
        open_openai(OpenAiOptions(SecretStr(KEY), url="ws://example.com/v1/realtime"))


def test_a_key_that_is_quoted_or_cut_off_in_the_middle_is_not_shown() -> None:
    key = SecretStr("sk-canary-123456")
    assert redacted("bad key sk-canary-123456!", key) == "bad key ***!"
    assert redacted("bad key sk-canary-12", key) == "bad key ***"
    assert redacted("closed (3000 bad key sk-canary-12)", key) == "closed (3000 bad key ***)"
    assert redacted("'sk-canary' and sk-canary-123456 are no keys", key) == "'***' and *** are no keys"
