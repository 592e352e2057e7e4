"""A provider that takes no time and answers everything with a tone that no person could make."""

import asyncio
from typing import Final

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AskText,
    Capabilities,
    CloseSession,
    Command,
    CommitTurn,
    ContinueAnswer,
    HistoryItem,
    Ready,
    SessionConfig,
)
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.service.bench.sounds import RATE_HZ, tone

_PIECE_S: Final = 0.2


class ToneSession:
    """As Session."""

    def __init__(self) -> None:
        self._over = asyncio.Event()
        self._emit: Emit | None = None

    @property
    def capabilities(self) -> Capabilities:
        """As Session."""
        return Capabilities(NEAR_RATE_HZ, RATE_HZ, discards=True, text_in=True, truncates=True)

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """As Session."""
        self._emit = emit
        emit(Ready())
        await self._over.wait()

    def send(self, command: Command) -> None:
        """As Session."""
        match command:
            case CommitTurn(answer=answer) | ContinueAnswer(answer=answer) | AskText(answer=answer):
                asyncio.get_running_loop().call_soon(self._answer, answer)
            case CloseSession():
                self._over.set()

    def _answer(self, number: int) -> None:
        if self._emit is None or self._over.is_set():
            return
        self._emit(AnswerStarted(number))
        sound, piece = tone(), round(_PIECE_S * RATE_HZ)
        for start in range(0, len(sound), piece):
            self._emit(AnswerAudio(number, sound[start : start + piece]))
        self._emit(AnswerDone(number, complete=True))
