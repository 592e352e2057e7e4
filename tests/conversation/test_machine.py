"""The table is total, and every row of it is there because a scenario needs it."""

from itertools import product

import pytest

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import Phase, State, Table, step
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V
from appliance.conversation.table import DECIDED, IGNORED
from tests.conversation.scenarios import SCENARIOS, Scenario


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


@pytest.mark.parametrize(("state", "happening"), list(product(S, H)))
def test_every_pair_is_decided_or_ignored_but_not_both(state: S, happening: H) -> None:
    assert ((state, happening) in DECIDED) != (happening in IGNORED[state])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_a_scenario_ends_where_a_person_expects_it(scenario: Scenario) -> None:
    assert play(DECIDED, scenario) == (scenario.ends_in, list(scenario.verbs))


@pytest.mark.parametrize("pair", list(DECIDED), ids=lambda p: f"{p[0]}-{p[1]}")
def test_no_row_can_be_deleted_unnoticed(pair: tuple[S, H]) -> None:
    without = {key: row for key, row in DECIDED.items() if key != pair}
    assert any(play(without, s) != (s.ends_in, list(s.verbs)) for s in SCENARIOS)


def test_every_decided_row_is_taken_by_a_scenario() -> None:
    taken = set()
    for scenario in SCENARIOS:
        state = State.IDLE
        for happening in scenario.happenings:
            row = step(DECIDED, state, happening)
            if row is not None:
                taken.add((state, happening))
                state = row.next
    assert taken == set(DECIDED)


def test_every_phase_is_shown_by_some_state() -> None:
    assert {state.phase for state in State} == set(Phase)


def test_nothing_leaves_the_box_before_speech_is_real() -> None:
    for (state, happening), row in DECIDED.items():
        if V.STREAM_TURN in row.verbs:
            assert happening in (H.SPEECH_REAL, H.SPEECH_CONFIRMED, H.TURN_ENDED), (state, happening)


@pytest.mark.parametrize("pair", list(DECIDED), ids=lambda p: f"{p[0]}-{p[1]}")
def test_who_waits_for_the_answer_has_a_deadline_and_who_does_not_has_none(pair: tuple[S, H]) -> None:
    waiting = {S.THINKING, S.HOLDING}
    row = DECIDED[pair]
    if pair[0] not in waiting and row.next in waiting:
        assert V.AWAIT_ANSWER in row.verbs
    if pair[0] in waiting and row.next not in waiting:
        assert V.CLEAR_ANSWER_DEADLINE in row.verbs


@pytest.mark.parametrize("pair", list(DECIDED), ids=lambda p: f"{p[0]}-{p[1]}")
def test_who_waits_for_a_decision_has_a_deadline_and_who_does_not_has_none(pair: tuple[S, H]) -> None:
    waiting = {S.HOLDING, S.HELD, S.DUCKED, S.STILL}
    row = DECIDED[pair]
    if pair[0] not in waiting and row.next in waiting:
        assert V.AWAIT_DECISION in row.verbs
    if pair[0] in waiting and row.next not in waiting and pair[1] is not H.UNDECIDED:
        assert V.CLEAR_CONFIRM_DEADLINE in row.verbs
