"""Pieces of a text as sound, in their order: while one is told, the next is being made already."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.cascade.dialogue import Spoken
from appliance.providers.cascade.stages import TextToSpeech

# Pieces under way at once: the one that is told, and the next one.
AT_ONCE = 2
# How far what was made may be ahead of what can have been heard by now: an interruption costs no more.
AHEAD_S = 20.0
# Silence of a voice: four times what a slow one takes for its longest piece on a Pi.
VOICE_TIMEOUT_S = 15.0
# From asking for a piece to its last sample: twice what a voice at half of real time takes for the longest
# one (15 s of sound). One that sends a sample now and then is never silent, and never done.
PIECE_TIMEOUT_S = 60.0
# Sound of one piece, of at most 240 characters: four times as long as the slowest voice takes for it.
MAX_PIECE_S = 120.0


@dataclass(slots=True, eq=False)
class _Piece:
    """One piece while it is made; its sound is bounded by `MAX_PIECE_S`, None ends it."""

    spoken: Spoken
    sound: "asyncio.Queue[Pcm | None]" = field(default_factory=asyncio.Queue)


class Speaking:
    """Makes and tells the pieces of one answer."""

    def __init__(
        self,
        voice: TextToSpeech,
        language: str,
        speed: float,
        tell: Callable[[Spoken, Pcm], None],
        told: Callable[[], None],
    ) -> None:
        """`tell(piece, pcm)` gets the samples of each piece as they come, in order; `told` comes after the
        last of each."""
        self._voice = voice
        self._language = language
        self._speed = speed
        self._tell = tell
        self._told = told
        self._told_samples = 0
        self._began_s = 0.0
        self.characters = 0  # that were given to the voice

    async def run(self, next_piece: Callable[[], Awaitable[Spoken | None]]) -> None:
        """Speak the pieces, each asked for when there is a use for it, until there is none (None)."""
        free = asyncio.Semaphore(AT_ONCE)
        order: asyncio.Queue[_Piece | None] = asyncio.Queue()  # at most `AT_ONCE`, and the end
        async with asyncio.TaskGroup() as tasks:

            async def make() -> None:
                while True:
                    await free.acquire()
                    await asyncio.sleep(self._ahead_s())
                    spoken = await next_piece()
                    if spoken is None:
                        break
                    piece = _Piece(spoken)
                    order.put_nowait(piece)
                    tasks.create_task(self._make(piece))
                order.put_nowait(None)

            tasks.create_task(make())
            while (piece := await order.get()) is not None:
                while (pcm := await piece.sound.get()) is not None:
                    self._note(pcm)
                    self._tell(piece.spoken, pcm)
                self._told()
                free.release()

    def _ahead_s(self) -> float:
        """How long what was told suffices beyond `AHEAD_S`."""
        if not self._told_samples:
            return 0.0
        passed_s = asyncio.get_running_loop().time() - self._began_s
        return max(0.0, self._told_samples / self._voice.rate_hz - passed_s - AHEAD_S)

    def _note(self, pcm: Pcm) -> None:
        if not self._told_samples:
            self._began_s = asyncio.get_running_loop().time()
        self._told_samples += len(pcm)

    async def _make(self, piece: _Piece) -> None:
        try:
            async with asyncio.timeout(PIECE_TIMEOUT_S):
                await self._hear(piece)
        except TimeoutError:
            message = f"the voice was not done with a piece after {PIECE_TIMEOUT_S:g} s"
            raise ProviderError(FailureCategory.TIMED_OUT, message) from None

    async def _hear(self, piece: _Piece) -> None:
        left = MAX_PIECE_S * self._voice.rate_hz
        text = piece.spoken.text
        self.characters += len(text)
        async with aclosing(self._voice.speak(text, self._language, self._speed)) as sound:
            while True:
                try:
                    async with asyncio.timeout(VOICE_TIMEOUT_S):
                        pcm = await anext(sound, None)
                except TimeoutError:
                    message = f"the voice was silent for {VOICE_TIMEOUT_S:g} s"
                    raise ProviderError(FailureCategory.TIMED_OUT, message) from None
                if pcm is None:
                    break
                left -= len(pcm)
                if left < 0:
                    raise ProtocolViolation(f"the voice spoke for more than {MAX_PIECE_S:g} s")
                if len(pcm):
                    piece.sound.put_nowait(pcm)
        piece.sound.put_nowait(None)
