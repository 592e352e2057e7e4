"""A realtime server that others wrote takes what we send, and we understand what it says.

It runs in an environment of its own: `SPEECH_TO_SPEECH_PYTHON` names that one's Python; how to make it says
`speech_to_speech_server.py`.
"""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerTranscript,
    AskText,
    CancelAnswer,
    CloseSession,
    ContinueAnswer,
    Failure,
    HistoryItem,
    Ready,
)
from tests.simulators.openai_talk import PATIENCE_S, Conversation

PYTHON = os.environ.get("SPEECH_TO_SPEECH_PYTHON", "")
SERVER = Path(__file__).parent / "speech_to_speech_server.py"
WORDS = "It is quite late."
# One second, resampled by the server from 16 kHz: its filter may keep the last of it.
SECOND = range(23_000, 24_100)

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(
        not PYTHON,
        reason="speech-to-speech pins another openai and wants torch: it has an environment of its own",
    ),
]


@pytest.fixture
def url() -> Iterator[str]:
    with subprocess.Popen([PYTHON, str(SERVER)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.terminate()


async def opened(url: str, *history: HistoryItem) -> tuple[Conversation, "asyncio.Task[None]"]:
    talk = Conversation(url)
    running = asyncio.create_task(talk.run(history))
    await talk.until(Ready)
    return talk, running


async def closed(talk: Conversation, running: "asyncio.Task[None]") -> None:
    talk.session.send(CloseSession())
    await asyncio.wait_for(running, PATIENCE_S)
    assert not [event for event in talk.events if isinstance(event, Failure)]


async def test_a_question_with_a_history_is_answered(url: str) -> None:
    talk, running = await opened(url, HistoryItem("user", "Hi."), HistoryItem("assistant", "Hello."))
    talk.ask(1)
    assert (await talk.until(AnswerDone)).complete
    await closed(talk, running)
    assert talk.sound(1) in SECOND
    words = [event.text for event in talk.events if isinstance(event, AnswerTranscript) and event.final]
    assert words == [WORDS]


async def test_a_written_question_and_an_answer_gone_on_with(url: str) -> None:
    talk, running = await opened(url)
    talk.session.send(AskText(1, "What time is it?", spoken=True))
    await talk.until(AnswerDone, answer=1)
    talk.session.send(ContinueAnswer(2, "It is"))
    await talk.until(AnswerDone, answer=2)
    await closed(talk, running)
    assert talk.sound(1) in SECOND
    assert talk.sound(2) in SECOND


async def test_an_interrupted_answer_leaves_the_next_one_whole(url: str) -> None:
    talk, running = await opened(url)
    talk.ask(1)
    await talk.until(AnswerAudio, answer=1)
    talk.session.send(CancelAnswer(1, 20))
    heard = talk.sound(1)
    talk.ask(2)
    await talk.until(AnswerDone, answer=2)
    await closed(talk, running)
    assert talk.sound(1) == heard
    assert talk.sound(2) in SECOND
