"""One running Gemini session of ours, as a conversation has it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr

from appliance.conversation.vocabulary import CloseSession, Failure, HistoryItem, Ready
from appliance.providers.gemini.session import GeminiOptions, GeminiProvider
from tests.simulators.openai_talk import KEY, PATIENCE_S, Conversation

__all__ = ["KEY", "PATIENCE_S", "failure_of", "provider", "talking"]


def provider(
    url: str, *, model: str = "gemini-3.8-live", extra: Mapping[str, Any] | None = None
) -> GeminiProvider:
    """A provider that asks the simulator at `url`."""
    return GeminiProvider(GeminiOptions(SecretStr(KEY), url=url, model=model, extra=extra or {}))


@asynccontextmanager
async def talking(
    gemini: GeminiProvider, history: tuple[HistoryItem, ...] = ()
) -> AsyncIterator[Conversation]:
    """A session that is ready; closed in its own way at the end."""
    talk = Conversation("", session=gemini.open())
    running = asyncio.create_task(talk.run(history))
    try:
        await talk.until(Ready)
        yield talk
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, PATIENCE_S)
    finally:
        running.cancel()


async def failure_of(gemini: GeminiProvider, ask: int | None = None) -> Failure:
    """How a session with this provider fails."""
    talk = Conversation("", session=gemini.open())
    if ask is not None:
        talk.ask(ask)
    await asyncio.wait_for(talk.run(), PATIENCE_S)
    assert isinstance(talk.events[-1], Failure)
    assert talk.events[-1].answer is None
    assert KEY not in str(talk.events)
    return talk.events[-1]
