"""The OpenAI Realtime protocol without a socket: commands to frames, frames to events. Pure."""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    CloseSession,
    ClosingSoon,
    Command,
    CommitTurn,
    Configure,
    ContinueAnswer,
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
from appliance.providers.from_peer import Fields
from appliance.providers.openai import frames, reader
from appliance.providers.openai.answers import Answers, Ignored
from appliance.providers.openai.failures import (
    failure,
    fatal_category,
    is_empty_commit,
    known_category,
    refusal_category,
)
from appliance.providers.openai.persons_turn import PersonsTurn
from appliance.providers.openai.session_frames import WireOptions

# The vendor's longest session, and what is taken for the length of one whose server says nothing of it,
# or something that cannot be (the clock of a Pi that has just started may be years behind).
LONGEST_SESSION_S = 3600.0


class Phase(Enum):
    """How far the session has come."""

    CONNECTED = "waiting for session.created"
    CONFIGURING = "session.update was sent; waiting for session.updated"
    READY = "takes turns"


class OpenAiCodec:
    """One session's protocol state.

    The server speaks first, so whoever carries the frames also sends what `replies` returns
    after each event. A command given in answer to an event takes effect before the next one.

    After `CancelAnswer` no event of that answer comes any more. What the *person* said before it
    is not the answer's: its transcript still comes. What was asked in writing is not said back.

    Bounds: sound is passed on and not kept; items, ids and texts have the bounds of `answer`,
    `reader` and `user_turns`.
    """

    def __init__(
        self,
        options: WireOptions,
        config: SessionConfig,
        history: tuple[HistoryItem, ...],
        opened_at_s: float = 0.0,
    ) -> None:
        """`opened_at_s`: the time of day, in seconds since 1970, by which the server tells its own."""
        self._options = options
        self._opened_at_s = opened_at_s
        self._lasts_s = LONGEST_SESSION_S
        self._config = config
        self._history = history
        self._phase = Phase.CONNECTED
        self._changes = 0  # of the configuration
        self._ran: list[ToolRan] = []  # for the turn that is asked next; the chain bounds them
        self._outgoing: list[str] = []
        self.ignored = Ignored()
        self._turn = PersonsTurn(self._outgoing.append)
        self._answers = Answers(self._outgoing.append, self.ignored, options.dialect)
        self._handlers = self._handlers_by_type()

    def encode(self, command: Command) -> list[str]:
        """The frames that carry out `command`, in order. Only after `Ready`."""
        if self._phase is not Phase.READY:
            raise RuntimeError(f"{type(command).__name__} before Ready")
        match command:
            case AppendAudio(pcm=pcm):
                self._turn.append(pcm)
            case CommitTurn(answer=answer):
                self._commit(answer)
            case ContinueAnswer(answer=answer, said=said):
                self._commit(answer, said)
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
        """What `frame` means, between what could not be told earlier: an answer may be cancelled in reply
        to what the person said, so that is told before the frame is looked at."""
        yield from self._words_due()
        event = self.decode(frame)
        if event is not None:
            yield event
        if isinstance(event, Ready):
            yield ClosingSoon(self._lasts_s)
        yield from self._words_due()

    def _words_due(self) -> Iterator[UserTranscript]:
        while (said := self._turn.words_due()) is not None:
            yield said

    def said_back(self, command: AskText) -> UserTranscript:
        """The question, and the item that it was given here."""
        return UserTranscript(
            command.answer, command.text, final=True, item=frames.question_id(command.answer)
        )

    def decode(self, frame: str | bytes) -> ProviderEvent | None:
        """What `frame` means by itself; `replies` then has what must be sent back.

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
        """What means something to us, in both dialects: servers that take one may send the other."""
        answers, turn = self._answers, self._turn
        # Of a server that listens although it was told not to, every commit is ours all the same.
        ends_of_turns = {
            "input_audio_buffer.speech_started": turn.on_speech_started,
            "input_audio_buffer.speech_stopped": turn.on_speech_stopped,
        }
        return (ends_of_turns if self._config.provider_ends_turns else {}) | {
            "session.created": self._on_session_created,
            "session.updated": self._on_session_updated,
            "error": self._on_error,
            "input_audio_buffer.committed": turn.on_committed,
            "conversation.item.input_audio_transcription.delta": turn.on_words,
            "conversation.item.input_audio_transcription.completed": turn.on_all_words,
            "conversation.item.input_audio_transcription.failed": turn.on_no_words,
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

    def _commit(self, answer: int, said: str = "") -> None:
        """The turn is said; of `answer` the words `said` are there already."""
        self._turn.commit(answer)
        self._tell_what_ran(answer)
        instructions = ""
        if said:
            self._outgoing.append(frames.said(answer, said, self._options.dialect))
            instructions = frames.go_on(self._config.instructions, said)
        self._answers.ask(answer, written=self._config.output == "text", instructions=instructions)

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
        self._ran.clear()
        self._turn.discard()

    # ------------------------------------------------------------------ the session

    def _configure(self, config: SessionConfig) -> None:
        before, self._config = self._config, config
        self._changes += 1
        self._outgoing.append(frames.session_change(self._changes, config, before, self._options))

    def _on_session_created(self, event: Fields) -> None:
        session = reader.mapping(event, "session")
        if self._phase is not Phase.CONNECTED:
            self.ignored.late_events += 1
            return
        self._phase = Phase.CONFIGURING
        self._lasts_s = self._remaining_s(session)
        self._outgoing.append(frames.session_update(self._config, self._options))
        said = (item for item in self._history if item.text)
        for number, item in enumerate(said, 1):
            self._outgoing.append(frames.history_item(number, item, self._options.dialect))

    def _remaining_s(self, session: Fields) -> float:
        """How long the session may last, by our clock and the server's."""
        expires_at = session.get("expires_at")
        if not isinstance(expires_at, int | float) or isinstance(expires_at, bool):
            return LONGEST_SESSION_S
        remaining_s = max(-(2**53), min(expires_at, 2**53)) - self._opened_at_s
        return float(remaining_s) if 0 < remaining_s < LONGEST_SESSION_S else LONGEST_SESSION_S

    def _on_session_updated(self, event: Fields) -> Ready | None:
        reader.mapping(event, "session")
        if self._phase is not Phase.CONFIGURING:
            return None  # a change was taken
        self._phase = Phase.READY
        return Ready()

    def _on_error(self, event: Fields) -> Failure | None:
        error = reader.mapping(event, "error")
        if self._phase is Phase.CONNECTED:
            return failure(refusal_category(error), error)
        fatal = fatal_category(error)
        if fatal is not None:
            return failure(fatal, error)
        match frames.origin(reader.optional_text(error, "event_id")):
            case frames.UPDATE, _:
                return failure(known_category(error) or FailureCategory.MODEL_UNAVAILABLE, error)
            case frames.CREATE, answer:
                return self._answers.on_refused(answer, error)
            case frames.COMMIT, answer:
                self._turn.commit_refused(answer)
                if not is_empty_commit(error):
                    return self._answers.on_turn_refused(answer, error)
            case ((frames.ASK | frames.RESULT | frames.RAN | frames.SAID), answer):
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
