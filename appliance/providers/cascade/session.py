"""A session with three servers: speech-to-text, a language model, text-to-speech."""

import asyncio
from collections.abc import Iterable

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    Capabilities,
    CloseSession,
    Command,
    HistoryItem,
    Ready,
    SessionConfig,
)
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.cascade.stages import OPEN_TIMEOUT_S, Stage, Stages
from appliance.providers.cascade.talk import Talk
from appliance.providers.socket_session import failure_of

# Commands given before `Ready`: the longest turn (120 s) in blocks of 32 ms. More means that nobody
# watches the clock.
MAX_EARLY_COMMANDS = 4096
# A session is to be closed within a second. The stages close all at once, and most at once; one that takes
# longer is left to itself.
CLOSE_TIMEOUT_S = 0.5


def capabilities_of(stages: Stages) -> Capabilities:
    """What a cascade of these three can do."""
    return Capabilities(
        input_rate_hz=NEAR_RATE_HZ,
        output_rate_hz=stages.speaking.rate_hz,
        truncates=True,
        discards=True,
        transcribes_user=True,
        tools=True,
        text_in=True,
        text_out=True,
        continues=True,
        speed=stages.speaking.speeds is not None,
        speeds=stages.speaking.speeds or (1.0, 1.0),
        languages=stages.hearing.languages,
        temperature=True,
        max_output_tokens=True,
    )


class CascadeSession:
    """One session, used once; see `Session`. Ready means that all three servers can be used.

    The turn's words are made while the person talks where that stage can, and answered when it is
    committed. A turn that goes on after its commit has a transcript for each of its pieces. A failure
    of one stage in an answer fails that answer, and the session lives.
    """

    def __init__(self, stages: Stages) -> None:
        self.capabilities = capabilities_of(stages)
        self._stages = stages
        self._early: list[Command] = []
        self._talk: Talk | None = None  # from `Ready` on
        self._ended = asyncio.Event()
        self._failure: BaseException | None = None

    def send(self, command: Command) -> None:
        """Carry out `command`; never blocks. Bound: `MAX_EARLY_COMMANDS` before `Ready`."""
        if self._ended.is_set():
            return
        if isinstance(command, CloseSession):
            self._ended.set()
        elif self._talk is not None:
            self._talk.take(command)
        elif len(self._early) < MAX_EARLY_COMMANDS:
            self._early.append(command)
        else:
            self._lose(ProviderError(FailureCategory.TIMED_OUT, "the session did not become ready"))

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """Open the stages, emit `Ready`, then every event, until `CloseSession` or a failure."""
        opening = asyncio.create_task(self._open())
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({opening, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not self._ended.is_set():
                emit(Ready())
                talk = Talk(self._stages, config, history, emit, self._lose)
                while self._early:
                    talk.take(self._early.pop(0))
                self._talk = talk
                await ended
            if isinstance(self._failure, ProviderError):
                emit(failure_of(self._failure))
        finally:
            self._ended.set()
            opening.cancel()
            ended.cancel()
            await self._close(opening)
        if self._failure is not None and not isinstance(self._failure, ProviderError):
            raise self._failure  # a mistake of ours, or of whoever listens

    async def _open(self) -> None:
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S), asyncio.TaskGroup() as tasks:
                for stage in self._all():
                    tasks.create_task(stage.open())
        except TimeoutError:
            message = f"not all servers of the cascade answered within {OPEN_TIMEOUT_S:g} s"
            self._lose(ProviderError(FailureCategory.TIMED_OUT, message))
        except ExceptionGroup as failures:
            self._lose(failures.exceptions[0])

    async def _close(self, opening: "asyncio.Task[None]") -> None:
        """Let go of everything."""
        await asyncio.wait({opening}, timeout=CLOSE_TIMEOUT_S)
        if self._talk is not None:
            await self._talk.close()
        closing = {asyncio.create_task(stage.close()) for stage in self._all()}
        _, late = await asyncio.wait(closing, timeout=CLOSE_TIMEOUT_S)
        for task in late:
            task.cancel()
        for task in closing - late:
            if not task.cancelled() and (fault := task.exception()) is not None:
                self._failure = self._failure or fault

    def _all(self) -> Iterable[Stage]:
        return (self._stages.hearing, self._stages.writing, self._stages.speaking)

    def _lose(self, failure: BaseException) -> None:
        """The session is over; the first cause is the one that is told."""
        self._failure = self._failure or failure
        self._ended.set()
