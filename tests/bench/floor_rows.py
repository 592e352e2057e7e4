"""Rows of the bench: who has the floor, and how soon that is decided: `python -m tests.bench.floor_rows`."""

from collections.abc import Iterator, Sequence
from operator import itemgetter

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from tests.bench.disturbances_acoustics import Sound
from tests.bench.floor import Floor, run
from tests.bench.floor_look import Heard, look
from tests.bench.stage import OUT_RATE_HZ
from tests.bench.table import Row, percentiles, render, spread

DUCKED_MS = 150.0
QUIET_MS = 300.0
DECIDED_MS = 700.0
RESUMED_SHARE = 0.95  # 19 of 20
LIKENESS = 0.99
FIRST_MS = 200.0
# The log's onset of an interruption may be off the label's by so much.
ONSET_MS = 400.0
# Two places that are about as much alike hold the same utterance, and how wide such a place is.
SAME = 0.05
PEAK_SAMPLES = OUT_RATE_HZ // 1000


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
            "disturbances: first sound → answer within 3 dB again",
            spread(back, "ms"),
            f"p95 ≤ {DECIDED_MS:g} ms",
            bool(back["n"]) and back["p95"] <= DECIDED_MS,
            back,
        ),
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


def likenesses(floor: Floor) -> tuple[list[float], list[float]]:
    """Of each interruption, whole and its first 200 ms: the correlation with what the provider got, 0…1.

    Everything the provider got, in order; each one is looked for behind the one before.
    """
    assert floor.replayed.record is not None
    got = np.concatenate([turn.pcm24k for turn in floor.replayed.record.turns]).astype(np.float64)
    found: list[tuple[float, float]] = []
    behind = 0
    for laid in floor.laid:
        if laid.kind == "interruption":
            at, whole, first = max(
                (_seek(got, behind, said) for said in _phases(laid.pcm)), key=itemgetter(1)
            )
            found.append((whole, first))
            behind = at + len(laid.pcm) * OUT_RATE_HZ // NEAR_RATE_HZ
    return [whole for whole, _ in found], [first for _, first in found]


def _phases(pcm: Pcm) -> Iterator[Sound]:
    """`pcm` at 24 kHz: two samples become three, so its first one lies on one of them or between two."""
    for ahead in (0, 1):
        yield at_24k(np.pad(pcm, (ahead, 0))).astype(np.float64)


def _seek(got: Sound, behind: int, said: Sound) -> tuple[int, float, float]:
    """Where `said` is in `got`, not before `behind`, and how like it is there, whole and at its start."""
    at = behind + _place(got[behind:], said)
    start = said[: round(FIRST_MS * OUT_RATE_HZ / 1000)]
    return at, _likeness(got[at : at + len(said)], said), _likeness(got[at : at + len(start)], start)


def at_24k(pcm: Pcm) -> Pcm:
    """`pcm` at the rate at which the provider gets it."""
    resampler = Resampler(NEAR_RATE_HZ, OUT_RATE_HZ)
    return np.concatenate((resampler.process(pcm), resampler.flush()))


def _place(got: Sound, said: Sound) -> int:
    """The first place in `got` that is about as like `said` as any."""
    got = np.pad(got, (0, max(0, len(said) - len(got))))
    size = 1 << (len(got) + len(said)).bit_length()
    products = np.fft.irfft(np.fft.rfft(got, size) * np.conj(np.fft.rfft(said, size)), size)
    places = len(got) - len(said) + 1
    energy = np.concatenate(([0.0], np.cumsum(got**2)))
    energy = energy[len(said) : len(said) + places] - energy[:places]
    likeness = products[:places] / np.sqrt(np.maximum(energy, 1.0) * (said @ said))
    first = int(np.flatnonzero(likeness >= likeness.max() - SAME)[0])
    return first + int(likeness[first : first + PEAK_SAMPLES].argmax())


def _likeness(got: Sound, said: Sound) -> float:
    said = said[: len(got)]
    return float(got @ said / (np.linalg.norm(got) * np.linalg.norm(said) + 1e-9))


def details(floor: Floor) -> str:
    """Every sound in a line of a Markdown table, ms after its label's onset."""
    head = "| sound | kind | lasts | detected at | for | 9 dB down at | 20 dB down at | back at | took the floor |"
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
