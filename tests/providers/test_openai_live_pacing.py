"""Silence keeps the server's time with ours: by counting, without a clock."""

import pytest

from appliance.providers.openai_live.frames import WIRE_RATE_HZ
from appliance.providers.openai_live.pacing import (
    ANSWER_LEAD_SAMPLES,
    MAX_BEHIND_SAMPLES,
    MIN_SILENCE_SAMPLES,
    TICK_S,
    Pace,
    Pacing,
)


class Sender:
    """Sends what is due, at instants of its own."""

    def __init__(self) -> None:
        self.pacing = Pacing(100.0)
        self.now_s = 100.0
        self.sent = 0

    def tick(self, pace: Pace, later_s: float = TICK_S) -> int:
        self.now_s += later_s
        due = self.pacing.due(self.now_s, self.sent, pace)
        self.sent += due
        return due

    @property
    def lead(self) -> int:
        return self.sent - round((self.now_s - 100.0) * WIRE_RATE_HZ)


def test_an_hour_of_uneven_ticks_does_not_drift() -> None:
    sender = Sender()
    dues = [sender.tick(Pace.RESTING, later_s=0.03 + 0.02 * (n % 3)) for n in range(72_000)]
    assert abs(sender.lead) <= MIN_SILENCE_SAMPLES
    assert min(due for due in dues if due) >= MIN_SILENCE_SAMPLES


def test_nothing_is_sent_between_the_words_of_a_person() -> None:
    sender = Sender()
    for _ in range(100):
        assert sender.tick(Pace.LISTENING) == 0
        sender.sent += round(TICK_S * WIRE_RATE_HZ)


def test_a_burst_stays_ahead_while_an_answer_is_awaited_and_is_paid_back_at_rest() -> None:
    sender = Sender()
    sender.tick(Pace.RESTING)
    sender.sent += WIRE_RATE_HZ  # a second at once
    lead = sender.lead
    sender.tick(Pace.LISTENING)
    sender.tick(Pace.AWAITING)
    for _ in range(50):
        sender.tick(Pace.AWAITING)
    assert abs(sender.lead - lead) <= 3 * TICK_S * WIRE_RATE_HZ
    assert sum(sender.tick(Pace.RESTING) for _ in range(20)) == 0
    for _ in range(10):
        sender.tick(Pace.RESTING)
    assert abs(sender.lead) <= MIN_SILENCE_SAMPLES


def test_an_answer_runs_ahead_of_the_loudspeaker() -> None:
    sender = Sender()
    sender.tick(Pace.AWAITING)
    assert sender.tick(Pace.ANSWERING) >= ANSWER_LEAD_SAMPLES
    for _ in range(100):
        sender.tick(Pace.ANSWERING)
    assert abs(sender.lead - ANSWER_LEAD_SAMPLES) <= 2 * MIN_SILENCE_SAMPLES


@pytest.mark.parametrize("pace", list(Pace))
def test_what_a_machine_slept_through_is_not_made_up_for(pace: Pace) -> None:
    sender = Sender()
    sender.tick(pace)
    assert sender.tick(pace, later_s=3600.0) <= MAX_BEHIND_SAMPLES
    assert sender.tick(pace) <= 2 * TICK_S * WIRE_RATE_HZ


def test_a_turn_that_was_left_does_not_make_time_stand_still() -> None:
    sender = Sender()
    sent = sum(sender.tick(Pace.LISTENING) for _ in range(100))
    assert sent >= 3 * WIRE_RATE_HZ
