"""What an OpenAI-compatible language model is asked. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from appliance.conversation.vocabulary import SessionConfig, ToolDeclaration
from appliance.providers.cascade.stages import MadeCall, Message
from appliance.providers.function_tools import function_of


def chat_request(
    model: str,
    messages: Sequence[Message],
    config: SessionConfig,
    max_tokens_key: str,
    extra: Mapping[str, Any],
) -> dict[str, Any]:
    """The body of a chat completion that is streamed; keys of `extra` come last and win.

    `max_tokens_key` is the name of the maximum length: the vendor takes max_completion_tokens, many other
    servers only max_tokens.
    """
    request: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if config.temperature is not None:
        request["temperature"] = config.temperature
    if config.max_output_tokens is not None:
        request[max_tokens_key] = config.max_output_tokens
    if config.tools:
        request["tools"] = [_tool(tool) for tool in config.tools]
    return request | dict(extra)


def _message(message: Message) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.call, "content": message.text}
    if message.calls:
        calls = [_call(call) for call in message.calls]
        return {"role": message.role, "content": message.text or None, "tool_calls": calls}
    return {"role": message.role, "content": message.text}


def _call(call: MadeCall) -> dict[str, Any]:
    return {"id": call.call, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _tool(tool: ToolDeclaration) -> dict[str, Any]:
    return {"type": "function", "function": function_of(tool)}
