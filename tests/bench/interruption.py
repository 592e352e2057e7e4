"""Talking over an answer: how fast it is quiet, and whether the log knows what was heard."""

from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from tests.bench.stage import Replayed, lay, replay, tone
from tests.bench.table import Row, percentiles, spread
from tests.recordings import recordings
from tests.simulators.openai_script import Answer, in_order

INTERRUPTIONS = 21
ANSWER_S = 15.0
# From a question's last word to the answer's first sample, roughly; then the person lets it speak.
WAIT_MS = 950.0
LETS_SPEAK_MS = (1000.0, 2500.0)
DELAYS_MS = (0, 40, 120)
QUIET_DB = 20.0
DUCK_DB = 9.0
# A fade-out is heard down to here.
HEARD_DB = 35.0


def run(device_delay_ms: int, interruptions: int = INTERRUPTIONS) -> Replayed:
    """One question, then every utterance interrupts the answer to the one before."""
    chance = np.random.default_rng(7)
    said = list(islice(cycle(recordings()), interruptions + 1))
    gaps = [1000.0, *(WAIT_MS + chance.uniform(*LETS_SPEAK_MS, interruptions))]
    pcm, spoken = lay(said, gaps)
    return replay(
        pcm,
        spoken,
        in_order(Answer(tone(ANSWER_S))),
        options=["--device-delay-ms", str(device_delay_ms), "--tail-s", "2"],
    )


@dataclass(frozen=True)
class Stopped:
    """One interruption in the loudspeaker's sound; milliseconds after the person's first sample."""

    ducked_ms: float
    quiet_ms: float
    heard_ms: float
    logged_heard_ms: float | None


def look(replayed: Replayed) -> list[Stopped]:
    """Every interruption that the loudspeaker shows."""
    level = replayed.envelope
    full_db = float(np.percentile(level.db, 95))
    confirmed = [e for e in replayed.of("interruption") if e["decision"] == "confirmed"]
    found = []
    for before, spoken in zip(replayed.spoken, replayed.spoken[1:], strict=False):
        quiet = level.first_below(full_db - QUIET_DB, spoken.start_ms)
        ducked = level.first_below(full_db - DUCK_DB, spoken.start_ms)
        if quiet is None or ducked is None or quiet > spoken.end_ms:
            continue
        heard_ms = level.ms_above(full_db - HEARD_DB, before.end_ms, spoken.end_ms)
        logged = [e["heard_ms"] for e in confirmed if abs(e["onset_ms"] - spoken.start_ms) < 400]
        found.append(
            Stopped(
                ducked - spoken.start_ms, quiet - spoken.start_ms, heard_ms, logged[0] if logged else None
            )
        )
    return found


def rows(by_delay: dict[int, Replayed]) -> list[Row]:
    """How fast at the usual delay of the device; how truly at each."""
    usual = look(by_delay[40])
    asked = len(by_delay[40].spoken) - 1
    quiet, ducked = percentiles([s.quiet_ms for s in usual]), percentiles([s.ducked_ms for s in usual])
    result = [
        Row(
            "interruption: first sound of the person → answer 20 dB down",
            spread(quiet, "ms"),
            f"p95 ≤ 300 ms, {asked} of {asked}",
            len(usual) == asked and quiet["p95"] <= 300,
            quiet,
        ),
        Row("interruption: → 9 dB down (duck)", spread(ducked, "ms"), "-", None, ducked),
    ]
    for delay_ms, replayed in by_delay.items():
        stopped = look(replayed)
        errors = [s.logged_heard_ms - s.heard_ms for s in stopped if s.logged_heard_ms is not None]
        stats = percentiles(errors)
        complete = len(errors) == len(replayed.spoken) - 1
        met = complete and max(abs(stats["min"]), abs(stats["max"])) <= 60
        name = f"heard_ms - what was heard, device delay {delay_ms} ms"
        result.append(Row(name, spread(stats, "ms"), "± 60 ms, all", met, stats))
    return result
