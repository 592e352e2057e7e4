"""Somebody who lives with the daemon for hours: asks aloud, interrupts, mutes, lets timers ring, looks."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.offline.voice import QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, synthesize
from appliance.service.control.client import converse
from appliance.service.control.requests import AnyRequest, Mute, ReportStatus, Say, Stop, Unmute
from tests.bench.levels import AUDIBLE_DBFS, envelope
from tests.bench.stage import write_wav
from tests.cable.daemon import Daemon, Line
from tests.rig.cable import SPEAKER_RATE_HZ, Ear, VirtualCable

# A turn takes five seconds; beside four workers of a test suite on two cores each of its deadlines may pass
# once more. Who waits longer than this was forgotten.
ANSWER_S: Final = 60.0
# "It is noon" is 600 ms; a click, a fade or an earcon is no answer.
SOUNDED_MS: Final = 400
# The ear is 20 ms of its own behind, and as much as its process waits for its turn.
RING_OUT_S: Final = 0.5
# Into an answer of three seconds, so that more than a second of it is left.
BEFORE_INTERRUPTING_S: Final = 0.4
# A timer of ten seconds, asked for, and the time of the answer itself.
RINGS_WITHIN_S: Final = 20.0
LET_RING_S: Final = 1.0
# A question, its answer, and a sentence or an interruption after it.
UNDISTURBED_S: Final = 15.0
_PAUSE: Final = np.zeros(NEAR_RATE_HZ // 2, np.int16)
_LOOK_EVERY_S: Final = 0.02

TIME, DATE = "What time is it?", "What is the date today?"
LONG_TIMER, TIME_LEFT, NO_TIMER = (
    "Set a timer for ten minutes.",
    "How long is left on the timer?",
    "Cancel the timer.",
)
SHORT_TIMER, UNKNOWN = "Set a timer for ten seconds.", "Who wrote the play about the prince of Denmark?"


class Lost(Exception):
    """What a person waits for did not come; the words say how far it came."""


@dataclass
class Tally:
    """What came of it; `lost` has a sentence for everything that was waited for in vain."""

    asked: int = 0
    answered: int = 0
    interrupted: int = 0
    tools: int = 0
    rung: int = 0
    lost: list[str] = field(default_factory=list)


class Person:
    """Belongs to one thread. Every call returns when the daemon is at rest again."""

    def __init__(self, cable: VirtualCable, daemon: Daemon, socket: Path, folder: Path) -> None:
        self.tally = Tally()
        self._cable, self._daemon, self._socket, self._folder = cable, daemon, socket, folder

    def live(self, number: int) -> None:
        """Follow the habit whose turn it is."""
        try:
            self._habits[number % len(self._habits)]()
        except Lost as lost:
            self.tally.lost.append(str(lost))

    @property
    def _habits(self) -> Sequence[Callable[[], None]]:
        return (
            lambda: self.ask(TIME),
            lambda: self.ask(DATE),
            lambda: self.ask(LONG_TIMER),
            lambda: self.ask(TIME_LEFT),
            lambda: self.ask(NO_TIMER),
            lambda: self.ask(UNKNOWN),
            lambda: self.interrupt(UNKNOWN, TIME),
            lambda: self.ask_after_mute(DATE),
            lambda: self.let_ring(SHORT_TIMER),
            lambda: self.ask_and_have_said(TIME, "Dinner is ready."),
        )

    def ask(self, words: str) -> None:
        """Ask, and hear the answer to its end."""
        since = self._now
        with self._cable.listening() as ear:
            self._say(words)
            self._hear_out(words, since, ear)
        self._count_events(since)

    def interrupt(self, words: str, instead: str) -> None:
        """Ask, and in the midst of the answer ask something else."""
        since = self._now
        with self._cable.listening() as ear:
            self._say(words)
            self.tally.asked += 1
            try:
                self._await(since, "answer_audible")
            except Lost as lost:
                self._lose(words, lost)
                return
            self.tally.answered += 1
            time.sleep(BEFORE_INTERRUPTING_S)
            interrupted = self._now
            self._say(instead)
            # The answer to the first question may have come to its end meanwhile, and is not the one.
            turn = self._turn_of_last(since, "answer_audible")
            self._hear_out(instead, interrupted, ear, after_turn=turn)
        self._count_events(since)

    def ask_after_mute(self, words: str) -> None:
        """Close the microphone and open it again, and ask."""
        self.do(Mute())
        self._until("muted", lambda status: bool(status["muted"]))
        self.do(Unmute())
        self._until("hearing again", lambda status: not status["muted"] and not status["deaf"])
        self.ask(words)

    def ask_and_have_said(self, words: str, sentence: str) -> None:
        """Ask, and let it speak in its own voice, as it does by itself where an answer is late."""
        self.ask(words)
        self.do(Say(text=sentence))

    def let_ring(self, words: str) -> None:
        """Ask for a short timer, and stop it when it rings."""
        since = self._now
        self.ask(words)
        if any(timer["left_s"] < RINGS_WITHIN_S for timer in self.status()["timers"]):
            self._await(since, "timer", RINGS_WITHIN_S, state="ended")
            time.sleep(LET_RING_S)
            self.tally.rung += 1

    def rest(self) -> None:
        """Nothing rings or is about to, and nobody speaks from here on; or that was waited for long enough.

        A timer whose cancelling was not understood rings in its time: over an answer it would take the floor.
        """
        try:
            if any(timer["left_s"] < UNDISTURBED_S for timer in self.status()["timers"]):
                self._until("rung", lambda status: bool(status["alarm_rings"]))
            if self.status()["alarm_rings"]:
                self.do(Stop())
            self._until("at rest", lambda status: status["phase"] == "idle" and not status["alarm_rings"])
        except Lost as lost:
            self.tally.lost.append(str(lost))

    def status(self) -> dict[str, Any]:
        """What the daemon says of itself."""
        status = self.do(ReportStatus())["status"]
        assert isinstance(status, dict)
        return status

    def do(self, request: AnyRequest) -> dict[str, object]:
        """Ask over the control socket; the last line of the reply."""
        return dict([*converse(self._socket, request)][-1])

    @property
    def _now(self) -> int:
        return len(self._daemon.lines)

    def _say(self, words: str) -> None:
        wav = self._folder / f"{words}.wav"
        if not wav.exists():
            pcm = synthesize(words, QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, NEAR_RATE_HZ)
            write_wav(wav, np.concatenate([_PAUSE, pcm, _PAUSE]))
        self._cable.speak(wav)

    def _hear_out(self, words: str, since: int, ear: Ear, after_turn: int = 0) -> None:
        self.tally.asked += 1
        try:
            done = self._await(since, "answer_done", complete=True, after_turn=after_turn)
            ear.wait_for(round(RING_OUT_S * SPEAKER_RATE_HZ))
        except (Lost, AssertionError) as lost:
            self._lose(words, lost)
            return
        heard_ms = int(np.count_nonzero(envelope(ear.heard, SPEAKER_RATE_HZ).db > AUDIBLE_DBFS))
        if heard_ms < SOUNDED_MS:
            self._lose(words, Lost(f"{heard_ms} ms were to be heard of {done.event['heard_ms']}"))
        else:
            self.tally.answered += 1

    def _lose(self, words: str, why: Exception) -> None:
        self.tally.lost.append(f"“{words}”: {why}")

    def _count_events(self, since: int) -> None:
        events = [line.event for line in self._daemon.lines[since:]]
        self.tally.tools += sum(event["event"] == "tool_call" for event in events)
        self.tally.interrupted += sum(
            event["event"] == "interruption" and event["decision"] == "confirmed" for event in events
        )

    def _turn_of_last(self, since: int, name: str) -> int:
        turns = [line.event["turn"] for line in self._daemon.lines[since:] if line.event["event"] == name]
        return int(turns[-1])

    def _await(
        self, since: int, name: str, timeout_s: float = ANSWER_S, *, after_turn: int = 0, **fields: object
    ) -> Line:
        deadline_s = time.monotonic() + timeout_s
        while time.monotonic() < deadline_s:
            for line in self._daemon.lines[since:]:
                event = line.event
                matches = event["event"] == name and fields.items() <= event.items()
                if matches and event.get("turn", after_turn + 1) > after_turn:
                    return line
            if self._daemon.process.poll() is not None:
                raise RuntimeError(f"the daemon ended with {self._daemon.process.returncode}")
            time.sleep(_LOOK_EVERY_S)
        told = [line.event["event"] for line in self._daemon.lines[since:]]
        raise Lost(f"no {name} within {timeout_s:g} s, but {', '.join(told) or 'nothing'}")

    def _until(self, what: str, holds: Callable[[dict[str, Any]], bool]) -> None:
        deadline_s = time.monotonic() + ANSWER_S
        while not holds(self.status()):
            if time.monotonic() > deadline_s:
                raise Lost(f"not {what} within {ANSWER_S:g} s: {self.status()}")
            time.sleep(0.1)
