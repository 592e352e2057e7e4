"""A language model over the OpenAI-compatible `POST /chat/completions`."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from appliance.conversation.vocabulary import SessionConfig
from appliance.providers.cascade.chat_request import chat_request
from appliance.providers.cascade.chat_stream import ChatStream
from appliance.providers.cascade.http_stage import HttpStage
from appliance.providers.cascade.stages import Counted, Finished, MadeCall, Message, Words
from appliance.providers.http.client import Body, HttpOptions

# Silence before the first word: a model that has to be loaded from a disk takes half a minute, and the
# conversation waits no longer for an answer.
SILENCE_S = 30.0
# 10 000 characters of text and a long list of calls.
MAX_REPLY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenAiWritingOptions:
    """Which server, which model, and what is asked of it before what the conversation asks."""

    http: HttpOptions
    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    max_tokens_key: str = "max_tokens"
    extra: Mapping[str, Any] = field(default_factory=dict)


class OpenAiWriting(HttpStage):
    """Writes with one model."""

    def __init__(self, options: OpenAiWritingOptions) -> None:
        super().__init__(options.http)
        self._options = options

    async def write(
        self, messages: Sequence[Message], config: SessionConfig
    ) -> AsyncGenerator[Words | MadeCall | Counted | Finished, None]:
        """See `LanguageModel`."""
        options = self._options
        if options.temperature is not None:
            config = replace(config, temperature=options.temperature)
        if options.max_tokens is not None:
            config = replace(config, max_output_tokens=options.max_tokens)
        request = chat_request(options.model, messages, config, options.max_tokens_key, options.extra)
        stream = ChatStream()
        async with self._http.request(
            "POST", "/chat/completions", Body(json=request), silence_s=SILENCE_S
        ) as reply:
            if reply.content_type == "application/json":
                for piece in stream.whole(await reply.whole(MAX_REPLY_BYTES)):
                    yield piece
                return
            async with aclosing(reply.chunks()) as chunks:
                async for chunk in chunks:
                    for piece in stream.feed(chunk):
                        yield piece
                    if stream.done:
                        break
                for piece in stream.end():
                    yield piece
                await reply.drain(chunks)
