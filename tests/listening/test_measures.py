"""The numbers of the table, and that nobody passes who hears nothing or takes everything for speech."""

from typing import Any

import pytest

from tests.listening.cases import Case, Label, Scene
from tests.listening.measures import Judged, Measure, level_order, measures
from tests.listening.scoring import Heard, Turn

SENTENCE = Label("sentence", 1500, 3500)
OVER = Label("interruption", 5000, 6500)


def case(scene: Scene, condition: str, *labels: Label, level: str = "0 dB", ms: float = 10_000) -> Case:
    return Case("c", condition, level, "development", scene, "v", True, ms, labels)


def found(judged: list[Judged]) -> dict[tuple[str, str, str], Measure]:
    return {(m.condition, m.level, m.name): m for m in measures(judged)}


A_TURN = Heard((Turn(1700, 1200, (3750,)),), words="go", clean_words="go")
CUT = Heard((Turn(1700, 1200, (2200, 4300)),))
STOPPED = Heard(stops_ms=(5400,), silent_ms=((5200, 9000),), played_ms=4000)


def test_shares_percentiles_and_rates() -> None:
    judged = [(case("turn", "pause", SENTENCE, level="put in"), A_TURN)] * 3
    judged += [(case("turn", "pause", SENTENCE, level="put in"), CUT)]
    table = found(judged)
    cut = table["pause", "put in", "cut off"]
    assert (cut.value, cut.count, cut.limit, cut.met) == (25.0, 4, 2.0, False)
    assert table["pause", "put in", "end of turn after, p50"].value == 250
    assert table["pause", "put in", "words wrong"].value == 0
    assert table["pause", "put in", "onset lost, greatest"].met is True


def test_what_was_cut_off_has_to_be_ended_all_the_same() -> None:
    table = found(
        [(case("turn", "sentence", SENTENCE), CUT)] * 2 + [(case("turn", "sentence", SENTENCE), A_TURN)]
    )
    assert table["sentence", "0 dB", "end of turn after, p50"].value == 800


def test_each_level_has_its_row_and_all_of_them_one() -> None:
    judged: list[Judged] = [
        (case("answer", "interruption", OVER, level=level), STOPPED) for level in ("no echo", "0 dB")
    ]
    table = found(judged)
    assert table["interruption", "0 dB", "silent after, p95"].value == 200
    assert table["interruption", "0 dB", "decided after, p50"].value == 400
    assert table["interruption", "all", "missed"].count == 2


def test_levels_are_in_the_order_of_their_numbers() -> None:
    mixed = ["all", "+6 dB", "-20 dB", "clipped", "0 dB", "no echo", "-6 dB"]
    assert sorted(mixed, key=level_order) == ["no echo", "-20 dB", "-6 dB", "0 dB", "+6 dB", "all", "clipped"]
    assert sorted(["RT 0.35 s", "near", "RT 0.2 s"], key=level_order) == ["near", "RT 0.2 s", "RT 0.35 s"]


def test_an_hour_has_so_many() -> None:
    noise = case("noise", "hours of white", ms=1_800_000)
    table = found([(noise, Heard((Turn(100, 0, (900,)), Turn(5000, 4700, (6000,)))))])
    false = table["hours of white", "0 dB", "false turns"]
    assert (false.value, false.count, false.met) == (4.0, 2, False)
    assert false.interval[0] < 4 < false.interval[1]


def test_the_own_voice_is_counted_by_the_hour_it_was_heard() -> None:
    own = case("answer", "own voice", ms=60_000)
    table = found([(own, Heard(played_ms=58_000)), (own, Heard(stops_ms=(9000,), played_ms=8000))])
    assert table["own voice", "0 dB", "false interruptions"].value == pytest.approx(3600 / 66)


SCENES = [
    (case("turn", "sentence", SENTENCE), "not heard"),
    (case("turn", "pause", SENTENCE), "not heard"),
    (case("answer", "interruption", OVER), "missed"),
]


@pytest.mark.parametrize(("one", "name"), SCENES)
def test_who_hears_nothing_fails(one: Case, name: str) -> None:
    table = found([(one, Heard(played_ms=9000))] * 20)
    measure = table[one.condition, "0 dB", name]
    assert measure.value == 100
    assert measure.met is False


def everything(one: Case) -> Heard:
    """A turn every second, and a stop with each."""
    at = [second * 1000.0 for second in range(1, int(one.duration_ms // 1000))]
    turns = tuple(Turn(start, start, (start + 800,)) for start in at)
    return Heard(turns, stops_ms=tuple(at), silent_ms=tuple((a, a + 900) for a in at), played_ms=1000)


@pytest.mark.parametrize(
    ("one", "name"),
    [
        (case("turn", "pause", SENTENCE), "cut off"),
        (case("noise", "hours of music"), "false turns"),
        (case("answer", "own voice"), "false interruptions"),
        (case("answer", "interruption", OVER), "missed"),
        (case("answer", "interruption", OVER), "false interruptions"),
    ],
)
def test_who_takes_everything_for_speech_fails(one: Case, name: str) -> None:
    assert found([(one, everything(one))] * 20)[one.condition, "0 dB", name].met is False


@pytest.mark.parametrize("condition", ["backchannel", "transient"])
def test_who_stops_at_every_sound_fails(condition: str) -> None:
    one = case("answer", condition, Label(condition, 5000, 5400))
    stop: dict[str, Any] = {"stops_ms": (5300.0,), "played_ms": 4000.0}
    assert found([(one, Heard(**stop))] * 20)[condition, "0 dB", "stopped the answer for good"].met is False
    assert found([(one, Heard(played_ms=4000))] * 20)[condition, "0 dB", "stopped the answer for good"].met
