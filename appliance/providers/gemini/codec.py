"""The Gemini Live protocol without a socket: commands to frames, frames to events. Pure.

There is no message that cancels and none that truncates. After `CancelAnswer` the server goes on until
the person speaks again (`activityStart`), and what comes is dropped. Which words were heard, and which
tools ran elsewhere, the model is told before the next turn in the instructions (`contextUpdate`): content
would be answered, or end the session.
"""

from collections.abc import Callable, Iterator
from enum import Enum

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerDone,
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
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.providers.from_peer import Fields
from appliance.providers.gemini import failures, frames, reader
from appliance.providers.gemini.answers import Answers, Ignored
from appliance.providers.gemini.resumption import Handle, Handles, Memory
from appliance.providers.gemini.setup import Model, setup_of, writes
from appliance.providers.gemini.teller import Teller
from appliance.providers.gemini.tool_output import response_of
from appliance.providers.gemini.user_turns import UserTurns

# The vendor ends a connection after about ten minutes, with or without a word before.
CONNECTION_LIFETIME_S = 600.0
# `goAway` comes so long before the end, where it does not say so itself.
GO_AWAY_S = 60.0
# Asking again without another word: the server wants an activity, and one with nothing in it is none.
_PAUSE: Pcm = np.zeros(NEAR_RATE_HZ // 10, np.int16)


class Phase(Enum):
    """How far the session has come."""

    CONNECTED = "the setup was sent; waiting for setupComplete"
    LISTENING = "takes a turn"
    SPEAKING = "the person speaks: what is appended belongs to one activity"


class GeminiCodec:
    """One session's protocol state.

    A frame means any number of events. Bounds: sound is passed on and not kept, but for an answer that
    the server began before it was asked for (`answers`); texts, ids, calls and notes have the bounds of
    their modules.
    """

    def __init__(
        self,
        model: Model,
        config: SessionConfig,
        history: tuple[HistoryItem, ...],
        handles: Handles | None = None,
    ) -> None:
        """`handles` outlives the session: it goes on where an earlier one with the same `history` ended."""
        self._dialect = model.dialect
        self._config = config
        self._handles = handles or Handles()
        self._resumed = self._handles.of(history)
        self._history = () if self._resumed else tuple(item for item in history if item.text)
        self._phase = Phase.CONNECTED
        self._own_turns = not config.provider_ends_turns
        self._sent_samples = 0  # of sound, in this session
        self._committed_samples = 0  # of these, when a turn was committed last
        self._outgoing: list[str] = []
        self._transcripts: list[UserTranscript] = []  # to be told with the next event; at most a few
        self._teller = Teller(self._dialect.telling, config, self._outgoing.append)
        self._turns = UserTurns()
        self._memory = Memory(history)
        self.ignored = Ignored()
        handle = self._resumed.handle if self._resumed else ""
        self._setup = setup_of(model, config, history=bool(self._history), handle=handle)
        self._answers = Answers(
            self.ignored,
            self._memory,
            unasked=config.provider_ends_turns,
            writes=writes(self._setup),
            thinks_on=model.dialect.thinks_on,
        )
        self._handlers = self._handlers_by_key()

    # ------------------------------------------------------------------ commands

    def opening(self) -> list[str]:
        """The setup."""
        self._handles.take_out()
        return [frames.setup(self._setup)]

    def encode(self, command: Command) -> list[str]:
        """The frames that carry out `command`, in order. Only after `Ready`.

        Raises `ProviderError` (session closed) for `DiscardTurn` where the server has heard some of it:
        it cannot forget, so the conversation goes on in another session.
        """
        if self._phase is Phase.CONNECTED:
            raise RuntimeError(f"{type(command).__name__} before Ready")
        match command:
            case AppendAudio(pcm=pcm):
                self._append(pcm)
            case CommitTurn(answer=answer):
                self._commit(answer)
            case ContinueAnswer(answer=answer, said=said):
                self._memory.spoil()  # it will remember the rest of the answer for the whole
                self._open()  # catches up, and the note counts only once
                self._teller.notes.begun(said)
                self._commit(answer)
            case AskText():
                self._ask(command)
            case CancelAnswer(answer=answer, heard_ms=heard_ms):
                self._cancel(answer, heard_ms)
            case DiscardTurn():
                self._discard()
            case ToolResult(call=call, output=output):
                self._tell_result(call, output)
            case ToolRan():
                self._teller.notes.ran(command)
            case Configure(config=config):
                self._config = config
                self._teller.configure(config)
            case CloseSession():
                pass  # a socket's business
        return self.replies()

    def replies(self) -> list[str]:
        """The frames to be sent that were not returned yet, in order."""
        replies = self._outgoing.copy()
        self._outgoing.clear()
        return replies

    def said_back(self, command: AskText) -> UserTranscript:
        """The question; the server makes no item of it."""
        return UserTranscript(command.answer, command.text, final=True)

    def _open(self) -> None:
        """Something was said that can be answered."""
        if self._phase is Phase.LISTENING:
            self._append(_PAUSE)

    def _append(self, pcm: Pcm) -> None:
        if self._phase is Phase.LISTENING:
            self._phase = Phase.SPEAKING
            self._teller.catch_up()
            if self._own_turns:
                self._outgoing.append(frames.activity_start())
            self._add_transcript(self._turns.opened())
        self._sent_samples += len(pcm)
        self._outgoing.extend(frames.audio(pcm))

    def _commit(self, answer: int) -> None:
        self._open()
        self._phase = Phase.LISTENING
        self._committed_samples = self._sent_samples
        self._teller.catch_up()
        self._outgoing.append(frames.activity_end() if self._own_turns else frames.audio_stream_end())
        self._add_transcript(self._turns.committed(answer))
        self._answers.ask(answer, written=self._config.output == "text")

    def _ask(self, question: AskText) -> None:
        self._teller.catch_up()
        self._add_transcript(self._turns.finished())
        self._turns.asked()
        self._memory.note(self.said_back(question))
        by_content = self._dialect.asks_by_content
        self._outgoing.append((frames.question_as_content if by_content else frames.question)(question.text))
        written = not question.spoken or self._config.output == "text"
        self._answers.ask(question.answer, written=written)

    def _cancel(self, answer: int, heard_ms: int) -> None:
        heard = self._answers.cancel(answer, heard_ms)
        if heard is not None:
            self._teller.notes.cut_off(heard)

    def _discard(self) -> None:
        self._teller.notes.answered()
        if self._phase is Phase.SPEAKING:
            words = "a turn that was begun cannot be taken back: the conversation goes on in another session"
            raise ProviderError(FailureCategory.SESSION_CLOSED, words)

    def _tell_result(self, call_id: str, output: str) -> None:
        """The model goes on with it, or is told with the next turn where it was interrupted meanwhile."""
        call = self._answers.result(call_id)
        if call is None:
            return
        if call.is_awaited:
            self._outgoing.append(frames.tool_response(call_id, call.name, response_of(output)))
        else:
            self._teller.notes.result(call.name, call.arguments, output)

    def _add_transcript(self, transcript: UserTranscript | None) -> None:
        if transcript is not None:
            self._transcripts.append(transcript)

    # ------------------------------------------------------------------ events

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        """What `frame` means, and what was not told yet.

        Raises `ProtocolViolation` for what the protocol does not allow; then the session is over.
        """
        yield from self.due()
        message = reader.parse(frame)
        known = False
        for key, handler in self._handlers:
            fields = reader.mapping(message, key)
            if fields is not None:
                known = True
                yield from self._noted(handler(fields))
        if not known:
            self.ignored.unknown_messages += 1

    def due(self) -> Iterator[ProviderEvent]:
        """What became known by the commands alone; whoever sends them tells it soon after."""
        yield from self._noted(self._made_by_commands())

    def _made_by_commands(self) -> Iterator[ProviderEvent]:
        while self._transcripts:
            yield self._transcripts.pop(0)
        while self._answers.released:
            yield from self._with_the_end(self._answers.released.popleft())

    def _noted(self, events: Iterator[ProviderEvent]) -> Iterator[ProviderEvent]:
        for event in events:
            self._memory.note(event)
            yield event

    def _handlers_by_key(self) -> tuple[tuple[str, Callable[[Fields], Iterator[ProviderEvent]]], ...]:
        """The keys of a message in the order in which they are looked at: what ends an answer comes last."""
        return (
            ("error", self._on_error),
            ("setupComplete", self._on_setup_complete),
            ("usageMetadata", self._on_usage),
            ("voiceActivity", self._on_voice_activity),
            ("voiceActivityDetectionSignal", self._on_voice_activity),
            ("toolCallCancellation", self._on_calls_cancelled),
            ("toolCall", self._answers.on_calls),
            ("serverContent", self._on_content),
            ("sessionResumptionUpdate", self._on_resumption_update),
            ("goAway", self._on_go_away),
        )

    def _on_setup_complete(self, message: Fields) -> Iterator[ProviderEvent]:
        if self._phase is not Phase.CONNECTED:
            self.ignored.late_messages += 1
            return
        self._phase = Phase.LISTENING
        if self._resumed is not None:
            self._handles.keep(self._resumed)
        if self._history:
            # Where the setup announced a history it ends with a complete turn, which is not answered.
            announced = not self._dialect.asks_by_content
            self._outgoing.append(frames.history(self._history, complete=announced))
        yield Ready()
        yield ClosingSoon(CONNECTION_LIFETIME_S)

    def _on_content(self, content: Fields) -> Iterator[ProviderEvent]:
        said = reader.mapping(content, "inputTranscription")
        if said is not None:
            finished = reader.is_true(said, "finished")
            transcript = self._turns.heard(reader.text(said, "text"), finished=finished)
            if transcript is not None:
                yield transcript
        for event in self._answers.on_content(content):
            yield from self._with_the_end(event)

    def _with_the_end(self, event: ProviderEvent) -> Iterator[ProviderEvent]:
        """`event`, and before it, where it ends an answer, what ends with that."""
        if isinstance(event, AnswerDone):
            self._teller.notes.answered()
            if (whole := self._turns.finished()) is not None:
                yield whole
            if not self._answers.wants(event.answer):
                return  # cancelled in reply to what the person said
        yield event

    def _on_calls_cancelled(self, message: Fields) -> Iterator[ProviderEvent]:
        self._answers.on_calls_cancelled(message)
        yield from ()

    def _on_usage(self, message: Fields) -> Iterator[ProviderEvent]:
        self._answers.on_usage(message)
        yield from ()

    def _on_voice_activity(self, message: Fields) -> Iterator[ProviderEvent]:
        """The two names of one thing; the second was there first. What was committed meanwhile is over
        anyway."""
        kind = reader.text(message, "voiceActivityType") or reader.text(message, "vadSignalType")
        end_s = reader.duration_s(message, "audioOffset")
        is_known = end_s is not None and end_s * NEAR_RATE_HZ <= self._committed_samples
        is_end = kind in ("ACTIVITY_END", "VAD_SIGNAL_TYPE_EOS")
        if is_end and not is_known and self._phase is Phase.SPEAKING:
            yield from self._answers.heard_turn_end()

    def _on_resumption_update(self, message: Fields) -> Iterator[ProviderEvent]:
        """A state with a part of a turn in it, or with one that is not answered, is none to go on with:
        the turn is told again to the next session, and would be heard twice. Before the first answer it
        may be one without the history that was told; where none was told, because the session went on, it
        is as good as the handle that it went on by, and good for longer."""
        handle = reader.text(message, "newHandle")
        is_one = 0 < len(handle) <= reader.MAX_HANDLE_CHARACTERS and reader.is_true(message, "resumable")
        went_on = self._resumed is not None and self._answers.are_none
        is_between_turns = self._phase is Phase.LISTENING and (self._answers.are_done or went_on)
        if is_one and is_between_turns and (remembered := self._memory.utterances) is not None:
            self._handles.keep(Handle(handle, remembered))
        yield from ()

    def _on_go_away(self, message: Fields) -> Iterator[ProviderEvent]:
        left_s = reader.duration_s(message, "timeLeft")
        yield ClosingSoon(GO_AWAY_S if left_s is None else left_s)

    def _on_error(self, error: Fields) -> Iterator[ProviderEvent]:
        words = reader.line(reader.text(error, "message"))
        category = failures.of_words(reader.line(reader.text(error, "status")), words)
        yield Failure(category, words or category)
