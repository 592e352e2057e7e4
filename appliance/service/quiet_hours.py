"""The quiet hours of a running appliance: softer, and perhaps without answers, until they are over."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from appliance.conversation.vocabulary import (
    AnswerDone,
    AskText,
    Command,
    CommitTurn,
    OpenTurn,
    ProviderEvent,
)
from appliance.service.ends import Ends
from appliance.service.quiet_time import QuietTime
from appliance.settings import Settings

# Where a television goes on and on, saying so at each of its sentences would be the noise of the night.
SAY_EVERY_S: Final = 60.0


class Knob(Protocol):
    """The volume (`VolumeKnob`)."""

    def limit(self, percent: int | None) -> None: ...


class Write(Protocol):
    """Who keeps the event log (`Record.write`)."""

    def __call__(self, event: str, /, **fields: object) -> None: ...


@dataclass(frozen=True, slots=True)
class QuietOptions:
    """When, how loud at most (0…100), and whether it answers."""

    when: QuietTime | None
    volume: int
    answers: bool


class QuietHours:
    """Knows whether they are, and has the volume follow. Belongs to the event loop.

    While the clock is not to be trusted they are not: a machine without a battery wakes up at any hour.
    """

    def __init__(
        self,
        options: QuietOptions,
        now: Callable[[], datetime],
        clock_is_set: Callable[[], bool],
        knob: Knob,
        write: Write,
    ) -> None:
        """`now()` is the local time."""
        self._options = options
        self._now = now
        self._clock_is_set = clock_is_set
        self._knob = knob
        self._write = write
        self._are = False

    @property
    def until(self) -> str:
        """When they end, "07:00"; "" where they are not."""
        when = self._options.when
        return when.until if self._are and when is not None else ""

    @property
    def hushed(self) -> bool:
        """Whether nothing is to sound of its own accord. Where the clock is not set yet it may be night:
        after a power cut nobody is woken to be told that it is over."""
        return self._options.when is not None and (self._are or not self._clock_is_set())

    @property
    def sentence(self) -> str:
        """What a person is told whose question is not answered; "" where questions are."""
        when = self._options.when
        return "" if not self._are or when is None or self._options.answers else when.sentence

    def note_refusal(self) -> None:
        """Somebody asked, and was not answered."""
        self._write("quiet_hours", state="refused", until=self.until)

    def look(self) -> None:
        """See what time it is; to be called every now and then."""
        when = self._options.when
        if when is None:
            return
        are = self._clock_is_set() and when.holds(self._now().time())
        if are is self._are:
            return
        self._are = are
        self._knob.limit(self._options.volume if are else None)
        self._write("quiet_hours", state="began" if are else "ended", until=when.until)


def quiet_hours(settings: Settings, ends: Ends, knob: Knob, write: Write) -> QuietHours:
    """As the settings have them, by the clock of the `ends`."""
    given = settings.quiet_hours
    when = QuietTime.of(given.begin, given.end)
    options = QuietOptions(when, given.volume, answers=given.answers == "soft")
    return QuietHours(options, ends.local_time, ends.clock_is_set, knob, write)


class QuietDoor:
    """Stands before the chain: what is said in hours without answers goes no further than this.

    A turn belongs to the hours in which it opened. A question in writing is let through: who types knows
    what time it is. Belongs to the event loop.
    """

    def __init__(
        self,
        send: Callable[[Command | OpenTurn], None],
        take: Callable[[ProviderEvent], None],
        hours: QuietHours,
        rings: Callable[[], bool],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`rings()`: an alarm does, and somebody may want to stop it; `take` gets what the chain would have
        said."""
        self._send = send
        self._take = take
        self._hours = hours
        self._rings = rings
        self._now_s = now_s
        self._refused = ""  # of the turn that is open, the sentence instead of an answer
        self._said_s = -math.inf

    def send(self, command: Command | OpenTurn) -> None:
        """One command of the conversation; never blocks."""
        match command:
            case OpenTurn():
                self._refused = "" if self._rings() else self._hours.sentence
            case AskText():
                self._refused = ""
        if not self._refused:
            self._send(command)
        elif isinstance(command, CommitTurn):
            self._hours.note_refusal()
            self._take(AnswerDone(command.answer, complete=False))

    def excuse(self) -> str | None:
        """What is to be said for the answer that is missing: "" for nothing, None where it was not this."""
        if not self._refused:
            return None
        if self._now_s() - self._said_s < SAY_EVERY_S:
            return ""
        self._said_s = self._now_s()
        return self._refused
