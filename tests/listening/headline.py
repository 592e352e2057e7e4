"""What was promised, in the order in which it was: a row each, over the cases that it speaks of. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.listening.cases import Case
from tests.listening.measures import QUIET_ECHO, Judged, Measure, pooled

NOISY = ("white", "babble", "music", "fan", "hum")
CONDITION = "promises"


@dataclass(frozen=True)
class Promise:
    """`chosen` cases together, one `number` of them, at most `limit`."""

    words: str
    number: str
    chosen: Callable[[Case], bool]
    limit: float | None


def _heard_well(case: Case) -> bool:
    return case.scene == "turn" and not (case.condition in NOISY and case.level == "0 dB")


def _of(condition: str, *levels: str) -> Callable[[Case], bool]:
    return lambda case: case.condition == condition and (not levels or case.level in levels)


def _noise(case: Case) -> bool:
    return case.scene == "noise" and case.level != "music"


PROMISES = (
    Promise("onset lost, greatest, SNR ≥ 5 dB", "onset lost, greatest", _heard_well, 0.0),
    Promise(
        "and of interruptions, echo ≤ -6 dB",
        "onset lost, greatest",
        _of("interruption", *QUIET_ECHO),
        0.0,
    ),
    Promise("sentences not heard, SNR ≥ 5 dB", "not heard", _heard_well, 0.0),
    Promise("false turns in noise", "false turns", _noise, 1.0),
    Promise("false turns in music", "false turns", _of("hours of music"), 1.0),
    Promise("interrupted by its own voice, echo 0 dB", "false interruptions", _of("own voice", "0 dB"), 0.0),
    Promise("interruptions missed, echo 0 dB", "missed", _of("interruption", "0 dB"), 5.0),
    Promise("false interruptions there", "false interruptions", _of("interruption", "0 dB"), 1.0),
    Promise("silent after, p95, echo 0 dB", "silent after, p95", _of("interruption", "0 dB"), 500.0),
    Promise("silent after, p95, echo -12 dB", "silent after, p95", _of("interruption", "-12 dB"), 300.0),
    Promise("decided after, p95, echo 0 dB", "decided after, p95", _of("interruption", "0 dB"), None),
    Promise("backchannels that stop it for good", "stopped the answer for good", _of("backchannel"), 5.0),
    Promise("transients that stop it for good", "stopped the answer for good", _of("transient"), 5.0),
    Promise("“stop” and “wait” missed", "missed", _of("command"), None),
    Promise("cut off in pauses of 300…700 ms", "cut off", _of("pause"), 2.0),
    Promise("and answered into", "cut off and answered into", _of("pause"), None),
    Promise("end of turn after, p50, whole sentences", "end of turn after, p50", _of("sentence"), 300.0),
    Promise("end of turn after, p95, whole sentences", "end of turn after, p95", _of("sentence"), 900.0),
    Promise("answer heard after, p50, whole sentences", "answer heard after, p50", _of("sentence"), None),
    Promise("answer heard after, p95, whole sentences", "answer heard after, p95", _of("sentence"), None),
    Promise("words wrong of what was sent, SNR ≥ 5 dB", "words wrong", _heard_well, None),
    Promise("wake words missed", "missed", _of("wake word"), None),
    Promise("wake words nobody said", "false alarms", _of("no wake word"), None),
)


def promises(judged: Sequence[Judged]) -> list[Measure]:
    """One measure for each promise that these cases say something about."""
    found: list[Measure] = []
    for promise in PROMISES:
        numbers = pooled(judged, promise.chosen, CONDITION)
        mine = [one for one in numbers if one.name == promise.number]
        found += [replace(one, level="", name=promise.words, limit=promise.limit) for one in mine]
    return found
