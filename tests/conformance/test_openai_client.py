"""The vendor's own client talks to our simulator: what it accepts, ours may rely on."""

import asyncio
import base64

import numpy as np
from openai import AsyncOpenAI
from openai.types.realtime import RealtimeSessionCreateRequestParam
from openai.types.realtime.realtime_conversation_item_user_message_param import (
    Content as UserContentParam,
)

from appliance.pcm.formats import pcm_from_bytes, pcm_to_bytes
from tests.simulators.openai_realtime import Simulator
from tests.simulators.openai_script import Answer, Call, chirp
from tests.simulators.openai_types import SERVER_EVENTS

# One answer of one chunk, in the vendor's order; the transcription runs beside it.
EXPECTED = [
    "session.created",
    "session.updated",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
    "response.created",
    "rate_limits.updated",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_audio_transcript.delta",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "response.output_item.done",
    "conversation.item.done",
    "response.done",
]

SETTINGS: RealtimeSessionCreateRequestParam = {
    "type": "realtime",
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": 24000},
            "turn_detection": None,
            "transcription": {"model": "gpt-live-transcribe"},
        }
    },
}


async def test_the_vendors_client_has_a_spoken_turn_with_the_simulator() -> None:
    answer = Answer(chirp(0.1), "Hello.", user_transcript="hi there")
    question = chirp(0.5)
    kinds: list[str] = []
    sound = b""
    async with Simulator(answer) as server:
        base_url = server.url.removesuffix("/realtime")
        async with (
            asyncio.timeout(20),
            AsyncOpenAI(api_key="k", websocket_base_url=base_url) as client,
            client.realtime.connect(model="gpt-realtime-2.1") as connection,
        ):
            await connection.session.update(session=SETTINGS)
            await connection.input_audio_buffer.append(
                audio=base64.b64encode(pcm_to_bytes(question)).decode()
            )
            await connection.input_audio_buffer.commit()
            await connection.response.create()
            async for event in connection:
                assert type(event) is SERVER_EVENTS[event.type]
                kinds.append(event.type)
                if event.type == "response.output_audio.delta":
                    sound += base64.b64decode(event.delta)
                if event.type == "response.done":
                    break
    spoken = [kind for kind in kinds if "input_audio_transcription" not in kind]
    assert spoken == EXPECTED
    assert "conversation.item.input_audio_transcription.completed" in kinds
    assert np.array_equal(pcm_from_bytes(sound), answer.pcm24k)
    assert np.array_equal(server.record.turns[0].pcm24k, question)
    assert server.record.violations == []


async def test_the_vendors_client_has_a_written_question_with_a_tool_answered_by_the_simulator() -> None:
    calling = Answer(
        chirp(0.1)[:0], calls=(Call("clock", '{"zone":"UTC"}'),), then=Answer(transcript="Noon.")
    )
    text = ""
    async with Simulator(calling) as server:
        base_url = server.url.removesuffix("/realtime")
        async with (
            asyncio.timeout(20),
            AsyncOpenAI(api_key="k", websocket_base_url=base_url) as client,
            client.realtime.connect(model="gpt-realtime-2.1") as connection,
        ):
            await connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
            content: UserContentParam = {"type": "input_text", "text": "What time is it?"}
            await connection.conversation.item.create(
                item={"type": "message", "role": "user", "content": [content]}
            )
            await connection.response.create()
            async for event in connection:
                assert type(event) is SERVER_EVENTS[event.type]
                if event.type == "response.function_call_arguments.done":
                    assert (event.name, event.arguments) == ("clock", '{"zone":"UTC"}')
                    call_id = event.call_id
                if event.type == "response.output_text.done":
                    text += event.text
                if event.type == "response.done" and text:
                    break
                if event.type == "response.done":
                    await connection.conversation.item.create(
                        item={"type": "function_call_output", "call_id": call_id, "output": "12:00"}
                    )
                    await connection.response.create()
    assert text == "Noon."
    assert [turn.text for turn in server.record.turns] == ["What time is it?"]
    assert server.record.results == [("call_000001", "12:00")]
    assert server.record.violations == []
