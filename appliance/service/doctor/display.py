"""Findings as a person reads them, and as a program does."""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final, TextIO

from appliance.service.control.display import printable
from appliance.service.doctor.finding import Finding, Verdict, all_well

# A person wonders from about here on.
_WONDERING_S: Final = 1.0

_MARKS: Final[Mapping[Verdict, str]] = {
    Verdict.OK: "ok",
    Verdict.POOR: "POOR",
    Verdict.BROKEN: "BROKEN",
    Verdict.SKIPPED: "-",
}
_INDENT: Final = " " * 8


def finding_lines(finding: Finding) -> Iterator[str]:
    """What was found, and below it what to do."""
    yield f"{_MARKS[finding.verdict]:8}{finding.name}: {_one_line(finding.sentence)}"
    if finding.advice:
        yield f"{_INDENT}→ {_one_line(finding.advice)}"


def summary(findings: Iterable[Finding]) -> str:
    """The last line."""
    found = list(findings)
    bad = [finding.name for finding in found if finding.verdict in (Verdict.BROKEN, Verdict.POOR)]
    if not bad:
        return "All is well."
    return f"Not well: {', '.join(dict.fromkeys(bad))}. The arrows say what to do."


def as_json(findings: Iterable[Finding]) -> str:
    """All of it (public contract: these keys)."""
    found = list(findings)
    document = {"well": all_well(found), "findings": [asdict(finding) for finding in found]}
    return json.dumps(document, ensure_ascii=False, indent=2)


@contextmanager
def telling(stream: TextIO, what: str) -> Iterator[None]:
    """Says `what` goes on, once it takes longer than a person waits without wondering."""
    timer = threading.Timer(_WONDERING_S, lambda: print(f"… {what}", file=stream, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())
