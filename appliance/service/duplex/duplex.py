"""Keeps to the rung of the ladder, and tells honestly which it is."""

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from appliance.hearing.echo.echo_measure import EchoMeasure
from appliance.service.duplex.echo_ladder import FALSE_LATELY_S, EchoLadder, Evidence, Rung
from appliance.service.memory.store import Row

SENTENCES: Final[Mapping[Rung, str]] = {
    Rung.FULL_DUPLEX: "You can interrupt me by speaking again.",
    Rung.LOUD_VOICE: "I hear my own echo. To interrupt me, speak up, or press the button.",
    Rung.BUTTON_ONLY: "I cannot listen while I speak. To interrupt me, press the button.",
}

# What changes sooner than this is told in the end, once.
SAY_EVERY_S: Final = 300.0

_MAX_FALSE: Final = 32


@dataclass(frozen=True, slots=True)
class DuplexDoors:
    """What it asks and whom it tells. `resting()`: nobody speaks, and nothing sounds; `quiet()`: nothing is
    to be said of its own accord."""

    measure: Callable[[], EchoMeasure | None]
    voice_dbfs: Callable[[], float | None]
    resting: Callable[[], bool]
    quiet: Callable[[], bool]
    say: Callable[[str], None]
    write: Callable[..., None]
    save: Callable[[Mapping[str, Sequence[Row]]], None]


class Duplex:
    """The ladder at work. A rung is spoken once, also where the appliance is started again on it."""

    def __init__(self, doors: DuplexDoors, *, climbs: bool, look_every_s: float) -> None:
        """Not `climbs`: it stays on full duplex whatever is measured."""
        self._doors = doors
        self._climbs = climbs
        self._every_s = look_every_s
        self._ladder = EchoLadder()
        self._spoken = Rung.FULL_DUPLEX
        self._now_s = 0.0
        self._said_s = -math.inf
        self._sounded_s = 0.0
        self._false_s: deque[float] = deque(maxlen=_MAX_FALSE)

    @property
    def rung(self) -> Rung:
        """Where it stands."""
        return self._ladder.rung

    @property
    def button_only(self) -> bool:
        """What is said while the loudspeaker sounds is not heard."""
        return self.rung is Rung.BUTTON_ONLY

    def restore(self, kept: Mapping[str, Sequence[Row]]) -> None:
        """Stand where an earlier run has left it; what it said of that is known."""
        match kept.get("duplex"):
            case [{"rung": str(word)}] if self._climbs:
                rung = next((rung for rung in Rung if rung.word == word), Rung.FULL_DUPLEX)
                self._ladder, self._spoken = EchoLadder(rung), rung

    def take(self, event: Mapping[str, object]) -> None:
        """A line of the event log."""
        match event:
            case {"event": "interruption", "decision": "rejected"}:
                self._false_s.append(self._sounded_s)

    def look(self) -> None:
        """To be called every `look_every_s`."""
        self._now_s += self._every_s
        measure = self._doors.measure()
        if not self._climbs or measure is None:
            return
        sounded_s = self._every_s if measure.far_sounds else 0.0
        self._sounded_s += sounded_s
        while self._false_s and self._sounded_s - self._false_s[0] > FALSE_LATELY_S:
            self._false_s.popleft()
        evidence = Evidence(
            measure.verdict, measure.needed_dbfs, self._doors.voice_dbfs(), len(self._false_s)
        )
        if self._ladder.look(evidence, sounded_s):
            self._false_s.clear()
            self._tell(measure, evidence)
        self._say_when_it_may()

    def _tell(self, measure: EchoMeasure, evidence: Evidence) -> None:
        self._doors.write(
            "duplex",
            state=self.rung.word,
            reason=self._ladder.why,
            needed_dbfs=_rounded(evidence.needed_dbfs),
            voice_dbfs=_rounded(evidence.voice_dbfs),
            erle_db=_rounded(measure.erle_db),
        )

    def _say_when_it_may(self) -> None:
        if self.rung is self._spoken or self._now_s - self._said_s < SAY_EVERY_S:
            return
        if not self._doors.resting() or self._doors.quiet():
            return
        self._said_s, self._spoken = self._now_s, self.rung
        self._doors.save({"duplex": [{"rung": self.rung.word}]})
        self._doors.say(SENTENCES[self.rung])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
