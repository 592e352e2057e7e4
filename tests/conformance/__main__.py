"""Hold every provider to every promise, and write down what came of it: `python -m tests.conformance`."""

import sys

from tests.conformance.suite.contract import Verdict
from tests.conformance.suite.page import PAGE, page
from tests.conformance.suite.run import CONTRACTS, KINDS, run


def main() -> int:
    """0 where every promise was kept; then the page is written."""
    outcomes = run([(kind, contract) for kind in KINDS for contract in CONTRACTS])
    broken = {cell: outcome for cell, outcome in outcomes.items() if outcome.verdict is Verdict.BROKEN}
    for (kind, contract), outcome in broken.items():
        print(f"{kind}: {contract}\n{outcome.why}", file=sys.stderr)
    if not broken:
        PAGE.write_text(page(outcomes), encoding="utf-8")
        print(f"{len(outcomes)} cells, none broken; written: {PAGE.name}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
