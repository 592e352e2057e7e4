"""Every provider, and the chain, keep every promise; the page about it says what came of that.

All cells that were asked for run at once, in a few seconds, when the first of them is looked at.
"""

import pytest

from tests.conformance.suite.contract import Contract, Verdict
from tests.conformance.suite.impossible import IMPOSSIBLE, UNDECLARED, why_undeclared
from tests.conformance.suite.page import PAGE, page
from tests.conformance.suite.peer import Kind
from tests.conformance.suite.run import CONTRACTS, KINDS, Cell, Outcomes, run

# All cells run in the first test that looks at one: half a minute, more on a machine that does other things.
pytestmark = pytest.mark.timeout(300)

AGAIN = "run `python -m tests.conformance` and look at what it changed"
ALL: list[Cell] = [(kind, contract) for kind in KINDS for contract in CONTRACTS]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Outcomes:
    """Of the cells that are selected; of all where a test looks at all of them."""
    mine = [item for item in request.session.items if item.path == request.path]
    asked = [item for item in mine if isinstance(item, pytest.Function) and "outcomes" in item.fixturenames]
    single = [item.callspec.params for item in asked if hasattr(item, "callspec")]
    if len(single) < len(asked):
        return run(ALL)
    return run([cell for cell in ALL if {"kind": cell[0], "contract": cell[1]} in single])


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name.replace(" ", "-"))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_promise_is_kept(kind: Kind, contract: Contract, outcomes: Outcomes) -> None:
    outcome = outcomes[kind.name, contract.name]
    assert outcome.verdict is not Verdict.BROKEN, f"{kind.title}: {contract.promise}\n{outcome.why}"


def test_the_page_says_what_came_of_it(outcomes: Outcomes) -> None:
    assert page(outcomes) == PAGE.read_text(encoding="utf-8"), AGAIN


def test_whatever_is_not_declared_has_its_reason_and_nothing_else_has_one(outcomes: Outcomes) -> None:
    undeclared = {cell for cell, outcome in outcomes.items() if outcome.verdict is Verdict.NO}
    explained = {(kind, name) for each in UNDECLARED for kind in each.kinds for name in each.contracts}
    assert undeclared == explained


def test_what_is_impossible_is_a_cell_of_the_table_and_stands_there_once() -> None:
    cells = {(kind.name, contract.name) for kind, contract in ALL}
    named = [(kind, name) for each in IMPOSSIBLE for kind in each.kinds for name in each.contracts]
    assert len(named) == len(set(named))
    assert set(named) <= cells
    assert not any(why_undeclared(*cell) for cell in named)


def test_names_are_not_shared() -> None:
    assert len({contract.name for contract in CONTRACTS}) == len(CONTRACTS)
    assert len({kind.name for kind in KINDS}) == len(KINDS)
