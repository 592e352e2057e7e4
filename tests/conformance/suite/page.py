"""The page about what providers can do, from what they did."""

from pathlib import Path

from tests.conformance.suite.contract import Contract, Verdict
from tests.conformance.suite.impossible import Reason, why_impossible, why_undeclared
from tests.conformance.suite.peer import Kind
from tests.conformance.suite.run import CONTRACTS, KINDS, Outcomes

PAGE = Path(__file__).parents[3] / "docs" / "providers.md"

_HEAD = """# What every provider does

Made by `python -m tests.conformance`, which holds every provider, and the chain that falls over from one to
the next, to the same promises. Each talks to its simulator on loopback, which refuses whatever the vendor
would, and is itself judged by others (`tests/conformance/test_*_client.py`, `test_wyoming_package.py`). A
test fails where this page and a run differ.

**yes**: the promise was kept; of a loss or a refusal, the chain's promise is that the next provider answers
and nobody hears of a failure. **no**: the provider's capabilities say that it cannot, and it was shown that
what is not declared does no harm: it is refused, or left out. **impossible**: the promise means nothing
there. The footnotes say why, and where that stands: DESIGN and PROTOCOLS are the project's papers on its
shape and on the wire protocols, the rest is in this repository.
"""


def page(outcomes: Outcomes) -> str:
    """The whole page. Raises `KeyError` where a cell was not run."""
    notes: list[Reason] = []
    lines = [_row("", [kind.title for kind in KINDS]), _row("---", ["---"] * len(KINDS))]
    for contract in CONTRACTS:
        cells = [_cell(kind, contract, outcomes, notes) for kind in KINDS]
        lines.append(_row(contract.name, cells))
    promises = [f"- **{contract.name}**: {contract.promise}" for contract in CONTRACTS]
    footnotes = [f"[^{n}]: {note.reason} Source: {note.source}." for n, note in enumerate(notes, 1)]
    parts = [_HEAD, "\n".join(lines), "\n## The promises\n", "\n".join(promises), "", "\n".join(footnotes)]
    return "\n".join(parts) + "\n"


def _cell(kind: Kind, contract: Contract, outcomes: Outcomes, notes: list[Reason]) -> str:
    verdict = outcomes[kind.name, contract.name].verdict
    reason: Reason | None = None
    if verdict is Verdict.IMPOSSIBLE:
        reason = why_impossible(kind.name, contract.name)
    elif verdict is Verdict.NO:
        reason = why_undeclared(kind.name, contract.name)
    if reason is None:
        return verdict.value
    if reason not in notes:
        notes.append(reason)
    return f"{verdict.value}[^{notes.index(reason) + 1}]"


def _row(first: str, cells: list[str]) -> str:
    return f"| {first} | {' | '.join(cells)} |"
