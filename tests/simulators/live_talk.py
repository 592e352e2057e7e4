"""One running session with a simulated GPT-Live server, as a conversation has it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from pydantic import SecretStr

from appliance.conversation.vocabulary import AppendAudio, CloseSession, CommitTurn, HistoryItem, Ready
from appliance.providers.openai_live.options import LiveOptions
from appliance.providers.openai_live.session import LiveSession, open_openai_live
from tests.simulators.live_pair import silence, speech
from tests.simulators.live_server import Simulator
from tests.simulators.openai_talk import CONFIG, KEY, PATIENCE_S, Conversation


def session_with(url: str, **more: Any) -> LiveSession:
    """A session with the server there; `more` is for its `LiveOptions`."""
    return open_openai_live(LiveOptions(SecretStr(KEY), url=url, **more))


class LiveTalk(Conversation):
    """As a conversation has it; the person talks faster than a clock, and pauses before the commit."""

    def ask(self, answer: int) -> None:
        for pcm in (speech(0.5), silence(0.8)):
            for block in np.array_split(pcm, 25):
                self.session.send(AppendAudio(block))
        self.session.send(CommitTurn(answer))


@asynccontextmanager
async def talking(
    url: str, told: tuple[HistoryItem, ...] = (), config: Any = CONFIG, **more: Any
) -> AsyncIterator[LiveTalk]:
    """A session that is ready; closed in its own way at the end."""
    talk = LiveTalk(url, session=session_with(url, **more))
    running = asyncio.create_task(talk.session.run(config, told, talk.emit))
    try:
        await talk.until(Ready)
        yield talk
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, 1.5)
    finally:
        running.cancel()
        await asyncio.wait({running})


async def until_closed(server: Simulator, sessions: int) -> None:
    """So many sessions have ended."""
    await asyncio.wait_for(server.until_gone(sessions), PATIENCE_S)
