"""Our OpenAI codec and the strict server as the provider of a staged conversation, in virtual time."""

from collections.abc import Sequence

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AskText,
    CloseSession,
    Command,
    Failure,
    HistoryItem,
    SessionConfig,
    UserTranscript,
)
from appliance.errors import FailureCategory
from tests.service.stage import OUT_RATE_HZ, ScriptedProvider
from tests.simulators.openai_pair import Pair
from tests.simulators.openai_script import Answer, Record


class Wire(Pair):
    """Our codec and the strict server, whose events go to a conversation."""

    def __init__(self, answers: Sequence[Answer], emit: Emit) -> None:
        super().__init__(answers)
        self.emit = emit

    def receive(self) -> bool:
        before = len(self.events)
        received = super().receive()
        for event in self.events[before:]:
            self.emit(event)
        return received


class StrictProvider(ScriptedProvider):
    """OpenAI's protocol in virtual time: the server makes sound `speed` times as fast as it is played."""

    def __init__(self, answers: Sequence[Answer], speed: float = 4.0) -> None:
        super().__init__([])
        self._script = answers
        self._speed = speed
        self._began_ms: float | None = None
        self.records: list[Record] = []

    def open(self) -> "StrictProvider":
        super().open()
        self._wire: Wire | None = None
        return self

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        self._wire = Wire(self._script, emit)
        self.records.append(self._wire.record)
        self._wire.settle(play=False)
        await self._over.wait()

    def send(self, command: Command) -> None:
        self.told.append(command)
        if isinstance(command, CloseSession):
            self._over.set()
            return
        assert self._wire is not None
        self._wire.command(command)
        if isinstance(command, AskText):  # as the session does that carries the codec
            self._wire.emit(UserTranscript(command.answer, command.text, final=True, item="question"))

    def lose(self) -> None:
        """The connection is gone."""
        assert self._wire is not None
        self._wire.emit(Failure(FailureCategory.SESSION_CLOSED, "gone"))

    def pass_time(self, now_ms: float) -> None:
        wire = self._wire
        if wire is None:
            return
        wire.settle(play=False)
        response = wire.server.active
        if response is None:
            self._began_ms = None
            return
        self._began_ms = now_ms if self._began_ms is None else self._began_ms
        while (
            wire.server.active is response
            and response.generated_samples / OUT_RATE_HZ * 1000 <= (now_ms - self._began_ms) * self._speed
        ):
            wire.play()
            wire.settle(play=False)
