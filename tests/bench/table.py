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


# What others do there: pipecat and LiveKit over a loopback audio cable, three other stacks for the
# silence after an interruption. Not measured by this bench.
PEERS = {
    "of it ours": "pipecat 76 ms, LiveKit 390 ms",
    "interruptions: first sound → answer 20 dB down": "silent after 410, 530, 690 ms",
    "disturbances over an answer": "stop for good at 300 ms of any voice, 15 of 15, and answer the fragment",
    "backchannels": "as above",
    "heard_ms": "report what they sent as heard",
    "a provider dies at any moment: the loss": "pipecat deaf for good; LiveKit loses the question, 4 of 4",
    "microphone unplugged": "deaf without a word, 9 of 9",
}


def render(rows: Sequence[Row]) -> str:
    """A Markdown table."""
    verdict = {True: "met", False: "**missed**", None: "-"}
    lines = ["| what | measured | promised | | peers |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {r.name} | {r.measured} | {r.promised} | {verdict[r.met]} | {_peers(r.name)} |" for r in rows
    ]
    return "\n".join(lines)


def _peers(name: str) -> str:
    return next((does for beginning, does in PEERS.items() if name.startswith(beginning)), "-")
