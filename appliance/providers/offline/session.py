"""A session with the offline worker."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    Capabilities,
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
    ToolCall,
    ToolRan,
    ToolResult,
    UsageUnit,
    UserTranscript,
)
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.providers.offline.ability import CAPABILITIES, refusal_of
from appliance.providers.offline.answers import OFFLINE_NOW, ONLY_TIME_AND_DATE
from appliance.providers.offline.answers import answer as reply_to
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.messages import Broken, Done, Reply, Sound, Transcript
from appliance.providers.offline.process import JobReport, WorkerProcess
from appliance.providers.offline.wishes import ToolWish, told, wish_of

_log = logging.getLogger(__name__)

# Commands before the worker is warm: a turn of 30 s in pieces of 10 ms, and room for what is asked.
MAX_COMMANDS = 4_096
# Tools that ran for one turn elsewhere; as many as the chain keeps.
MAX_RAN = 64


def local_time() -> datetime:
    """The wall clock here, with its offset."""
    return datetime.now().astimezone()


# What an answer in writing has instead of a job of the worker, which counts them from 1.
_NO_JOB = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """An answer that is wanted, in text alone if `written`, to a turn that began with answer `first`."""

    answer: int
    first: int
    written: bool


class OfflineSession:
    """Answers each turn by itself: neither instructions nor history change what it knows.

    A `CancelAnswer` of which nothing was heard leaves the turn open, as the conversation does: what
    is appended next goes on with it; `DiscardTurn` forgets that, too. When the worker is lost the
    session ends with a `Failure`; the next session starts another worker. Closing a session leaves
    the worker warm.
    """

    def __init__(self, worker: OfflineWorker, clock: Callable[[], datetime] = local_time) -> None:
        """`clock` tells the local time that is asked for."""
        self._worker = worker
        self._clock = clock
        self._emit: Emit = _to_nobody
        self._perform: Callable[[Command], None] = self._keep
        self._kept: deque[Command] = deque()
        self._jobs: dict[int, int] = {}  # of the answers under way
        self._config = SessionConfig("")
        self._stands_in = False  # and has not said so yet
        self._committed: _Asked | None = None  # the spoken turn that was asked last
        self._reopened: _Asked | None = None  # … and goes on
        self._ran: dict[str, str | None] = {}  # by tool, what it gave elsewhere for the turn asked next
        self._results: dict[str, str | None] = {}  # by tool, of this turn; None: it still runs
        self._calls: dict[str, tuple[str, dict[str, str | None]]] = {}  # those that run: tool, and its turn
        self._waiting: tuple[_Asked, str] | None = None  # the answer that tells what this tool gives
        self._ended = asyncio.Event()
        self._failure: Failure | None = None

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """See `Session`. Ready means that the worker heard and spoke already."""
        if (refusal := refusal_of(config)) is not None:
            emit(Failure(refusal.category, str(refusal)))
            return
        self._emit, self._config, self._stands_in = emit, config, config.stands_in
        starting = asyncio.create_task(self._worker.start())
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({starting, ended}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await self._serve(starting.result())
        except ProviderError as error:
            self._end(error)
        finally:
            starting.cancel()
            ended.cancel()
            self._emit, self._perform = _to_nobody, _ignore
        if self._failure is not None:
            emit(self._failure)

    def send(self, command: Command) -> None:
        """See `Session`. Bound: `MAX_COMMANDS` until ready, then what the worker leaves unread."""
        if isinstance(command, CloseSession):
            self._end(None)
        else:
            self._perform(command)

    async def _serve(self, process: WorkerProcess) -> None:
        def perform(command: Command) -> None:
            self._tell(process, command)

        def lost(reason: "asyncio.Future[ProviderError]") -> None:
            self._end(reason.result())

        process.lost.add_done_callback(lost)
        try:
            process.discard()  # what an earlier session left
            self._emit(Ready())
            self._perform = perform
            while self._kept:
                perform(self._kept.popleft())
            await self._ended.wait()
        finally:
            process.lost.remove_done_callback(lost)
            for job in self._jobs.values():
                process.cancel(job)

    def _keep(self, command: Command) -> None:
        if len(self._kept) < MAX_COMMANDS:
            self._kept.append(command)
        else:
            message = f"{MAX_COMMANDS} commands wait for the offline worker"
            self._end(ProviderError(FailureCategory.TIMED_OUT, message))

    def _tell(self, process: WorkerProcess, command: Command) -> None:
        match command:
            case AppendAudio(pcm):
                process.append(pcm)
            case CommitTurn(answer):
                self._commit(process, answer)
            case AskText():
                self._answer_question(process, command)
            case CancelAnswer(answer, heard_ms):
                if (job := self._jobs.pop(answer, None)) is not None:
                    process.cancel(job)
                if self._committed is not None and answer == self._committed.answer and heard_ms == 0:
                    self._reopened = self._committed
                    process.reopen()
            case DiscardTurn():
                self._reopened = None
                process.discard()
            case ToolRan(name=name, output=output) if len(self._ran) < MAX_RAN:
                self._ran[name] = output
            case ToolResult(_, call, output) if call in self._calls:
                name, results = self._calls.pop(call)
                results[name] = output
                self._tell_result(process)
            case Configure(config):
                self._config = config
                if (refusal := refusal_of(config)) is not None:
                    self._end(refusal)

    def _commit(self, process: WorkerProcess, answer: int) -> None:
        goes_on = self._reopened is not None
        first = answer if self._reopened is None else self._reopened.first
        asked = _Asked(answer, first, written=self._config.output == "text")
        self._committed, self._reopened = asked, None

        if not goes_on:
            self._results = {}
        self._results.update(self._ran)
        self._ran = {}

        def listen(report: JobReport) -> None:
            self._on_report(asked, report)
            if isinstance(report, Transcript) and (wish := self._wish_of(report.text)) is not None:
                if (job := self._jobs.get(answer)) is not None:
                    process.cancel(job)  # it would answer by itself
                    self._jobs[answer] = _NO_JOB
                    self._have_it_done(process, asked, wish)
                return
            if asked.written and isinstance(report, Reply) and (job := self._jobs.get(answer)) is not None:
                process.cancel(job)  # nobody wants to hear it
                self._complete(answer, {})

        self._jobs[answer] = process.commit(self._clock(), listen, stands_in=self._stands_in)

    def _answer_question(self, process: WorkerProcess, question: AskText) -> None:
        """A question in writing is a turn without sound: there is nothing to recognize, or to go on with."""
        number = question.answer
        asked = _Asked(number, number, written=not question.spoken or self._config.output == "text")
        self._committed = self._reopened = None
        self._jobs[number] = _NO_JOB
        self._say(number, UserTranscript(number, question.text, final=True))
        self._results, self._ran = self._ran, {}
        if (wish := self._wish_of(question.text)) is not None:
            self._have_it_done(process, asked, wish)
            return
        reply = Reply(_NO_JOB, reply_to(question.text, self._clock(), stands_in=self._stands_in))
        self._on_report(asked, reply)
        if asked.written:
            self._complete(number, {})
        elif number in self._jobs:
            self._jobs[number] = process.speak(reply.text, lambda report: self._on_report(asked, report))

    def _wish_of(self, text: str) -> ToolWish | None:
        """What is to be done, by a tool that there is. Where the words say nothing to us, but a tool ran for
        them already: that one."""
        wish = wish_of(text)
        if wish is not None and any(tool.name == wish.name for tool in self._config.tools):
            return wish
        if self._results and reply_to(text, self._clock()) == ONLY_TIME_AND_DATE:
            return ToolWish(next(reversed(self._results)))
        return None

    def _have_it_done(self, process: WorkerProcess, asked: _Asked, wish: ToolWish) -> None:
        """Once a turn: what a tool gave for it already, or will give, is only told."""
        answer, results = asked.answer, self._results
        self._say(answer, AnswerStarted(answer))
        self._waiting = (asked, wish.name)
        if wish.name in results:
            self._tell_result(process)
        elif answer in self._jobs:
            call, results[wish.name] = f"offline-{answer}", None
            self._calls[call] = (wish.name, results)
            self._say(answer, ToolCall(answer, call, wish.name, wish.arguments))

    def _tell_result(self, process: WorkerProcess) -> None:
        """Speak of what the tool gave, if it did and somebody still waits for that."""
        asked, name = self._waiting or (None, "")
        output = self._results.get(name)
        if asked is None or output is None or asked.answer not in self._jobs:
            return
        self._waiting, answer = None, asked.answer
        text = f"{OFFLINE_NOW} {told(name, output)}" if self._stands_in else told(name, output)
        self._say(answer, AnswerTranscript(answer, text, final=True, written=asked.written))
        if asked.written:
            self._complete(answer, {})
        elif answer in self._jobs:
            self._jobs[answer] = process.speak(text, lambda report: self._on_report(asked, report))

    def _complete(self, answer: int, usage: dict[str, int]) -> None:
        self._stands_in = False
        self._say(answer, AnswerDone(answer, complete=True, usage=usage))
        self._jobs.pop(answer, None)

    def _on_report(self, asked: _Asked, report: JobReport) -> None:
        answer = asked.answer
        match report:
            case Transcript(_, text):
                first = None if asked.first == answer else asked.first
                self._say(answer, UserTranscript(answer, text, final=True, first=first))
            case Reply(_, text):
                self._say(answer, AnswerStarted(answer))
                self._say(answer, AnswerTranscript(answer, text, final=True, written=asked.written))
            case Sound(_, pcm):
                self._say(answer, AnswerAudio(answer, pcm))
            case Done(_, taken, dropped):
                if dropped:
                    _log.warning("the first %d samples of a turn had no room in the worker", dropped)
                self._complete(answer, {UsageUnit.INPUT_AUDIO_MS: round(ms_of_samples(taken, NEAR_RATE_HZ))})
            case Broken(_, category, message):
                self._say(answer, Failure(category, message, answer=answer))
                self._jobs.pop(answer, None)

    def _say(self, answer: int, event: ProviderEvent) -> None:
        """Emit, unless the answer was cancelled, which any earlier event may have led to."""
        if answer in self._jobs:
            self._emit(event)

    def _end(self, error: ProviderError | None) -> None:
        if not self._ended.is_set():
            self._failure = None if error is None else Failure(error.category, str(error))
            self._ended.set()


def _ignore(command: Command) -> None:
    """The session is over."""


def _to_nobody(event: ProviderEvent) -> None:
    """The session has not begun, or is over."""
