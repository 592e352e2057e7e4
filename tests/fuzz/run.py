"""Feed a codec with spoilt sessions: `python -m tests.fuzz.run NAME COUNT [SEED]`.

One input is one frame of the peer. Whatever it is, the codec gives events or raises `ProtocolViolation`,
within 50 ms of processor time; after `CancelAnswer` no event of that answer comes; and the memory of the
process stays flat. A session with an input that was slow is fed again: what the machine or the garbage
collector took is not slow twice, and is counted as a hiccup. Prints what was done as JSON, and exits with 1
at the first fault, with the number of its session: that number and the seed find it again.
"""

import ctypes
import gc
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, cast, get_args

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerGenerated,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    Configure,
    ContinueAnswer,
    DiscardTurn,
    Failure,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolCall,
    ToolRan,
    ToolResult,
)
from appliance.errors import ProtocolViolation
from tests.fuzz.mutation import Frame, spoilt_session
from tests.fuzz.targets import TARGETS, Fuzzed, recorded

MAX_INPUT_S: Final = 0.05
MAX_ATTEMPTS: Final = 3
# Python's own arenas and the C library's keep some of what was freed.
MAX_GROWTH_MB: Final = 5.0
# In this part of the run every buffer comes to its bound, and every module is loaded.
_WARM_UP_SHARE: Final = 0.2
# A command is given before so many frames.
_COMMAND_CHANCE: Final = 0.15

_SOUND: Final = (np.arange(4000) % 200 * 50).astype(np.int16)
_KNOWN_EVENTS: Final = get_args(ProviderEvent)
_C: Final = ctypes.CDLL(None)  # glibc, as on every system the appliance is for
_OF_AN_ANSWER: Final = (
    AnswerStarted,
    AnswerAudio,
    AnswerTranscript,
    AnswerGenerated,
    AnswerDone,
    ToolCall,
    Failure,
)


class Broken(Exception):
    """The codec did not keep its promise."""


class Slow(Broken):
    """It took too long for one input."""


@dataclass
class Report:
    """What one run fed, and what came of it; times are processor time."""

    inputs: int = 0
    sessions: int = 0
    violations: int = 0
    events: dict[str, int] = field(default_factory=dict)
    slowest_ms: float = 0.0
    hiccups: int = 0
    grown_mb: float = 0.0


def run(
    name: str,
    make_codec: Callable[[], Fuzzed],
    corpus: Path,
    count: int,
    seed: int = 0,
    clock: Callable[[], float] = time.thread_time,
) -> Report:
    """Feed `count` inputs at least. Raises `Broken`, with the number of the session, at the first fault."""
    sessions = recorded(corpus)
    report, events = Report(), Counter[str]()
    warm_mb: float | None = None
    while report.inputs < count:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            chance = random.Random(f"{name} {seed} {report.sessions}")
            client = _Client(make_codec(), chance, report, events, clock)
            try:
                client.talk(spoilt_session(chance.choice(sessions), chance))
                break
            except Broken as broken:
                if not isinstance(broken, Slow) or attempt == MAX_ATTEMPTS:
                    raise Broken(f"{name}, seed {seed}, session {report.sessions}: {broken}") from broken
                report.hiccups += 1
        report.sessions += 1
        if warm_mb is None and report.inputs >= count * _WARM_UP_SHARE:
            warm_mb = _resident_mb()
    report.grown_mb = round(_resident_mb() - (warm_mb or 0.0), 2)
    report.events = dict(events.most_common())
    if report.grown_mb > MAX_GROWTH_MB:
        raise Broken(f"{name}, seed {seed}: memory grew by {report.grown_mb} MB")
    return report


class _Client:
    """One connection, its commands given at random."""

    def __init__(
        self,
        codec: Fuzzed,
        chance: random.Random,
        report: Report,
        events: Counter[str],
        clock: Callable[[], float],
    ) -> None:
        self._codec = codec
        self._chance = chance
        self._report = report
        self._events = events
        self._clock = clock
        self._ready = False
        self._answer = 0
        self._cancelled: set[int] = set()
        self._call: ToolCall | None = None

    def talk(self, frames: Iterator[Frame]) -> None:
        """Until the frames end, or one of them ends the session."""
        for frame in frames:
            if self._ready and self._chance.random() < _COMMAND_CHANCE:
                self._command(self._any_command())
            self._report.inputs += 1
            began_s = self._clock()
            try:
                goes_on = self._feed(frame)
            except Broken as broken:
                raise Broken(f"{broken}, for {frame[:500]!r}") from broken
            took_s = self._clock() - began_s
            if took_s > MAX_INPUT_S:
                raise Slow(f"{took_s * 1000:.0f} ms for {len(frame)} characters: {frame[:500]!r}")
            self._report.slowest_ms = max(self._report.slowest_ms, round(took_s * 1000, 2))
            if not goes_on:
                return

    def _feed(self, frame: Frame) -> bool:
        try:
            for event in self._codec.events(frame):
                self._check(self._codec.replies())
                self._take(event)
            self._check(self._codec.replies())
        except ProtocolViolation:
            self._report.violations += 1
            return False
        except Broken:
            raise
        except Exception as error:
            raise Broken(f"{type(error).__name__}: {error}") from error
        return True

    def _take(self, event: ProviderEvent) -> None:
        if not isinstance(event, _KNOWN_EVENTS):
            raise Broken(f"{event!r} is no event")
        self._events[type(event).__name__] += 1
        if isinstance(event, Ready):
            self._ready = True
        if isinstance(event, _OF_AN_ANSWER) and event.answer in self._cancelled:
            raise Broken(f"{type(event).__name__} of the cancelled answer {event.answer}")
        if isinstance(event, ToolCall):
            self._call = event

    def _command(self, command: Command) -> None:
        if isinstance(command, CancelAnswer):
            self._cancelled.add(command.answer)
        try:
            self._check(self._codec.encode(command))
        except Exception as error:
            raise Broken(f"{type(error).__name__} at {type(command).__name__}: {error}") from error

    def _any_command(self) -> Command:
        chance, call = self._chance, self._call
        kind = chance.randrange(11)
        if kind in (2, 3, 4, 9):
            self._answer += 1
        match kind:
            case 2 | 3:
                return CommitTurn(self._answer)
            case 4:
                return AskText(self._answer, "What time is it?", spoken=chance.random() < 0.5)
            case 5:
                return CancelAnswer(self._answer, chance.choice((0, 1, 70, 5000)))
            case 6 if call is not None:
                return ToolResult(call.answer, call.call, "done")
            case 7:
                return DiscardTurn()
            case 8:
                return Configure(SessionConfig(f"Be {chance.choice(('kind', 'brief'))}."))
            case 9:
                return ContinueAnswer(self._answer, "It is half past")
            case 10:
                return ToolRan("call-elsewhere", "clock", "{}", "noon")
            case _:
                return AppendAudio(_SOUND[: chance.choice((0, 1, 320, 4000))])

    def _check(self, frames: Sequence[str]) -> None:
        if not all(isinstance(frame, str) and frame.isascii() for frame in frames):
            raise Broken("it sent what is no ASCII text")


def _resident_mb() -> float:
    """What the process holds, garbage collected, and what the C library keeps of freed memory given back:
    after a frame of 20 MB it raises its own threshold, and then keeps the holes of many frames."""
    gc.collect()
    _C.malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0 fine, 1 broken."""
    name, count = arguments[0], int(arguments[1])
    seed = int(arguments[2]) if len(arguments) > 2 else 0
    target = TARGETS[name]
    try:
        report = run(name, target.make_codec, target.corpus, count, seed)
    except Broken as broken:
        print(broken)
        return 1
    print(json.dumps({"codec": name, "seed": seed} | cast("dict[str, object]", asdict(report))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
