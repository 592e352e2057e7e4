"""What interrupts an answer, as it is chosen from the echo, kept to and told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from appliance.hearing.echo.echo_measure import EchoMeasure, EchoVerdict
from appliance.service.duplex.duplex import SAY_EVERY_S, SENTENCES, Duplex, DuplexDoors
from appliance.service.duplex.echo_ladder import EchoLadder, Evidence, Rung, wanted
from appliance.service.memory.store import Row

GOOD = Evidence(EchoVerdict.CANCELLED, -45.0, -26.0, 0)
LOUD = replace(GOOD, needed_dbfs=-15.0)
TOO_LOUD = replace(GOOD, needed_dbfs=-5.0)


@pytest.mark.parametrize(
    ("evidence", "rung", "why"),
    [
        (GOOD, Rung.FULL_DUPLEX, ""),
        (replace(GOOD, needed_dbfs=None), Rung.FULL_DUPLEX, ""),
        (LOUD, Rung.LOUD_VOICE, "echo_loud"),
        (replace(LOUD, voice_dbfs=None), Rung.LOUD_VOICE, "echo_loud"),
        (replace(LOUD, voice_dbfs=-12.0), Rung.FULL_DUPLEX, ""),
        (replace(LOUD, verdict=EchoVerdict.INAUDIBLE), Rung.FULL_DUPLEX, ""),
        (TOO_LOUD, Rung.BUTTON_ONLY, "echo_too_loud"),
        (replace(GOOD, verdict=EchoVerdict.HARMFUL), Rung.BUTTON_ONLY, "not_cancelled"),
        (replace(GOOD, verdict=EchoVerdict.NO_REFERENCE), Rung.BUTTON_ONLY, "not_cancelled"),
        (replace(GOOD, false_lately=3), Rung.FULL_DUPLEX, ""),
        (replace(GOOD, false_lately=4), Rung.LOUD_VOICE, "false_interruptions"),
        (replace(GOOD, false_lately=8), Rung.BUTTON_ONLY, "false_interruptions"),
    ],
)
def test_the_evidence_says_how_high_it_may_stand(evidence: Evidence, rung: Rung, why: str) -> None:
    assert wanted(evidence) == (rung, why)


def after(ladder: EchoLadder, evidence: Evidence, seconds: float) -> Rung:
    for _ in range(round(seconds * 10)):
        ladder.look(evidence, 0.1)
    return ladder.rung


def test_it_goes_down_soon_and_up_late_and_one_rung_at_a_time() -> None:
    ladder = EchoLadder()
    assert after(ladder, TOO_LOUD, 1.8) is Rung.FULL_DUPLEX
    assert after(ladder, TOO_LOUD, 0.4) is Rung.BUTTON_ONLY
    assert after(ladder, GOOD, 29) is Rung.BUTTON_ONLY
    assert after(ladder, GOOD, 2) is Rung.LOUD_VOICE
    assert after(ladder, GOOD, 31) is Rung.FULL_DUPLEX


def test_what_changes_to_and_fro_leaves_it_where_it_is() -> None:
    ladder = EchoLadder()
    for _ in range(60):
        after(ladder, LOUD, 1)
        after(ladder, GOOD, 1)
    assert ladder.rung is Rung.FULL_DUPLEX


def test_silence_and_learning_anew_tell_nothing() -> None:
    ladder = EchoLadder(Rung.BUTTON_ONLY)
    for _ in range(10_000):
        ladder.look(GOOD, 0.0)
    assert after(ladder, replace(GOOD, verdict=EchoVerdict.LEARNING), 100) is Rung.BUTTON_ONLY


class House:
    """Around a duplex: what it sees, and what it told."""

    def __init__(self, *, climbs: bool = True) -> None:
        self.measure = EchoMeasure(EchoVerdict.CANCELLED, True, 0.0, 30.0, -50.0, -60.0, needed_dbfs=-45.0)
        self.resting = True
        self.quiet = False
        self.said: list[str] = []
        self.told: list[dict[str, Any]] = []
        self.saved: Mapping[str, Sequence[Row]] = {}
        doors = DuplexDoors(
            lambda: self.measure,
            lambda: -26.0,
            lambda: self.resting,
            lambda: self.quiet,
            self.said.append,
            lambda event, **fields: self.told.append({"event": event, **fields}),
            self._save,
        )
        self.duplex = Duplex(doors, climbs=climbs, look_every_s=0.1)

    def _save(self, tables: Mapping[str, Sequence[Row]]) -> None:
        self.saved = tables

    def after(self, seconds: float, **measured: Any) -> Rung:
        self.measure = replace(self.measure, **measured)
        for _ in range(round(seconds * 10)):
            self.duplex.look()
        return self.duplex.rung


def test_a_rung_is_told_in_the_log_and_once_aloud() -> None:
    house = House()
    assert house.after(5, needed_dbfs=-5.0) is Rung.BUTTON_ONLY
    assert house.duplex.button_only
    assert house.told == [
        {
            "event": "duplex",
            "state": "button_only",
            "reason": "echo_too_loud",
            "needed_dbfs": -5.0,
            "voice_dbfs": -26.0,
            "erle_db": 30.0,
        }
    ]
    house.after(1000)
    assert house.said == [SENTENCES[Rung.BUTTON_ONLY]]
    assert "press the button" in house.said[0]


def test_nothing_is_said_over_an_answer_or_at_night() -> None:
    house = House()
    house.resting = False
    house.after(5, needed_dbfs=-5.0)
    house.resting, house.quiet = True, True
    house.after(5)
    assert house.said == []
    house.quiet = False
    house.after(1)
    assert house.said == [SENTENCES[Rung.BUTTON_ONLY]]


def test_what_changes_soon_again_is_said_in_the_end_only() -> None:
    house = House()
    house.after(5, needed_dbfs=-15.0)
    house.after(5, needed_dbfs=-5.0)
    assert house.said == [SENTENCES[Rung.LOUD_VOICE]]
    house.after(SAY_EVERY_S)
    assert house.said == [SENTENCES[Rung.LOUD_VOICE], SENTENCES[Rung.BUTTON_ONLY]]


def test_after_a_restart_it_stands_where_it_stood_and_says_nothing() -> None:
    before, house = House(), House()
    before.after(5, needed_dbfs=-5.0)
    house.duplex.restore(before.saved)
    assert house.duplex.button_only
    house.after(10, needed_dbfs=-5.0)
    assert (house.said, house.told) == ([], [])


def test_interruptions_that_come_to_nothing_take_it_down() -> None:
    house = House()
    for _ in range(4):
        house.duplex.take({"event": "interruption", "decision": "rejected"})
    assert house.after(3) is Rung.LOUD_VOICE


def test_coughs_far_apart_do_not() -> None:
    house = House()
    for _ in range(10):
        house.duplex.take({"event": "interruption", "decision": "rejected"})
        assert house.after(30) is Rung.FULL_DUPLEX


def test_who_wants_it_on_has_it_on() -> None:
    house = House(climbs=False)
    house.duplex.restore({"duplex": [{"rung": "button_only"}]})
    assert house.after(100, needed_dbfs=0.0, verdict=EchoVerdict.HARMFUL) is Rung.FULL_DUPLEX
    assert (house.said, house.told) == ([], [])
