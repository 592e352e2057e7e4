"""A provider that tells a story word by word, calls a tool first, and may be lost at any moment of it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    CancelAnswer,
    Capabilities,
    CloseSession,
    Command,
    CommitTurn,
    ContinueAnswer,
    Failure,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolCall,
    ToolRan,
    ToolResult,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from tests.service.stage import OUT_RATE_HZ, ScriptedProvider

WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORD_MS = 400
PIECES = 4  # of a word's sound
_LOUDNESS, _STEP = 3000, 300


def sound_of(word: int) -> Pcm:
    """A piece of this word's sound: no two words are equally loud, so that they can be told apart."""
    count = samples_of_ms(WORD_MS / PIECES, OUT_RATE_HZ)
    return np.full(count, _LOUDNESS + _STEP * word, np.int16)


def words_in(out: Pcm) -> list[int]:
    """The words that were heard, in their order, a cut one too."""
    words = (out[out >= _LOUDNESS].astype(int) - _LOUDNESS) // _STEP
    return [int(words[0]), *map(int, words[1:][np.diff(words) != 0])] if len(words) else []


@dataclass(frozen=True)
class Fate:
    """The session is lost at the `at`th `moment` of its life; `silent`: it says no more, and does not end."""

    moment: str  # connect, listen, commit, think, tool, first audio, mid-answer, drain
    at: int = 1
    silent: bool = False


@dataclass
class Narrator(ScriptedProvider):
    """The first session meets its `fate`; later ones, and those without one, tell the story to its end."""

    answers: list[Pcm] = field(default_factory=list)
    fate: Fate | None = None
    continues: bool = True
    think_ms: float = 300.0
    asked: list[tuple[int, Command]] = field(default_factory=list)  # and of which of its sessions
    turns_told: list[Pcm] = field(default_factory=list)  # of each that was asked
    histories: list[tuple[HistoryItem, ...]] = field(default_factory=list)  # of each session
    lost_ms: float | None = None

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(NEAR_RATE_HZ, OUT_RATE_HZ, tools=True, continues=self.continues)

    def open(self) -> "Narrator":
        super().open()
        self._opened = getattr(self, "_opened", 0) + 1
        self._left = self.fate.at if self.fate is not None and self._opened == 1 else 0
        self._mute = False
        self._turn: list[Pcm] = []
        self._tool_ran = False
        self._script: deque[tuple[float, str, Callable[[], None]]] = deque()
        return self

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        self._emit = emit
        self.histories.append(history)
        if not self._is_over("connect"):
            emit(Ready())
        await self._over.wait()

    def told_of(self, session: int) -> list[str]:
        """The words of the last answer in the history that this session was opened with."""
        said = [item.text for item in self.histories[session - 1] if item.role == "assistant"]
        return said[-1].split() if said else []

    def _is_over(self, moment: str) -> bool:
        """Whether the session is lost by now, this being such a moment."""
        if self._left and self.fate is not None and moment == self.fate.moment:
            self._left -= 1
            if not self._left:
                self._lose(self.fate)
        return self._mute

    def _lose(self, fate: Fate) -> None:
        self._mute, self.lost_ms = True, self._now_ms
        self._script.clear()
        if not fate.silent:
            category = (
                FailureCategory.CONNECTION_FAILED
                if fate.moment == "connect"
                else FailureCategory.SESSION_CLOSED
            )
            self._emit(Failure(category, "lost"))
            self._over.set()

    def send(self, command: Command) -> None:
        self.told.append(command)
        if isinstance(command, CloseSession):
            self._over.set()
        if self._mute:
            return
        match command:
            case AppendAudio(pcm=pcm):
                self._turn.append(pcm)
                self._is_over("listen")
            case ToolRan():
                self._tool_ran = True
            case CommitTurn(answer=answer):
                self._ask(command, answer, 0)
            case ContinueAnswer(answer=answer, said=said):
                self._ask(command, answer, len(said.split()))
            case ToolResult(answer=answer):
                self._plan_words(answer, 0)
            case CancelAnswer():
                self._script.clear()

    def _ask(self, command: Command, answer: int, told: int) -> None:
        self.asked.append((self._opened, command))
        self.turns_told.append(np.concatenate(self._turn) if self._turn else np.zeros(0, np.int16))
        if self._is_over("commit"):
            return
        half_ms = self.think_ms / 2
        self._plan(half_ms, "think", partial(self._say, UserTranscript(answer, "a story", final=True)))
        self._plan(half_ms, "", partial(self._say, AnswerStarted(answer)))
        if self._tool_ran:
            self._plan_words(answer, told)
        else:
            self._plan(0, "tool", partial(self._say, ToolCall(answer, "call-1", "set_timer", "{}")))

    def _plan_words(self, answer: int, told: int) -> None:
        text = ""
        for word in range(told, len(WORDS)):
            text = " ".join(WORDS[told : word + 1])
            self._plan(0, "", partial(self._say, AnswerTranscript(answer, text, final=False)))
            for piece in range(PIECES):
                first = word == told and piece == 0
                moment = "first audio" if first else "mid-answer"
                self._plan(40, moment, partial(self._say, AnswerAudio(answer, sound_of(word))))
        self._plan(0, "drain", partial(self._say, AnswerTranscript(answer, text, final=bool(text))))
        self._plan(50, "", partial(self._say, AnswerDone(answer, complete=True)))

    def _plan(self, after_ms: float, moment: str, act: Callable[[], None]) -> None:
        due_ms = self._script[-1][0] if self._script else self._now_ms
        self._script.append((due_ms + after_ms, moment, act))

    def _say(self, event: ProviderEvent) -> None:
        self._emit(event)

    def pass_time(self, now_ms: float) -> None:
        self._now_ms = now_ms
        script = getattr(self, "_script", None)
        while script and script[0][0] <= now_ms:
            _, moment, act = script.popleft()
            act()
            self._is_over(moment)
