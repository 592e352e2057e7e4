"""One session of the simulated server without a socket: frames in, events out, every mistake noted."""

import base64
import binascii
import json
from typing import Any

import numpy as np

from appliance.pcm.formats import Pcm, pcm_from_bytes, pcm_to_bytes
from tests.simulators.live_model import WINDOW_SAMPLES, Model, Word
from tests.simulators.live_script import SAMPLES_PER_MS, Answer, Behaviour, Record, Script, SessionRecord
from tests.simulators.live_types import mistakes_of_client, mistakes_of_server

Event = dict[str, Any]

MAX_HISTORY_ITEMS = 128
# The vendor's 500 tokens; a token has 4 bytes of English and 3 of Chinese.
MAX_CONTENT_BYTES = 1500
_APPENDS = ("session.instructions.append", "session.thinking.append", "session.commentary.append")


class LiveConversation:
    """Strict: what the vendor would refuse is refused here, and noted as a violation."""

    def __init__(self, script: Script, behaviour: Behaviour, record: Record, started_unix_s: int = 0) -> None:
        self._behaviour = behaviour
        self._record = record
        self._unix_s = started_unix_s
        self._script = script
        self._model = Model(self._next_answer, behaviour)
        self._session: SessionRecord | None = None
        self._left: Pcm = np.empty(0, np.int16)  # less than a window
        self._ids = 0
        self._usage_told_ms = 0
        self._waiting: tuple[Answer, set[str]] | None = None  # the backend, and its calls without a result
        self._told_results = False
        self._left_calls: set[str] = set()  # of delegations that another one took the place of
        self.ended = False

    @property
    def played(self) -> tuple[Answer, int] | None:
        """The answer that is being spoken, and how many ms of it were."""
        return self._model.played

    def _next_answer(self) -> Answer:
        """Utterances are counted over all sessions of the server."""
        self._record.utterances += 1
        return self._script(self._record.utterances - 1)

    def receive(self, frame: str | bytes) -> list[Event]:
        """What the server says to `frame`; each event is checked on its way out."""
        events = self._receive(frame)
        for event in events:
            for mistake in mistakes_of_server(event):
                self._record.violations.append(f"simulator: {event['type']}: {mistake}")
        return events

    def _receive(self, frame: str | bytes) -> list[Event]:
        if self._session is not None and self._session.closed:
            if self._session.closed == "close_requested":
                self._record.violations.append("session_closed: something after session.close")
            return []  # it may be on its way still
        try:
            event = json.loads(frame) if isinstance(frame, str) else None
        except ValueError:
            event = None
        if not isinstance(event, dict):
            return [self._refuse("invalid_json", "no JSON in a text frame", None)]
        mistakes = mistakes_of_client(event)
        if mistakes:
            return [self._refuse("unknown_parameter", f"{event.get('type')}: {mistakes[0]}", event)]
        if (self._session is None) != (event["type"] == "session.start"):
            return [self._refuse("invalid_state", f"{event['type']} at the wrong time", event)]
        return self._carry_out(event)

    def _carry_out(self, event: Event) -> list[Event]:
        kind = event["type"]
        if kind == "session.start":
            return self._start(event)
        if kind == "session.input_audio.append":
            return self._hear(event)
        if kind in _APPENDS:
            return self._append(event)
        if kind == "response.item.create":
            return self._take_result(event)
        if kind == "response.create":
            return self._go_on(event)
        if kind == "session.close":
            return self.close("close_requested")
        return [self._refuse("not_simulated", f"{kind} is not simulated", event)]

    # ------------------------------------------------------------------ the session

    def _start(self, event: Event) -> list[Event]:
        config = event["session"]
        if self._behaviour.never_starts:
            return []
        if self._behaviour.refuse_with is not None:
            return [self._error(self._behaviour.refuse_with, "refused", event)]
        if len(config.get("input") or ()) > MAX_HISTORY_ITEMS:
            return [self._refuse("too_many_items", "more than 128 items of history", event)]
        if any(len(item["content"]) != 1 for item in config.get("input") or ()):
            return [self._refuse("invalid_item", "history items have one text part each", event)]
        if config.get("audio", {}).get("format") != {"type": "audio/pcm", "rate": 24_000}:
            return [self._refuse("not_simulated", "only 24 kHz PCM is simulated", event)]
        self._session = SessionRecord(config)
        self._record.sessions.append(self._session)
        return [self._event("session.started", session=self._resource())]

    def _resource(self) -> Event:
        assert self._session is not None
        expires_at = self._unix_s + self._behaviour.expires_in_s
        return {**self._session.config, "id": "live_1", "expires_at": expires_at, "status": "active"}

    def close(self, reason: str) -> list[Event]:
        """The session ends."""
        assert self._session is not None
        self.ended, self._session.closed = True, reason
        return [self._event("session.closed", reason=reason, session=self._resource(), usage=self._usage())]

    def _usage(self) -> Event:
        return {"seconds": self._model.now_ms / 1000}

    # ------------------------------------------------------------------ sound

    def _hear(self, event: Event) -> list[Event]:
        try:
            pcm = pcm_from_bytes(base64.b64decode(event["audio"], validate=True))
        except (binascii.Error, ValueError):
            return [self._refuse("invalid_audio", "no base64, or an odd number of bytes", event)]
        assert self._session is not None
        self._session.chunks.append(pcm)
        self._left = np.concatenate((self._left, pcm))
        events: list[Event] = []
        out: list[Pcm] = []
        while len(self._left) >= WINDOW_SAMPLES and not self.ended:
            window, self._left = self._left[:WINDOW_SAMPLES], self._left[WINDOW_SAMPLES:]
            events += self._step(window, out)
        if out:
            events.append(self._audio(np.concatenate(out)))
        return events

    def _step(self, window: Pcm, out: list[Pcm]) -> list[Event]:
        said = self._model.step(window)
        events = [self._words("session.input_transcript.delta", word) for word in said.heard]
        events += [self._words("session.output_transcript.delta", word) for word in said.spoken]
        if said.pcm.any() or self._behaviour.sends_silence:
            out.append(said.pcm)
        if said.began is not None:
            self._record.answered.append(said.began)
        self._record.broken_off += said.broken_off
        if said.calls is not None:
            events += self._delegate(said.calls)
        if self._model.now_ms - self._usage_told_ms >= self._behaviour.usage_every_ms:
            self._usage_told_ms = self._model.now_ms
            events.append(self._event("session.usage.updated", usage=self._usage()))
        after = self._behaviour.close_after_ms
        if after is not None and self._model.now_ms >= after:
            events += self.close(self._behaviour.close_reason)
        return events

    @staticmethod
    def _audio(pcm: Pcm) -> Event:
        """On the primary socket it has no id and no times."""
        sound = base64.b64encode(pcm_to_bytes(pcm)).decode()
        return {"type": "session.output_audio.delta", "delta": sound}

    def _words(self, kind: str, word: Word) -> Event:
        return self._event(kind, delta=word.text, start_ms=word.start_ms, end_ms=word.end_ms)

    # ------------------------------------------------------------------ context and tools

    def _append(self, event: Event) -> list[Event]:
        assert self._session is not None
        if "delegation_id" not in event:
            return [self._refuse("missing_parameter", "delegation_id is required, if only null", event)]
        if event["delegation_id"] is not None and self._delegates:
            return [self._refuse("invalid_parameter", "a delegation_id with Responses delegation", event)]
        if len(event["content"].encode()) > MAX_CONTENT_BYTES:
            return [self._refuse("too_long", f"{event['type']} of more than 500 tokens", event)]
        self._session.appended.append((event["type"], event["content"]))
        if event["type"] == "session.commentary.append":
            self._model.answer_in_writing()
        now_ms = self._model.now_ms
        kind = event["type"].replace(".append", ".appended")
        return [self._event(kind, event, start_ms=now_ms, end_ms=now_ms)]

    @property
    def _delegates(self) -> bool:
        assert self._session is not None
        delegation = self._session.config.get("delegation") or {}
        return delegation.get("type") == "responses"

    def _delegate(self, answer: Answer) -> list[Event]:
        if not self._delegates:
            delegation = {"id": self._id("del"), "target": "client", "type": "delegation"}
            return [
                self._event("session.delegation.created", delegation=delegation, offset_ms=self._model.now_ms)
            ]
        calls = {self._id("call"): call for call in answer.calls}
        if self._waiting is not None:
            self._left_calls |= self._waiting[1]
        self._waiting, self._told_results = (answer, set(calls)), False
        delegation = {
            "id": "del_1",
            "target": "responses",
            "type": "delegation",
            "response_id": self._id("resp"),
        }
        events = [
            self._event("session.delegation.created", delegation=delegation, offset_ms=self._model.now_ms),
            self._backend({"type": "response.created", "response": {"id": delegation["response_id"]}}),
        ]
        for call_id, call in calls.items():
            item = {"id": self._id("fc"), "type": "function_call", "status": "completed", "call_id": call_id}
            item |= {"name": call.name, "arguments": call.arguments}
            events.append(self._backend({"type": "response.output_item.done", "item": item}))
        events.append(
            self._backend({"type": "response.completed", "response": {"id": delegation["response_id"]}})
        )
        return events

    def _backend(self, event: Event) -> Event:
        return self._event("response.event", delegation_id="del_1", event=event)

    def _take_result(self, event: Event) -> list[Event]:
        if not self._delegates:
            return [self._refuse("invalid_state", "response.item.create needs Responses delegation", event)]
        item = event["item"]
        waiting = self._left_calls | (self._waiting[1] if self._waiting is not None else set())
        if item.get("call_id") not in waiting:
            return [self._refuse("unknown_call", "a result of a call that waits for none", event)]
        for calls in (self._left_calls, *([self._waiting[1]] if self._waiting is not None else [])):
            calls.discard(item["call_id"])
        self._told_results = True
        self._record.results.append((item["call_id"], item["output"]))
        return []

    def _go_on(self, event: Event) -> list[Event]:
        if self._waiting is None or not self._told_results or self._waiting[1] or self._left_calls:
            return [self._refuse("missing_output", "response.create before all results", event)]
        (answer, _), self._waiting = self._waiting, None
        self._model.go_on(answer)
        created = {"type": "response.created", "response": {"id": self._id("resp")}}
        return [self._backend(created), self._backend(created | {"type": "response.completed"})]

    # ------------------------------------------------------------------ events

    def _refuse(self, code: str, message: str, event: Event | None) -> Event:
        self._record.violations.append(f"{code}: {message}")
        return self._error(code, message, event)

    def _error(self, code: str, message: str, event: Event | None) -> Event:
        error = {"type": "invalid_request_error", "code": code, "message": message}
        if event is not None and isinstance(event.get("event_id"), str):
            error["client_event_id"] = event["event_id"]
        return self._event("error", error=error)

    def _event(self, kind: str, cause: Event | None = None, **fields: object) -> Event:
        event: Event = {"type": kind, "event_id": self._id("event"), **fields}
        if cause is not None and "event_id" in cause:
            event["client_event_id"] = cause["event_id"]
        return event

    def _id(self, kind: str) -> str:
        self._ids += 1
        return f"{kind}_{self._ids:06d}"


def milliseconds(pcm: Pcm) -> float:
    """How long some sound of the wire is."""
    return len(pcm) / SAMPLES_PER_MS
