"""The strict server side of one OpenAI Realtime session, without a socket. Pure.

What a correct client never does is refused as the vendor refuses it, and written down as a
violation. A refusal that the client could not foresee (the cancel that crosses `response.done`
on the way) is a race.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.pcm.formats import Pcm, pcm_from_bytes
from tests.simulators.openai_beta import beta_of_server, ga_of_client
from tests.simulators.openai_buffer import Buffer
from tests.simulators.openai_items import (
    Event,
    Item,
    Refused,
    item_of_client,
    message,
    parse,
    written_question,
)
from tests.simulators.openai_response import Chunk, Response
from tests.simulators.openai_script import (
    SAMPLES_PER_MS,
    Answer,
    Behaviour,
    Record,
    Script,
    Truncation,
    Turn,
)
from tests.simulators.openai_settings import fresh_session, merge, mistake_in
from tests.simulators.openai_types import (
    mistakes_of_beta_client,
    mistakes_of_client,
    mistakes_of_server,
)
from tests.simulators.openai_words import words_of_person


@dataclass
class Reply:
    """What one client event leads to: events now, a response to be played, words that come later."""

    events: list[Event] = field(default_factory=list)
    response: Response | None = None
    transcriptions: list[tuple[Answer, list[Event]]] = field(default_factory=list)


class Conversation:
    """One session. `receive` is called with each frame, `now_s` (any epoch) with it."""

    def __init__(
        self,
        script: Script,
        record: Record,
        model: str = "gpt-realtime-2.1",
        behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
    ) -> None:
        self._script = script
        self._record = record
        self._behaviour = behaviour
        self._heard_item: str | None = None  # of the speech that its own turn detection hears
        self._numbers: dict[str, int] = {}
        self.session = fresh_session(model, self._make_id("sess"))
        self.items: dict[str, Item] = {}
        self.active: Response | None = None
        self._finished_at_s: dict[str, float] = {}
        self._buffer = Buffer(behaviour.hears)
        self._next_answer: Answer | None = None
        self._answered: Answer | None = None  # by the last response that was completed
        self._has_spoken = False
        self.race_s = behaviour.race_s
        self._handlers: dict[str, Callable[[Event, float], Reply]] = {
            "session.update": self._update,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
            "conversation.item.create": self._create_item,
            "conversation.item.delete": self._delete_item,
            "conversation.item.truncate": self._truncate_item,
            "conversation.item.retrieve": self._retrieve_item,
            "response.create": self._create_response,
            "response.cancel": self._cancel_response,
        }

    # ------------------------------------------------------------------ to and from the wire

    def hello(self, now_s: float) -> list[Event]:
        """What the server says first."""
        self.session["expires_at"] = int(now_s) + self._behaviour.lasts_s
        return [self.make_event("session.created", session=copy.deepcopy(self.session))]

    def receive(self, frame: str | bytes, now_s: float) -> Reply:
        """Take one frame of the client; never raises for what is in it."""
        event_id: str | None = None
        kind = "a frame"
        try:
            event = parse(frame)
            kind = event["type"]
            event_id = event.get("event_id") if isinstance(event.get("event_id"), str) else None
            beta = self._behaviour.dialect == "beta"
            mistakes = mistakes_of_beta_client(event) if beta else mistakes_of_client(event)
            if mistakes:
                raise Refused("invalid_value", "; ".join(mistakes))
            if beta:
                event = ga_of_client(event)
            handler = self._handlers.get(kind)
            if handler is None:
                raise Refused("invalid_value", f"{kind} is not for WebSockets")
            return handler(event, now_s)
        except Refused as refused:
            told = self._record.races if refused.race else self._record.violations
            told.append(f"{kind}: {refused.code}: {refused}")
            return Reply([self.error(refused.code, str(refused), event_id)])

    def on_wire(self, events: list[Event]) -> list[Event]:
        """The events in the dialect of this server."""
        if self._behaviour.dialect == "ga":
            return events
        return [told for event in events for told in beta_of_server(event)]

    def make_event(self, kind: str, **fields: object) -> Event:
        """An event of ours, checked against the vendor's types; `AssertionError` if it is wrong."""
        event = {"type": kind, "event_id": self._make_id("event"), **fields}
        mistakes = mistakes_of_server(event)
        assert not mistakes, (kind, mistakes)
        return event

    def error(self, code: str, message: str, client_event_id: str | None = None) -> Event:
        """An `error` event."""
        kinds = {"server_error", "insufficient_quota"}
        kind = code if code in kinds else "invalid_request_error"
        details = {"type": kind, "code": code, "message": message, "param": None}
        return self.make_event("error", error=details | {"event_id": client_event_id})

    # ------------------------------------------------------------------ a response, as it is played

    def finish(self, response: Response, now_s: float, status: str, **why: str) -> list[Event]:
        """The closing events of the active response."""
        assert response is self.active
        self.active = None
        self._finished_at_s[response.response_id] = now_s
        self._answered = response.answer if status == "completed" else None
        self._record.finished.append((response.response_id, status))
        return response.finish(status, **why)

    def spoken(self, chunk: Chunk) -> None:
        """This chunk leaves now."""
        self._has_spoken = self._has_spoken or chunk.audio_ms > 0

    # ------------------------------------------------------------------ the session

    def _update(self, event: Event, now_s: float) -> Reply:
        session = event["session"]
        if session["type"] != "realtime":
            raise Refused("invalid_value", "the type of a session cannot be changed")
        if session.get("model", self.session["model"]) != self.session["model"]:
            raise Refused("invalid_value", "the model of a session cannot be changed")
        audio = session.get("audio") or {}
        voice = (audio.get("output") or {}).get("voice", self._voice)
        if self._has_spoken and voice != self._voice:
            raise Refused("cannot_update_voice", "the voice cannot be changed after it was heard")
        if mistake := mistake_in(session):
            raise Refused("invalid_value", mistake)
        self._record.updates.append(session)
        merge(self.session, session)
        return Reply([self.make_event("session.updated", session=copy.deepcopy(self.session))])

    @property
    def _voice(self) -> str:
        return str(self.session["audio"]["output"]["voice"])

    # ------------------------------------------------------------------ the person's turn

    def _append(self, event: Event, now_s: float) -> Reply:
        settings = self.session["audio"]["input"]
        self._record.appended_samples += self._buffer.append(event["audio"], settings)
        return self._hear() if settings["turn_detection"] is not None else Reply()

    def _hear(self) -> Reply:
        """What its own turn detection makes of the sound so far; where speech ended, it commits."""
        heard = Reply()
        for mark in self._buffer.heard():
            self._heard_item = item_id = self._heard_item or self._make_id("item")
            kind, when = ("started", "audio_start_ms") if mark.began else ("stopped", "audio_end_ms")
            about: Event = {when: mark.at_ms, "item_id": item_id}
            heard.events.append(self.make_event(f"input_audio_buffer.speech_{kind}", **about))
            if not mark.began:
                made = self._make_turn(self._buffer.take())
                heard.events += made.events
                heard.transcriptions += made.transcriptions
        return heard

    def _commit(self, event: Event, now_s: float) -> Reply:
        return self._make_turn(self._buffer.take_for_client())

    def _make_turn(self, pcm: Pcm) -> Reply:
        """This sound becomes an item of the person."""
        before = next(reversed(self.items), None)
        item_id, self._heard_item = self._heard_item or self._make_id("item"), None
        item = self._add(message(item_id, "user", [{"type": "input_audio", "transcript": None}]))
        answer = self._take_turn(Turn(len(self._record.turns), item_id, pcm))
        committed = self.make_event("input_audio_buffer.committed", item_id=item_id, previous_item_id=before)
        events = [committed, *self._announce(item, before)]
        if self.session["audio"]["input"]["transcription"] is None:
            return Reply(events)
        words = words_of_person(self.make_event, item_id, answer.user_transcript)
        return Reply(events, transcriptions=[(answer, words)])

    def _take_turn(self, turn: Turn) -> Answer:
        self._record.turns.append(turn)
        self._next_answer = answer = self._script(turn)
        return answer

    def _clear(self, event: Event, now_s: float) -> Reply:
        self._buffer.take()
        self._record.cleared += 1
        return Reply([self.make_event("input_audio_buffer.cleared")])

    # ------------------------------------------------------------------ items

    def _create_item(self, event: Event, now_s: float) -> Reply:
        item, before = event["item"], event.get("previous_item_id")
        if before not in (None, "root") and before not in self.items:
            raise Refused("invalid_value", f"there is no item {before}")
        if item.get("id") in self.items:
            raise Refused("item_create_duplicate_item_id", f"there is an item {item['id']}")
        if item["type"] == "function_call_output" and self.active is not None:
            raise Refused("simulator", "a response is being made: wait for response.done")
        last = next(reversed(self.items), None)
        made = self._add(item_of_client(item.get("id") or self._make_id("item"), item, self.items))
        match made.kind:
            case "message":
                self._record.history.append((made.about["role"], made.text))
            case "function_call":
                self._record.retold.append((made.about["call_id"], made.about["name"]))
            case "function_call_output":
                self._record.results.append((made.about["call_id"], made.about["output"]))
        return Reply(self._announce(made, last))

    def _delete_item(self, event: Event, now_s: float) -> Reply:
        item_id = event["item_id"]
        if item_id not in self.items:
            raise Refused("item_delete_invalid_item_id", f"there is no item {item_id}")
        if self.active is not None and self.items[item_id] in self.active.items:
            raise Refused("simulator", f"{item_id} is still being made: cancel, wait, delete")
        del self.items[item_id]
        self._record.deleted.append(item_id)
        return Reply([self.make_event("conversation.item.deleted", item_id=item_id)])

    def _truncate_item(self, event: Event, now_s: float) -> Reply:
        item = self.items.get(event["item_id"])
        end_ms = event["audio_end_ms"]
        if item is None:
            raise Refused("item_truncate_invalid_item_id", f"there is no item {event['item_id']}")
        if not item.samples:
            raise Refused("unsupported_content_type", "Only model output audio messages can be truncated")
        if event["content_index"] != 0:
            raise Refused("invalid_value", f"there is no content part {event['content_index']}")
        if end_ms <= 0:
            raise Refused("invalid_value", "nothing would be left: delete the item")
        if end_ms > item.generated_ms:
            message = f"Audio content of {item.generated_ms}ms is already shorter than {end_ms}ms"
            raise Refused("invalid_value", message)
        self._record.truncations.append(Truncation(item.item_id, end_ms, item.generated_ms))
        item.about["content"][0]["transcript"] = ""
        item.samples = end_ms * SAMPLES_PER_MS
        told = {key: event[key] for key in ("item_id", "content_index", "audio_end_ms")}
        return Reply([self.make_event("conversation.item.truncated", **told)])

    def _retrieve_item(self, event: Event, now_s: float) -> Reply:
        item = self.items.get(event["item_id"])
        if item is None:
            raise Refused("item_retrieve_invalid_item_id", f"there is no item {event['item_id']}")
        return Reply([self.make_event("conversation.item.retrieved", item=item.on_wire())])

    # ------------------------------------------------------------------ responses

    def _create_response(self, event: Event, now_s: float) -> Reply:
        if self.active is not None:
            raise Refused(
                "conversation_already_has_active_response",
                f"Conversation already has an active response: {self.active.response_id}",
            )
        parameters = event.get("response") or {}
        strange = set(parameters) - {"metadata", "output_modalities", "instructions"}
        if strange:
            raise Refused("simulator", f"this server does not play {sorted(strange)}")
        metadata = parameters.get("metadata")
        modality, *others = parameters.get("output_modalities") or self.session["output_modalities"]
        if others:
            raise Refused("invalid_value", "an answer is audio or text")
        self._record.asked.append((metadata or {}).get("answer", ""))
        self._record.modalities.append(modality)
        self._record.instructions.append(parameters.get("instructions", ""))
        self.active = Response(
            self._make_id("resp"),
            self._choose_answer(),
            metadata,
            modality,
            self._voice,
            self.items,
            self.make_event,
            self._make_id,
        )
        return Reply(response=self.active)

    def _choose_answer(self) -> Answer:
        """What is said next: to what was asked last, or to the results of the calls before."""
        last = next(reversed(self.items.values()), None)
        if last is not None and last.kind == "function_call_output" and self._answered is not None:
            return self._answered.then or Answer()
        silence, number = pcm_from_bytes(b""), len(self._record.turns)
        question = written_question(self.items)
        if question is not None and question.item_id not in (turn.item_id for turn in self._record.turns):
            return self._take_turn(Turn(number, question.item_id, silence, question.text))
        return self._next_answer or self._script(Turn(-1, "", silence))

    def _cancel_response(self, event: Event, now_s: float) -> Reply:
        wanted = event.get("response_id")
        active = self.active
        if active is None or wanted not in (None, active.response_id):
            ago_s = now_s - self._finished_at_s.get(wanted or "", float("-inf"))
            raise Refused(
                "response_cancel_not_active",
                "Cancellation failed: no active response found",
                race=ago_s <= self.race_s,
            )
        self._record.cancelled.append(active.response_id)
        return Reply(self.finish(active, now_s, "cancelled", reason="client_cancelled"))

    # ------------------------------------------------------------------ small things

    def _add(self, item: Item) -> Item:
        self.items[item.item_id] = item
        return item

    def _announce(self, item: Item, before: str | None) -> list[Event]:
        kinds = ("conversation.item.added", "conversation.item.done")
        return [self.make_event(kind, previous_item_id=before, item=item.on_wire()) for kind in kinds]

    def _make_id(self, kind: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return f"{kind}_{self._numbers[kind]:06d}"
