"""Rows of the bench: who has the floor, and how soon that is decided: `python -m tests.bench.floor_rows`."""

from collections.abc import Sequence

from tests.bench.floor import Floor, run
from tests.bench.floor_likeness import likenesses
from tests.bench.floor_look import Heard, look
from tests.bench.table import Row, percentiles, render, spread

DUCKED_MS = 150.0
QUIET_MS = 300.0
DECIDED_MS = 700.0
RESUMED_SHARE = 0.95  # 19 of 20
LIKENESS = 0.99
# The log's onset of an interruption may be off the label's by so much.
ONSET_MS = 400.0


def rows(floor: Floor) -> list[Row]:
    """All of it."""
    heard = look(floor)
    said = [h for h in heard if h.laid.kind == "interruption"]
    commands = [h for h in heard if h.laid.kind == "command"]
    murmured = [h for h in heard if h.laid.kind == "backchannel"]
    noises = [h for h in heard if h not in said + commands + murmured]
    return [
        *_ducks(said, noises + murmured),
        *_interruptions(floor, said),
        *_disturbances(floor, noises + murmured),
        _share("“stop”, “wait”, “hold on”: confirmed", commands, took_floor=True),
        _share("“mhm”, “uh-huh”, “go”, “yeah”: did not take the floor", murmured, took_floor=False),
        _log(floor, heard),
    ]


def _ducks(said: Sequence[Heard], disturbed: Sequence[Heard]) -> list[Row]:
    found = []
    for name, some in (("interruptions", said), ("disturbances", disturbed)):
        noticed = [h for h in some if h.laid.detected_ms is not None]
        ducked = [h.duck_after_detection_ms for h in noticed if h.duck_after_detection_ms is not None]
        stats = percentiles(ducked)
        all_did = len(ducked) == len(noticed) > 0
        found.append(
            Row(
                f"{name}: speech detected → answer 9 dB down",
                f"{spread(stats, 'ms')}; {len(noticed)} of {len(some)} are taken for speech",
                f"all ≤ {DUCKED_MS:g} ms",
                all_did and stats["max"] <= DUCKED_MS,
                stats,
            )
        )
        first = percentiles([h.ducked_ms for h in some if h.ducked_ms is not None])
        found.append(Row(f"{name}: first sound → answer 9 dB down", spread(first, "ms"), "-", None, first))
    return found


def _interruptions(floor: Floor, said: Sequence[Heard]) -> list[Row]:
    quiet = percentiles([h.quiet_ms for h in said if h.quiet_ms is not None])
    confirmed = [h for h in said if h.took_floor]
    complete = len(confirmed) == len(said) == quiet["n"]
    whole, first = likenesses(floor)
    least = {"n": len(whole), "whole": min(whole), "first_200_ms": min(first)}
    return [
        Row(
            "interruptions: first sound → answer 20 dB down",
            f"{spread(quiet, 'ms')}, {len(confirmed)} of {len(said)} confirmed",
            f"p95 ≤ {QUIET_MS:g} ms, all",
            complete and quiet["p95"] <= QUIET_MS,
            quiet,
        ),
        Row(
            "interruptions: what the provider got, likeness to what was said",
            f"≥ {min(whole):.4f}, of the first 200 ms ≥ {min(first):.4f} (n = {len(whole)})",
            f"> {LIKENESS:g}, all",
            len(whole) == len(said) and min(*whole, *first) > LIKENESS,
            least,
        ),
    ]


def _disturbances(floor: Floor, disturbed: Sequence[Heard]) -> list[Row]:
    over = [h for h in disturbed if h.over_answer]
    took = [h.laid.name for h in over if h.took_floor]
    held = [h for h in over if h.ducked_ms is not None and not h.took_floor]
    back = percentiles([h.back_ms for h in held if h.back_ms is not None])
    decided = percentiles([h.decided_ms for h in held if h.decided_ms is not None])
    still = sum(bool(h.jumps) for h in held)
    lost = sum(h.lost_samples for h in over) + floor.reading.late_starts
    again = sum(h.repeated_samples for h in over)
    counts: dict[str, float] = {
        "lost": lost,
        "repeated": again,
        "foreign": floor.reading.foreign_samples,
        "stood_still": still,
    }
    return [
        Row(
            "disturbances over an answer: it goes on",
            f"{len(over) - len(took)} of {len(over)}, {len(held)} of them after a duck"
            + (f"; not after {', '.join(took)}" if took else ""),
            "≥ 19 of 20",
            len(over) == len(disturbed) and len(over) - len(took) >= RESUMED_SHARE * len(over),
            {"n": len(over), "resumed": len(over) - len(took), "ducked": len(held)},
        ),
        Row(
            "disturbances: samples of the answers lost / repeated",
            f"{lost} / {again} ({still} times it stood still and went on)",
            "0 / 0",
            not any((lost, again, floor.reading.foreign_samples)) and still > 0,
            counts,
        ),
        Row(
            "disturbances: speech begins for the detector → answer swells again",
            spread(decided, "ms"),
            f"p95 ≤ {DECIDED_MS:g} ms",
            bool(decided["n"]) and decided["p95"] <= DECIDED_MS,
            decided,
        ),
        Row("disturbances: first sound → answer within 3 dB again", spread(back, "ms"), "-", None, back),
    ]


def _share(name: str, some: Sequence[Heard], *, took_floor: bool) -> Row:
    over = [h for h in some if h.over_answer]
    wrong = [h.laid.name for h in over if h.took_floor is not took_floor]
    right = len(over) - len(wrong)
    return Row(
        name,
        f"{right} of {len(over)}" + (f"; not {', '.join(wrong)}" if wrong else ""),
        "all",
        len(over) == len(some) and not wrong,
        {"n": len(over), "right": right},
    )


def _log(floor: Floor, heard: Sequence[Heard]) -> Row:
    """Of each sound that made the answer duck: whether the log says of it what the loudspeaker shows."""
    ducked = [h for h in heard if h.over_answer and h.ducked_ms is not None]
    agree = 0
    for one in ducked:
        told = [
            event["decision"] == "confirmed"
            for event in floor.replayed.of("interruption")
            if one.laid.start_ms - ONSET_MS < event["onset_ms"] < one.laid.end_ms
        ]
        agree += bool(told) and any(told) is one.took_floor
    return Row(
        "event log against the loudspeaker: confirmed or rejected",
        f"agree on {agree} of {len(ducked)}",
        "all",
        agree == len(ducked),
        {"n": len(ducked), "agree": agree},
    )


def details(floor: Floor) -> str:
    """Every sound in a line of a Markdown table, ms after its label's onset."""
    head = "| sound | kind | lasts | detected at | for | -9 dB at | -20 dB at | back at | took the floor |"
    lines = [head, "|" + " --- |" * 9]
    for h in look(floor):
        laid = h.laid
        detected_ms = None if laid.detected_ms is None else laid.detected_ms - laid.start_ms
        times = [laid.end_ms - laid.start_ms, detected_ms, laid.run_ms, h.ducked_ms, h.quiet_ms, h.back_ms]
        cells = ["-" if ms is None else f"{ms:.0f}" for ms in times]
        taken = "yes" if h.took_floor else "no" if h.over_answer else "over no answer"
        lines.append(" | ".join((f"| {laid.name}", laid.kind, *cells, f"{taken} |")))
    return "\n".join(lines)


if __name__ == "__main__":
    measured = run()
    print(f"{render(rows(measured))}\n\n{details(measured)}")
