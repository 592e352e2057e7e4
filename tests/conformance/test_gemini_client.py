"""The vendor's own client talks to our simulator: what it accepts, ours may rely on.

The client insists on wss://, so its address and its TLS context are replaced.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from google import genai
from google.genai import types
from google.genai.live import AsyncSession

from appliance.pcm.formats import pcm_from_bytes, pcm_to_bytes
from tests.simulators.gemini_live import PATH, Simulator
from tests.simulators.gemini_script import Answer, Behaviour, Call
from tests.simulators.openai_script import chirp

QUESTION = chirp(0.5)[:8000]
MANUAL: dict[str, Any] = {
    "response_modalities": ["AUDIO"],
    "realtime_input_config": {"automatic_activity_detection": {"disabled": True}},
    "input_audio_transcription": {},
    "output_audio_transcription": {},
    "session_resumption": {},
}


@asynccontextmanager
async def vendors_client(
    server: Simulator, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncSession]:
    address = server.url.removesuffix(PATH)
    monkeypatch.setattr(
        "google.genai._api_client.BaseApiClient._websocket_base_url", lambda *_, **__: address
    )
    client = genai.Client(api_key="k")
    client._api_client._websocket_ssl_ctx = {}
    options = types.LiveConnectConfig.model_validate(config)
    async with (
        asyncio.timeout(20),
        client.aio.live.connect(model="gemini-3.8-live", config=options) as session,
    ):
        yield session


async def speak(session: AsyncSession) -> None:
    await session.send_realtime_input(activity_start=types.ActivityStart())
    await session.send_realtime_input(
        audio=types.Blob(data=pcm_to_bytes(QUESTION), mime_type="audio/pcm;rate=16000")
    )
    await session.send_realtime_input(activity_end=types.ActivityEnd())


async def test_the_vendors_client_has_a_spoken_turn_with_the_simulator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = Answer(chirp(0.3), "Hello.", user_transcript="hi there")
    sound, said, heard, done = b"", "", "", False
    async with Simulator(answer) as server, vendors_client(server, MANUAL, monkeypatch) as session:
        await speak(session)
        async for message in session.receive():
            content = message.server_content
            sound += message.data or b""
            if content is not None and content.output_transcription is not None:
                said += content.output_transcription.text or ""
            if content is not None and content.input_transcription is not None:
                heard += content.input_transcription.text or ""
            if content is not None and content.turn_complete:
                done = True
                assert message.usage_metadata is not None
                assert message.session_resumption_update is not None
    assert done
    assert np.array_equal(pcm_from_bytes(sound), answer.pcm24k)
    assert (said, heard) == ("Hello.", "hi there")
    assert np.array_equal(server.record.turns[0].pcm16k, QUESTION)
    assert server.record.violations == []


async def test_the_vendors_client_runs_a_tool_for_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    calling = Answer(chirp(0.0), "", calls=(Call("get_time", {"zone": "UTC"}),), then=Answer(chirp(0.2)))
    config = MANUAL | {
        "tools": [
            {
                "function_declarations": [
                    {
                        "name": "get_time",
                        "parameters": {"type": "OBJECT", "properties": {"zone": {"type": "STRING"}}},
                    }
                ]
            }
        ]
    }
    sound = b""
    async with Simulator(calling) as server, vendors_client(server, config, monkeypatch) as session:
        await speak(session)
        async for message in session.receive():
            sound += message.data or b""
            if message.tool_call is not None:
                (call,) = message.tool_call.function_calls or []
                assert (call.name, call.args) == ("get_time", {"zone": "UTC"})
                response = types.FunctionResponse(id=call.id, name=call.name, response={"output": "noon"})
                await session.send_tool_response(function_responses=response)
    assert len(sound) == 2 * 24_000 // 5
    assert server.record.results == [("call-1", "get_time", {"output": "noon"})]
    assert server.record.violations == []


async def test_the_vendors_client_leaves_the_end_of_the_turn_to_the_simulator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config: dict[str, Any] = {"response_modalities": ["AUDIO"]}
    behaviour = Behaviour(ends_turn_after_ms=300)
    sound = b""
    blob = types.Blob(data=pcm_to_bytes(QUESTION), mime_type="audio/pcm;rate=16000")
    async with (
        Simulator(Answer(chirp(0.2)), behaviour) as server,
        vendors_client(server, config, monkeypatch) as session,
    ):
        await session.send_realtime_input(audio=blob)
        async for message in session.receive():
            sound += message.data or b""
    assert len(sound) == 2 * 24_000 // 5
    assert server.record.violations == []


async def test_the_vendors_client_writes_a_question_after_a_history(monkeypatch: pytest.MonkeyPatch) -> None:
    config = MANUAL | {"history_config": {"initial_history_in_client_content": True}}
    async with (
        Simulator(Answer(chirp(0.2))) as server,
        vendors_client(server, config, monkeypatch) as session,
    ):
        await session.send_client_content(
            turns=[
                types.Content(role="user", parts=[types.Part(text="I am Ada.")]),
                types.Content(role="model", parts=[types.Part(text="Hello Ada.")]),
            ],
            turn_complete=True,
        )
        await session.send_realtime_input(text="Who am I?")
        async for _ in session.receive():
            pass
    assert server.record.history == [("user", "I am Ada."), ("model", "Hello Ada.")]
    assert [turn.text for turn in server.record.turns] == ["Who am I?"]
    assert server.record.violations == []
