"""The vendor's own client talks to our simulator of its transcription: what it accepts, ours may rely on."""

import inspect
import json
from typing import Any

import numpy as np
import pytest
from deepgram import AsyncDeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.listen.v1.types import ListenV1Error, ListenV1Metadata, ListenV1Results
from pydantic import SecretStr

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.cascade.deepgram import DeepgramOptions, open_deepgram_stt
from tests.conformance.vendor_clients import BLOCK_SAMPLES, deepgram_turn, listening, tell
from tests.recordings import Recording, recordings
from tests.simulators.deepgram_frames import results
from tests.simulators.deepgram_live import (
    KEY,
    MAY_BE_ASKED,
    NO_CREDITS,
    TOO_MANY_REQUESTS,
    WRONG_KEY,
    Record,
    Script,
    Simulator,
    Trouble,
)
from tests.simulators.deepgram_types import SERVER_MESSAGES, mistakes_of_refusal, mistakes_of_server

pytestmark = [
    pytest.mark.timeout(60),
    # The client is written for the former interface of websockets, which still works.
    pytest.mark.filterwarnings(r"ignore:websockets\.:DeprecationWarning"),
]

COMMANDS = recordings()[-4:]  # short ones


def mistakes(message: Any, frame: str) -> list[str]:
    """What is wrong with `frame`, which the client read as `message`: it takes anything without a word."""
    said = json.loads(frame)
    found = mistakes_of_server(said)
    if type(message) is not SERVER_MESSAGES.get(said["type"]):
        found.append(f"the client took {said['type']} for {type(message).__name__}")
    elif message.model_dump(exclude_unset=True) != said:
        found.append(f"the client read {message!r}")
    return found


def all_mistakes(messages: list[Any], record: Record) -> list[str]:
    """Of everything that the client was told."""
    return [each for pair in zip(messages, record.told, strict=True) for each in mistakes(*pair)]


def words(messages: list[Any]) -> str:
    """What the client was told for good."""
    results = [message for message in messages if isinstance(message, ListenV1Results)]
    return " ".join(result.channel.alternatives[0].transcript for result in results if result.is_final)


@pytest.mark.parametrize("recording", COMMANDS, ids=repr)
async def test_recorded_speech_arrives_whole_and_everything_that_comes_back_is_understood(
    recording: Recording,
) -> None:
    first, *rest = recording.text.split()
    async with Simulator(Script((first,), ("um",), (" ".join(rest),))) as server:
        messages = await deepgram_turn(server, recording.pcm)
    assert all_mistakes(messages, server.record) == []
    assert words(messages) == recording.text
    assert isinstance(messages[-1], ListenV1Metadata)
    assert messages[-1].duration == pytest.approx(len(recording.pcm) / NEAR_RATE_HZ)
    assert np.array_equal(server.record.turns[0], recording.pcm)
    assert [message["type"] for message in server.record.controls] == ["KeepAlive", "CloseStream"]
    assert server.record.violations == []


async def test_what_is_said_so_far_is_written_down_when_the_client_asks_for_it() -> None:
    script = Script(("go forward",), ("go for",), ("ten meters",))
    async with Simulator(script) as server, listening(server) as connection:
        await tell(connection, COMMANDS[0].pcm[:BLOCK_SAMPLES])
        await connection.send_finalize()
        messages = [await connection.recv() for _ in range(3)]
        assert messages[-1].from_finalize
        await connection.send_close_stream()
        messages += [message async for message in connection]
    assert all_mistakes(messages, server.record) == []
    assert words(messages).split() == ["go", "forward", "ten", "meters"]
    assert server.record.violations == []


async def test_an_error_within_the_stream_is_what_the_client_takes_it_for() -> None:
    async with Simulator(Script(trouble=Trouble.FAILS)) as server, listening(server) as connection:
        await tell(connection, COMMANDS[0].pcm[:BLOCK_SAMPLES])
        message = await connection.recv()
    assert isinstance(message, ListenV1Error)
    assert all_mistakes([message], server.record) == []


def damaged(**fields: object) -> str:
    """A result that says more, or something else, than the vendor's own."""
    return json.dumps(json.loads(results("go", final=True)) | fields)


@pytest.mark.parametrize(
    ("frame", "mistake"),
    [
        (damaged(type="Surprise"), "Surprise"),
        (damaged(surprise=True), "surprise"),
        (damaged(is_final="yes"), "is_final"),
        (damaged(channel={"alternatives": [{"transcript": "go"}]}), "confidence"),
        (damaged(metadata={"request_id": "r", "model_uuid": "m", "model_info": {}}), "metadata.model_info"),
    ],
)
async def test_what_the_client_takes_without_a_word_is_a_mistake_all_the_same(
    frame: str, mistake: str
) -> None:
    async with Simulator(Script((), (), (), others=(frame,))) as server:
        messages = await deepgram_turn(server, COMMANDS[0].pcm[:BLOCK_SAMPLES])
    assert mistake in str(all_mistakes(messages, server.record))


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (401, WRONG_KEY, FailureCategory.AUTH_FAILED),
        (402, NO_CREDITS, FailureCategory.QUOTA_EXHAUSTED),
        (429, TOO_MANY_REQUESTS, FailureCategory.RATE_LIMITED),
    ],
)
async def test_a_refusal_is_an_error_of_the_client_and_a_failure_of_ours(
    status: int, body: str, category: FailureCategory
) -> None:
    async with Simulator(Script(reject_status=status, reject_body=body)) as server:
        with pytest.raises(ApiError) as theirs:
            async with listening(server):
                pass
        with pytest.raises(ProviderError) as ours:
            await open_deepgram_stt(DeepgramOptions(SecretStr(KEY), server.url)).open()
    assert theirs.value.status_code == status
    assert ours.value.category == category
    assert mistakes_of_refusal(json.loads(body)) == []


async def test_a_wrong_key_is_refused_whoever_has_it() -> None:
    async with Simulator() as server:
        with pytest.raises(ApiError) as theirs:
            async with listening(server, "another-key"):
                pass
        with pytest.raises(ProviderError) as ours:
            await open_deepgram_stt(DeepgramOptions(SecretStr("another-key"), server.url)).open()
    assert theirs.value.status_code == 401
    assert ours.value.category == FailureCategory.AUTH_FAILED


def test_the_client_can_ask_for_everything_that_the_simulator_lets_somebody_ask_for() -> None:
    can = inspect.signature(AsyncDeepgramClient(api_key=KEY).listen.v1.connect).parameters
    assert can.keys() >= MAY_BE_ASKED
