"""The official clients of Deepgram and ElevenLabs, aimed at our simulators."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from deepgram import AsyncDeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from elevenlabs.client import AsyncElevenLabs

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, pcm_to_bytes
from tests.simulators import deepgram_live, elevenlabs_http

PATIENCE_S = 20.0
BLOCK_SAMPLES = NEAR_RATE_HZ // 10
# What `deepgram_codec` asks for, in the client's words.
LISTEN: dict[str, Any] = {
    "model": "nova-3",
    "language": "en",
    "encoding": "linear16",
    "sample_rate": NEAR_RATE_HZ,
    "channels": 1,
    "interim_results": True,
    "punctuate": True,
    "endpointing": False,
}


def deepgram_client(url: str, key: str = deepgram_live.KEY) -> AsyncDeepgramClient:
    """The client of the simulator at `url`."""
    base = url.removesuffix(deepgram_live.PATH)
    rest = base.replace("ws:", "http:")
    return AsyncDeepgramClient(
        api_key=key,
        environment=DeepgramClientEnvironment(base=rest, production=base, agent=base, agent_rest=rest),
    )


@asynccontextmanager
async def listening(server: deepgram_live.Simulator, key: str = deepgram_live.KEY) -> AsyncIterator[Any]:
    """A connection of the client, asking for what we ask for; all of it within `PATIENCE_S`."""
    client = deepgram_client(server.url, key)
    async with asyncio.timeout(PATIENCE_S), client.listen.v1.connect(**LISTEN) as connection:
        yield connection


async def tell(connection: Any, pcm: Pcm) -> None:
    """`pcm` in blocks, as they come from a microphone."""
    for start in range(0, len(pcm), BLOCK_SAMPLES):
        await connection.send_media(pcm_to_bytes(pcm[start : start + BLOCK_SAMPLES]))


async def deepgram_turn(server: deepgram_live.Simulator, pcm: Pcm) -> list[Any]:
    """What the client reads in a whole turn of `pcm`, to the end of the connection."""
    async with listening(server) as connection:
        await connection.send_keep_alive()
        await tell(connection, pcm)
        await connection.send_close_stream()
        return [message async for message in connection]


@asynccontextmanager
async def elevenlabs_client(
    server: elevenlabs_http.Simulator, key: str = elevenlabs_http.KEY
) -> AsyncIterator[AsyncElevenLabs]:
    """The client; all of it within `PATIENCE_S`."""
    async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient(trust_env=False) as http:
        yield AsyncElevenLabs(api_key=key, base_url=server.url, httpx_client=http)
