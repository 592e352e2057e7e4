"""What an OpenAI-compatible language model writes: bytes of a response in, words and calls out. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.conversation.vocabulary import TOOL_ARGUMENTS_MAX_CHARS, UsageUnit
from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.providers.cascade.stages import Counted, Finished, MadeCall, Words
from appliance.providers.cascade.thoughts import ThoughtFilter
from appliance.providers.http.events import ServerSentEvents
from appliance.providers.http.refusal import category_of, message_of

# Calls in one message; nobody asks a household's tools for more at once.
MAX_CALLS = 16
# Vendor ids have about 30 characters, names of functions at most 64.
MAX_NAME_CHARACTERS = 256
# Ten minutes of speech: a model that writes more goes round in circles.
MAX_TEXT_CHARACTERS = 10_000
_DONE = "[DONE]"
_CUT_OFF = ("length", "content_filter")

Fields = Mapping[str, Any]
Piece = Words | MadeCall | Counted


@dataclass(slots=True)
class _Call:
    """A call while it is being written."""

    index: int | None
    id: str = ""
    name: str = ""
    arguments: str = ""


class ChatStream:
    """One streamed chat completion.

    Raises `ProtocolViolation` for what the protocol does not allow, and `ProviderError` for an error that
    comes in place of the rest. Bounds: the constants above, and those of `ServerSentEvents`.
    """

    def __init__(self) -> None:
        self._events = ServerSentEvents()
        self._thoughts = ThoughtFilter()
        self._calls: list[_Call] = []
        self._half = ""  # of a character whose rest is still to come
        self._characters = 0
        self._reason: str | None = None
        self._done = False
        self._usage: dict[str, int] = {}

    @property
    def done(self) -> bool:
        """The model has said that nothing more comes."""
        return self._done

    def feed(self, data: bytes) -> Iterator[Piece]:
        """What `data`, the next bytes of the response, says."""
        for event in self._events.feed(data):
            yield from self._take(event)

    def end(self) -> Iterator[Piece | Finished]:
        """The response is over. Raises `ProviderError` (session closed) where that was too early."""
        for event in self._events.end():
            yield from self._take(event)
        if not self._done and self._reason is None:
            raise ProviderError(FailureCategory.SESSION_CLOSED, "the model broke off in mid-answer")
        if rest := self._thoughts.feed(_sendable(self._half)) + self._thoughts.end():
            yield Words(rest)
        yield from self._made_calls()
        yield Finished(self._reason in _CUT_OFF, self._usage)

    def whole(self, body: bytes) -> Iterator[Piece | Finished]:
        """The same from one JSON document, for servers that do not stream."""
        yield from self._chunk(_object(body.decode("utf-8", "replace")), "message")
        self._done = True
        yield from self.end()

    def _take(self, event: str) -> Iterator[Piece]:
        if self._done:
            return
        if event.strip() == _DONE:
            self._done = True
            return
        yield from self._chunk(_object(event), "delta")

    def _chunk(self, chunk: Fields, key: str) -> Iterator[Piece]:
        error = chunk.get("error")
        if error is not None:
            raise _told(error)
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self._usage = usage_of(usage)
            yield Counted(self._usage)
        choices = chunk.get("choices")
        if choices is None or choices == []:
            return
        if not isinstance(choices, list) or not isinstance(choices[0], dict):
            raise ProtocolViolation("the model sent choices that are no list of objects")
        delta = choices[0].get(key)
        if delta is not None and not isinstance(delta, dict):
            raise ProtocolViolation(f"the model sent a {key} that is no object")
        yield from self._delta(delta or {})
        reason = choices[0].get("finish_reason")
        if isinstance(reason, str) and self._reason is None:
            self._reason = reason
            yield from self._made_calls()

    def _delta(self, delta: Fields) -> Iterator[Piece]:
        for key in ("content", "refusal"):
            text = delta.get(key)
            if text is None:
                continue
            if not isinstance(text, str):
                raise ProtocolViolation(f"the model sent a {key} that is no text")
            self._characters += len(text)
            if self._characters > MAX_TEXT_CHARACTERS:
                raise ProtocolViolation(f"the model wrote more than {MAX_TEXT_CHARACTERS} characters")
            if said := self._thoughts.feed(self._in_whole_characters(text)):
                yield Words(said)
        calls = delta.get("tool_calls")
        if calls is None:
            return
        if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
            raise ProtocolViolation("the model sent tool_calls that are no list of objects")
        for call in calls:
            self._fragment(call)

    def _in_whole_characters(self, text: str) -> str:
        """`text`, the next piece: servers that count in UTF-16 cut characters in two."""
        text, self._half = self._half + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return _sendable(text)

    def _fragment(self, fragment: Fields) -> None:
        """The next piece of a call; see `_call_of` for which one."""
        function = fragment.get("function") or {}
        if not isinstance(function, dict):
            raise ProtocolViolation("the model sent a call whose function is no object")
        call = self._call_of(fragment, _text(function, "name", MAX_NAME_CHARACTERS))
        arguments = function.get("arguments")
        if isinstance(arguments, dict):  # not as text, by servers that mean well
            arguments = json.dumps(arguments)
        if arguments is not None and not isinstance(arguments, str):
            raise ProtocolViolation("the model sent arguments that are no text")
        call.arguments += arguments or ""
        if len(call.arguments) > TOOL_ARGUMENTS_MAX_CHARS:
            raise ProtocolViolation(
                f"the model wrote arguments of more than {TOOL_ARGUMENTS_MAX_CHARS} characters"
            )

    def _call_of(self, fragment: Fields, name: str) -> _Call:
        """The call that a fragment belongs to: that of its index, and without one the last. One with
        another id, or without any index a name, begins a new one, whatever its index says."""
        index, identity = fragment.get("index"), _text(fragment, "id", MAX_NAME_CHARACTERS)
        if not isinstance(index, int) or isinstance(index, bool):
            index = None
        mine = [call for call in self._calls if index is None or call.index == index]
        call = mine[-1] if mine else None
        if call is None or (identity and call.id and identity != call.id) or (index is None and name):
            if len(self._calls) == MAX_CALLS:
                raise ProtocolViolation(f"the model called more than {MAX_CALLS} tools at once")
            call = _Call(index)
            self._calls.append(call)
        call.id = call.id or identity
        call.name = call.name or name
        return call

    def _made_calls(self) -> Iterator[MadeCall]:
        calls, self._calls = self._calls, []
        for call in calls:
            if not call.name:
                raise ProtocolViolation("the model called a tool without a name")
            yield MadeCall(call.id, call.name, _sendable(call.arguments) or "{}")


def usage_of(usage: Fields) -> dict[str, int]:
    """The server's counts by `UsageUnit`; what it does not tell is left out."""
    told, cached = _count(usage, "prompt_tokens"), 0
    details = usage.get("prompt_tokens_details")
    if isinstance(details, dict):
        cached = min(_count(details, "cached_tokens"), told)
    counts = {
        UsageUnit.INPUT_TEXT_TOKENS: told - cached,
        UsageUnit.INPUT_CACHED_TEXT_TOKENS: cached,
        UsageUnit.OUTPUT_TEXT_TOKENS: _count(usage, "completion_tokens"),
    }
    return {str(unit): count for unit, count in counts.items() if count}


def _count(fields: Fields, key: str) -> int:
    value = fields.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _object(text: str) -> Fields:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolViolation(f"the model sent no JSON: {type(error).__name__}") from error
    if not isinstance(content, dict):
        raise ProtocolViolation("the model sent JSON that is no object")
    return content


def _sendable(text: str) -> str:
    """`text` with halves of characters joined; what is left of them, which nothing can send, is replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _text(fields: Fields, key: str, most: int) -> str:
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise ProtocolViolation(f"the model sent a call whose {key} is no short text")
    return value.encode("utf-8", "replace").decode("utf-8")


def _told(error: object) -> ProviderError:
    """An error in place of the rest."""
    fields = error if isinstance(error, dict) else {"message": error if isinstance(error, str) else ""}
    category = category_of(fields) or FailureCategory.MODEL_UNAVAILABLE
    return ProviderError(category, f"the model broke off: {message_of(fields) or category}")
