"""A mouth at ElevenLabs: every sample arrives, whatever goes wrong has a name, and no key is told."""

import asyncio
import json
import logging
from contextlib import aclosing

import numpy as np
import pytest
from pydantic import SecretStr

from appliance.errors import ConfigurationError, FailureCategory, ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.cascade import elevenlabs
from appliance.providers.cascade.elevenlabs import ElevenLabsOptions, open_elevenlabs_tts, speech_request
from tests.simulators.elevenlabs_http import KEY, Script, Simulator, Trouble
from tests.simulators.elevenlabs_refusals import MAY_NOT_READ_VOICES, Refusal
from tests.simulators.openai_script import chirp

pytestmark = pytest.mark.timeout(30)


def detail(**fields: str) -> str:
    return json.dumps({"detail": fields})


def options(server: Simulator, key: str = KEY) -> ElevenLabsOptions:
    return ElevenLabsOptions(SecretStr(key), url=server.url)


async def spoken_at(server: Simulator, text: str = "It is noon.", speed: float = 1.0, key: str = KEY) -> Pcm:
    """The sound of one text, from opening to closing."""
    stage = open_elevenlabs_tts(options(server, key))
    try:
        await stage.open()
        chunks = [pcm async for pcm in stage.speak(text, "de-AT", speed)]
    finally:
        await stage.close()
    return np.concatenate((np.empty(0, np.int16), *chunks))


# ---------------------------------------------------------------- speaking


@pytest.mark.parametrize("piece_bytes", [1, 999, 1_001, 4_096, 100_000])
async def test_a_text_is_spoken_to_the_last_sample_however_the_body_is_cut(piece_bytes: int) -> None:
    script = Script(chirp(0.1), piece_bytes)
    async with Simulator(script) as server:
        assert np.array_equal(await spoken_at(server), script.sound)
        await server.record.until_all_are_gone()
    asked = {"text": "It is noon.", "model_id": "eleven_flash_v2_5", "language_code": "de"}
    assert server.record.asked == [asked]
    assert server.record.violations == []


async def test_texts_that_follow_one_another_share_a_connection() -> None:
    async with Simulator() as server:
        stage = open_elevenlabs_tts(options(server))
        await stage.open()
        for _ in range(3):
            async with aclosing(stage.speak("Noon.", "en", 1.0)) as sound:
                assert sum([len(pcm) async for pcm in sound]) == 12_000
        await stage.close()
        await stage.close()
    assert server.record.connections == 1


async def test_nothing_to_say_bothers_nobody() -> None:
    async with Simulator() as server:
        assert len(await spoken_at(server, "  ")) == 0
    assert server.record.asked == []


@pytest.mark.parametrize(("speed", "told"), [(0.5, 0.7), (0.9, 0.9), (2.0, 1.2)])
async def test_a_pace_beyond_the_vendor_s_is_the_nearest(speed: float, told: float) -> None:
    async with Simulator() as server:
        await spoken_at(server, speed=speed)
    assert server.record.asked[0]["voice_settings"] == {"speed": told}
    assert server.record.violations == []


def test_a_model_that_takes_no_language_is_told_none() -> None:
    assert "language_code" not in speech_request("eleven_multilingual_v2", "Hallo.", "de", 1.0)


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize(
    ("trouble", "category"),
    [
        (Trouble.DROPS, FailureCategory.SESSION_CLOSED),
        (Trouble.BABBLES, FailureCategory.SESSION_CLOSED),
        (Trouble.KEEPS_SILENT, FailureCategory.TIMED_OUT),
    ],
)
async def test_whatever_becomes_of_the_sound_has_a_name_and_leaves_nothing(
    trouble: Trouble, category: FailureCategory, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elevenlabs, "SILENCE_S", 0.3)
    async with Simulator(Script(trouble=trouble, after=after)) as server:
        with pytest.raises(ProviderError) as failed:
            await spoken_at(server)
        async with asyncio.timeout(5):
            await server.record.until_all_are_gone()
    assert failed.value.category == category


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (400, detail(status="max_character_limit_exceeded"), FailureCategory.MODEL_UNAVAILABLE),
        (401, detail(status="quota_exceeded", message="0 credits"), FailureCategory.QUOTA_EXHAUSTED),
        (402, detail(code="insufficient_credits"), FailureCategory.QUOTA_EXHAUSTED),
        (404, detail(code="voice_not_found"), FailureCategory.MODEL_UNAVAILABLE),
        (422, '{"detail": [{"loc": ["body", "text"], "msg": "m"}]}', FailureCategory.MODEL_UNAVAILABLE),
        (429, detail(status="system_busy"), FailureCategory.RATE_LIMITED),
        (503, "<html>", FailureCategory.CONNECTION_FAILED),
    ],
)
async def test_a_refusal_means_what_the_vendor_says(
    status: int, body: str, category: FailureCategory
) -> None:
    async with Simulator(Script(refuses=Refusal(status, body))) as server:
        with pytest.raises(ProviderError) as refused:
            await spoken_at(server)
    assert refused.value.category == category


async def test_a_wrong_key_is_known_when_it_is_opened_and_not_repeated() -> None:
    async with Simulator(Script(key="another-secret-key")) as server:
        stage = open_elevenlabs_tts(options(server, "wrong-secret-key"))
        with pytest.raises(ProviderError) as refused:
            await stage.open()
        await stage.close()
    assert refused.value.category == FailureCategory.AUTH_FAILED
    assert "wrong-secret-key" not in str(refused.value)


async def test_a_key_for_nothing_but_speaking_may_speak() -> None:
    async with Simulator(Script(refuses_voices=MAY_NOT_READ_VOICES)) as server:
        assert len(await spoken_at(server)) == 12_000
    assert server.record.voices_asked == 1


async def test_words_in_place_of_sound_are_a_violation() -> None:
    script = Script(content_type="application/json", body=b'{"detail": "a new plan"}')
    async with Simulator(script) as server:
        with pytest.raises(ProviderError, match="where sound was to come") as failed:
            await spoken_at(server)
    assert failed.value.category == FailureCategory.PROTOCOL_VIOLATION


async def test_a_server_that_does_not_stop_speaking_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elevenlabs, "SOUND_MAX_SAMPLES", 10_000)
    async with Simulator() as server:
        with pytest.raises(ProviderError, match="does not stop") as failed:
            await spoken_at(server)
    assert failed.value.category == FailureCategory.PROTOCOL_VIOLATION


async def test_an_interrupted_text_ends_its_request_within_a_second() -> None:
    async with Simulator(Script(chirp(60.0))) as server:
        stage = open_elevenlabs_tts(options(server))
        await stage.open()
        async with asyncio.timeout(1):
            async with aclosing(stage.speak("A long story.", "en", 1.0)) as sound:
                await anext(sound)
            await server.record.until_all_are_gone()
        await stage.close()


async def test_nobody_there_is_known_when_it_is_opened() -> None:
    async with Simulator() as server:
        stage = open_elevenlabs_tts(options(server))
    with pytest.raises(ProviderError) as refused:
        await stage.open()
    await stage.close()
    assert refused.value.category == FailureCategory.CONNECTION_FAILED


async def test_the_key_is_in_no_log_line_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Simulator() as server:
        await spoken_at(server)
        stage = open_elevenlabs_tts(options(server))
        assert KEY not in repr(options(server)) + repr(vars(stage))
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "url", ["http://api.elevenlabs.io", "http://192.168.1.5", "wss://api.elevenlabs.io", ""]
)
def test_an_address_that_must_not_get_the_key_is_refused_at_once(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"providers\.tts\.url"):
        open_elevenlabs_tts(ElevenLabsOptions(SecretStr(KEY), url=url))
