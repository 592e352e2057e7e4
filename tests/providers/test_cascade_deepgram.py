"""Ears at Deepgram: every sample arrives, every word comes back, no key is told, nothing hangs."""

import asyncio
import json
import logging
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from appliance.conversation.vocabulary import UsageUnit
from appliance.errors import ConfigurationError, FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.cascade import deepgram, streamed_turn
from appliance.providers.cascade.deepgram import DeepgramOptions, open_deepgram_stt
from appliance.providers.cascade.deepgram_codec import (
    FRAME_MAX_CHARACTERS,
    TEXT_MAX_CHARACTERS,
    TurnReader,
    listening_at,
    refusal,
)
from tests.simulators.deepgram_live import KEY, Script, Simulator, Trouble, When
from tests.simulators.openai_script import chirp

pytestmark = pytest.mark.timeout(30)

QUESTION = chirp(1.0)[:16_000]
BLOCK = 512
METADATA = '{"type": "Metadata", "duration": 1.0}'


def options(server: Simulator, key: str = KEY) -> DeepgramOptions:
    return DeepgramOptions(SecretStr(key), server.url)


def tell(append: Callable[[Pcm], None], pcm: Pcm = QUESTION) -> None:
    for start in range(0, len(pcm), BLOCK):
        append(pcm[start : start + BLOCK])


async def turn_at(server: Simulator, language: str = "en") -> str:
    """The words of one whole turn."""
    turn = open_deepgram_stt(options(server)).listen(language)
    tell(turn.append)
    return await turn.finish()


# ---------------------------------------------------------------- a turn


async def test_a_turn_arrives_whole_and_its_words_come_back_in_order() -> None:
    async with Simulator() as server:
        assert await turn_at(server, "de-AT") == "what time is it"
        await server.record.until_all_are_gone()
    assert np.array_equal(server.record.turns[0], QUESTION)
    assert server.record.asked[0].query["language"] == ["de-AT"]
    assert server.record.asked[0].query["model"] == ["nova-3"]
    assert server.record.violations == []


async def test_what_is_said_is_sent_while_the_person_talks() -> None:
    async with Simulator() as server:
        turn = open_deepgram_stt(options(server)).listen("en")
        tell(turn.append)
        async with asyncio.timeout(5):
            await server.record.until(heard=len(QUESTION))
        assert server.record.turns == []
        await turn.finish()
        assert turn.usage == {UsageUnit.INPUT_AUDIO_MS: 1000}


async def test_a_turn_that_is_told_at_once_goes_in_frames_of_a_second() -> None:
    async with Simulator() as server:
        turn = open_deepgram_stt(options(server)).listen("en")
        turn.append(np.empty(0, np.int16))
        turn.append(np.tile(QUESTION, 60))
        await turn.finish()
    assert np.array_equal(server.record.turns[0], np.tile(QUESTION, 60))
    assert server.record.violations == []


async def test_a_turn_without_words_is_empty() -> None:
    async with Simulator(Script(finals=(), interims=(), last=())) as server:
        assert await turn_at(server) == ""


async def test_words_that_never_became_final_are_words() -> None:
    async with Simulator(Script(last=(), never_final="is it")) as server:
        assert await turn_at(server) == "what time is it"


async def test_messages_that_are_of_no_use_are_passed_over() -> None:
    others = ('{"type": "UtteranceEnd", "channel": [0, 1]}', '{"type": "SpeechStarted"}', '{"type": "new"}')
    async with Simulator(Script(others=others)) as server:
        assert await turn_at(server) == "what time is it"


async def test_while_nothing_is_said_there_are_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepgram, "KEEP_ALIVE_S", 0.01)
    async with Simulator() as server:
        turn = open_deepgram_stt(options(server)).listen("en")
        async with asyncio.timeout(5):
            await server.record.until(kept_alive=3)
        tell(turn.append)
        assert await turn.finish() == "what time is it"
    assert server.record.violations == []


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize("at", When)
@pytest.mark.parametrize(
    ("trouble", "category"),
    [
        (Trouble.DROPS, FailureCategory.SESSION_CLOSED),
        (Trouble.CLOSES, FailureCategory.SESSION_CLOSED),
        (Trouble.BABBLES, FailureCategory.PROTOCOL_VIOLATION),
        (Trouble.KEEPS_SILENT, FailureCategory.TIMED_OUT),
        (Trouble.FAILS, FailureCategory.SESSION_CLOSED),
    ],
)
async def test_whatever_becomes_of_the_turn_has_a_name_and_leaves_nothing(
    trouble: Trouble, category: FailureCategory, at: When, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deepgram, "TRANSCRIPT_TIMEOUT_S", 0.3)
    async with Simulator(Script(trouble=trouble, at=at)) as server:
        with pytest.raises(ProviderError) as failed:
            await turn_at(server)
        async with asyncio.timeout(5):
            await server.record.until_all_are_gone()
    assert failed.value.category == category
    assert KEY not in str(failed.value)


async def test_a_wrong_key_is_known_when_it_is_opened() -> None:
    async with Simulator() as server:
        with pytest.raises(ProviderError) as refused:
            await open_deepgram_stt(options(server, "wrong-key")).open()
    assert refused.value.category == FailureCategory.AUTH_FAILED
    assert "wrong-key" not in str(refused.value)


async def test_opening_and_closing_leaves_no_connection() -> None:
    async with Simulator() as server:
        stage = open_deepgram_stt(options(server))
        await stage.open()
        await stage.close()
        await server.record.until_all_are_gone()
    assert server.record.connections == 1
    assert server.record.violations == []


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (429, "", FailureCategory.RATE_LIMITED),
        (402, '{"err_code": "ASR_PAYMENT_REQUIRED"}', FailureCategory.QUOTA_EXHAUSTED),
        (403, '{"category": "INSUFFICIENT_CREDITS"}', FailureCategory.QUOTA_EXHAUSTED),
        (403, '{"err_code": "INSUFFICIENT_PERMISSIONS"}', FailureCategory.AUTH_FAILED),
        (503, "<html>", FailureCategory.CONNECTION_FAILED),
    ],
)
async def test_a_refusal_means_what_the_vendor_says(
    status: int, body: str, category: FailureCategory
) -> None:
    async with Simulator(Script(reject_status=status, reject_body=body, retry_after="7")) as server:
        with pytest.raises(ProviderError) as refused:
            await turn_at(server)
    assert refused.value.category == category
    assert refused.value.retry_after_s == 7


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"\xff", b'{"err_code": []}', b"[" * 4000])
def test_a_refusal_that_says_nothing_says_nothing(body: bytes) -> None:
    assert refusal(body) is None


async def test_a_turn_that_nobody_wants_any_more_ends_its_connection() -> None:
    async with Simulator() as server:
        turn = open_deepgram_stt(options(server)).listen("en")
        tell(turn.append)
        await server.record.until(heard=1)
        await turn.close()
        await turn.close()
        async with asyncio.timeout(5):
            await server.record.until_all_are_gone()
    assert server.record.turns == []


async def test_who_stops_waiting_for_the_words_ends_the_connection() -> None:
    async with Simulator(Script(trouble=Trouble.KEEPS_SILENT, at=When.CLOSE_STREAM)) as server:
        turn = open_deepgram_stt(options(server)).listen("en")
        tell(turn.append)
        waiting = asyncio.create_task(turn.finish())
        await server.record.until(heard=len(QUESTION))
        waiting.cancel()
        async with asyncio.timeout(1):
            await asyncio.wait({waiting})
            await server.record.until_all_are_gone()
    assert waiting.cancelled()


async def test_more_than_can_wait_for_a_connection_gives_the_turn_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed_turn, "KEPT_MAX_BYTES", 1000)
    async with Simulator() as server:
        turn = open_deepgram_stt(options(server)).listen("en")
        tell(turn.append)
        with pytest.raises(ProviderError) as failed:
            await turn.finish()
    assert failed.value.category == FailureCategory.TIMED_OUT


async def test_the_key_is_in_no_log_line_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Simulator() as server:
        stage = open_deepgram_stt(options(server))
        await turn_at(server)
        assert KEY not in repr(options(server)) + repr(vars(stage))
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("websockets.server")]
    assert KEY not in "".join(ours)


# ---------------------------------------------------------------- where it is asked


def test_what_the_owner_s_address_names_itself_is_not_added() -> None:
    asked = listening_at("wss://h/v1/listen?model=nova-2&punctuate=false&keyterm=a%20b", "nova-3", "de")
    query = parse_qs(urlsplit(asked.url).query)
    assert query["model"] == ["nova-2"]
    assert query["punctuate"] == ["false"]
    assert query["keyterm"] == ["a b"]
    assert query["language"] == ["de"]


@pytest.mark.parametrize("url", ["ws://example.com/v1/listen", "https://api.deepgram.com/v1/listen", ""])
def test_an_address_that_must_not_get_the_key_is_refused_at_once(url: str) -> None:
    with pytest.raises(ConfigurationError):
        open_deepgram_stt(DeepgramOptions(SecretStr(KEY), url))


# ---------------------------------------------------------------- whatever it is told


def results(transcript: object, final: bool = True) -> str:
    channel = {"alternatives": [{"transcript": transcript}]}
    return json.dumps({"type": "Results", "is_final": final, "channel": channel})


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "7",
        "{}",
        '{"type": 7}',
        '{"type": "Results"}',
        '{"type": "Results", "channel": []}',
        '{"type": "Results", "channel": {"alternatives": {}}}',
        '{"type": "Results", "channel": {"alternatives": [7]}}',
        results(7),
        results("x" * (TEXT_MAX_CHARACTERS + 1)),
        "[" * 1000 + "]" * 1000,
        "9" * 5000,
        b"\xff\xfe\xfd",
        " " * (FRAME_MAX_CHARACTERS + 1),
    ],
)
def test_what_the_protocol_does_not_allow_is_a_violation(frame: str | bytes) -> None:
    with pytest.raises(ProtocolViolation):
        TurnReader().take(frame)


def test_a_transcript_without_end_is_a_violation() -> None:
    reader = TurnReader()
    for _ in range(4):
        reader.take(results("x" * (TEXT_MAX_CHARACTERS // 4)))
    with pytest.raises(ProtocolViolation, match="without end"):
        reader.take(results("x"))


def test_results_without_an_alternative_are_empty() -> None:
    reader = TurnReader()
    reader.take('{"type": "Results", "is_final": true, "channel": {"alternatives": []}}')
    assert reader.take(METADATA) == ""


def test_lone_surrogates_can_be_written_to_a_file() -> None:
    reader = TurnReader()
    reader.take(results("a\ud800b"))
    words = reader.take(METADATA)
    assert words is not None
    assert words.encode() == b"a?b"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
)
KEYS = st.sampled_from(
    ["type", "channel", "alternatives", "transcript", "is_final", "description", "message"]
)
KINDS = st.sampled_from(["Results", "Metadata", "Error", "UtteranceEnd"])
FRAMES = (
    st.text(max_size=50)
    | st.binary(max_size=50)
    | st.builds(
        lambda kind, fields: json.dumps(fields | {"type": kind}),
        KINDS,
        st.dictionaries(
            KEYS, JSON | st.dictionaries(KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON))), max_size=5
        ),
    )
)


@given(st.lists(FRAMES, max_size=6))
def test_whatever_is_sent_is_words_or_a_named_failure(frames: list[str | bytes]) -> None:
    reader = TurnReader()
    for frame in frames:
        try:
            words = reader.take(frame)
        except ProviderError:
            return
        if words is not None:
            assert words.encode().decode() == words
