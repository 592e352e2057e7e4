"""What the commands of a conversation do to the three stages of a cascade."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    Configure,
    ContinueAnswer,
    DiscardTurn,
    HistoryItem,
    ProviderEvent,
    SessionConfig,
    ToolRan,
    ToolResult,
    UsageTold,
    UserTranscript,
)
from appliance.errors import ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.cascade.answering import Answering
from appliance.providers.cascade.dialogue import Dialogue, Exchange
from appliance.providers.cascade.stages import Stages, Transcription, Warming
from appliance.providers.cascade.turn import MAX_TRANSCRIPT_CHARACTERS, Turn, close_transcription
from appliance.providers.socket_session import failure_of

# A session is to be closed within a second: half of it for what is under way, which takes milliseconds.
BREAK_OFF_TIMEOUT_S = 0.5
# Numbers of answers begin at 1.
NO_ANSWER = 0


class Talk:
    """One conversation with three open stages. Belongs to the event loop's thread; never blocks."""

    def __init__(
        self,
        stages: Stages,
        config: SessionConfig,
        history: Iterable[HistoryItem],
        emit: Emit,
        broken: Callable[[BaseException], None],
    ) -> None:
        """`broken` is told a mistake of ours, which ends the session."""
        self._stages = stages
        self._config = config
        self._emit = emit
        self._broken = broken
        self._dialogue = Dialogue(history)
        self._usage: Counter[str] = Counter()  # that no answer was told with
        self._transcription: Transcription | None = None  # of what was appended since the last commit
        self._ran: list[ToolRan] = []  # for the turn that is asked next; the chain bounds them
        self._asked = Turn()  # the turn that was asked last
        self._last_answer = NO_ANSWER  # the one that was asked for last
        self._open: Turn | None = None  # the same, where it goes on
        self._answering: Answering | None = None  # the answer that events may come of
        self._answer_task: asyncio.Task[Any] | None = None
        self._working: set[asyncio.Task[Any]] = set()
        self._closing: set[asyncio.Task[Any]] = set()

    def take(self, command: Command) -> None:
        """Carry out one command."""
        match command:
            case AppendAudio(pcm):
                self._append(pcm)
            case CommitTurn(answer):
                self._commit(answer)
            case ContinueAnswer(answer, said):
                self._commit(answer, said)
            case AskText():
                self._ask(command)
            case CancelAnswer(answer, heard_ms):
                self._cancel(answer, heard_ms)
            case DiscardTurn():
                self._discard()
            case ToolResult(call=call, output=output):
                self._dialogue.result(call, output)
                if self._answering is not None:
                    self._answering.got_result()
            case ToolRan():
                self._ran.append(command)
            case Configure(config):
                self._config = config
            case _:
                pass  # closing is the session's business

    async def close(self) -> None:
        """Break off everything; within a second."""
        self._stop()
        for task in self._working:
            task.cancel()
        self._discard()
        if tasks := self._working | self._closing:
            await asyncio.wait(tasks, timeout=BREAK_OFF_TIMEOUT_S)
        self._tell_usage(self._last_answer)

    # ------------------------------------------------------------------ the person's turn

    def _append(self, pcm: Pcm) -> None:
        if self._transcription is None:
            self._transcription = self._stages.hearing.listen(self._config.language)
            stages = (self._stages.hearing, self._stages.writing, self._stages.speaking)
            for stage in stages:
                if isinstance(stage, Warming):
                    self._watch(asyncio.create_task(stage.warm()), self._working)
        self._transcription.append(pcm)

    def _commit(self, answer: int, said: str = "") -> None:
        turn, exchange = self._next(answer, said)
        exchange.written = self._config.output == "text"
        transcription, self._transcription = self._transcription, None
        if transcription is not None:
            self._watch(turn.hear(exchange, transcription, self._usage, self._emit), self._working)
        self._answer(turn, exchange)

    def _ask(self, question: AskText) -> None:
        self._open = None
        turn, exchange = self._next(question.answer)
        exchange.asked = question.text[:MAX_TRANSCRIPT_CHARACTERS]
        exchange.written = not question.spoken or self._config.output == "text"
        self._emit(UserTranscript(question.answer, question.text, final=True))
        self._answer(turn, exchange)

    def _next(self, answer: int, said: str = "") -> tuple[Turn, Exchange]:
        """The turn that `answer` answers, and the exchange for it."""
        if self._open is None:
            self._asked = Turn()
        self._open = None
        self._last_answer = answer
        exchange = self._dialogue.ask(answer, self._ran, said)
        self._ran.clear()
        self._asked.exchanges.append(exchange)
        return self._asked, exchange

    def _discard(self) -> None:
        """Forget what was appended, and the turn that goes on with it."""
        self._ran.clear()
        transcription, self._transcription = self._transcription, None
        if transcription is not None:
            self._usage.update(transcription.usage)
            closing = asyncio.create_task(close_transcription(transcription))
            self._watch(closing, self._closing)
        turn, self._open = self._open, None
        if turn is not None:
            turn.close()
            for exchange in turn.exchanges:
                self._dialogue.forget(exchange)
            self._asked = Turn()  # a cancel of its answer that is told again opens it no more

    # ------------------------------------------------------------------ the answer

    def _answer(self, turn: Turn, exchange: Exchange) -> None:
        self._stop()

        def emit(event: ProviderEvent) -> None:
            if self._answering is answering:
                self._emit(event)

        answering = Answering(self._stages, self._config, self._dialogue, exchange, self._usage, emit)
        self._answering = answering

        async def answer() -> None:
            try:
                await turn.heard()
                await answering.run()
            except ProviderError as failure:
                emit(replace(failure_of(failure), answer=exchange.answer))
            finally:
                self._tell_usage(exchange.answer)

        self._answer_task = asyncio.create_task(answer())
        self._watch(self._answer_task, self._working)

    def _cancel(self, answer: int, heard_ms: int) -> None:
        if self._answering is not None and self._answering.answer == answer:
            self._stop()
        exchange = self._dialogue.find(answer)
        if exchange is not None and not exchange.cut(heard_ms) and self._asked.has(exchange):
            self._open = self._asked

    def _stop(self) -> None:
        """From here on no event of the answer comes, and nobody works on it."""
        if self._answering is not None:
            self._answering.leave()
            self._answering = None
        if self._answer_task is not None:
            self._answer_task.cancel()
            self._answer_task = None

    def _tell_usage(self, answer: int) -> None:
        """What was counted, and no end of an answer told."""
        usage = {unit: count for unit, count in self._usage.items() if count}
        self._usage.clear()
        if usage:
            self._emit(UsageTold(answer, usage))

    def _watch(self, task: "asyncio.Task[Any]", among: "set[asyncio.Task[Any]]") -> None:
        among.add(task)

        def done(task: "asyncio.Task[Any]") -> None:
            among.discard(task)
            if not task.cancelled() and (fault := task.exception()) is not None:
                self._broken(fault)

        task.add_done_callback(done)
