"""Sessions with one mistake each: what a suite that finds nothing would let pass."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from appliance.conversation.session import Emit, Session
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AppendAudio,
    AskText,
    CancelAnswer,
    Capabilities,
    CloseSession,
    Command,
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
    UserTranscript,
)
from appliance.errors import FailureCategory
from tests.conformance.suite.plan import KEY

Told = Iterable[Command]
Said = Iterable[ProviderEvent]


@dataclass(frozen=True)
class Mutant:
    """A mistake, and the contracts that must find it."""

    name: str
    found_by: tuple[str, ...]
    commands: Callable[[Command], Told] = lambda command: (command,)
    events: Callable[[ProviderEvent], Said] = lambda event: (event,)
    declares: Callable[[Capabilities], Capabilities] = lambda capabilities: capabilities


class Mistaken:
    """`session`, with the mistake of `mutant`."""

    def __init__(self, session: Session, mutant: Mutant) -> None:
        self.capabilities: Capabilities = mutant.declares(session.capabilities)
        self._session = session
        self._mutant = mutant

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """As `Session`."""

        def tell(event: ProviderEvent) -> None:
            for said in self._mutant.events(event):
                emit(said)

        history = () if self._mutant.name == "forgets the history" else history
        await self._session.run(config, history, tell)

    def send(self, command: Command) -> None:
        """As `Session`."""
        for told in self._mutant.commands(command):
            self._session.send(told)


def _without(kind: type) -> Callable[[Command], Told]:
    return lambda command: () if isinstance(command, kind) else (command,)


def _twice(kind: type) -> Callable[[ProviderEvent], Said]:
    return lambda event: (event, event) if isinstance(event, kind) else (event,)


def _silent(kind: type) -> Callable[[ProviderEvent], Said]:
    return lambda event: () if isinstance(event, kind) else (event,)


class _OutOfOrder:
    """Every other block of the person's sound overtakes the one before."""

    def __init__(self) -> None:
        self._held: Command | None = None

    def __call__(self, command: Command) -> Told:
        if isinstance(command, AppendAudio):
            held, self._held = self._held, command if self._held is None else None
            return (command, held) if held is not None else ()
        held, self._held = self._held, None
        return (command,) if held is None else (held, command)


def _usage(event: ProviderEvent) -> Said:
    return (replace(event, usage={"tokens": 1}),) if isinstance(event, AnswerDone) else (event,)


def _sooner(command: Command) -> Told:
    return (
        (replace(command, heard_ms=command.heard_ms // 2),)
        if isinstance(command, CancelAnswer)
        else (command,)
    )


def _heard(command: Command) -> Told:
    if isinstance(command, CancelAnswer):
        return (replace(command, heard_ms=max(100, command.heard_ms)),)
    return (command,)


def _quiet_samples(command: Command) -> Told:
    if isinstance(command, AppendAudio):
        pcm = command.pcm.copy()
        pcm[:8] = 0
        return (AppendAudio(np.ascontiguousarray(pcm)),)
    return (command,)


def _misnamed(event: ProviderEvent) -> Said:
    if isinstance(event, Failure):
        return (replace(event, category=FailureCategory.TIMED_OUT),)
    return (event,)


def _impatient(event: ProviderEvent) -> Said:
    return (replace(event, retry_after_s=None),) if isinstance(event, Failure) else (event,)


def _talkative(event: ProviderEvent) -> Said:
    return (replace(event, message=f"refused {KEY}"),) if isinstance(event, Failure) else (event,)


def _other_words(event: ProviderEvent) -> Said:
    return (replace(event, text="something else"),) if isinstance(event, UserTranscript) else (event,)


def _spoken(command: Command) -> Told:
    return (replace(command, spoken=True),) if isinstance(command, AskText) else (command,)


_SOUND = ("spoken turn", "early turn")
_TOOLS = ("tool", "two tools at once")
_REFUSALS = ("wrong key", "no money left", "asked too often", "nonsense")

MUTANTS: tuple[Mutant, ...] = (
    Mutant("is ready twice", ("ready",), events=_twice(Ready)),
    Mutant("swaps blocks of sound", _SOUND, commands=_OutOfOrder()),
    Mutant("loses half a millisecond of every block", _SOUND, commands=_quiet_samples),
    Mutant("says nothing of the person", ("transcript of the person",), events=_silent(UserTranscript)),
    Mutant("makes words up", ("transcript of the person", "question in writing"), events=_other_words),
    Mutant("plays every sound twice", ("answer's sound",), events=_twice(AnswerAudio)),
    Mutant("ends every answer twice", ("answer's end", "tool"), events=_twice(AnswerDone)),
    Mutant("counts in units of its own", ("answer's end",), events=_usage),
    Mutant("does not cancel", ("cancel", "what was heard"), commands=_without(CancelAnswer)),
    Mutant("tells half of what was heard", ("what was heard",), commands=_sooner),
    Mutant("takes for heard what was not", ("turn goes on over sound",), commands=_heard),
    Mutant("does not discard", ("discard",), commands=_without(DiscardTurn)),
    Mutant("says aloud what is to be written", ("answer in text",), commands=_spoken),
    Mutant("forgets the history", ("history",)),
    Mutant(
        "does not change its configuration",
        ("other instructions", "other output"),
        commands=_without(Configure),
    ),
    Mutant("calls every tool twice", _TOOLS, events=_twice(ToolCall)),
    Mutant("keeps the results to itself", _TOOLS, commands=_without(ToolResult)),
    Mutant("does not say what ran elsewhere", ("tool that ran elsewhere",), commands=_without(ToolRan)),
    Mutant("does not close", ("close",), commands=_without(CloseSession)),
    Mutant("fails twice", (*_REFUSALS, "lost while listening"), events=_twice(Failure)),
    Mutant("calls every failure a timeout", (*_REFUSALS, "lost while speaking"), events=_misnamed),
    Mutant("forgets when to come again", ("asked too often",), events=_impatient),
    Mutant("tells the key", ("key", "wrong key"), events=_talkative),
    Mutant(
        "declares what it cannot do", ("temperature",), declares=lambda each: replace(each, temperature=True)
    ),
    Mutant(
        "does not declare what it can do",
        ("what was heard", "end of turn", "speed", "maximum length"),
        declares=lambda each: replace(
            each, truncates=False, ends_turns=False, speed=False, max_output_tokens=False
        ),
    ),
)
