"""A cascade as the owner wants it: every kind of ears and mouth around a language model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from appliance.conversation.vocabulary import AnswerAudio, CancelAnswer, CommitTurn, Failure
from appliance.errors import ConfigurationError, FailureCategory
from appliance.pcm.formats import pcm_to_bytes
from appliance.service.providers.provider_list import ProviderList, list_providers
from appliance.settings import load_settings
from tests.providers.offline.talking import spoken
from tests.simulators import deepgram_live, elevenlabs_http, wyoming_script, wyoming_server
from tests.simulators.cascade_script import Completion, Script
from tests.simulators.cascade_server import CascadeServer
from tests.simulators.cascade_talk import QUESTION, Talk, talking
from tests.simulators.openai_script import chirp

pytestmark = pytest.mark.timeout(60)

ANSWER = "It is noon, and the sun shines."
KEYS = {"DEEPGRAM": deepgram_live.KEY, "ELEVENLABS": elevenlabs_http.KEY}
# What the strict stand-in takes for a language model.
WRITES = Script(completions=(Completion(ANSWER),))


def listed(llm: str, stt: str, tts: str) -> ProviderList:
    """A cascade with these two tables around a language model, and the offline provider behind it."""
    server = f'{{url="{llm}",model="writes",api_key="env:LLM"}}'
    cascade = f'{{name="house",kind="cascade",stt={stt},llm={server},tts={tts}}}'
    last = '{name="offline",kind="offline"}'
    environ = KEYS | {"LLM": "sk-a-very-secret-key"}
    return list_providers(load_settings([], [f"providers=[{cascade},{last}]"], environ).settings, environ)


@asynccontextmanager
async def housed(llm: str, stt: str, tts: str) -> AsyncIterator[Talk]:
    """A session with that cascade; its worker is stopped in the end."""
    providers = listed(llm, stt, tts)
    try:
        async with talking("", session=providers.providers[0].open()) as talk:
            yield talk
    finally:
        for worker in providers.workers.values():
            await worker.stop()


# ---------------------------------------------------------------- answering


async def test_wyoming_hears_and_speaks() -> None:
    script = wyoming_script.Script("what time is it", sound=pcm_to_bytes(chirp(0.5)))
    async with CascadeServer(WRITES) as llm, wyoming_server.Simulator(script) as house:
        table = f'{{kind="wyoming",url="{house.url}"}}'
        async with housed(llm.url, table, table) as talk:
            await talk.ask(1)
    assert talk.heard(1) == "what time is it"
    assert llm.record.said() == [("user", "what time is it")]
    assert np.array_equal(house.record.turns[0], QUESTION)
    assert " ".join(house.record.texts) == talk.said(1) == ANSWER
    assert len(talk.sound(1)) == 12_000 * len(house.record.texts)
    assert house.record.violations == llm.record.violations == []


async def test_deepgram_hears_and_elevenlabs_speaks() -> None:
    async with (
        CascadeServer(WRITES) as llm,
        deepgram_live.Simulator() as ears,
        elevenlabs_http.Simulator() as mouth,
    ):
        stt = f'{{kind="deepgram",url="{ears.url}",api_key="env:DEEPGRAM"}}'
        tts = f'{{kind="elevenlabs",url="{mouth.url}",api_key="env:ELEVENLABS"}}'
        async with housed(llm.url, stt, tts) as talk:
            await talk.ask(1)
    assert talk.heard(1) == "what time is it"
    assert np.array_equal(ears.record.turns[0], QUESTION)
    assert " ".join(asked["text"] for asked in mouth.record.asked) == ANSWER
    assert len(talk.sound(1)) == 12_000 * len(mouth.record.asked)
    assert ears.record.violations == mouth.record.violations == llm.record.violations == []


async def test_this_machine_hears_and_speaks_for_a_language_model_elsewhere() -> None:
    async with CascadeServer(WRITES) as llm, housed(llm.url, '{kind="local"}', '{kind="local"}') as talk:
        await talk.ask(1, spoken("What time is it?"))
    assert talk.heard(1) == "What time is it?"
    assert llm.record.said() == [("user", "What time is it?")]
    assert talk.said(1) == ANSWER
    assert len(talk.sound(1)) > 24_000


async def test_an_interruption_ends_what_is_spoken_at_the_server() -> None:
    endless = wyoming_script.Script(sound=pcm_to_bytes(chirp(30.0)))
    async with CascadeServer(WRITES) as llm, wyoming_server.Simulator(endless) as house:
        table = f'{{kind="wyoming",url="{house.url}"}}'
        async with housed(llm.url, table, table) as talk:
            talk.append()
            talk.session.send(CommitTurn(1))
            await talk.until(AnswerAudio)
            talk.session.send(CancelAnswer(1, 0))
            async with asyncio.timeout(1):
                await house.record.until_all_are_gone()
            assert talk.of(Failure) == []


async def test_ears_that_are_lost_are_told() -> None:
    lost = wyoming_script.Script(trouble=wyoming_script.Trouble.DROPS, at="audio-stop")
    async with CascadeServer(WRITES) as llm, wyoming_server.Simulator(lost) as house:
        table = f'{{kind="wyoming",url="{house.url}"}}'
        async with housed(llm.url, table, table) as talk:
            await talk.ask(1)
    assert talk.of(Failure)[0].category == FailureCategory.SESSION_CLOSED


# ---------------------------------------------------------------- configuring


def test_the_offline_provider_shares_the_worker_of_local_ears() -> None:
    providers = listed("https://h/v1", '{kind="local"}', '{kind="local"}')
    assert providers.workers["house"] is providers.workers["offline"]
    assert not providers.workers["house"].options.niced


def test_local_ears_with_another_voice_have_a_worker_of_their_own() -> None:
    providers = listed("https://h/v1", '{kind="local"}', '{kind="local",voice="en-us+f3"}')
    assert providers.workers["house"].options.voice == "en-us+f3"
    assert providers.workers["house"] is not providers.workers["offline"]


WYOMING = '{kind="wyoming",url="tcp://192.168.1.9:10300"}'


@pytest.mark.parametrize(
    ("stt", "tts", "said"),
    [
        ('{kind="deepgram"}', WYOMING, "stt.api_key"),
        ('{kind="deepgram",api_key="env:DEEPGRAM",url="https://h/"}', WYOMING, "must begin with wss://"),
        ('{kind="wyoming"}', WYOMING, "stt.url"),
        ('{kind="wyoming",url="tcp://8.8.8.8:1"}', WYOMING, "leaves this house"),
        ('{kind="wyoming",url="tcp://h"}', WYOMING, "tcp://HOST:PORT"),
        ('{kind="wyoming",url="tcp://h:1",api_key="env:DEEPGRAM"}', WYOMING, "stt.api_key"),
        ('{kind="local",url="tcp://h:1"}', WYOMING, "stt.url"),
        ('{kind="local",language="de"}', WYOMING, "must be English"),
        ('{kind="openai",url="tcp://h:1",model="m"}', WYOMING, "must begin with https://"),
        ('{kind="elevenlabs"}', WYOMING, "stt.kind"),
        (WYOMING, '{kind="elevenlabs"}', "tts.api_key"),
        (WYOMING, '{kind="elevenlabs",api_key="env:ELEVENLABS",rate_hz=16000}', "tts.rate_hz"),
        (WYOMING, '{kind="wyoming",url="tcp://h:1",speed=1.5}', "tts.speed"),
        (WYOMING, '{kind="local",voice="piper:amy"}', "FILE.onnx"),
        (WYOMING, '{kind="deepgram",api_key="env:DEEPGRAM"}', "tts.kind"),
    ],
)
def test_what_a_kind_cannot_be_given_or_do_without_is_said(stt: str, tts: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        listed("https://h/v1", stt, tts)
    assert said in str(refused.value)
    assert len(refused.value.mistakes) == 1
