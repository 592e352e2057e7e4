"""How much silence the server must be sent, so that its time goes on with ours. Pure: instants are arguments.

The server's time advances only with the sound that it is sent. What a turn sends in a burst (what was
said before it was certain that somebody speaks, or before there was a session) puts it ahead of ours. That
lead is kept while an answer is awaited, or else the answer would come later by as much, and paid back in
silence that is not sent once nobody waits.
"""

from enum import Enum

from appliance.providers.openai_live.frames import WIRE_RATE_HZ

# A frame of silence: not shorter than 20 ms, in ticks of 40.
TICK_S = 0.04
MIN_SILENCE_SAMPLES = WIRE_RATE_HZ // 50
# The answer comes as fast as silence goes out: with so much ahead of time, a late tick or a crowded
# Wi-Fi does not starve the loudspeaker.
ANSWER_LEAD_SAMPLES = WIRE_RATE_HZ // 5
# A microphone that pauses in mid-turn for longer than this does not go on: the turn was left.
TURN_GAP_SAMPLES = WIRE_RATE_HZ // 2
# Further behind, the machine stood still: nothing is gained by making up for it.
MAX_BEHIND_SAMPLES = WIRE_RATE_HZ


class Pace(Enum):
    """What the session is doing, as far as time is concerned."""

    RESTING = "nobody waits for anything"
    LISTENING = "the person's own sound moves the time"
    AWAITING = "the answer is awaited"
    ANSWERING = "the answer comes"


class Pacing:
    """Compares what was sent with the time since `start_s`; it counts samples, so it does not drift."""

    def __init__(self, start_s: float) -> None:
        self._start_s = start_s
        self._skipped_samples = 0
        self._pace = Pace.RESTING
        self._lead_samples = 0  # that is kept for now

    def due(self, now_s: float, sent_samples: int, pace: Pace) -> int:
        """The samples of silence to send now: 0, or at least `MIN_SILENCE_SAMPLES`."""
        passed = int((now_s - self._start_s) * WIRE_RATE_HZ) - self._skipped_samples
        lead = sent_samples - passed
        if pace is not self._pace:
            self._pace = pace
            self._lead_samples = self._lead_for(pace, lead)
        missing = self._lead_samples - lead
        if missing > MAX_BEHIND_SAMPLES:
            self._skipped_samples += missing - MAX_BEHIND_SAMPLES
            missing = MAX_BEHIND_SAMPLES
        return missing if missing >= MIN_SILENCE_SAMPLES else 0

    def _lead_for(self, pace: Pace, lead: int) -> int:
        match pace:
            case Pace.RESTING:
                return 0
            case Pace.LISTENING:
                return -TURN_GAP_SAMPLES
            case Pace.AWAITING:
                return max(0, lead)
            case Pace.ANSWERING:
                return max(0, lead) + ANSWER_LEAD_SAMPLES
