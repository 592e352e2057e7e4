"""What ought to move and does not is noticed in its time; what rests, or is slow, is not."""

import pytest

from appliance.service.liveness import (
    GIVE_UP_S,
    LIMITS_S,
    LONGEST_LOOK_S,
    Beat,
    Liveness,
    Part,
    Standstill,
    given_up,
)

PARTS = list(Part)


def watch(liveness: Liveness, beat: Beat, from_s: float, to_s: float) -> list[Standstill]:
    """Look twice a second, and then at `to_s`: what stands still then."""
    for n in range(int((to_s - from_s) * 2) + 1):
        liveness.look(from_s + n / 2, [beat])
    return liveness.look(to_s, [beat])


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_moves_is_alive(part: Part) -> None:
    liveness = Liveness()
    assert not any(liveness.look(n / 10, [Beat(part, n)]) for n in range(1000))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_stands_still_is_told_when_its_time_is_over(part: Part) -> None:
    liveness, limit_s = Liveness(), LIMITS_S[part]
    assert watch(liveness, Beat(part, 7), 100.0, 100.0 + limit_s) == []
    (standstill,) = liveness.look(101.0 + limit_s, [Beat(part, 7)])
    assert standstill == Standstill(part, limit_s + 1.0)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_has_nothing_to_do_may_stand_still(part: Part) -> None:
    liveness = Liveness()
    assert not any(liveness.look(float(n), [Beat(part, 7, due=False)]) for n in range(1000))


@pytest.mark.parametrize("part", PARTS)
def test_the_time_of_a_part_begins_when_it_has_something_to_do(part: Part) -> None:
    liveness, limit_s = Liveness(), LIMITS_S[part]
    liveness.look(0.0, [Beat(part, 7, due=False)])
    liveness.look(1000.0, [Beat(part, 7, due=False)])
    assert watch(liveness, Beat(part, 7), 1000.0, 1000.0 + limit_s) == []
    assert liveness.look(1001.0 + limit_s, [Beat(part, 7)]) != []


@pytest.mark.parametrize("part", PARTS)
def test_whatever_moves_again_is_alive_again(part: Part) -> None:
    liveness, late_s = Liveness(), LIMITS_S[part] + 1.0
    assert watch(liveness, Beat(part, 7), 0.0, late_s) != []
    assert liveness.look(late_s + 0.1, [Beat(part, 8)]) == []


@pytest.mark.parametrize("part", PARTS)
def test_while_the_whole_process_stands_still_no_part_has_time_to_move(part: Part) -> None:
    """Stopped and continued (SIGSTOP, a virtual machine that is moved): all is well, and nothing ends."""
    liveness = Liveness()
    liveness.look(0.0, [Beat(part, 7)])
    assert given_up(liveness.look(3600.0, [Beat(part, 7)])) is None
    assert watch(liveness, Beat(part, 7), 3600.0, 3600.0 + LIMITS_S[part] - LONGEST_LOOK_S) == []
    assert watch(liveness, Beat(part, 7), 3600.0 + LIMITS_S[part], 3600.5 + LIMITS_S[part]) != []


def test_of_several_parts_the_one_that_stands_still_is_named() -> None:
    liveness = Liveness()
    for n in range(30):
        standing = liveness.look(
            n / 10, [Beat(Part.CAPTURE, n), Beat(Part.HEARING, 0), Beat(Part.PLAYOUT, n)]
        )
    assert [one.part for one in standing] == [Part.HEARING]


def test_only_what_stands_still_for_long_is_given_up() -> None:
    limit_s = LIMITS_S[Part.HEARING] + GIVE_UP_S
    lasting = Standstill(Part.HEARING, limit_s + 0.1)
    assert given_up([]) is None
    assert given_up([Standstill(Part.HEARING, limit_s)]) is None
    assert given_up([Standstill(Part.CAPTURE, limit_s + 0.1), lasting]) == lasting


@pytest.mark.parametrize("part", PARTS)
def test_whatever_is_stuck_ends_by_itself_before_the_watchdog_bites(part: Part) -> None:
    assert LIMITS_S[part] + GIVE_UP_S < 15.0
