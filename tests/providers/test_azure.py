"""Azure: other addresses and keys, and behind them the protocol that OpenAI speaks."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from appliance.conversation.vocabulary import AnswerDone, CloseSession, Failure, UserTranscript
from appliance.errors import ConfigurationError, FailureCategory
from appliance.providers.azure.session import AzureOptions, azure_endpoint, no_realtime, open_azure
from appliance.providers.openai.session_frames import Dialect
from tests.simulators.azure_realtime import DEPLOYMENT, AzureSimulator
from tests.simulators.openai_script import Answer, Behaviour, chirp
from tests.simulators.openai_talk import KEY, PATIENCE_S, Conversation

pytestmark = pytest.mark.timeout(30)

OPTIONS = AzureOptions(SecretStr(KEY), "", DEPLOYMENT, voice="alloy", transcription_model="my-transcriber")
RESOURCE = "wss://house.openai.azure.com"


def talk_to(server: AzureSimulator, options: AzureOptions = OPTIONS) -> Conversation:
    return Conversation(server.resource, session=open_azure(replace(options, url=server.resource)))


async def failure_of(talk: Conversation) -> Failure:
    await asyncio.wait_for(talk.run(), PATIENCE_S)
    failure = talk.events[-1]
    assert isinstance(failure, Failure)
    assert KEY not in str(talk.events)
    return failure


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        (RESOURCE, f"{RESOURCE}/openai/v1/realtime?model=living%20room"),
        (f"{RESOURCE}/", f"{RESOURCE}/openai/v1/realtime?model=living%20room"),
        ("wss://ai.example/gateway/realtime", "wss://ai.example/gateway/realtime?model=living%20room"),
        (f"{RESOURCE}/openai/v1/realtime?model=own", f"{RESOURCE}/openai/v1/realtime?model=own"),
    ],
)
def test_the_resource_is_asked_for_the_deployment_without_a_date(url: str, whole: str) -> None:
    options = replace(OPTIONS, url=url, model="living room")
    assert azure_endpoint(options).url == whole


def test_the_preview_is_asked_with_a_date() -> None:
    options = replace(OPTIONS, url=RESOURCE, dialect="beta")
    path = f"{RESOURCE}/openai/realtime?api-version="
    assert azure_endpoint(options).url == f"{path}2025-04-01-preview&deployment={DEPLOYMENT}"
    dated = replace(options, api_version="2024-12-17")
    assert azure_endpoint(dated).url == f"{path}2024-12-17&deployment={DEPLOYMENT}"


def test_a_date_where_none_may_be_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="api-version"):
        azure_endpoint(replace(OPTIONS, url=f"{RESOURCE}/openai/v1/realtime?api-version=2025-04-01-preview"))


def test_an_address_that_must_not_get_the_key_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError):
        open_azure(replace(OPTIONS, url="ws://house.openai.azure.com"))


# ---------------------------------------------------------------- conversations


@pytest.mark.parametrize("dialect", ["ga", "beta"])
@pytest.mark.parametrize("token", [False, True])
async def test_a_turn_is_answered_by_the_deployment(dialect: Dialect, token: bool) -> None:
    answer = Answer(chirp(0.5), "It is late.", user_transcript="what time is it")
    async with AzureSimulator(answer, Behaviour(dialect=dialect), token=token) as server:
        talk = talk_to(server, replace(OPTIONS, dialect=dialect, auth="bearer" if token else "key"))
        talk.ask(1)
        running = asyncio.create_task(talk.run())
        done = await talk.until(AnswerDone)
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, PATIENCE_S)
    assert done.complete
    assert talk.sound(1) == 12_000
    assert [e.text for e in talk.events if isinstance(e, UserTranscript) and e.final] == ["what time is it"]
    assert server.shown == [KEY]
    assert server.record.violations == []


async def test_a_deployment_that_cannot_do_realtime_is_told_with_what_to_do() -> None:
    async with AzureSimulator(realtime=False) as server:
        failure = await failure_of(talk_to(server))
    assert failure.category is FailureCategory.MODEL_UNAVAILABLE
    assert failure.message == (
        "the Azure deployment 'living-room' is of a model that cannot do realtime; deploy one that can, such "
        "as gpt-realtime, and write the name of that deployment into providers.model"
    )


async def test_a_deployment_that_is_not_there_is_no_model() -> None:
    async with AzureSimulator() as server:
        failure = await failure_of(talk_to(server, replace(OPTIONS, model="kitchen")))
    assert failure.category is FailureCategory.MODEL_UNAVAILABLE


async def test_a_key_of_the_wrong_kind_is_refused() -> None:
    async with AzureSimulator(token=True) as server:
        failure = await failure_of(talk_to(server))
    assert failure.category is FailureCategory.AUTH_FAILED


@pytest.mark.parametrize("code", [["OperationNotSupported"], {"a": 1}, 7, None])
def test_a_code_that_is_no_text_says_nothing_of_the_deployment(code: object) -> None:
    assert no_realtime({"error": {"code": code}}, DEPLOYMENT) is None


def test_only_the_preview_has_a_temperature() -> None:
    options = replace(OPTIONS, url=RESOURCE)
    assert not open_azure(options).capabilities.temperature
    assert open_azure(replace(options, dialect="beta")).capabilities.temperature
