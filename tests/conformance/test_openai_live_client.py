"""The vendor's own client talks to our simulator: what it accepts, ours may rely on."""

import asyncio
import base64

import numpy as np
from openai import AsyncOpenAI
from openai.resources.live.live import AsyncLiveConnection
from openai.types.live.session_config_param import SessionConfigParam

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, pcm_from_bytes, pcm_to_bytes
from appliance.pcm.resample import Resampler
from tests.simulators.live_pair import silence, speech
from tests.simulators.live_script import RATE_HZ, Answer
from tests.simulators.live_server import Simulator
from tests.simulators.live_types import SERVER_EVENTS
from tests.simulators.openai_script import Call, chirp

TIMEOUT_S = 20
SESSION: SessionConfigParam = {
    "model": "gpt-live-1",
    "instructions": "Be kind.",
    "audio": {"format": {"type": "audio/pcm", "rate": 24000}, "output": {"voice": "marin"}},
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi."}]},
        {"role": "assistant", "content": [{"type": "output_text", "text": "Hello."}]},
    ],
}
WITH_TOOLS: SessionConfigParam = SESSION | {
    "delegation": {
        "type": "responses",
        "responses": {"model": "gpt-5.6-luna", "tools": [{"type": "function", "name": "clock"}]},
    }
}


async def talk(connection: AsyncLiveConnection, pcm: Pcm) -> None:
    """Send 16 kHz sound in frames of 100 ms."""
    resampler = Resampler(NEAR_RATE_HZ, RATE_HZ)
    for block in np.array_split(
        np.concatenate((resampler.process(pcm), resampler.flush())), len(pcm) // 1600
    ):
        await connection.session.input_audio.append(audio=base64.b64encode(pcm_to_bytes(block)).decode())


async def test_the_vendors_client_has_a_conversation_with_the_simulator() -> None:
    answer = Answer(chirp(0.5), "It is late.", user_transcript="what time is it")
    sound, heard, spoken, kinds = b"", "", "", set()
    async with (
        Simulator(answer) as server,
        asyncio.timeout(TIMEOUT_S),
        AsyncOpenAI(api_key="k", websocket_base_url=server.url.removesuffix("/live/sessions")) as client,
        client.live.connect() as connection,
    ):
        await connection.session.start(session=SESSION)
        async for event in connection:
            assert type(event) is SERVER_EVENTS[event.type]
            kinds.add(event.type)
            if event.type == "session.started":
                await talk(connection, speech(1.0))
                await talk(connection, silence(2.0))
                await connection.session.close()
            elif event.type == "session.output_audio.delta":
                sound += base64.b64decode(event.delta)
            elif event.type == "session.input_transcript.delta":
                heard += event.delta
            elif event.type == "session.output_transcript.delta":
                spoken += event.delta
            elif event.type == "session.closed":
                assert event.reason == "close_requested"
                assert event.usage.seconds >= 2.9
                break
    assert np.array_equal(np.trim_zeros(pcm_from_bytes(sound)), np.trim_zeros(answer.pcm24k))
    assert (heard, spoken) == ("what time is it", "It is late.")
    assert "session.usage.updated" in kinds
    assert server.record.sessions[0].history == [("user", "Hi."), ("assistant", "Hello.")]
    assert server.record.violations == []


async def test_the_vendors_client_has_a_tool_called_by_the_simulators_backend() -> None:
    calling = Answer(calls=(Call("clock"),), then=Answer(chirp(0.2), "Noon."))
    spoken = ""
    async with (
        Simulator(calling) as server,
        asyncio.timeout(TIMEOUT_S),
        AsyncOpenAI(api_key="k", websocket_base_url=server.url.removesuffix("/live/sessions")) as client,
        client.live.connect() as connection,
    ):
        await connection.session.start(session=WITH_TOOLS)
        async for event in connection:
            assert type(event) is SERVER_EVENTS[event.type]
            if event.type == "session.started":
                await talk(connection, speech(0.5))
                await talk(connection, silence(0.8))
            elif event.type == "response.event" and event.event["type"] == "response.output_item.done":
                item = event.event["item"]
                assert isinstance(item, dict)
                call_id = str(item["call_id"])
            elif event.type == "response.event" and event.event["type"] == "response.completed":
                if not server.record.results:
                    await connection.response.item.create(
                        item={"type": "function_call_output", "call_id": call_id, "output": "12:00"}
                    )
                    await connection.response.create()
                    await talk(connection, silence(1.0))
            elif event.type == "session.output_transcript.delta":
                spoken += event.delta
                await connection.session.close()
            elif event.type == "session.closed":
                break
    assert spoken == "Noon."
    assert [output for _, output in server.record.results] == ["12:00"]
    assert server.record.violations == []
