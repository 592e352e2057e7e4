"""What one check found, in words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How well it is. Skipped: it was not looked at, for the reason that the sentence gives."""

    OK = "ok"
    POOR = "poor"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at (`name`), how well it is, a sentence about it, and what to do (`advice`, or "").

    Public contract: `doctor --json` has these keys.
    """

    name: str
    verdict: Verdict
    sentence: str
    advice: str = ""


def ok(name: str, sentence: str) -> Finding:
    """It is well."""
    return Finding(name, Verdict.OK, sentence)


def poor(name: str, sentence: str, advice: str) -> Finding:
    """It works, and not well."""
    return Finding(name, Verdict.POOR, sentence, advice)


def broken(name: str, sentence: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(name, Verdict.BROKEN, sentence, advice)


def skipped(name: str, sentence: str, advice: str = "") -> Finding:
    """Nobody looked."""
    return Finding(name, Verdict.SKIPPED, sentence, advice)


def all_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is poor or broken."""
    return all(finding.verdict in (Verdict.OK, Verdict.SKIPPED) for finding in findings)
