"""What has to hold in every conversation, looked at after every event and every tick."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
import numpy.typing as npt

from appliance.conversation import vocabulary as v
from appliance.conversation.ignored import IGNORED
from appliance.conversation.machine import State
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples
from appliance.service.assembly import Assembly
from tests.bench.soak_script import TICK_MS
from tests.service.event_schema import Event, problems
from tests.service.stage import LoudnessDetector, Tape

# In these the answer may sound; in every other state only an announcement.
SOUNDING = frozenset({State.SPEAKING, State.DUCKED, State.DEFERRING, State.YIELDING, State.SAID})
# The modelled device's 40 ms, the longest fade's 20 ms, and two ticks.
RING_OUT_MS = 80
AUDIBLE = 100  # of 32768: above what a fade leaves
WINDOW = LoudnessDetector.window_samples
# `min_speech_ms`, to the nearest of the detector's windows.
MIN_SPEECH_MS = 200 - 16
# No state without its deadline, each with two ticks and a window, or with a provider's way to its end:
# `confirm_ms`, and what hearing may be behind; the answer's deadline and that of a second try; the longest
# turn.
BOUNDS: Mapping[str, tuple[Set[State], int]] = {
    "undecided": ({State.DUCKED, State.STILL, State.DEFERRING}, 700 + 500 + 60),
    "unanswered": ({State.THINKING, State.HOLDING, State.HELD, State.CUT_OFF}, 2 * 6000 + 1000),
    "listening": ({State.OPENING, State.LISTENING}, 30_000 + 1000),
}
SILENT_MS = 4000 + 2000  # the stall in mid-answer


class Violation(AssertionError):
    """Something that must hold does not: what, and when in the stream."""


class Watch(Tape):
    """The ear at the loudspeaker, and the eye on the conversation."""

    def __init__(self, near: Pcm) -> None:
        super().__init__()
        self._spoken = _windows_of_speech(near)
        self._tick = -1  # the first look is before the first tick
        self._loud = False
        self._may_sound_tick = 0
        self._since: dict[str, int] = {}
        self._wanted = 0  # the turn that hands or words gave the floor to, however short it is
        self._sent = 0

    @property
    def now_ms(self) -> int:
        """How far the stream has come."""
        return self._tick * TICK_MS

    def write(self, pcm: Pcm) -> None:
        """Nothing is kept: an hour is 170 MB."""
        self._loud = bool(np.abs(pcm.astype(np.int32)).max(initial=0) > AUDIBLE)

    @property
    def pcm(self) -> Pcm:
        """Nothing."""
        return np.empty(0, dtype=np.int16)

    def follow(self, assembly: Assembly) -> None:
        """Look after every event from here on."""
        post = assembly.conductor.post

        def watched(event: Any) -> None:
            taken = isinstance(event, v.FloorDecided) and event.taken
            if taken or isinstance(event, v.Pressed | v.CommitWanted):
                self._wanted = assembly.turns.current.number + (
                    assembly.conductor.state not in (State.OPENING, State.LISTENING)
                )
            post(event)
            self._after_event(assembly)

        assembly.conductor.post = watched  # type: ignore[method-assign]

    def _after_event(self, assembly: Assembly) -> None:
        state = assembly.conductor.state
        for what in [what for what, (states, _) in BOUNDS.items() if state not in states]:
            self._since.pop(what, None)
        self._note_what_may_sound(assembly)
        for (where, happening), count in assembly.conductor.ignored.items():
            if happening not in IGNORED[where]:
                self._fail(f"{happening} in {where} is neither decided nor ignored ({count} times)")
        turn = assembly.turns.current
        if turn.sent > self._sent and self._wanted != turn.number:
            spoken_ms = self._spoken_ms(turn.onset, assembly.near.written)
            if spoken_ms < MIN_SPEECH_MS and turn.streaming:
                self._fail(f"turn {turn.number} leaves the box after {spoken_ms:.0f} ms of speech")
        self._sent = turn.sent

    def _note_what_may_sound(self, assembly: Assembly) -> None:
        speaker, answer = assembly.loudspeaker, assembly.answers.current
        announcing = speaker.busy and not speaker.plays_answer(answer)
        if assembly.conductor.state in SOUNDING or announcing:
            self._may_sound_tick = self._tick

    def _spoken_ms(self, start: int, end: int) -> float:
        """The windows of speech that end between two samples."""
        last = len(self._spoken) - 1
        count = self._spoken[min(end // WINDOW, last)] - self._spoken[min(start // WINDOW, last)]
        return ms_of_samples(int(count) * WINDOW, NEAR_RATE_HZ)

    def after_tick(self, assembly: Assembly) -> None:
        """Look once every 10 ms."""
        self._tick += 1
        state = assembly.conductor.state
        self._note_what_may_sound(assembly)
        if self._loud and (self._tick - self._may_sound_tick) * TICK_MS > RING_OUT_MS:
            self._fail(f"it sounds in {state}")
        for what, (states, most_ms) in BOUNDS.items():
            self._not_longer(what, state in states, most_ms)
        self._not_longer("silent while it speaks", state is State.SPEAKING and not self._loud, SILENT_MS)

    def _not_longer(self, what: str, so: bool, most_ms: int) -> None:
        if not so:
            self._since.pop(what, None)
        elif (self._tick - self._since.setdefault(what, self._tick)) * TICK_MS > most_ms:
            self._fail(f"{what} for {most_ms} ms")

    def _fail(self, what: str) -> None:
        raise Violation(f"at {self.now_ms} ms: {what}")


def _windows_of_speech(near: Pcm) -> npt.NDArray[np.int64]:
    """How many of the first n windows are taken for speech, for every n."""
    detector = LoudnessDetector()
    whole = near[: len(near) // WINDOW * WINDOW].reshape(-1, WINDOW)
    return np.cumsum([0, *(detector.probability(window) for window in whole)], dtype=np.int64)


def wrong_in(assembly: Assembly, events: Sequence[Event], mistakes: Iterable[str]) -> list[str]:
    """What is wrong when everything is over, in sentences."""
    found = [f"provider: {mistake}" for mistake in mistakes]
    found += problems(events)
    if assembly.conductor.state is not State.IDLE or not assembly.conductor.settled:
        found.append(f"it does not come to rest: {assembly.conductor.state}")
    return [*found, *wrong_turns(events)]


def wrong_turns(events: Sequence[Event]) -> list[str]:
    """Every turn is opened once, and answered or taken back once."""
    turns: dict[object, list[str]] = {}
    for event in events:
        if event.get("turn") is not None and event["event"] != "phase":
            turns.setdefault(event["turn"], []).append(str(event["event"]))
    return [
        f"turn {number}: {problem}"
        for number, happened in turns.items()
        for problem in _wrong_turn(Counter(happened))
    ]


def _wrong_turn(counts: Counter[str]) -> Iterator[str]:
    discarded, done = counts["turn_discarded"], counts["answer_done"]
    if counts["turn_opened"] != 1:
        yield f"opened {counts['turn_opened']} times"
    if discarded + done != 1:
        yield f"discarded {discarded} times and answered {done} times"
    if done and not counts["turn_committed"]:
        yield "answered, and never committed"
