"""The OpenAI Realtime (GA) protocol without a socket: commands to frames, frames to events. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    CloseSession,
    Command,
    CommitTurn,
    Configure,
    DiscardTurn,
    Failure,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolRan,
    ToolResult,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.providers.openai import frames, reader
from appliance.providers.openai.answers import Answers, Ignored
from appliance.providers.openai.failures import failure, fatal_category, is_empty_commit, known_category
from appliance.providers.openai.reader import Fields
from appliance.providers.openai.user_turns import UserTurns

# The vendor refuses to commit less than 100 ms; a shorter turn is filled up with silence.
MIN_COMMIT_SAMPLES = frames.WIRE_RATE_HZ // 10


class Phase(Enum):
    """How far the session has come."""

    CONNECTED = "waiting for session.created"
    CONFIGURING = "session.update was sent; waiting for session.updated"
    READY = "takes turns"


@dataclass(frozen=True, slots=True)
class Voice:
    """How the session speaks, and who writes down what it hears, in the vendor's names."""

    voice: str
    transcription_model: str


class OpenAiCodec:
    """One session's protocol state.

    The server speaks first, so whoever carries the frames also sends what `replies` returns
    after each `decode`. A frame means at most one event, so a command given in answer to an event
    takes effect before the next one.

    After `CancelAnswer` no event of that answer comes any more. What the *person* said before it
    is not the answer's: its transcript still comes. What was asked in writing is not said back.

    Bounds: sound is passed on and not kept; items, ids and texts have the bounds of `answer`,
    `reader` and `user_turns`.
    """

    def __init__(self, voice: Voice, config: SessionConfig, history: tuple[HistoryItem, ...]) -> None:
        self._voice = voice
        self._config = config
        self._history = history
        self._phase = Phase.CONNECTED
        self._resampler = Resampler(NEAR_RATE_HZ, frames.WIRE_RATE_HZ)
        self._changes = 0  # of the configuration
        self._ran: list[ToolRan] = []  # for the turn that is asked next; the chain bounds them
        self._appended_samples = 0  # at the wire's rate, since the last commit or clear
        self._outgoing: list[str] = []
        self.ignored = Ignored()
        self._turns = UserTurns()
        self._answers = Answers(self._outgoing.append, self.ignored)
        self._handlers = self._handlers_by_type()

    def encode(self, command: Command) -> list[str]:
        """The frames that carry out `command`, in order. Only after `Ready`."""
        if self._phase is not Phase.READY:
            raise RuntimeError(f"{type(command).__name__} before Ready")
        match command:
            case AppendAudio(pcm=pcm):
                self._append(self._resampler.process(pcm))
            case CommitTurn(answer=answer):
                self._commit(answer)
            case AskText():
                self._ask(command)
            case CancelAnswer(answer=answer, heard_ms=heard_ms):
                self._answers.cancel(answer, heard_ms)
            case DiscardTurn():
                self._discard()
            case ToolResult(answer=answer, call=call, output=output):
                self._answers.result(answer, call, output)
            case ToolRan():
                self._ran.append(command)
            case Configure(config=config):
                self._configure(config)
            case CloseSession():
                pass  # a socket's business
        return self.replies()

    def opening(self) -> list[str]:
        """Nothing: the server speaks first."""
        return []

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        """What `frame` means: one event at most."""
        event = self.decode(frame)
        if event is not None:
            yield event

    def said_back(self, command: AskText) -> UserTranscript:
        """The question, and the item that it was given here."""
        return UserTranscript(
            command.answer, command.text, final=True, item=frames.question_id(command.answer)
        )

    def decode(self, frame: str | bytes) -> ProviderEvent | None:
        """What `frame` means; `replies` then has what must be sent back.

        Raises `ProtocolViolation` for what the protocol does not allow; then the session is over.
        """
        event = reader.parse(frame)
        handler = self._handlers.get(event["type"])
        if handler is None:
            self.ignored.unknown_events += 1
            return None
        return handler(event)

    def replies(self) -> list[str]:
        """The frames to be sent that were not returned yet, in order."""
        replies = self._outgoing.copy()
        self._outgoing.clear()
        return replies

    def _handlers_by_type(self) -> Mapping[str, Callable[[Fields], ProviderEvent | None]]:
        """What means something to us. Both spellings: GA, and the beta's, which self-hosted servers keep."""
        answers = self._answers
        return {
            "session.created": self._on_session_created,
            "session.updated": self._on_session_updated,
            "error": self._on_error,
            "input_audio_buffer.committed": self._on_committed,
            "conversation.item.input_audio_transcription.delta": self._on_user_delta,
            "conversation.item.input_audio_transcription.completed": self._on_user_transcript,
            "response.created": answers.on_created,
            "response.output_item.added": answers.on_item_added,
            "response.output_item.done": answers.on_item_done,
            "response.function_call_arguments.done": answers.on_arguments_done,
            "response.output_audio.delta": answers.on_audio,
            "response.audio.delta": answers.on_audio,
            "response.output_audio_transcript.delta": answers.on_transcript_delta,
            "response.audio_transcript.delta": answers.on_transcript_delta,
            "response.output_audio_transcript.done": answers.on_transcript_done,
            "response.audio_transcript.done": answers.on_transcript_done,
            "response.output_text.delta": answers.on_text_delta,
            "response.text.delta": answers.on_text_delta,
            "response.output_text.done": answers.on_text_done,
            "response.text.done": answers.on_text_done,
            "response.done": answers.on_done,
        }

    # ------------------------------------------------------------------ the person's turn

    def _append(self, pcm: Pcm) -> None:
        self._appended_samples += len(pcm)
        self._outgoing.extend(frames.appends(pcm))

    def _commit(self, answer: int) -> None:
        self._append(self._resampler.flush())
        if 0 < self._appended_samples < MIN_COMMIT_SAMPLES:
            self._append(np.zeros(MIN_COMMIT_SAMPLES - self._appended_samples, np.int16))
        if self._appended_samples:
            self._turns.commit_sent(answer)
            self._outgoing.append(frames.commit(answer))
        self._appended_samples = 0
        self._tell_what_ran(answer)
        self._answers.ask(answer, written=self._config.output == "text")

    def _ask(self, question: AskText) -> None:
        self._outgoing.append(frames.question(question.answer, question.text))
        self._tell_what_ran(question.answer)
        written = not question.spoken or self._config.output == "text"
        self._answers.ask(question.answer, written=written)

    def _tell_what_ran(self, answer: int) -> None:
        for ran in self._ran:
            self._outgoing.extend(frames.tool_ran(answer, ran))
        self._ran.clear()

    def _discard(self) -> None:
        self._resampler.reset()
        self._ran.clear()
        if self._appended_samples:
            self._outgoing.append(frames.clear())
        self._appended_samples = 0

    def _on_committed(self, event: Fields) -> None:
        self._turns.committed(reader.identifier(event, "item_id"))

    def _on_user_delta(self, event: Fields) -> UserTranscript | None:
        return self._turns.heard_more(
            reader.identifier(event, "item_id"), reader.optional_text(event, "delta")
        )

    def _on_user_transcript(self, event: Fields) -> UserTranscript | None:
        return self._turns.heard_all(reader.identifier(event, "item_id"), reader.text(event, "transcript"))

    # ------------------------------------------------------------------ the session

    def _configure(self, config: SessionConfig) -> None:
        self._config = config
        self._changes += 1
        change = frames.session_change(self._changes, config, self._voice.transcription_model)
        self._outgoing.append(change)

    def _on_session_created(self, event: Fields) -> None:
        reader.mapping(event, "session")
        if self._phase is not Phase.CONNECTED:
            self.ignored.late_events += 1
            return
        self._phase = Phase.CONFIGURING
        voice = self._voice
        self._outgoing.append(frames.session_update(self._config, voice.voice, voice.transcription_model))
        said = (item for item in self._history if item.text)
        self._outgoing.extend(frames.history_item(number, item) for number, item in enumerate(said, 1))

    def _on_session_updated(self, event: Fields) -> Ready | None:
        reader.mapping(event, "session")
        if self._phase is not Phase.CONFIGURING:
            return None  # a change was taken
        self._phase = Phase.READY
        return Ready()

    def _on_error(self, event: Fields) -> Failure | None:
        error = reader.mapping(event, "error")
        if self._phase is Phase.CONNECTED:
            # An upgrade that succeeds and then an error is how a malformed key is refused.
            return failure(known_category(error) or FailureCategory.AUTH_FAILED, error)
        fatal = fatal_category(error)
        if fatal is not None:
            return failure(fatal, error)
        match frames.origin(reader.optional_text(error, "event_id")):
            case frames.UPDATE, _:
                return failure(known_category(error) or FailureCategory.MODEL_UNAVAILABLE, error)
            case frames.CREATE, answer:
                return self._answers.on_refused(answer, error)
            case frames.COMMIT, answer:
                self._turns.commit_refused(answer)
                if not is_empty_commit(error):
                    return self._answers.on_turn_refused(answer, error)
            case ((frames.ASK | frames.RESULT | frames.RAN), answer):
                return self._answers.on_turn_refused(answer, error)
            case "", _ if self._phase is Phase.CONFIGURING:
                # Nothing but the update is unanswered before what comes with it.
                return failure(known_category(error) or FailureCategory.MODEL_UNAVAILABLE, error)
            case "", _:
                passing = known_category(error)
                if passing is not None:
                    # Which of our events broke is not said: the whole session is in doubt.
                    return failure(passing, error)
        self.ignored.harmless_errors += 1
        return None
