"""The numbers of the table: judgements of many cases, with their 95 % intervals. Pure."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tests.listening import scoring
from tests.listening.cases import Case, Label
from tests.listening.intervals import Interval, of_percentile, of_ratio, per_hour, wilson
from tests.listening.scoring import Heard

Judged = tuple[Case, Heard]
HOUR_MS = 3_600_000.0


@dataclass(frozen=True)
class Measure:
    """One number. `value` is NaN where nothing could be measured. Smaller is better in all of them."""

    condition: str
    level: str
    name: str
    unit: str
    value: float
    interval: Interval
    count: int  # cases, or events for rates
    limit: float | None = None  # what is promised

    @property
    def met(self) -> bool | None:
        """Whether the promise holds for the value itself; None where nothing was promised or measured."""
        return None if self.limit is None or math.isnan(self.value) else self.value <= self.limit


def measures(judged: Sequence[Judged]) -> list[Measure]:
    """All numbers of all conditions and levels, in the order of the cases."""
    found: list[Measure] = []
    for condition in dict.fromkeys(case.condition for case, _ in judged):
        mine = [one for one in judged if one[0].condition == condition]
        levels = sorted(dict.fromkeys(case.level for case, _ in mine), key=level_order)
        for level in levels:
            found += _measured(condition, level, [one for one in mine if one[0].level == level])
        if len(levels) > 1:
            found += _measured(condition, "all", mine)
    return found


def level_order(level: str) -> tuple[float, str]:
    """What is easiest first, by its number where it has one; all of them together last."""
    if level in ("near", "no echo", "no pause"):
        return -math.inf, level
    number = re.search(r"[-+]?\d+(\.\d+)?", level)
    return (math.inf, level) if number is None else (float(number[0]), level)


def _measured(condition: str, level: str, judged: Sequence[Judged]) -> list[Measure]:
    match judged[0][0].scene:
        case "turn":
            return _of_turns(condition, level, judged)
        case "answer":
            return _of_answers(condition, level, judged)
        case "noise":
            return [_false_turns(condition, level, judged)]
        case "wake":
            return _of_wakes(condition, level, judged)


def _labels(judged: Sequence[Judged]) -> list[tuple[Label, Heard]]:
    return [(label, heard) for case, heard in judged for label in case.labels]


def _share(condition: str, level: str, name: str, flags: list[bool], limit: float | None = None) -> Measure:
    hits, tried = sum(flags), len(flags)
    low, high = wilson(hits, tried)
    value = 100 * hits / tried if tried else math.nan
    return Measure(condition, level, name, "%", value, (100 * low, 100 * high), tried, limit)


def _percentile(
    condition: str, level: str, name: str, values: list[float], percent: float, limit: float | None = None
) -> Measure:
    value = float(np.percentile(values, percent)) if values else math.nan
    interval = of_percentile(values, percent)
    return Measure(condition, level, name, "ms", value, interval, len(values), limit)


def _rate(condition: str, level: str, name: str, count: int, ms: float, limit: float | None) -> Measure:
    hours = ms / HOUR_MS
    value = count / hours if hours else math.nan
    return Measure(condition, level, name, "per h", value, per_hour(count, hours), count, limit)


def _of_turns(condition: str, level: str, judged: Sequence[Judged]) -> list[Measure]:
    found = [scoring.sentence(label, heard) for label, heard in _labels(judged)]
    paused = condition == "pause"
    steady = condition in ("sentence", "level", "pause") or level in ("20 dB", "10 dB", "5 dB")
    lost = [one.onset_lost_ms for one in found if one.onset_lost_ms is not None]
    delays = [one.delay_ms for one in found if one.delay_ms is not None]

    answered = [one.answered_ms for one in found if one.answered_ms is not None]

    def on(name: str) -> tuple[str, str, str]:
        return condition, level, name

    return [
        _share(*on("not heard"), [not one.heard for one in found], 0.0 if steady else None),
        _percentile(*on("onset lost, greatest"), lost, 100, 0.0 if steady else None),
        _share(*on("cut off"), [one.cut_off for one in found], 2.0 if paused else None),
        _share(*on("cut off and answered into"), [one.cut_off_aloud for one in found]),
        _percentile(*on("answer heard after, p50"), answered, 50),
        _percentile(*on("answer heard after, p95"), answered, 95),
        _percentile(*on("end of turn after, p50"), delays, 50, 300.0 if condition == "sentence" else None),
        _percentile(*on("end of turn after, p95"), delays, 95, 900.0 if condition == "sentence" else None),
        _false_turns(condition, level, judged),
        _words_wrong(condition, level, found),
    ]


def _words_wrong(condition: str, level: str, found: Sequence[scoring.Sentence]) -> Measure:
    words = [(float(one.word_errors), float(one.words)) for one in found if one.word_errors is not None]
    low, high = of_ratio(words)
    total = sum(count for _, count in words)
    value = 100 * sum(errors for errors, _ in words) / total if total else math.nan
    return Measure(condition, level, "words wrong", "%", value, (100 * low, 100 * high), round(total))


def _false_turns(condition: str, level: str, judged: Sequence[Judged]) -> Measure:
    count = sum(scoring.false_turns(case, heard) for case, heard in judged)
    duration_ms = sum(case.duration_ms for case, _ in judged)
    limit = 1.0 if condition.startswith("hours of") else None
    return _rate(condition, level, "false turns", count, duration_ms, limit)


QUIET_ECHO = ("no echo", "-20 dB", "-12 dB", "-6 dB")  # what is said stands 5 dB above it, and more
# Silent after at most so long, by the echo.
SILENT_MS = {"0 dB": 500.0, "-12 dB": 300.0}


def _of_answers(condition: str, level: str, judged: Sequence[Judged]) -> list[Measure]:
    found = [scoring.interruption(label, heard) for label, heard in _labels(judged)]
    false = sum(scoring.false_stops(case, heard) for case, heard in judged)
    played_ms = sum(heard.played_ms for _, heard in judged)
    own = 0.0 if condition == "own voice" and level == "0 dB" else 1.0 if level == "0 dB" else None
    rate = _rate(condition, level, "false interruptions", false, played_ms, own)
    if not found:
        return [rate]
    if all(label.kind in ("backchannel", "transient") for label, _ in _labels(judged)):
        stops = [one.stopped for one in found]
        return [
            _share(condition, level, "stopped the answer for good", stops, 5.0),
            _share(condition, level, "the answer stood still", [one.hushed for one in found]),
            rate,
        ]
    silent = [one.silent_ms for one in found if one.silent_ms is not None]
    decided = [one.decision_ms for one in found if one.decision_ms is not None]
    lost = [one.onset_lost_ms for one in found if one.onset_lost_ms is not None]
    limit = SILENT_MS.get(level)
    return [
        _share(
            condition, level, "missed", [not one.stopped for one in found], 5.0 if level == "0 dB" else None
        ),
        rate,
        _percentile(condition, level, "silent after, p50", silent, 50),
        _percentile(condition, level, "silent after, p95", silent, 95, limit),
        _percentile(condition, level, "decided after, p50", decided, 50),
        _percentile(condition, level, "decided after, p95", decided, 95),
        _percentile(
            condition, level, "onset lost, greatest", lost, 100, 0.0 if level in QUIET_ECHO else None
        ),
    ]


def _of_wakes(condition: str, level: str, judged: Sequence[Judged]) -> list[Measure]:
    hits = [
        scoring.wake_hit(label, heard)
        for case, heard in judged
        for label in case.labels
        if label.kind == "wake"
    ]
    false = sum(scoring.false_wakes(case, heard) for case, heard in judged)
    duration_ms = sum(case.duration_ms for case, _ in judged)
    rate = _rate(condition, level, "false alarms", false, duration_ms, None)
    if not hits:
        return [rate]
    after = [
        scoring.sentence(label, heard)
        for case, heard in judged
        for label in case.labels
        if label.kind == "sentence" and heard.wakes_ms
    ]
    lost = [one.onset_lost_ms for one in after if one.onset_lost_ms is not None]
    return [
        _share(condition, level, "missed", [not hit for hit in hits]),
        rate,
        _share(condition, level, "the question after it not heard", [not one.heard for one in after]),
        _percentile(condition, level, "onset of the question lost, p95", lost, 95),
        _words_wrong(condition, level, after),
    ]


def pooled(judged: Sequence[Judged], chosen: Callable[[Case], bool], name: str) -> list[Measure]:
    """The same numbers over the cases of several conditions."""
    some = [one for one in judged if chosen(one[0])]
    return [] if not some else _measured(name, "all", some)
