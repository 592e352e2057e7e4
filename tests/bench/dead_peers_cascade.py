"""Servers of a cascade that are gone or mute: they are connected to for a request, a turn or a text only.

So while nobody asks there is no path that could be dead, and when somebody asks a peer that says nothing is
given up by the stage itself; the conversation, which waits for its answer deadline (6 s, unless the owner
wants more or less), asks the next provider before that. A turn on Deepgram lasts as long as the person talks,
also when they think in mid-sentence: its connection is watched like every WebSocket.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import cast

from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection

from appliance.conversation.vocabulary import CommitTurn, Failure, ProviderEvent, Ready
from appliance.providers.cascade.deepgram import DeepgramOptions, open_deepgram_stt
from appliance.providers.cascade.elevenlabs import ElevenLabsOptions, open_elevenlabs_tts
from appliance.providers.cascade.session import CascadeSession
from appliance.providers.cascade.stages import Stages
from appliance.providers.cascade.streamed_turn import StreamedTurn
from appliance.providers.cascade.wyoming_stt import WyomingSttOptions, open_wyoming_stt
from appliance.providers.cascade.wyoming_tts import WyomingTtsOptions, open_wyoming_tts
from tests.simulators import deepgram_live, elevenlabs_http, wyoming_script
from tests.simulators.cascade_script import Completion, Script, Speech, Transcript, Trouble
from tests.simulators.cascade_server import CascadeServer
from tests.simulators.cascade_talk import QUESTION, Talk, stages
from tests.simulators.wyoming_server import Simulator as WyomingServer

MUTE = Trouble(mute=True)

# The stages of a cascade of which one is mute when it is asked.
Making = Callable[[AsyncExitStack], Awaitable[Stages]]


async def _http(stack: AsyncExitStack, script: Script) -> Stages:
    return stages((await stack.enter_async_context(CascadeServer(script))).url)


async def _deepgram(stack: AsyncExitStack) -> Stages:
    script = deepgram_live.Script(
        trouble=deepgram_live.Trouble.KEEPS_SILENT, at=deepgram_live.When.CLOSE_STREAM
    )
    server = await stack.enter_async_context(deepgram_live.Simulator(script))
    return replace(await _http(stack, Script()), hearing=open_deepgram_stt(_deepgram_at(server.url)))


def _deepgram_at(url: str) -> DeepgramOptions:
    return DeepgramOptions(SecretStr(deepgram_live.KEY), url)


async def _elevenlabs(stack: AsyncExitStack) -> Stages:
    script = elevenlabs_http.Script(trouble=elevenlabs_http.Trouble.KEEPS_SILENT)
    server = await stack.enter_async_context(elevenlabs_http.Simulator(script))
    voice = open_elevenlabs_tts(ElevenLabsOptions(SecretStr(elevenlabs_http.KEY), url=server.url))
    return replace(await _http(stack, Script()), speaking=voice)


async def _wyoming(stack: AsyncExitStack, at: str) -> str:
    script = wyoming_script.Script(trouble=wyoming_script.Trouble.KEEPS_SILENT, at=at)
    return (await stack.enter_async_context(WyomingServer(script))).url


async def _wyoming_ears(stack: AsyncExitStack) -> Stages:
    url = await _wyoming(stack, "audio-stop")
    return replace(await _http(stack, Script()), hearing=open_wyoming_stt(WyomingSttOptions(url)))


async def _wyoming_voice(stack: AsyncExitStack) -> Stages:
    url = await _wyoming(stack, "synthesize")
    return replace(await _http(stack, Script()), speaking=open_wyoming_tts(WyomingTtsOptions(url)))


STAGES: Mapping[str, Making] = {
    "HTTP ears": lambda stack: _http(stack, Script(transcripts=(Transcript(trouble=MUTE),))),
    "HTTP model": lambda stack: _http(stack, Script(completions=(Completion(trouble=MUTE),))),
    "HTTP voice": lambda stack: _http(stack, Script(speeches=(Speech(trouble=MUTE),))),
    "Deepgram": _deepgram,
    "ElevenLabs": _elevenlabs,
    "Wyoming ears": _wyoming_ears,
    "Wyoming voice": _wyoming_voice,
}


async def given_up_s(make: Making, patience_s: float) -> float:
    """How long after a turn was asked the session says that its answer failed; infinite where it does not."""
    failed: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def react(event: ProviderEvent) -> None:
        if isinstance(event, Failure) and not failed.done():
            failed.set_result(time.monotonic())

    async with AsyncExitStack() as stack:
        talk = Talk(CascadeSession(await make(stack)), react=react)
        running = asyncio.create_task(talk.run())
        stack.callback(running.cancel)
        await talk.until(Ready)
        talk.append()
        talk.session.send(CommitTurn(1))
        began_s = time.monotonic()
        try:
            async with asyncio.timeout(patience_s):
                return await failed - began_s
        except TimeoutError:
            return float("inf")


async def turn_lost_s(lose: Callable[[ServerConnection], None], phase_s: float, patience_s: float) -> float:
    """How long after the loss a turn on Deepgram in which nothing is said knows of it; infinite where it does
    not."""
    far_ends: list[ServerConnection] = []
    server = deepgram_live.Simulator()
    serve = server._serve

    async def watched(socket: ServerConnection) -> None:
        far_ends.append(socket)
        await serve(socket)

    server._serve = watched  # type: ignore[method-assign]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server)
        turn = cast(StreamedTurn, open_deepgram_stt(_deepgram_at(server.url)).listen("en"))
        stack.push_async_callback(turn.close)
        stack.callback(lambda: far_ends[-1].transport.abort())
        turn.append(QUESTION)
        await server.record.until(heard=len(QUESTION))
        await asyncio.sleep(phase_s)
        lose(far_ends[-1])
        began_s = time.monotonic()
        done, _ = await asyncio.wait({turn._talk}, timeout=patience_s)
        return time.monotonic() - began_s if done else float("inf")
