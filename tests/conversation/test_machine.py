"""The table is total, and every row of it is there because a scenario needs it."""

from collections.abc import Mapping
from itertools import product

import pytest

from appliance.conversation.attention import conversing, unheeded
from appliance.conversation.ignored import IGNORED
from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import Phase, Row, State, Table, step
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V
from appliance.conversation.strategies import DEFERRED, IMMEDIATE, without_resume
from appliance.conversation.table import DECIDED
from tests.conversation import triggers
from tests.conversation.cases import LATER_WAYS, WAYS, scenarios
from tests.conversation.interruptions import INTERRUPTIONS
from tests.conversation.scenario import Scenario
from tests.conversation.scenarios import SCENARIOS

AT_ONCE = (*SCENARIOS, *INTERRUPTIONS, *scenarios(WAYS))
LATER = tuple(scenarios(LATER_WAYS))
UNHEEDED, CONVERSING = unheeded(IMMEDIATE).table, conversing(IMMEDIATE).table
ALL = [
    *((IMMEDIATE.table, s) for s in AT_ONCE),
    *((DEFERRED.table, s) for s in LATER),
    *((UNHEEDED, s) for s in (*triggers.CALLED, *triggers.UNHEEDED)),
    *((CONVERSING, s) for s in (*triggers.CALLED, *triggers.CONVERSING)),
    *((conversing(DEFERRED).table, s) for s in triggers.LATER),
]


def play(table: Table, scenario: Scenario) -> tuple[State, list[V]]:
    """Where a scenario ends and everything it did on the way."""
    state: State = State.IDLE
    done: list[V] = []
    for happening in scenario.happenings:
        row = step(table, state, happening)
        if row is not None:
            state = row.next
            done.extend(row.verbs)
    return state, done


def steps(table: Table, scenario: Scenario) -> set[tuple[S, H]]:
    """The rows that a scenario takes."""
    state: State = State.IDLE
    taken = set()
    for happening in scenario.happenings:
        row = step(table, state, happening)
        if row is not None:
            taken.add((state, happening))
            state = row.next
    return taken


def as_expected(table: Table, scenario: Scenario) -> bool:
    return play(table, scenario) == (scenario.ends_in, list(scenario.verbs))


@pytest.mark.parametrize(("state", "happening"), list(product(S, H)))
def test_every_pair_is_decided_or_ignored_but_not_both(state: S, happening: H) -> None:
    assert ((state, happening) in DECIDED) != (happening in IGNORED[state])


@pytest.mark.parametrize(("table", "scenario"), ALL, ids=lambda s: getattr(s, "name", ""))
def test_a_scenario_ends_where_a_person_expects_it(table: Table, scenario: Scenario) -> None:
    assert play(table, scenario) == (scenario.ends_in, list(scenario.verbs))


@pytest.mark.parametrize("pair", list(DECIDED), ids=lambda p: f"{p[0]}-{p[1]}")
def test_no_row_can_be_deleted_unnoticed(pair: tuple[S, H]) -> None:
    def without(table: Table) -> Mapping[tuple[S, H], Row]:
        return {key: row for key, row in table.items() if key != pair}

    assert not all(as_expected(without(table), scenario) for table, scenario in ALL)


def test_every_decided_row_is_taken_by_a_scenario() -> None:
    assert set().union(*(steps(table, scenario) for table, scenario in ALL)) == set(DECIDED)


def test_a_strategy_decides_nothing_that_the_table_ignores() -> None:
    for strategy in (DEFERRED, unheeded(DEFERRED), conversing(without_resume(DEFERRED))):
        assert strategy.rows.keys() <= DECIDED.keys()


def test_every_phase_is_shown_by_some_state() -> None:
    assert {state.phase for state in State} == set(Phase)


def test_nothing_leaves_the_box_before_speech_is_real_or_has_the_floor() -> None:
    real = {H.SPEECH_REAL, H.SPEECH_CONFIRMED, H.TURN_ENDED, H.FLOOR_TAKEN}
    for (state, happening), row in DECIDED.items():
        if V.STREAM_TURN in row.verbs:
            assert happening in real or state in (S.YIELDING, S.SAID), (state, happening)


def test_mute_beats_everything() -> None:
    for state in S:
        verbs = DECIDED[state, H.MUTED].verbs
        assert V.FORGET_ALL_SPEECH in verbs
        assert V.STREAM_TURN not in verbs
        assert V.COMMIT_TURN not in verbs
        assert DECIDED[state, H.MUTED].next not in (S.OPENING, S.LISTENING)


def test_the_button_acts_at_once_in_every_state() -> None:
    silent_at_once = {V.CANCEL_ANSWER, V.HOLD_TURN, V.OPEN_PRESSED_TURN}
    for state in S:
        assert silent_at_once.intersection(DECIDED[state, H.PRESSED].verbs), state


def test_stop_leads_to_rest_from_everywhere() -> None:
    assert {DECIDED[state, H.STOP_WANTED].next for state in S} == {S.IDLE}


@pytest.mark.parametrize("pair", list(DECIDED), ids=lambda p: f"{p[0]}-{p[1]}")
def test_an_answer_that_sounds_is_finished_or_cancelled_exactly_once(pair: tuple[S, H]) -> None:
    sounds = {S.SPEAKING, S.DUCKED, S.STILL, S.DEFERRING, S.YIELDING, S.SAID}
    row = DECIDED[pair]
    ends = [verb for verb in row.verbs if verb in (V.FINISH_ANSWER, V.CANCEL_ANSWER)]
    if pair[0] in sounds:
        assert len(ends) == (row.next not in sounds)


@pytest.mark.parametrize("pair", list(DECIDED), ids=lambda p: f"{p[0]}-{p[1]}")
@pytest.mark.parametrize(
    ("waiting", "starts", "clears"),
    [
        ({S.THINKING, S.HOLDING}, V.AWAIT_ANSWER, V.CLEAR_ANSWER_DEADLINE),
        (
            {S.HOLDING, S.HELD, S.CUT_OFF, S.DUCKED, S.STILL, S.DEFERRING},
            V.AWAIT_DECISION,
            V.CLEAR_CONFIRM_DEADLINE,
        ),
    ],
    ids=["answer", "decision"],
)
def test_who_waits_has_a_deadline_and_who_does_not_has_none(
    pair: tuple[S, H], waiting: set[S], starts: V, clears: V
) -> None:
    row = DECIDED[pair]
    if pair[0] not in waiting and row.next in waiting:
        assert starts in row.verbs
    if pair[0] in waiting and row.next not in waiting:
        assert clears in row.verbs


@pytest.mark.parametrize("pair", list(DECIDED), ids=lambda p: f"{p[0]}-{p[1]}")
def test_nobody_waits_for_the_audio_of_an_answer_that_is_over(pair: tuple[S, H]) -> None:
    sounds = {S.SPEAKING, S.DUCKED, S.STILL, S.DEFERRING, S.YIELDING, S.SAID}
    row = DECIDED[pair]
    if pair[0] in sounds and row.next not in sounds:
        assert V.CLEAR_STALL_DEADLINE in row.verbs
