"""The vendor's own client talks to our simulator of its speech: what it accepts, ours may rely on."""

import inspect

import numpy as np
import pytest
from elevenlabs import VoiceSettings
from elevenlabs.client import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.errors import UnprocessableEntityError
from elevenlabs.types import HttpValidationError, Voice
from pydantic import SecretStr

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import Pcm, pcm_from_bytes
from appliance.providers.cascade.elevenlabs import ElevenLabsOptions, open_elevenlabs_tts
from tests.conformance.vendor_clients import elevenlabs_client
from tests.simulators.elevenlabs_http import FIELDS, KEY, VOICE, Script, Simulator
from tests.simulators.elevenlabs_refusals import BUSY, INVALID, NO_CREDITS, Refusal
from tests.simulators.openai_types import unknown_keys

pytestmark = pytest.mark.timeout(60)


async def spoken(client: AsyncElevenLabs, text: str = "It is noon.", chunk_size: int = 1024) -> Pcm:
    """What the client is given when it asks as we do."""
    stream = client.text_to_speech.stream(
        VOICE,
        text=text,
        output_format="pcm_24000",
        model_id="eleven_flash_v2_5",
        language_code="en",
        voice_settings=VoiceSettings(speed=0.9),
        request_options={"chunk_size": chunk_size},
    )
    return pcm_from_bytes(b"".join([chunk async for chunk in stream]))


@pytest.mark.parametrize("piece_bytes", [999, 4_096, 100_000])
async def test_a_text_is_spoken_to_the_last_sample(piece_bytes: int) -> None:
    script = Script(piece_bytes=piece_bytes)
    async with Simulator(script) as server, elevenlabs_client(server) as client:
        assert np.array_equal(await spoken(client), script.sound)
    assert server.record.violations == []


async def test_texts_that_follow_one_another_share_a_connection() -> None:
    async with Simulator() as server, elevenlabs_client(server) as client:
        for _ in range(3):
            assert len(await spoken(client)) == 12_000
    assert server.record.connections == 1


async def test_the_voice_is_what_the_client_takes_it_for() -> None:
    async with Simulator() as server, elevenlabs_client(server) as client:
        voice = await client.voices.get(VOICE)
    said = voice.model_dump(exclude_unset=True)
    assert said["voice_id"] == VOICE
    assert unknown_keys(Voice.model_validate(said, strict=True)) == []
    assert server.record.violations == []


@pytest.mark.parametrize(
    ("refusal", "code", "category"),
    [
        (NO_CREDITS, "quota_exceeded", FailureCategory.QUOTA_EXHAUSTED),
        (BUSY, "system_busy", FailureCategory.RATE_LIMITED),
    ],
)
async def test_a_refusal_is_an_error_of_the_client_and_a_failure_of_ours(
    refusal: Refusal, code: str, category: FailureCategory
) -> None:
    async with Simulator(Script(refuses=refusal)) as server, elevenlabs_client(server) as client:
        with pytest.raises(ApiError) as theirs:
            await spoken(client)
        ours = await our_failure(server)
    assert theirs.value.status_code == refusal.status
    assert theirs.value.body["detail"]["code"] == code
    assert ours.category == category
    assert theirs.value.body["detail"]["message"] in str(ours)


async def test_a_request_that_is_not_valid_is_the_error_that_the_client_has_for_it() -> None:
    async with Simulator(Script(refuses=INVALID)) as server, elevenlabs_client(server) as client:
        with pytest.raises(UnprocessableEntityError) as theirs:
            await spoken(client)
        ours = await our_failure(server)
    said = HttpValidationError.model_validate(theirs.value.body, strict=True)
    assert said.detail is not None
    assert said.detail[0].msg == "Field required"
    assert ours.category == FailureCategory.MODEL_UNAVAILABLE


async def test_a_wrong_key_is_refused_whoever_has_it() -> None:
    async with Simulator() as server, elevenlabs_client(server, "another-key") as client:
        with pytest.raises(ApiError) as theirs:
            await spoken(client)
        with pytest.raises(ApiError) as for_the_voice:
            await client.voices.get(VOICE)
        ours = await our_failure(server, "another-key")
    assert theirs.value.status_code == for_the_voice.value.status_code == 401
    assert theirs.value.body["detail"]["type"] == "authentication_error"
    assert theirs.value.body == for_the_voice.value.body
    assert ours.category == FailureCategory.AUTH_FAILED


async def our_failure(server: Simulator, key: str = KEY) -> ProviderError:
    """How we fail at the same server."""
    with pytest.raises(ProviderError) as failed:
        await ask(ElevenLabsOptions(SecretStr(key), url=server.url))
    return failed.value


async def ask(options: ElevenLabsOptions) -> None:
    """Have one text spoken."""
    stage = open_elevenlabs_tts(options)
    try:
        await stage.open()
        async for _ in stage.speak("It is noon.", "en", 0.9):
            pass
    finally:
        await stage.close()


def test_the_client_can_ask_for_everything_that_the_simulator_lets_somebody_ask_for() -> None:
    can = inspect.signature(AsyncElevenLabs(api_key=KEY).text_to_speech.stream).parameters
    assert can.keys() >= FIELDS | {"output_format"}
