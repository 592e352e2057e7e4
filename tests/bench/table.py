"""The rows of the bench: what was measured, against what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Row:
    """One promise and what was measured. `met` is None where nothing was promised."""

    name: str
    measured: str
    promised: str
    met: bool | None
    values: dict[str, float]


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Count, median, 95th percentile and the extremes."""
    if not values:
        return {"n": 0}
    p50, p95 = np.percentile(values, [50, 95])
    return {
        "n": len(values),
        "min": round(float(min(values)), 2),
        "p50": round(float(p50), 2),
        "p95": round(float(p95), 2),
        "max": round(float(max(values)), 2),
    }


def spread(stats: dict[str, float], unit: str) -> str:
    """`p50 12, p95 15 ms (10…17, n = 20)`."""
    if not stats["n"]:
        return "nothing was measured"
    return (
        f"p50 {stats['p50']:g}, p95 {stats['p95']:g} {unit} "
        f"({stats['min']:g}…{stats['max']:g}, n = {stats['n']:g})"
    )


def render(rows: Sequence[Row]) -> str:
    """A Markdown table."""
    verdict = {True: "met", False: "**missed**", None: "-"}
    lines = ["| what | measured | promised | |", "| --- | --- | --- | --- |"]
    lines += [f"| {r.name} | {r.measured} | {r.promised} | {verdict[r.met]} |" for r in rows]
    return "\n".join(lines)
