"""Gemini over a real socket: turns, ends, what they mean, and what carries over."""

import asyncio

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AppendAudio,
    CancelAnswer,
    CloseSession,
    ClosingSoon,
    CommitTurn,
    Failure,
    HistoryItem,
    SessionConfig,
    TurnEndHeard,
    UserTranscript,
)
from appliance.errors import ConfigurationError, FailureCategory
from appliance.providers.gemini.failures import of_close, of_refusal
from appliance.providers.gemini.session import PING_TIMEOUT_S, VENDOR_URL, capabilities_of
from appliance.providers.link import PING_INTERVAL_S
from tests.simulators.gemini_live import PATH, Simulator
from tests.simulators.gemini_script import Answer, Behaviour
from tests.simulators.gemini_talk import KEY, PATIENCE_S, failure_of, provider, talking
from tests.simulators.openai_script import chirp
from tests.simulators.openai_talk import Conversation

ANSWER = Answer(chirp(0.5), "Hello there.", user_transcript="hi")


@pytest.mark.parametrize("text_frames", [False, True])
async def test_a_turn_over_a_socket(text_frames: bool) -> None:
    behaviour = Behaviour(text_frames=text_frames)
    async with Simulator(ANSWER, behaviour) as server, talking(provider(server.url)) as talk:
        talk.ask(1)
        await talk.until(AnswerDone, answer=1)
        assert talk.sound(1) == len(ANSWER.pcm24k)
    assert server.record.violations == []
    assert server.record.goodbyes == [1000]


async def test_an_interruption_over_a_socket() -> None:
    long = Answer(chirp(3.0), speed=1.0)
    async with Simulator([long, ANSWER]) as server, talking(provider(server.url)) as talk:
        talk.ask(1)
        await talk.until(AnswerAudio, answer=1)
        talk.session.send(CancelAnswer(1, 50))
        heard = talk.sound(1)
        talk.ask(2)
        await talk.until(AnswerDone, answer=2)
        assert talk.sound(1) == heard
        assert talk.sound(2) == len(ANSWER.pcm24k)
    assert server.record.violations == []
    assert server.record.interrupted == 1


async def test_the_answer_that_waited_is_told_when_it_is_asked_for_although_nothing_more_comes() -> None:
    behaviour = Behaviour(ends_turn_after_ms=400)
    async with Simulator(ANSWER, behaviour) as server:
        talk_config = SessionConfig("x", provider_ends_turns=True)
        gemini = provider(server.url)
        session = gemini.open()
        events: list[object] = []
        heard, done = asyncio.Event(), asyncio.Event()

        def emit(event: object) -> None:
            events.append(event)
            if isinstance(event, TurnEndHeard):
                heard.set()
            if isinstance(event, AnswerDone):
                done.set()

        running = asyncio.create_task(session.run(talk_config, (), emit))
        session.send(AppendAudio(chirp(0.5)[:8000]))
        await asyncio.wait_for(heard.wait(), 5)
        session.send(CommitTurn(1))
        await asyncio.wait_for(done.wait(), 5)
        session.send(CloseSession())
        await asyncio.wait_for(running, 5)
    assert sum(len(e.pcm) for e in events if isinstance(e, AnswerAudio)) == len(ANSWER.pcm24k)
    assert server.record.violations == []


async def test_go_away_is_told() -> None:
    told = asyncio.Event()
    async with (
        Simulator(ANSWER, Behaviour(go_away_after_s=0.05)) as server,
        talking(provider(server.url)) as talk,
    ):
        talk.react = lambda event: told.set() if event == ClosingSoon(50.0) else None
        await asyncio.wait_for(told.wait(), PATIENCE_S)


async def test_a_session_is_gone_on_with_after_its_socket_was_closed() -> None:
    async with Simulator(ANSWER) as server:
        gemini = provider(server.url)
        async with talking(gemini) as talk:
            talk.ask(1)
            await talk.until(AnswerDone, answer=1)
            said = [e.text for e in talk.events if isinstance(e, UserTranscript) and e.final]
        history = (HistoryItem("user", said[-1]), HistoryItem("assistant", ANSWER.transcript))
        for _ in range(2):  # the same handle again: nothing was said
            async with talking(gemini, history):
                pass
    assert server.record.violations == []
    assert server.record.resumed == ["handle-1", "handle-1"]
    assert server.record.history == []


async def test_after_turns_elsewhere_the_session_begins_afresh_with_the_history() -> None:
    async with Simulator(ANSWER) as server:
        gemini = provider(server.url)
        async with talking(gemini) as talk:
            talk.ask(1)
            await talk.until(AnswerDone, answer=1)
        async with talking(gemini, (HistoryItem("user", "asked of somebody else"),)) as talk:
            talk.ask(2)
            await talk.until(AnswerDone, answer=2)
    assert server.record.violations == []
    assert server.record.resumed == []
    assert server.record.history == [("user", "asked of somebody else")]


async def test_a_handle_that_is_refused_is_not_tried_twice() -> None:
    async with Simulator(ANSWER, Behaviour(forgets_handles=True)) as server:
        gemini = provider(server.url)
        async with talking(gemini) as talk:
            talk.ask(1)
            await talk.until(AnswerDone, answer=1)
        history = (HistoryItem("user", "hi"), HistoryItem("assistant", ANSWER.transcript))
        again = Conversation("", session=gemini.open())
        await asyncio.wait_for(again.run(history), 5)
        assert isinstance(again.events[-1], Failure)
        assert again.events[-1].category is FailureCategory.SESSION_CLOSED
        async with talking(gemini, history) as talk:
            talk.ask(2)
            await talk.until(AnswerDone, answer=2)
    assert server.record.violations == []
    assert server.record.refused_handles == ["handle-1"]
    assert server.record.history == [("user", "hi"), ("model", ANSWER.transcript)]


@pytest.mark.parametrize(
    ("code", "reason", "category"),
    [
        (1007, "API key not valid. Please pass a valid API key.", FailureCategory.AUTH_FAILED),
        (1007, "API key expired. Please renew the API key.", FailureCategory.AUTH_FAILED),
        (1008, "Your API key was reported as leaked.", FailureCategory.AUTH_FAILED),
        (
            1011,
            "You exceeded your current quota, please check your plan and billing.",
            FailureCategory.QUOTA_EXHAUSTED,
        ),
        (1011, "Your prepayment credits are depleted.", FailureCategory.QUOTA_EXHAUSTED),
        (1008, "models/x is not found for API version v1", FailureCategory.MODEL_UNAVAILABLE),
        (1008, "", FailureCategory.MODEL_UNAVAILABLE),
        (1011, "Deadline expired before operation could complete.", None),
        (1011, "Internal error encountered.", None),
        (1007, "Request contains an invalid argument.", None),
        (1000, "", None),
    ],
)
def test_a_close_is_classified_by_its_words(code: int, reason: str, category: FailureCategory | None) -> None:
    assert of_close(code, reason) is category


@pytest.mark.parametrize(
    ("body", "category"),
    [
        (
            [{"error": {"code": 400, "message": "API key not valid", "status": "X"}}],
            FailureCategory.AUTH_FAILED,
        ),
        ({"error": {"message": "x", "status": "RESOURCE_EXHAUSTED"}}, FailureCategory.QUOTA_EXHAUSTED),
        ({"error": {"message": 7}}, None),
        ({"error": 7}, None),
        (None, None),
        ([], None),
    ],
)
def test_a_refusal_is_read_for_its_words(body: object, category: FailureCategory | None) -> None:
    assert of_refusal(body) is category


@pytest.mark.parametrize(
    ("behaviour", "category"),
    [
        (Behaviour(api_key="another"), FailureCategory.AUTH_FAILED),
        (Behaviour(reject_status=403), FailureCategory.AUTH_FAILED),
        (Behaviour(reject_status=429), FailureCategory.RATE_LIMITED),
        (Behaviour(reject_status=503), FailureCategory.CONNECTION_FAILED),
        (Behaviour(close_setup=(1011, "You exceeded your current quota")), FailureCategory.QUOTA_EXHAUSTED),
        (Behaviour(close_setup=(1011, "Internal error")), FailureCategory.SESSION_CLOSED),
    ],
)
async def test_a_session_that_cannot_begin_says_why(behaviour: Behaviour, category: FailureCategory) -> None:
    async with Simulator(ANSWER, behaviour) as server:
        assert (await failure_of(provider(server.url))).category is category


async def test_a_model_that_does_not_exist_says_so() -> None:
    async with Simulator(ANSWER) as server:
        failure = await failure_of(provider(server.url, model="gemini-9"))
    assert failure.category is FailureCategory.MODEL_UNAVAILABLE
    assert "not found" in failure.message


async def test_a_key_that_the_server_quotes_is_not_repeated() -> None:
    async with Simulator(ANSWER, Behaviour(close_setup=(1007, f"API key {KEY} not valid"))) as server:
        failure = await failure_of(provider(server.url))
    assert failure.category is FailureCategory.AUTH_FAILED
    assert KEY not in failure.message


@pytest.mark.parametrize(
    ("answer", "category"),
    [
        (Answer(chirp(1.0), drop_after_ms=300), FailureCategory.SESSION_CLOSED),
        (Answer(garbage="{ no json"), FailureCategory.PROTOCOL_VIOLATION),
        (
            Answer(close_with=(1011, "Deadline expired before operation could complete.")),
            FailureCategory.SESSION_CLOSED,
        ),
    ],
)
async def test_a_session_that_is_lost_in_an_answer_says_why(
    answer: Answer, category: FailureCategory
) -> None:
    async with Simulator(answer) as server:
        assert (await failure_of(provider(server.url), ask=1)).category is category
    assert server.record.violations == []


def test_what_it_cannot_do_is_declared() -> None:
    able = capabilities_of("gemini-3.8-live")
    assert (able.input_rate_hz, able.output_rate_hz) == (16_000, 24_000)
    assert not able.discards
    assert not able.speed
    assert able.ends_turns
    assert able.continues
    assert not capabilities_of("gemini-3.1-flash-live-preview").continues


def test_a_peer_that_is_mute_is_noticed_in_time_and_one_that_is_slow_is_left_alone() -> None:
    assert PING_TIMEOUT_S >= 30  # its pongs were seen to take as long
    assert PING_INTERVAL_S + PING_TIMEOUT_S <= 70


def test_the_vendors_address_is_the_one_that_the_simulator_serves() -> None:
    assert VENDOR_URL.endswith(PATH)


def test_a_key_is_never_sent_in_the_clear() -> None:
    with pytest.raises(ConfigurationError):
        provider("ws://example.org/ws")


async def test_history_that_is_long_arrives_whole() -> None:
    history = tuple(HistoryItem("user" if n % 2 == 0 else "assistant", f"line {n}") for n in range(200))
    async with Simulator(ANSWER) as server, talking(provider(server.url), history) as talk:
        talk.ask(1)
        await talk.until(AnswerDone, answer=1)
    assert server.record.history == [(("user", "model")[n % 2], f"line {n}") for n in range(200)]
