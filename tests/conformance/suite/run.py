"""Runs contracts with kinds of providers, each in a loop of its own, several at once."""

import asyncio
import logging
import threading
import traceback
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tests.conformance.suite import (
    cascade_peers,
    chain_peer,
    contracts_cancel,
    contracts_life,
    contracts_loss,
    contracts_tools,
    contracts_turn,
    contracts_words,
    gemini_peer,
    live_peer,
    offline_peer,
    realtime_peers,
)
from tests.conformance.suite.contract import Contract, Keep, Outcome, Verdict
from tests.conformance.suite.impossible import why_impossible
from tests.conformance.suite.peer import Kind
from tests.conformance.suite.plan import KEY
from tests.conformance.suite.scene import Scene

KINDS: tuple[Kind, ...] = (
    *realtime_peers.KINDS,
    *gemini_peer.KINDS,
    *live_peer.KINDS,
    *cascade_peers.KINDS,
    *offline_peer.KINDS,
    *chain_peer.KINDS,
)
CONTRACTS: tuple[Contract, ...] = (
    *contracts_turn.CONTRACTS,
    *contracts_words.CONTRACTS,
    *contracts_cancel.CONTRACTS,
    *contracts_tools.CONTRACTS,
    *contracts_life.CONTRACTS,
    *contracts_loss.CONTRACTS,
)

Cell = tuple[Kind, Contract]
Outcomes = Mapping[tuple[str, str], Outcome]

# Most runs wait: for sound that comes as fast as it is played, for deadlines of five seconds.
RUNS_AT_ONCE = 8
# A run that takes longer hangs; the longest waits for a deadline of five seconds, on a machine that is busy.
RUN_TIMEOUT_S = 25.0


def run(cells: Collection[Cell]) -> Outcomes:
    """What comes of these; never raises for a contract that is broken."""
    alone = [[cell] for cell in cells if not cell[0].one_by_one]
    kinds = {kind.name: kind for kind, _ in cells if kind.one_by_one}
    rows = [[cell for cell in cells if cell[0].name == name] for name in kinds]
    with ThreadPoolExecutor(RUNS_AT_ONCE, "conformance") as pool:
        outcomes = pool.map(lambda cells: asyncio.run(_run_all(cells)), [*rows, *alone])
        return {key: outcome for several in outcomes for key, outcome in several.items()}


async def _run_all(cells: Collection[Cell]) -> Outcomes:
    (kind, _), *_ = cells
    async with kind.shared() as shared:
        return {(kind.name, contract.name): await _run(kind, contract, shared) for kind, contract in cells}


async def _run(kind: Kind, contract: Contract, shared: Any) -> Outcome:
    if why_impossible(kind.name, contract.name) is not None:
        return Outcome(Verdict.IMPOSSIBLE)
    try:
        with _logged() as lines:
            async with asyncio.timeout(RUN_TIMEOUT_S):
                verdict = await _judge(kind, contract, shared, lines)
    except Exception:  # noqa: BLE001  whatever a contract is broken by is told with the others
        return Outcome(Verdict.BROKEN, traceback.format_exc())
    return Outcome(verdict)


async def _judge(kind: Kind, contract: Contract, shared: Any, lines: list[str]) -> Verdict:
    async with kind.open(contract.plan, shared) as peer:
        scene = Scene(peer, contract.plan)
        declared = contract.flag is None or contract.flag(peer.session.capabilities)
        keep: Keep | None = contract.keep if declared else contract.without
        if keep is None:
            return Verdict.NO
        try:
            await keep(scene)
        finally:
            await scene.close()
        assert not peer.told().violations, peer.told().violations
        assert KEY not in str(scene.events), "an event has the key"
        assert KEY not in "".join(lines), "a log line has the key"
    return Verdict.YES if declared else Verdict.NO


class _Lines(logging.Handler):
    """What one thread logs."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._thread = threading.get_ident()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._lines.append(record.getMessage())


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Everything that our side logs in this thread, however quiet it is told to be."""
    lines: list[str] = []
    handler = _Lines(lines)
    ours = [logging.getLogger(name) for name in ("appliance", "httpx", "httpcore", "websockets.client")]
    for logger in ours:
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)
    try:
        yield lines
    finally:
        for logger in ours:
            logger.removeHandler(handler)
