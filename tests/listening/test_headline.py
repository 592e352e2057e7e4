"""Every promise is kept or missed by the cases that it speaks of, and by no others."""

from dataclasses import replace

import pytest

from tests.listening.cases import Label
from tests.listening.conditions import CONDITIONS
from tests.listening.headline import PROMISES, promises
from tests.listening.measures import Judged
from tests.listening.scoring import Heard, Turn
from tests.listening.test_measures import case

WELL = Heard((Turn(1700, 1200, (3750,)),), words="go", clean_words="go")
LATE = Heard((Turn(1700, 1650, (3750,)),), words="go", clean_words="go")
SAID = Label("sentence", 1500, 3500)


def of_each_condition() -> list[Judged]:
    """One case of every condition, as somebody hears it who does everything right."""
    judged: list[Judged] = []
    for condition in CONDITIONS:
        if condition.startswith("hours of"):
            kind = condition.removeprefix("hours of ")
            judged.append((case("noise", condition, level=kind, ms=3_600_000), Heard()))
        elif condition == "own voice":
            judged.append((case("answer", condition), Heard(played_ms=60_000)))
        elif condition in ("backchannel", "transient"):
            judged.append((case("answer", condition, Label(condition, 5000, 5400)), Heard(played_ms=9000)))
        elif condition in ("interruption", "command"):
            heard = Heard((Turn(5300, 4900, (6900,)),), (5300,), ((5200, 9000),), 5000)
            over = Label(condition, 5000, 6000)
            judged += [(case("answer", condition, over, level=level), heard) for level in ("0 dB", "-12 dB")]
        elif condition in ("wake word", "no wake word"):
            labels = (Label("wake", 2000, 2700),) if condition == "wake word" else ()
            judged.append((case("wake", condition, *labels), Heard(wakes_ms=(2600,) if labels else ())))
        else:
            judged.append((case("turn", condition, SAID, level="5 dB"), WELL))
    return judged


def test_who_does_everything_right_keeps_all_of_them() -> None:
    found = {measure.name: measure for measure in promises(of_each_condition())}
    assert set(found) == {promise.words for promise in PROMISES}
    assert {name for name, measure in found.items() if measure.met is False} == set()


@pytest.mark.parametrize("condition", ["sentence", "white", "level", "pause"])
def test_an_onset_lost_in_one_condition_breaks_the_promise(condition: str) -> None:
    judged = [(one, LATE if one.condition == condition else heard) for one, heard in of_each_condition()]
    assert promises(judged)[0].met is False


def test_at_0_db_nothing_is_promised_of_onsets() -> None:
    judged = [*of_each_condition(), (replace(case("turn", "white", SAID), level="0 dB"), LATE)]
    assert promises(judged)[0].met is True
