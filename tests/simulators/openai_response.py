"""The stream of events with which the simulated server answers, in the vendor's order. Pure."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from appliance.pcm.formats import Pcm, pcm_to_bytes
from tests.simulators.openai_items import Event, Item, message
from tests.simulators.openai_script import SAMPLES_PER_MS, Answer, Call

_FORMAT = {"type": "audio/pcm", "rate": 24000}
_ERROR_TYPES = {"server_error": "server_error", "insufficient_quota": "insufficient_quota"}


@dataclass
class Chunk:
    """Events that leave together; they hold `audio_ms` of sound."""

    events: list[Event]
    audio_ms: float = 0.0


@dataclass
class Response:
    """One response, its items kept in `conversation` (the server's items in their order)."""

    response_id: str
    answer: Answer
    metadata: dict[str, str] | None
    modality: str  # "audio" | "text"
    voice: str
    conversation: dict[str, Item]
    make_event: Callable[..., Event]
    make_id: Callable[[str], str]
    status: str = "queued"  # until it was announced
    items: list[Item] = field(default_factory=list)

    @property
    def generated_samples(self) -> int:
        """Sound made so far."""
        return sum(item.samples for item in self.items)

    def created(self) -> list[Event]:
        """The response begins."""
        self.status = "in_progress"
        limits = [{"name": "requests", "limit": 1000, "remaining": 999, "reset_seconds": 0.06}]
        return [
            self.make_event("response.created", response=self._on_wire()),
            self.make_event("rate_limits.updated", rate_limits=limits),
        ]

    def chunks(self) -> Iterator[Chunk]:
        """All items, each with its sound and words; ends without `response.done`."""
        if len(self.answer.pcm24k) or not self.answer.calls:
            yield from self._messages()
        for call in self.answer.calls:
            yield from self._make_call(call)

    def finish(self, status: str, reason: str | None = None, code: str | None = None) -> list[Event]:
        """Whatever is still open is closed, and the response is done."""
        events = self.created() if self.status == "queued" else []
        if self.items and self.items[-1].status == "in_progress":
            events += self._close_item("incomplete")
        self.status = status
        details: Event = {"type": status}
        if reason is not None:
            details["reason"] = reason
        if code is not None:
            details["error"] = {"type": _ERROR_TYPES.get(code, "invalid_request_error"), "code": code}
        done = self._on_wire() | {
            "output": [item.on_wire() for item in self.items],
            "status_details": None if status == "completed" else details,
            "usage": self._usage(),
        }
        return [*events, self.make_event("response.done", response=done)]

    # ------------------------------------------------------------------ messages

    def _messages(self) -> Iterator[Chunk]:
        words = self.answer.transcript.split()
        parts = np.array_split(self.answer.pcm24k, self.answer.items)
        for number, pcm in enumerate(parts):
            mine = words[number * len(words) // len(parts) : (number + 1) * len(words) // len(parts)]
            yield Chunk(self._open_message())
            yield from self._speak(pcm, mine) if self.modality == "audio" else self._write(mine)
            yield Chunk(self._close_item("completed"))

    def _open_message(self) -> list[Event]:
        part = {"type": self.modality, self._words_key: ""}
        events = self._open(message(self.make_id("item"), "assistant", [], "in_progress"))
        events.append(self._about_part("response.content_part.added", part=part))
        self.items[-1].about["content"] = [{"type": f"output_{self.modality}", self._words_key: ""}]
        return events

    @property
    def _words_key(self) -> str:
        return "transcript" if self.modality == "audio" else "text"

    def _speak(self, pcm: Pcm, words: list[str]) -> Iterator[Chunk]:
        size = self.answer.chunk_ms * SAMPLES_PER_MS
        starts = range(0, len(pcm), size)
        told = 0
        for number, start in enumerate(starts):
            until = (number + 1) * len(words) // len(starts) + self.answer.words_ahead
            mine, told = words[told:until], until
            events = []
            if mine:
                delta = self._add_words(mine)
                events.append(self._about_part("response.output_audio_transcript.delta", delta=delta))
            sound = pcm[start : start + size]
            self.items[-1].samples += len(sound)
            delta = base64.b64encode(pcm_to_bytes(sound)).decode()
            events.append(self._about_part("response.output_audio.delta", delta=delta))
            yield Chunk(events, len(sound) / SAMPLES_PER_MS)

    def _write(self, words: list[str]) -> Iterator[Chunk]:
        for word in words:
            yield Chunk([self._about_part("response.output_text.delta", delta=self._add_words([word]))])

    def _add_words(self, words: list[str]) -> str:
        text = " ".join(words) if not self._words() else " " + " ".join(words)
        self.items[-1].about["content"][0][self._words_key] += text
        return text

    def _words(self) -> str:
        content = self.items[-1].about["content"]
        return str(content[0][self._words_key]) if content else ""

    # ------------------------------------------------------------------ calls

    def _make_call(self, call: Call) -> Iterator[Chunk]:
        about = {"name": call.name, "call_id": self.make_id("call"), "arguments": ""}
        yield Chunk(self._open(Item(self.make_id("item"), "function_call", about, "in_progress")))
        half = len(call.arguments) // 2
        for delta in (call.arguments[:half], call.arguments[half:]):
            about["arguments"] += delta
            yield Chunk([self._about_call("response.function_call_arguments.delta", delta=delta)])
        yield Chunk(self._close_item("completed"))

    # ------------------------------------------------------------------ items

    def _open(self, item: Item) -> list[Event]:
        before = next(reversed(self.conversation), None)
        self.items.append(item)
        self.conversation[item.item_id] = item
        return [
            self._about_output("response.output_item.added", item=item.on_wire()),
            self.make_event("conversation.item.added", previous_item_id=before, item=item.on_wire()),
        ]

    def _close_item(self, status: str) -> list[Event]:
        item = self.items[-1]
        item.status = status
        before = [key for key in self.conversation if key != item.item_id]
        return [
            *(self._close_message() if item.kind == "message" else self._close_call(item)),
            self._about_output("response.output_item.done", item=item.on_wire()),
            self.make_event(
                "conversation.item.done", previous_item_id=before[-1] if before else None, item=item.on_wire()
            ),
        ]

    def _close_message(self) -> list[Event]:
        words = {self._words_key: self._words()}
        part = {"type": self.modality} | words
        if self.modality == "audio":
            done = [
                self._about_part("response.output_audio.done"),
                self._about_part("response.output_audio_transcript.done", **words),
            ]
        else:
            done = [self._about_part("response.output_text.done", **words)]
        return [*done, self._about_part("response.content_part.done", part=part)]

    def _close_call(self, item: Item) -> list[Event]:
        told = {key: item.about[key] for key in ("name", "arguments")}
        return [self._about_call("response.function_call_arguments.done", **told)]

    def _about_output(self, kind: str, **fields: object) -> Event:
        index = len(self.items) - 1
        return self.make_event(kind, response_id=self.response_id, output_index=index, **fields)

    def _about_part(self, kind: str, **fields: object) -> Event:
        item_id = self.items[-1].item_id
        return self._about_output(kind, item_id=item_id, content_index=0, **fields)

    def _about_call(self, kind: str, **fields: object) -> Event:
        item = self.items[-1]
        return self._about_output(kind, item_id=item.item_id, call_id=item.about["call_id"], **fields)

    def _on_wire(self) -> Event:
        return {
            "id": self.response_id,
            "object": "realtime.response",
            "status": self.status,
            "status_details": None,
            "conversation_id": "conv_simulated",
            "output": [],
            "output_modalities": [self.modality],
            "audio": {"output": {"format": _FORMAT, "voice": self.voice}},
            "max_output_tokens": "inf",
            "metadata": self.metadata,
            "usage": None,
        }

    def _usage(self) -> Event:
        spoken = self.generated_samples // SAMPLES_PER_MS // 50
        written = len(self.answer.transcript.split())
        return {
            "total_tokens": 100 + spoken + written,
            "input_tokens": 100,
            "output_tokens": spoken + written,
            "input_token_details": {"text_tokens": 60, "audio_tokens": 40, "cached_tokens": 0},
            "output_token_details": {"text_tokens": written, "audio_tokens": spoken},
        }
