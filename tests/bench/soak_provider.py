"""A provider for the soak: answers by a script, in every bad way too, and forgives no mistake."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

import numpy as np

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
    DiscardTurn,
    Failure,
    HistoryItem,
    ProviderEvent,
    SessionConfig,
    ToolCall,
    ToolResult,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.soak_script import SPOKEN_AMPLITUDE, End, Reply
from tests.service.stage import OUT_RATE_HZ, ScriptedProvider, tone

CHUNK_MS = 100
HEARD_SLACK_MS = 1


@dataclass
class SoakProvider(ScriptedProvider):
    """Keeps no sound; `mistakes` says in sentences what it was told and must not have been."""

    answers: tuple[Pcm, ...] = ()
    replies: tuple[Reply, ...] = ()
    mistakes: list[str] = field(default_factory=list)
    samples: int = 0  # that were appended, ever

    def __post_init__(self) -> None:
        self._replies = cycle(self.replies)
        self._chunk = tone(CHUNK_MS)
        self._due: deque[tuple[float, ProviderEvent]] = deque()

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            NEAR_RATE_HZ,
            OUT_RATE_HZ,
            truncates=True,
            discards=True,
            tools=True,
            text_in=True,
            text_out=True,
        )

    def open(self) -> "SoakProvider":
        now_ms = getattr(self, "_now_ms", 0.0)
        super().open()
        self._now_ms = now_ms
        self._due.clear()
        self._pending = 0  # samples of a turn that is not committed
        self._cancelled = False  # the last answer, so that its turn may go on
        self._after_tool: deque[tuple[float, ProviderEvent]] = deque()  # ms after the result
        self._sent_ms: dict[int, int] = {}
        self._closed = False
        return self

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        await super().run(config, history, emit)
        self._due.clear()

    def send(self, command: Command) -> None:
        if self._closed:
            self.mistakes.append(f"{type(command).__name__} after CloseSession")
        match command:
            case AppendAudio(pcm=pcm):
                self._append(pcm)
            case CommitTurn(answer=answer):
                if not self._pending and not self._cancelled:
                    self.mistakes.append(f"answer {answer} is asked for without a sound")
                self._ask(answer, spoken=True)
            case AskText(answer=answer, spoken=spoken):
                self._ask(answer, spoken=spoken)
            case CancelAnswer(answer=answer, heard_ms=heard_ms):
                self._cancel(answer, heard_ms)
            case DiscardTurn():
                self._pending, self._cancelled = 0, False
            case ToolResult(answer=answer):
                self._go_on(answer)
            case CloseSession():
                self._closed = True
                self._over.set()

    def pass_time(self, now_ms: float) -> None:
        self._now_ms = now_ms
        while self._due and self._due[0][0] <= now_ms:
            event = self._due.popleft()[1]
            if isinstance(event, AnswerAudio):
                self._sent_ms[event.answer] += CHUNK_MS
            self._emit(event)
            if isinstance(event, Failure) and event.answer is None:
                self._over.set()

    def _append(self, pcm: Pcm) -> None:
        self._pending += len(pcm)
        self.samples += len(pcm)
        if not len(pcm):
            self.mistakes.append("no sample is appended")
        elif np.abs(pcm.astype(np.int32)).max() > SPOKEN_AMPLITUDE:
            self.mistakes.append("hears what was said while nobody might listen")

    def _ask(self, answer: int, *, spoken: bool) -> None:
        if answer in self._sent_ms:
            self.mistakes.append(f"answer {answer} is asked for twice")
        self._pending, self._cancelled = 0, False
        self._sent_ms = {answer: 0}
        reply = next(self._replies)
        at_ms = self._now_ms + reply.delay_ms
        self._due.clear()
        self._due.append((at_ms, UserTranscript(answer, f"question {answer}", final=True)))
        self._due.append((at_ms, AnswerStarted(answer)))
        answer_to_come = self._answer_to(answer, reply, spoken)
        if reply.tool:
            self._after_tool = deque(answer_to_come)
            self._due.append((at_ms, ToolCall(answer, f"call {answer}", "a_tool", "{}")))
        else:
            self._due.extend((at_ms + after_ms, event) for after_ms, event in answer_to_come)
        self.pass_time(self._now_ms)

    def _answer_to(self, answer: int, reply: Reply, spoken: bool) -> Iterator[tuple[float, ProviderEvent]]:
        """Milliseconds after it begins, and what comes then."""
        after_ms = 0.0
        for _ in range(reply.sound_ms // CHUNK_MS if spoken else 0):
            yield after_ms, AnswerAudio(answer, self._chunk)
            after_ms += CHUNK_MS / reply.pace if reply.pace else 0
        for event in _last_words(answer, reply.end):
            yield after_ms, event

    def _go_on(self, answer: int) -> None:
        """The tool has run."""
        if answer in self._sent_ms and not self._cancelled:
            self._due.extend((self._now_ms + after_ms, event) for after_ms, event in self._after_tool)
        self._after_tool.clear()

    def _cancel(self, answer: int, heard_ms: int) -> None:
        if answer not in self._sent_ms:
            return  # of the session before this one
        if not 0 <= heard_ms <= self._sent_ms[answer] + HEARD_SLACK_MS:
            self.mistakes.append(f"{heard_ms} ms were heard of {self._sent_ms[answer]} ms")
        self._cancelled = True
        self._due.clear()
        self._after_tool.clear()


def _last_words(answer: int, end: End) -> list[ProviderEvent]:
    if end is End.STALLED:
        return []
    if end is End.BROKEN_OFF:
        return [Failure(FailureCategory.MODEL_UNAVAILABLE, "broke off", answer=answer)]
    if end is End.LOST:
        return [Failure(FailureCategory.SESSION_CLOSED, "gone")]
    said = AnswerTranscript(answer, f"answer {answer}", final=True)
    return [said, AnswerDone(answer, complete=end is End.COMPLETE)]
