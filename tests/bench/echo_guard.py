"""`python -m tests.bench.echo_guard`: its own voice taken for somebody's, and persons missed over it.

Rooms made of numbers before the real hearing; answers that go on and on at the person's level. `--minutes` of
own voice in each room (15 of all eight are two hours), first alone and then with persons who speak over it.
"""

import argparse
from dataclasses import dataclass, field

import numpy as np

from appliance.conversation.vocabulary import SpeechConfirmed, SpeechEvent, SpeechPossible, SpeechSustained
from appliance.hearing.echo.cancelling import echo_canceller
from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_options import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.pcm.ring import SampleRing
from tests.bench.echo_room import Room, Sound, answer, microphone, person, staged

ROOMS = {
    "0 dB": Room(),
    "-12 dB": Room(echo_db=-12),
    "+6 dB": Room(echo_db=6),
    "250 ms late": Room(delay_ms=250, rings_s=0.6),
    "rings 0.7 s": Room(rings_s=0.7),
    "200 ppm": Room(drift_ppm=200, seed=3),
    "saturates": Room(drive=1.0),
    "saturates more": Room(drive=2.0),
}
# A person's sentence counts where the answer stood still this long before its onset, or until after its end.
SLACK_SAMPLES = NEAR_RATE_HZ // 5
MINUTES = 15.0
HEAD = (
    "room            own voice   ducked  stood still  interrupted |"
    " persons  stood still  p50 p95 ms  interrupted"
)


@dataclass
class Heard:
    """Every speech event of one run, whose sound began after `lead` samples."""

    lead: int
    events: list[SpeechEvent] = field(default_factory=list)

    def count(self, kind: type[SpeechEvent]) -> int:
        return sum(isinstance(event, kind) for event in self.events)

    def first_ms(self, kind: type[SpeechEvent], start: int, end: int) -> float | None:
        """How long after `start` the first of them came that lies between both."""
        start, end = start + self.lead, end + self.lead
        for event in self.events:
            if isinstance(event, kind) and start - SLACK_SAMPLES < event.at < end + SLACK_SAMPLES:
                return ms_of_samples(event.at - start, NEAR_RATE_HZ)
        return None


def hear(room: Room, far: Sound, said: Sound | None = None) -> Heard:
    """What hearing tells of `far` in the `room`, and of what is `said` over it."""
    near = microphone(room, far, said)
    stage, lead, blocks = staged(room, near, far, echo_canceller())
    heard = Heard(lead)
    ring = SampleRing.allocate(NEAR_RATE_HZ)
    history = SampleRing.allocate(4 * NEAR_RATE_HZ)
    hearing = Hearing(
        TurnOptions(), SileroDetector(), ring, NEAR_RATE_HZ, history, heard.events.append, stage
    )
    for block in blocks:
        ring.write(block)
        hearing.pump()
    return heard


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of own voice in each room")
    parser.add_argument("--room", choices=ROOMS, action="append", help="this one only; again for more")
    given = parser.parse_args()
    print(HEAD)
    for name in given.room or ROOMS:
        print(row(name, ROOMS[name], given.minutes * 60), flush=True)


def row(name: str, room: Room, seconds: float) -> str:
    """One room, in a line."""
    far = answer(seconds)
    own = hear(room, far)
    said, spans = person(seconds, first_s=8, every_s=10)
    over = hear(room, far, said)
    stood = [ms for a, b in spans if (ms := over.first_ms(SpeechSustained, a, b)) is not None]
    confirmed = sum(over.first_ms(SpeechConfirmed, a, b) is not None for a, b in spans)
    p50, p95 = np.percentile(stood or [np.nan], [50, 95])
    counts = [own.count(kind) for kind in (SpeechPossible, SpeechSustained, SpeechConfirmed)]
    return (
        f"{name:15} {seconds:7.0f} s {counts[0]:8} {counts[1]:12} {counts[2]:12} |"
        f" {len(spans):7} {len(stood):12} {p50:5.0f} {p95:6.0f} {confirmed:14}"
    )


if __name__ == "__main__":
    main()
