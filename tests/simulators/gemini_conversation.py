"""The strict server side of one Gemini Live session, without a socket. Pure.

What a correct client never does is written down as a violation, and ends the session as the vendor's
does: with 1007. Keys in snake_case are taken like those in camelCase.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appliance.pcm.formats import pcm_from_bytes
from tests.simulators.gemini_generation import Generation, Message
from tests.simulators.gemini_script import IN_SAMPLES_PER_MS, MODELS, Answer, Behaviour, Record, Script, Turn
from tests.simulators.gemini_types import camel, mistakes_of_client, mistakes_of_server

SILENCE = pcm_from_bytes(b"")


class Refused(Exception):
    """A message of the client that ends the session."""

    def __init__(self, reason: str, code: int = 1007, *, violation: bool = True) -> None:
        super().__init__(reason)
        self.code = code
        self.violation = violation


@dataclass
class Reply:
    """What one message of the client leads to: messages now, a generation to be played, the end."""

    messages: list[Message] = field(default_factory=list)
    generation: Generation | None = None
    close: tuple[int, str] | None = None


@dataclass
class Vault:
    """The handles of one server, and which of them belong to connections that are still open."""

    valid: set[str] = field(default_factory=set)
    in_use: set[str] = field(default_factory=set)
    made: int = 0

    def new(self) -> str:
        """A handle that nobody has."""
        self.made += 1
        handle = f"handle-{self.made}"
        self.valid.add(handle)
        self.in_use.add(handle)
        return handle


class Conversation:
    """One session. `receive` is called with each frame."""

    def __init__(self, script: Script, behaviour: Behaviour, record: Record, vault: Vault) -> None:
        self._script = script
        self._behaviour = behaviour
        self._record = record
        self._vault = vault
        self._setup: dict[str, Any] | None = None
        self._seeding = False
        self._activity: bytearray | None = None  # sound of the person's turn
        self._heard_samples = 0  # of sound, in the whole session
        self._over = False  # automatic detection: the turn was answered, what comes now is its tail
        self._calls = 0
        self.handles: list[str] = []
        self.active: Generation | None = None
        self._handlers: dict[str, Callable[[Any], Reply]] = {
            "setup": self._on_setup,
            "clientContent": self._on_content,
            "realtimeInput": self._on_input,
            "toolResponse": self._on_results,
            "contextUpdate": self._on_context,
        }

    def receive(self, frame: str | bytes) -> Reply:
        """Take one frame of the client; never raises for what is in it."""
        try:
            message = _parse(frame)
            mistakes = mistakes_of_client(message)
            if mistakes:
                raise Refused(f"Request contains an invalid argument: {'; '.join(mistakes)}")
            key, value = next(iter(message.items()))
            if (key == "setup") != (self._setup is None):
                raise Refused(f"{key} at the wrong time: the setup comes first, and once")
            return self._handlers[key](value)
        except Refused as refused:
            if refused.violation:
                self._record.violations.append(str(refused))
            return Reply(close=(refused.code, str(refused)[:100]))

    def message(self, **keys: Any) -> Message:
        """A message of ours, checked against the vendor's types; `AssertionError` if it is wrong."""
        mistakes = mistakes_of_server(keys)
        assert not mistakes, (keys, mistakes)
        return keys

    # ------------------------------------------------------------------ an answer, as it is played

    def finish(self, generation: Generation) -> list[Message]:
        """Everything was said: `generationComplete`."""
        generation.complete = True
        if generation.answer.breaks_off:
            return [self.message(serverContent={"interrupted": True})]
        return [self.message(serverContent={"generationComplete": True})]

    def end_turn(self, generation: Generation) -> list[Message]:
        """The answer was played: `turnComplete`, and a handle for the state after it."""
        assert generation is self.active
        self.active = None
        content: Message = {"turnComplete": True}
        if generation.answer.reason:
            content["turnCompleteReason"] = generation.answer.reason
        keys: Message = {"serverContent": content, "usageMetadata": generation.usage()}
        if "sessionResumption" in (self._setup or {}):
            self.handles.append(self._vault.new())
            keys["sessionResumptionUpdate"] = {"newHandle": self.handles[-1], "resumable": True}
        messages = [self.message(**keys)]
        if generation.answer.phantom:
            messages.append(self.message(serverContent={"interrupted": True}))
        return messages

    def _interrupt(self) -> list[Message]:
        generation, self.active = self.active, None
        if generation is None:
            return []
        self._record.interrupted += 1
        messages = [self.message(serverContent={"interrupted": True})]
        if generation.open_calls:
            cancelled = {"ids": list(generation.open_calls)}
            messages.append(self.message(toolCallCancellation=cancelled))
        return [*messages, self.message(serverContent={"turnComplete": True})]

    def _answer(self, turn: Turn) -> Reply:
        """The person's turn is over."""
        self._record.turns.append(turn)
        answer = self._script(turn)
        messages = []
        if not turn.text and "inputAudioTranscription" in (self._setup or {}):
            words = answer.user_transcript.split()
            for number, word in enumerate(words):
                said = {"text": word if not number else f" {word}"}
                messages.append(self.message(serverContent={"inputTranscription": said}))
        if answer.close_with is not None:
            return Reply(messages, close=answer.close_with)
        return self._generate(answer, messages)

    def _generate(self, answer: Answer, messages: list[Message]) -> Reply:
        modalities = self._generation_config.get("responseModalities", ["AUDIO"])
        self.active = Generation(answer, modalities[0], self._calls + 1)
        self._calls += len(answer.calls)
        if "sessionResumption" in (self._setup or {}):
            messages.append(self.message(sessionResumptionUpdate={"resumable": False}))
        return Reply(messages, self.active)

    # ------------------------------------------------------------------ the setup

    @property
    def _generation_config(self) -> dict[str, Any]:
        return dict((self._setup or {}).get("generationConfig", {}))

    @property
    def _detects(self) -> bool:
        turns = (self._setup or {}).get("realtimeInputConfig", {})
        return not turns.get("automaticActivityDetection", {}).get("disabled", False)

    @property
    def _is_old(self) -> bool:
        return "gemini-2." in str((self._setup or {}).get("model"))

    def _on_setup(self, setup: dict[str, Any]) -> Reply:
        if self._behaviour.close_setup is not None:
            return Reply(close=self._behaviour.close_setup)
        model = str(setup.get("model"))
        if model.removeprefix("models/") not in MODELS or not model.startswith("models/"):
            words = f"{model} is not found for API version v1, or is not supported for bidiGenerateContent"
            raise Refused(words, 1008, violation=False)
        handle = setup.get("sessionResumption", {}).get("handle")
        if handle is not None:
            self._resume(handle)
        self._setup = setup
        self._record.setups.append(setup)
        self._seeding = bool(setup.get("historyConfig", {}).get("initialHistoryInClientContent"))
        if self._behaviour.never_completes:
            return Reply()
        return Reply([self.message(setupComplete={"sessionId": f"session-{len(self._record.setups)}"})])

    def _resume(self, handle: str) -> None:
        if handle in self._vault.in_use:
            raise Refused("resumed while the old connection is open", 1011)
        if handle not in self._vault.valid or self._behaviour.forgets_handles:
            self._record.refused_handles.append(handle)
            raise Refused("invalid session resumption handle", violation=False)
        self._record.resumed.append(handle)

    # ------------------------------------------------------------------ content

    def _on_content(self, content: dict[str, Any]) -> Reply:
        if not self._seeding and not self._is_old:
            raise Refused("Request contains an invalid argument: clientContent is for history alone")
        turns = [(turn["role"], turn["parts"][0]["text"]) for turn in content.get("turns", [])]
        complete = bool(content.get("turnComplete"))
        if self._seeding:
            self._record.history += turns
            self._seeding = not complete
            return Reply()
        reply = Reply(self._interrupt())
        if complete:
            question = Turn(len(self._record.turns), SILENCE, turns[-1][1])
            answered = self._answer(question)
            answered.messages = reply.messages + answered.messages
            return answered
        if not self._record.turns and len(turns) > 1:
            self._record.history += turns
        else:
            self._record.told += [text for _, text in turns]
        return reply

    def _on_context(self, update: dict[str, Any]) -> Reply:
        if "3.8" not in str((self._setup or {}).get("model")):
            raise Refused("contextUpdate is not for this model")
        if "systemInstruction" in update:
            self._record.instructions.append(update["systemInstruction"]["parts"][0]["text"])
        if "tools" in update:
            named = [f["name"] for t in update["tools"].get("tools", []) for f in t["functionDeclarations"]]
            self._record.tools.append(named)
        return Reply()

    def _on_results(self, response: dict[str, Any]) -> Reply:
        active = self.active
        for result in response["functionResponses"]:
            if active is None or result.get("id") not in active.open_calls:
                raise Refused(f"there is no open call {result.get('id')}")
            if active.open_calls.pop(result["id"]) != result.get("name"):
                raise Refused(f"{result['id']} has another name")
            self._record.results.append((result["id"], result["name"], result["response"]))
        if active is None or active.open_calls:
            return Reply()
        return self._generate(active.answer.then or Answer(), [])

    # ------------------------------------------------------------------ the person's turn

    def _on_input(self, given: dict[str, Any]) -> Reply:
        if self._seeding:
            raise Refused("realtimeInput before the history is complete")
        if len(given) != 1:
            raise Refused("realtimeInput has one field")
        match next(iter(given.items())):
            case "audio", blob:
                return self._on_audio(blob)
            case "activityStart", _:
                return self._on_activity_start()
            case "activityEnd", _:
                return self._on_activity_end()
            case "audioStreamEnd", _:
                return self._on_stream_end()
            case "text", text:
                if self._activity is not None:
                    raise Refused("text in the middle of an activity")
                return self._answer(Turn(len(self._record.turns), SILENCE, text))
            case key, _:
                raise Refused(f"this server does not take {key}")
        raise AssertionError

    def _on_audio(self, blob: dict[str, Any]) -> Reply:
        if blob.get("mimeType") != "audio/pcm;rate=16000":
            raise Refused(f"this server only takes PCM of 16 kHz, not {blob.get('mimeType')}")
        try:
            data = base64.b64decode(blob["data"].translate(str.maketrans("-_", "+/")), validate=True)
        except binascii.Error as error:
            raise Refused(f"audio is no base64: {error}") from error
        if not data or len(data) % 2:
            raise Refused(f"audio has {len(data)} bytes")
        self._heard_samples += len(data) // 2
        if self._over:
            self._record.tail_samples += len(data) // 2
            return Reply()
        if self._activity is None:
            if not self._detects:
                raise Refused("audio outside an activity")
            self._activity = bytearray()
        self._activity += data
        enough_ms = self._behaviour.ends_turn_after_ms
        samples = len(self._activity) // 2
        if not self._detects or enough_ms is None or samples < enough_ms * IN_SAMPLES_PER_MS:
            return Reply()
        self._over = True
        reply = self._take_turn()
        if self._behaviour.tells_voice_activity:
            over = {"voiceActivityType": "ACTIVITY_END", "audioOffset": f"{self._heard_samples / 16000}s"}
            reply.messages.insert(0, self.message(voiceActivity=over))
        return reply

    def _on_activity_start(self) -> Reply:
        if self._detects or self._activity is not None:
            raise Refused("activityStart where there is one, or where the server detects it")
        self._activity = bytearray()
        return Reply(self._interrupt())

    def _on_activity_end(self) -> Reply:
        if self._detects or self._activity is None:
            raise Refused("activityEnd without a start, or where the server detects it")
        if not self._activity:
            raise Refused("an activity without sound")
        return self._take_turn()

    def _on_stream_end(self) -> Reply:
        if not self._detects:
            raise Refused("audioStreamEnd is for automatic detection")
        over, self._over = self._over, False
        return self._take_turn() if self._activity and not over else Reply()

    def _take_turn(self) -> Reply:
        pcm = pcm_from_bytes(bytes(self._activity or b""))
        self._activity = None
        return self._answer(Turn(len(self._record.turns), pcm))


def _parse(frame: str | bytes) -> dict[str, Any]:
    if isinstance(frame, bytes):
        raise Refused("our frames are text")
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise Refused(f"no JSON: {type(error).__name__}") from error
    if not isinstance(message, dict):
        raise Refused("a message is an object")
    made: dict[str, Any] = camel(message)
    return made
