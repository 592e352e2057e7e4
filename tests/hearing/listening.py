"""Sound in, speech events out, through all of hearing and faster than real time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from appliance.conversation.vocabulary import SpeechEvent
from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.hearing.turns.turn_judge import TurnJudge
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing

CAPTURE_S = 4
HISTORY_S = 60


@dataclass
class Ear:
    """Hearing between a capture ring that a test writes and the events that it reads."""

    detector: SpeechDetector
    rate_hz: int = NEAR_RATE_HZ
    options: TurnOptions = field(default_factory=TurnOptions)
    judged_by: Callable[[SampleRing], TurnJudge] | None = None  # given the history

    def __post_init__(self) -> None:
        self.capture = SampleRing.allocate(CAPTURE_S * self.rate_hz)
        self.history = SampleRing.allocate(HISTORY_S * NEAR_RATE_HZ)
        self.events: list[SpeechEvent] = []
        self.hearing = Hearing(
            self.options,
            self.detector,
            self.capture,
            self.rate_hz,
            self.history,
            self.events.append,
            judge=None if self.judged_by is None else self.judged_by(self.history),
        )

    def hear(self, blocks: Iterable[Pcm]) -> list[SpeechEvent]:
        """All events so far, after these blocks came in one after the other."""
        for block in blocks:
            self.capture.write(block)
            while self.hearing.pump():
                pass
        return self.events


def blocks_of(pcm: Pcm, size: int = 160) -> list[Pcm]:
    """`pcm` as a device delivers it."""
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]
