"""What the simulated HTTP server of a cascade is to do, and what it keeps about what it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from appliance.pcm.formats import Pcm

RATE_HZ = 24_000
MS_PER_CHARACTER = 60


def voice(text: str, rate_hz: int = RATE_HZ, ms_per_character: float = MS_PER_CHARACTER) -> Pcm:
    """`text` as the server says it: a steady hum, a little higher for each voice, as long as the text."""
    t = np.arange(round(len(text) * ms_per_character * rate_hz / 1000)) / rate_hz
    return (np.sin(2 * np.pi * 220 * t) * 8000).astype(np.int16)


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with one request, in place of a reply or (with `after_bytes`) within its body."""

    status: int = 0  # an HTTP error …
    body: str = '{"error": {"message": "refused", "type": "invalid_request_error", "code": "refused"}}'
    headers: Mapping[str, str] = field(default_factory=dict)  # … with these headers, names in lower case
    drop: bool = False  # the connection is lost
    mute: bool = False  # nothing is sent, or nothing more
    garbage: bytes = b""  # is sent in place of the rest
    after_bytes: int = 0


@dataclass(frozen=True)
class Transcript:
    """What one transcription says, and how it is sent."""

    text: str = "a question"
    form: Literal["json", "text", "events", "bare events"] = "json"
    delay_s: float = 0.0
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Call:
    """A function that the model calls."""

    name: str
    arguments: str = "{}"


@dataclass(frozen=True)
class Completion:
    """What the language model writes for one request. The text comes in pieces of `piece_chars`."""

    text: str = "This is what the model has to say."
    calls: tuple[Call, ...] = ()
    piece_chars: int = 6
    delay_s: float = 0.0  # before the first piece
    pace_s: float = 0.0  # after each piece
    finish: str = ""  # finish_reason; "": stop or tool_calls
    indexed: bool = True  # calls have an index
    usage: bool = True  # a last chunk without choices
    comments: bool = True  # keep-alive lines between
    done: bool = True  # data: [DONE] at the end
    whole: bool = False  # one JSON document, although a stream was asked for
    error: str = ""  # error code in the stream, after the text
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Speech:
    """How one text is spoken; the sound is cut at odd bytes."""

    form: Literal["pcm", "wav"] = "pcm"
    rate_hz: int = RATE_HZ
    ms_per_character: float = MS_PER_CHARACTER
    content_type: str = ""  # "": that of the form
    delay_s: float = 0.0
    chunk_bytes: int = 4801
    pace_s: float = 0.0  # after each chunk
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Script:
    """The replies of each endpoint, in order; the last one is for all that follow."""

    transcripts: tuple[Transcript, ...] = (Transcript(),)
    completions: tuple[Completion, ...] = (Completion(),)
    speeches: tuple[Speech, ...] = (Speech(),)
    models: Trouble | None = None  # what goes wrong with the list of models
    api_key: str | None = None  # the only one that is let in; None: any or none


@dataclass
class Record:
    """What the clients of one server did; lists only ever grow."""

    violations: list[str] = field(default_factory=list)  # what a correct client never does
    connections: int = 0
    lists: int = 0  # of models
    turns: list[Pcm] = field(default_factory=list)  # that were transcribed, 16 kHz
    forms: list[dict[str, str]] = field(default_factory=list)  # their other fields
    chats: list[dict[str, Any]] = field(default_factory=list)
    speeches: list[dict[str, Any]] = field(default_factory=list)
    broken_off: list[str] = field(default_factory=list)  # requests whose reply nobody waited for

    def roles(self, chat: int = -1) -> list[str]:
        """The roles of the messages of a chat, in order."""
        return [message["role"] for message in self.chats[chat]["messages"]]

    def said(self, chat: int = -1) -> list[tuple[str, str]]:
        """Role and text of the messages of a chat, without the instructions."""
        messages = self.chats[chat]["messages"]
        return [(m["role"], m["content"] or "") for m in messages if m["role"] != "system"]
