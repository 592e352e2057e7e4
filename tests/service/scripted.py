"""Who takes part in a conversation in virtual time: they say and hear what the test wants."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

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
    Failure,
    HistoryItem,
    Ready,
    SessionConfig,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.hearing.wake_word.wake_word import Hit
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.level import rms_dbfs

OUT_RATE_HZ = 24_000
SPEECH_DBFS = -40.0
LATE_MS, EARLY_MS = 150.0, 60.0  # of a wake word: when it may have ended, around its notice
SENTENCE_MS = 300.0  # every sentence of the device's own


class LoudnessDetector:
    """Takes every loud window for speech: what is spoken stands in the script, to the sample."""

    window_samples = 512

    def probability(self, window: Pcm) -> float:
        return 1.0 if rms_dbfs(window) > SPEECH_DBFS else 0.0

    def reset(self) -> None:
        pass


def speech(ms: float, seed: int = 1) -> Pcm:
    """Noise as loud as speech, no two stretches alike."""
    count = samples_of_ms(ms, NEAR_RATE_HZ)
    return np.random.default_rng(seed).integers(-8000, 8000, count, dtype=np.int16)


def silence(ms: float) -> Pcm:
    return np.zeros(samples_of_ms(ms, NEAR_RATE_HZ), dtype=np.int16)


def tone(ms: float) -> Pcm:
    """An answer that is loud from its first sample to its last."""
    t = np.arange(samples_of_ms(ms, OUT_RATE_HZ))
    return (8000 * np.cos(2 * np.pi * 440 * t / OUT_RATE_HZ)).astype(np.int16)


async def say(text: str, rate_hz: int) -> Pcm:
    """Every sentence of the device's own."""
    return tone(SENTENCE_MS)


@dataclass
class ScriptedProvider:
    """Answers each turn with the next of `answers`, `delay_ms` after it; keeps what it was told."""

    answers: Sequence[Pcm]
    delay_ms: float = 0.0
    breaks_off: bool = False  # fails instead of completing an answer
    told: list[Command] = field(default_factory=list)
    _owed: tuple[int, float] | None = None
    _now_ms: float = 0.0

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(NEAR_RATE_HZ, OUT_RATE_HZ, discards=True, text_in=True)

    def open(self) -> "ScriptedProvider":
        self._over = asyncio.Event()
        self._owed = None
        return self

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        self._emit = emit
        emit(Ready())
        await self._over.wait()

    def send(self, command: Command) -> None:
        self.told.append(command)
        match command:
            case CommitTurn(answer=answer) | AskText(answer=answer):
                self._owed = (answer, self._now_ms + self.delay_ms)
                self.pass_time(self._now_ms)
            case CancelAnswer():
                self._owed = None
            case CloseSession():
                self._over.set()

    def pass_time(self, now_ms: float) -> None:
        """Answer what is due by now."""
        self._now_ms = now_ms
        if self._owed is not None and now_ms >= self._owed[1]:
            number, self._owed = self._owed[0], None
            self._answer(number)

    def _answer(self, number: int) -> None:
        self._emit(UserTranscript(number, f"question {number}", final=True))
        self._emit(AnswerStarted(number))
        pcm = self.answers[min(number, len(self.answers)) - 1]
        for start in range(0, len(pcm), 2400):
            self._emit(AnswerAudio(number, pcm[start : start + 2400]))
        if self.breaks_off:
            self._emit(Failure(FailureCategory.SESSION_CLOSED, "gone", answer=number))
            return
        self._emit(AnswerTranscript(number, f"answer {number}", final=True))
        self._emit(AnswerDone(number, complete=True))

    @property
    def turns(self) -> list[Pcm]:
        """The sound of each committed turn, cancelled and continued ones in their pieces."""
        turns: list[list[Pcm]] = [[]]
        for command in self.told:
            if isinstance(command, AppendAudio):
                turns[-1].append(command.pcm)
            elif isinstance(command, CommitTurn):
                turns.append([])
        return [np.concatenate(pieces) for pieces in turns[:-1]]

    @property
    def cancelled(self) -> list[CancelAnswer]:
        return [command for command in self.told if isinstance(command, CancelAnswer)]


class Script:
    """A microphone that hears what the test says."""

    rate_hz = NEAR_RATE_HZ

    def __init__(self, pcm: Pcm) -> None:
        self._pcm = pcm

    def read(self, count: int) -> Pcm:
        block, self._pcm = self._pcm[:count], self._pcm[count:]
        return block


class Tape:
    """What the loudspeaker played."""

    def __init__(self) -> None:
        self._blocks: list[Pcm] = []

    def write(self, pcm: Pcm) -> None:
        self._blocks.append(pcm.copy())

    @property
    def pcm(self) -> Pcm:
        return np.concatenate(self._blocks)


class ScriptedWord:
    """A wake word that is noticed at given samples, each of which is `LATE_MS` after it ended."""

    name, phrase = "okay_test", "Okay Test"

    def __init__(self, *noticed_ms: float) -> None:
        self._at = [samples_of_ms(ms, NEAR_RATE_HZ) for ms in noticed_ms]
        self._heard = 0

    def hear(self, samples: Pcm) -> Hit | None:
        self._heard += len(samples)
        if not self._at or self._at[0] > self._heard:
            return None
        noticed = self._heard - self._at.pop(0)
        late = samples_of_ms(LATE_MS, NEAR_RATE_HZ)
        return Hit(0.97, noticed, noticed + late, noticed - samples_of_ms(EARLY_MS, NEAR_RATE_HZ))

    def reset(self) -> None:
        pass
