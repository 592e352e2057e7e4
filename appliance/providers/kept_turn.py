"""The turn that is being asked, kept until the next one opens."""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from appliance.conversation.vocabulary import AskText, ToolCall, ToolResult
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.providers.kept_answer import KeptAnswer

# Two turns of the longest kind (`max_turn_s` ≤ 120 s), in samples; the oldest is dropped and counted.
MAX_KEPT_SAMPLES = 240 * NEAR_RATE_HZ
# Tools that ran for one turn; a model that needs more is going round in circles, and the oldest is forgotten.
MAX_CALLS = 64


class Stage(Enum):
    """How far a turn has come."""

    OPEN = "being said, or gone on with: no answer is wanted yet"
    ASKED = "an answer is wanted, and none of it came from who is asked"
    BEGUN = "some of the answer came, and who gives it is there"
    GENERATED = "all of the answer came, and who gave it has not said that it is done"
    SETTLED = "all of the answer came, or nobody will give it"


@dataclass(slots=True, eq=False)
class KeptCall:
    """A tool that was called for the turn; without `output` it still runs."""

    call: ToolCall
    output: str | None = None


class KeptTurn:
    """What was said in a turn, or asked in writing, and the tools that ran for it.

    Sound is 16 kHz, from the turn's first sample, at most `MAX_KEPT_SAMPLES`; at most `MAX_CALLS` tools.
    `first` and `answer` are the first and the last answer that was asked for, `came` is what came of the
    last, `tried` the providers (by index) that failed this turn.
    """

    def __init__(self) -> None:
        self._chunks: deque[Pcm] = deque()
        self._dropped_chunks = 0
        self.samples = 0
        self.dropped_samples = 0
        self.question: AskText | None = None
        self.calls: deque[KeptCall] = deque(maxlen=MAX_CALLS)
        self.stage = Stage.OPEN
        self.first: int | None = None
        self.answer: int | None = None
        self.came = KeptAnswer()
        self.tried: set[int] = set()

    @property
    def wanted(self) -> bool:
        """Somebody waits for an answer, or for the rest of it."""
        return self.stage in (Stage.ASKED, Stage.BEGUN, Stage.GENERATED)

    @property
    def owed(self) -> bool:
        """Something was said or asked that is not answered yet."""
        said = bool(self._chunks) or self.question is not None or self.answer is not None
        return said and self.stage is not Stage.SETTLED

    @property
    def unanswered(self) -> bool:
        """An answer is wanted, and nobody gave any of it, or called a tool for it."""
        called = any(kept.call.answer == self.answer for kept in self.calls)
        return self.stage is Stage.ASKED and not self.came.gone_on_with and not called

    @property
    def awaits_tool(self) -> bool:
        """A tool that was called for the turn still runs."""
        return any(kept.output is None for kept in self.calls)

    def append(self, pcm: Pcm) -> None:
        """Keep the next samples of the turn."""
        self._chunks.append(pcm)
        self.samples += len(pcm)
        while self.samples > MAX_KEPT_SAMPLES and len(self._chunks) > 1:
            oldest = self._chunks.popleft()
            self._dropped_chunks += 1
            self.samples -= len(oldest)
            self.dropped_samples += len(oldest)

    def chunk(self, after: int) -> tuple[int, Pcm] | None:
        """The first chunk that is kept after the one with this number, and its own number (from 1)."""
        index = max(after - self._dropped_chunks, 0)
        if index >= len(self._chunks):
            return None
        return self._dropped_chunks + index + 1, self._chunks[index]

    @property
    def only_written(self) -> bool:
        """The turn is a question in writing, and nothing more."""
        question = self.question
        return question is not None and self.samples == 0 and self.answer == question.answer

    def write(self, question: AskText) -> None:
        """The turn is a question in writing."""
        self.question = question
        self.ask(question.answer)

    def ask(self, answer: int) -> None:
        """`answer` is wanted."""
        self.first = answer if self.first is None else self.first
        self.answer, self.stage = answer, Stage.ASKED
        self.came = KeptAnswer()

    def begin(self, answer: int) -> None:
        """Some of `answer` came: it cannot be asked for again as if nothing had been said."""
        if answer == self.answer and self.stage is Stage.ASKED:
            self.stage = Stage.BEGUN

    def received(self, answer: int, samples: int, rate_hz: int) -> None:
        """The next samples of `answer` came."""
        self.begin(answer)
        if answer == self.answer:
            self._goes_on()
            self.came.received(samples, rate_hz)

    def generated(self, answer: int) -> None:
        """Nothing more of `answer` is missing, if some of it came."""
        if answer == self.answer and self.stage is Stage.BEGUN:
            self.stage = Stage.GENERATED

    def _goes_on(self) -> None:
        if self.stage is Stage.GENERATED:
            self.stage = Stage.BEGUN

    def broke_off(self, provider: int) -> None:
        """The provider of this index, who gave the answer, is lost; the rest of it is wanted."""
        self.came.broke_off(provider)
        self.stage = Stage.ASKED

    def cancel(self, answer: int, heard_ms: int) -> None:
        """`answer` is not wanted any more. The turn may go on, unless it was answered in part."""
        if answer == self.answer:
            begun = self.stage in (Stage.BEGUN, Stage.GENERATED)
            read = self.question is not None and (begun or self.came.gone_on_with)
            self.stage = Stage.SETTLED if heard_ms or read else Stage.OPEN

    def complete(self, answer: int) -> None:
        """All of `answer` came."""
        if answer == self.answer and self.wanted:
            self.stage = Stage.SETTLED

    def give_up(self) -> None:
        """Nobody answers; should the turn go on, it is asked anew, and of everybody."""
        self.stage = Stage.SETTLED
        self.tried.clear()

    def call(self, call: ToolCall) -> KeptCall:
        """A tool runs for the turn; one and the same call runs once, however often it is told."""
        self._goes_on()
        for kept in self.calls:
            if kept.call == call:
                return kept
        kept = KeptCall(call)
        self.calls.append(kept)
        return kept

    def ran(self, result: ToolResult) -> KeptCall | None:
        """The tool that gave `result`; None for one that was not called for this turn."""
        for kept in reversed(self.calls):
            if kept.call.call == result.call and kept.output is None:
                kept.output = result.output
                return kept
        return None
