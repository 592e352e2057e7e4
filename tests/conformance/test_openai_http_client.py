"""The vendor's own client talks to our simulator of its HTTP APIs: what it accepts, ours may rely on."""

import asyncio

import numpy as np
import pytest
from openai import APIError, AsyncOpenAI, AuthenticationError, RateLimitError
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_function_tool_param import ChatCompletionFunctionToolParam

from appliance.pcm.formats import NEAR_RATE_HZ, pcm_from_bytes
from appliance.providers.cascade.sound import wav_file
from tests.simulators.cascade_script import Call, Completion, Script, Transcript, Trouble, voice
from tests.simulators.cascade_server import CascadeServer
from tests.simulators.cascade_talk import QUESTION

PATIENCE_S = 20.0
CLOCK: ChatCompletionFunctionToolParam = {
    "type": "function",
    "function": {"name": "clock", "description": "Tells the time.", "parameters": {"type": "object"}},
}
FILE = ("turn.wav", wav_file(QUESTION, NEAR_RATE_HZ), "audio/wav")


def client(server: CascadeServer) -> AsyncOpenAI:
    return AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0)


async def test_a_turn_is_transcribed() -> None:
    async with asyncio.timeout(PATIENCE_S), CascadeServer() as server, client(server) as openai:
        reply = await openai.audio.transcriptions.create(file=FILE, model="hears", language="en")
    assert reply.text == "a question"
    assert reply.usage is not None
    assert np.array_equal(server.record.turns[0], QUESTION)
    assert server.record.violations == []


async def test_a_turn_is_transcribed_as_events() -> None:
    script = Script((Transcript("What time is it?", form="events"),))
    async with asyncio.timeout(PATIENCE_S), CascadeServer(script) as server, client(server) as openai:
        stream = await openai.audio.transcriptions.create(file=FILE, model="hears", stream=True)
        events = [event async for event in stream]
    assert [event.type for event in events[-2:]] == ["transcript.text.delta", "transcript.text.done"]
    assert server.record.violations == []


async def test_a_completion_is_streamed_with_calls_and_usage() -> None:
    script = Script(completions=(Completion("Let me see.", calls=(Call("clock", '{"zone":"UTC"}'),)),))
    async with asyncio.timeout(PATIENCE_S), CascadeServer(script) as server, client(server) as openai:
        stream = await openai.chat.completions.create(
            model="writes",
            messages=[{"role": "user", "content": "What time is it?"}],
            tools=[CLOCK],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    for chunk in chunks:
        ChatCompletionChunk.model_validate(chunk.model_dump(exclude_unset=True), strict=True)
        assert not chunk.model_extra
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == "Let me see."
    calls = [call for delta in deltas for call in delta.tool_calls or ()]
    arguments = [call.function.arguments or "" for call in calls if call.function is not None]
    assert "".join(arguments) == '{"zone":"UTC"}'
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert server.record.violations == []


async def test_a_text_is_spoken() -> None:
    async with asyncio.timeout(PATIENCE_S), CascadeServer() as server, client(server) as openai:
        reply = await openai.audio.speech.create(
            model="speaks", input="Noon.", voice="alloy", response_format="pcm"
        )
        assert np.array_equal(pcm_from_bytes(await reply.aread()), voice("Noon."))
    assert server.record.violations == []


@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationError), (429, RateLimitError)])
async def test_a_refusal_is_what_the_client_takes_it_for(status: int, kind: type[APIError]) -> None:
    script = Script(models=Trouble(status))
    async with asyncio.timeout(PATIENCE_S), CascadeServer(script) as server, client(server) as openai:
        with pytest.raises(kind) as refused:
            await openai.models.list()
    assert refused.value.code == "refused"


async def test_an_error_in_the_stream_is_what_the_client_takes_it_for() -> None:
    script = Script(completions=(Completion("Well.", error="server_error"),))
    async with asyncio.timeout(PATIENCE_S), CascadeServer(script) as server, client(server) as openai:
        stream = await openai.chat.completions.create(
            model="writes", messages=[{"role": "user", "content": "Well?"}], stream=True
        )
        with pytest.raises(APIError, match="it broke"):
            async for _ in stream:
                pass
