"""The suite finds what is broken: every session with a mistake breaks the promises that speak of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.conformance.suite import realtime_peers
from tests.conformance.suite.contract import Verdict
from tests.conformance.suite.mutants import MUTANTS, Mistaken, Mutant
from tests.conformance.suite.peer import Kind, Peer
from tests.conformance.suite.plan import Plan
from tests.conformance.suite.run import CONTRACTS, run

# All cells run in the first test that looks at one: half a minute, more on a machine that does other things.
pytestmark = pytest.mark.timeout(300)

OPENAI = realtime_peers.KINDS[0]


def kind_with(mutant: Mutant) -> Kind:
    """OpenAI's column, with this mistake."""

    @asynccontextmanager
    async def open_peer(plan: Plan, shared: Any) -> AsyncIterator[Peer]:
        async with OPENAI.open(plan, shared) as peer:
            yield replace(peer, session=Mistaken(peer.session, mutant))

    return replace(OPENAI, name=mutant.name, open=open_peer)


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    """By mutant, the contracts that are broken; all run at once, for most wait for what never comes."""
    cells = [
        (kind_with(m), contract) for m in MUTANTS for contract in CONTRACTS if contract.name in m.found_by
    ]
    outcomes = run(cells)
    broken = {cell for cell, outcome in outcomes.items() if outcome.verdict is Verdict.BROKEN}
    return {mutant.name: {name for kind, name in broken if kind == mutant.name} for mutant in MUTANTS}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_mistake_is_found(mutant: Mutant, found: dict[str, set[str]]) -> None:
    assert found[mutant.name] == set(mutant.found_by)
