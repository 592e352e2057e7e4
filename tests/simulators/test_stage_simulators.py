"""The judges are judged: what Deepgram's or ElevenLabs' own client never does is a violation."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect

from appliance.providers.cascade.deepgram_codec import listening_at
from tests.simulators import deepgram_frames, deepgram_live, elevenlabs_http
from tests.simulators.deepgram_types import mistakes_of_client, mistakes_of_server

PATIENCE_S = 10.0
SPEECH = {"text": "Noon.", "model_id": "eleven_flash_v2_5"}
CLOSE = '{"type": "CloseStream"}'


async def violations_of(*frames: str | bytes, query: str = "") -> list[str]:
    """Of a client that asks as we do, with `query` first, and says `frames` at once."""
    async with asyncio.timeout(PATIENCE_S), deepgram_live.Simulator() as server:
        url = listening_at(server.url + query, "nova-3", "en").url
        key = {"Authorization": f"Token {deepgram_live.KEY}"}
        async with connect(url, additional_headers=key) as connection:
            await said_at_once(connection, *frames)
            async for _ in connection:
                pass
        await server.record.until_all_are_gone()
    return server.record.violations


async def said_at_once(connection: ClientConnection, *frames: str | bytes) -> None:
    """All of them are sent before an answer to the first can be read."""
    for frame in frames:
        await connection.send(frame)


@pytest.mark.parametrize(
    ("frames", "violation"),
    [
        ((b"", CLOSE), "sound of 0 bytes"),
        ((b"123", CLOSE), "sound of 3 bytes"),
        (("not JSON", CLOSE), "no message None"),
        (("[]", CLOSE), "no message None"),
        (('{"type": "Goodbye"}', CLOSE), "no message 'Goodbye'"),
        (('{"type": "KeepAlive", "for": 10}', CLOSE), "no key .for"),
        ((CLOSE, b"12"), "after CloseStream"),
        ((CLOSE, CLOSE), "after CloseStream"),
    ],
)
async def test_what_deepgram_would_not_take_is_a_violation(
    frames: tuple[str | bytes, ...], violation: str
) -> None:
    assert violation in str(await violations_of(*frames))


@pytest.mark.parametrize("query", ["?voice=x", "?sample_rate=8000", "?model=nova-2&model=nova-3"])
async def test_another_question_than_deepgram_knows_is_a_violation(query: str) -> None:
    assert await violations_of(CLOSE, query=query) != []


async def test_everything_that_deepgram_takes_is_none() -> None:
    controls = [json.dumps({"type": kind}) for kind in ("KeepAlive", "Finalize", "KeepAlive")]
    assert await violations_of(b"1234", *controls, b"12", CLOSE) == []


@pytest.mark.parametrize("kind", ["KeepAlive", "Finalize", "CloseStream"])
def test_deepgrams_own_types_know_a_control_message_and_nothing_else_in_it(kind: str) -> None:
    assert mistakes_of_client({"type": kind}) == []
    assert mistakes_of_client({"type": kind, "now": True}) == ["there is no key .now"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "Result"},
        {"duration": "1"},
        {"channel_index": None},
        {"metadata": {"request_id": "r", "model_uuid": "m", "model_info": {}}},
        {"channel": {"alternatives": [{"transcript": "", "confidence": 1.0}]}},
    ],
)
def test_deepgrams_own_types_know_what_it_never_says(wrong: dict[str, Any]) -> None:
    right = json.loads(deepgram_frames.results("Noon.", final=True))
    assert mistakes_of_server(right) == []
    assert mistakes_of_server(right | wrong) != []


# ---------------------------------------------------------------- ElevenLabs


async def asked_for(path: str, body: dict[str, Any]) -> tuple[int, list[str]]:
    """The status of one request, and its violations."""
    key = {"xi-api-key": elevenlabs_http.KEY}
    async with (
        asyncio.timeout(PATIENCE_S),
        elevenlabs_http.Simulator() as server,
        httpx2.AsyncClient(base_url=server.url, headers=key) as client,
    ):
        reply = await client.post(path, json=body)
    return reply.status_code, server.record.violations


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " "},
        {"model_id": "tts-1"},
        {"voice": "George"},
        {"language_code": "eng"},
        {"voice_settings": {"speed": 1.3}},
        {"voice_settings": {"speed": "fast"}},
        {"voice_settings": {"pace": 1.0}},
    ],
)
async def test_what_elevenlabs_would_not_take_is_a_violation(wrong: dict[str, Any]) -> None:
    path = elevenlabs_http.SPEECH_PATH + "?output_format=pcm_24000"
    assert await asked_for(path, SPEECH) == (200, [])
    status, violations = await asked_for(path, SPEECH | wrong)
    assert status == 200
    assert violations != []


@pytest.mark.parametrize(
    "path", ["/v1/text-to-speech", elevenlabs_http.SPEECH_PATH, elevenlabs_http.SPEECH_PATH + "?format=pcm"]
)
async def test_another_path_or_query_is_a_violation(path: str) -> None:
    status, violations = await asked_for(path, SPEECH)
    assert status == 404
    assert len(violations) == 1
