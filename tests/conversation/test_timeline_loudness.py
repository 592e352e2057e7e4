"""How loud an answer was let out, stretch by stretch."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.timeline.loudness import Loudness, loudness
from appliance.conversation.timeline.story import Interruption, Span

HEARD = Span(1000, 9000)
FULL, DUCKED, STILL = Loudness.FULL, Loudness.DUCKED, Loudness.STILL


def test_an_answer_nobody_spoke_over_is_heard_in_full() -> None:
    assert loudness(HEARD, []) == [(1000, 9000, FULL, "")]


def test_a_false_alarm_ducks_it_stops_it_and_lets_it_go_on() -> None:
    alarm = Interruption(2000, 2600, confirmed=False, cause="", ducked_ms=2050, hushed_ms=2200)
    assert loudness(HEARD, [alarm]) == [
        (1000, 2050, FULL, ""),
        (2050, 2200, DUCKED, ""),
        (2200, 2600, STILL, ""),
        (2600, 9000, FULL, ""),
    ]


def test_one_that_was_decided_before_it_stood_still_was_only_ducked() -> None:
    alarm = Interruption(2000, 2140, confirmed=False, cause="", ducked_ms=2050)
    assert [stretch.name for stretch in loudness(HEARD, [alarm])] == [FULL, DUCKED, FULL]


def test_an_interruption_ends_it_standing_still() -> None:
    cut = Interruption(8000, 9000, confirmed=True, cause="", ducked_ms=8050, hushed_ms=8200)
    assert loudness(HEARD, [cut])[-1] == (8200, 9000, STILL, "")


INSTANTS = st.one_of(st.none(), st.integers(0, 10_000).map(float))
ANY = st.builds(
    Interruption,
    st.integers(0, 10_000).map(float),
    st.integers(0, 10_000).map(float),
    st.booleans(),
    st.just(""),
    INSTANTS,
    INSTANTS,
)


@given(st.lists(ANY, max_size=6))
def test_whatever_happened_the_stretches_are_the_whole_answer(interruptions: list[Interruption]) -> None:
    stretches = loudness(HEARD, interruptions)
    assert (stretches[0].start_ms, stretches[-1].end_ms) == HEARD[:2]
    assert all(before.end_ms == after.start_ms for before, after in pairwise(stretches))
    assert all(stretch.start_ms < stretch.end_ms for stretch in stretches)
