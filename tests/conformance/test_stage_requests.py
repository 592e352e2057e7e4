"""What the official clients of Deepgram and ElevenLabs send is what we send, but for what is listed here."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from elevenlabs import VoiceSettings
from pydantic import SecretStr

from appliance.providers.cascade import deepgram
from appliance.providers.cascade.deepgram import DeepgramOptions, open_deepgram_stt
from appliance.providers.cascade.elevenlabs import ElevenLabsOptions, open_elevenlabs_tts
from tests.conformance.vendor_clients import PATIENCE_S, deepgram_turn, elevenlabs_client
from tests.recordings import recordings
from tests.simulators import deepgram_live, elevenlabs_http

pytestmark = [
    pytest.mark.timeout(60),
    # The client is written for the former interface of websockets, which still works.
    pytest.mark.filterwarnings(r"ignore:websockets\.:DeprecationWarning"),
]

QUESTION = recordings()[-4].pcm
TEXT = "It is noon."
OF_THE_GENERATOR = {
    f"x-fern-{name}": "the client's generator tells about itself, and what it runs on"
    for name in ("language", "platform", "runtime", "sdk-name", "sdk-version")
}
DEEPGRAM_THEIRS_ALONE = OF_THE_GENERATOR | {
    "sec-websocket-extensions": "an offer to compress: sound does not shrink",
    "x-deepgram-session-id": "a random number by which the client tells its own sessions apart",
}
DEEPGRAM_EACH_ITS_OWN = {
    "host": "each has a server of its own here",
    "sec-websocket-key": "random by RFC 6455",
    "user-agent": "the name of the client",
}
ELEVENLABS_THEIRS_ALONE = OF_THE_GENERATOR
ELEVENLABS_EACH_ITS_OWN = {
    "host": "each has a server of its own here",
    "user-agent": "the name of the client",
    "accept-encoding": "we take nothing compressed: a bound on what comes is a bound on what it becomes",
}


@dataclass(frozen=True)
class Both:
    """What one server saw of us, and another one of the vendor's client."""

    ours: Any
    theirs: Any


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[set[str], set[str], set[str]]:
    """The headers that we alone send, that they alone send, and whose values are not the same."""
    shared = ours.keys() & theirs.keys()
    return (
        ours.keys() - shared,
        theirs.keys() - shared,
        {name for name in shared if ours[name] != theirs[name]},
    )


# ---------------------------------------------------------------- Deepgram


@pytest.fixture
async def heard(monkeypatch: pytest.MonkeyPatch) -> Both:
    """The same turn of both."""
    monkeypatch.setattr(deepgram, "KEEP_ALIVE_S", 0.05)
    async with asyncio.timeout(PATIENCE_S), deepgram_live.Simulator() as server:
        turn = open_deepgram_stt(DeepgramOptions(SecretStr(deepgram_live.KEY), server.url)).listen("en")
        await server.record.until(kept_alive=1)
        turn.append(QUESTION)
        assert await turn.finish() == "what time is it"
    async with deepgram_live.Simulator() as other:
        await deepgram_turn(other, QUESTION)
    return Both(server.record, other.record)


async def test_deepgram_is_asked_for_the_same(heard: Both) -> None:
    ours, theirs = heard.ours.asked[0], heard.theirs.asked[0]
    assert ours.path == theirs.path
    assert ours.query == theirs.query


async def test_deepgram_is_sent_the_same_headers(heard: Both) -> None:
    ours, theirs = heard.ours.asked[0].headers, heard.theirs.asked[0].headers
    alone, theirs_alone, each_its_own = differences(ours, theirs)
    assert alone == set()
    assert theirs_alone == DEEPGRAM_THEIRS_ALONE.keys()
    assert each_its_own == DEEPGRAM_EACH_ITS_OWN.keys()


async def test_deepgram_is_told_the_same(heard: Both) -> None:
    keep_alive, close = heard.theirs.controls
    *signs_of_life, end = heard.ours.controls
    assert signs_of_life == [keep_alive] * len(signs_of_life)
    assert signs_of_life != []
    assert end == close
    assert np.array_equal(heard.ours.turns[0], heard.theirs.turns[0])
    assert heard.ours.violations == heard.theirs.violations == []


# ---------------------------------------------------------------- ElevenLabs


@pytest.fixture
async def spoken() -> Both:
    """The voice, and one text, asked for by both."""
    async with asyncio.timeout(PATIENCE_S), elevenlabs_http.Simulator() as server:
        stage = open_elevenlabs_tts(ElevenLabsOptions(SecretStr(elevenlabs_http.KEY), url=server.url))
        try:
            await stage.open()
            async for _ in stage.speak(TEXT, "en-GB", 0.9):
                pass
        finally:
            await stage.close()
    async with elevenlabs_http.Simulator() as other, elevenlabs_client(other) as client:
        await client.voices.get(elevenlabs_http.VOICE)
        async for _ in client.text_to_speech.stream(
            elevenlabs_http.VOICE,
            text=TEXT,
            output_format="pcm_24000",
            model_id="eleven_flash_v2_5",
            language_code="en",
            voice_settings=VoiceSettings(speed=0.9),
        ):
            pass
    assert server.record.violations == other.record.violations == []
    return Both(server.record.requests, other.record.requests)


async def test_elevenlabs_is_asked_for_the_same(spoken: Both) -> None:
    ours = [(request.method, request.path, request.query, request.body) for request in spoken.ours]
    theirs = [(request.method, request.path, request.query, request.body) for request in spoken.theirs]
    assert [method for method, *_ in theirs] == ["GET", "POST"]
    assert ours == theirs


async def test_elevenlabs_is_sent_the_same_headers(spoken: Both) -> None:
    for ours, theirs in zip(spoken.ours, spoken.theirs, strict=True):
        alone, theirs_alone, each_its_own = differences(ours.headers, theirs.headers)
        assert alone == set()
        assert theirs_alone == ELEVENLABS_THEIRS_ALONE.keys()
        assert each_its_own == ELEVENLABS_EACH_ITS_OWN.keys()
