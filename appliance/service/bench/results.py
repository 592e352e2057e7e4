"""The rows of a loopback test, from what it left behind. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from appliance.pcm.formats import Pcm
from appliance.service.bench.recording import Tone, find, tone_in
from appliance.service.bench.sounds import ANSWER_S, TONE_DBFS, TONE_HZ, Utterance
from appliance.service.doctor.learnt import Learnt

# What is promised beyond the silence that ends a turn: 150 ms for everything of ours, and 100 ms for two
# devices and what is between them.
_OURS_MS: Final = 250.0
_STOPPED_MS: Final = 300.0
_LOST_S: Final = 2.0
_ARMED_S: Final = 5.0

# At both ends of an answer, where it fades.
_FADE_MS: Final = 60.0

Mark = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, what was promised, and whether that was kept (None: nothing was promised)."""

    name: str
    measured: str
    promised: str = ""
    kept: bool | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What a loopback test left behind: the recording at `rate_hz`, the marks of the person, and counters of
    the daemon. `question` and `interruption` are what was said, at that rate."""

    recording: Pcm
    rate_hz: int
    marks: Sequence[Mark]
    counters: Mapping[str, int | float]
    question: Utterance
    interruption: Utterance
    end_silence_ms: float


def rows_of(run: Run, learnt: Learnt) -> list[Row]:
    """Everything that was measured, in the order of the card."""
    gain_db = learnt.echo.level_db if learnt.echo is not None else 0.0
    tone = tone_in(run.recording, run.rate_hz, TONE_HZ, TONE_DBFS + gain_db)
    answers = _answers(run, tone)
    return [
        *_turns(run, answers),
        *_interruptions(run, tone),
        *_continuity(run, tone, answers),
        *_path(learnt),
    ]


def replug_row(device: str, lost_s: float, armed_s: float | None) -> Row:
    """A device that was unplugged and plugged in again."""
    back = "back by itself" if armed_s is None else f"back after {armed_s:.1f} s"
    kept = lost_s <= _LOST_S and (armed_s is None or armed_s <= _ARMED_S)
    return Row(
        f"{device} unplugged", f"told after {lost_s:.1f} s, {back}", f"{_LOST_S:g} s, {_ARMED_S:g} s", kept
    )


def spread(values: Sequence[float]) -> str:
    """The median, the 95th percentile, the extremes and how many there are."""
    if not values:
        return "nothing was measured"
    p50, p95 = np.percentile(values, [50, 95])
    return f"p50 {p50:.0f}, p95 {p95:.0f} ms ({min(values):.0f}…{max(values):.0f}, n = {len(values)})"


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer that was heard: when the question was said, when it began, and when it was talked over."""

    said_ms: float
    began_ms: float
    talked_over: bool


def _answers(run: Run, tone: Tone) -> list[_Answer | None]:
    """One for each question; None where it or its answer was not heard."""
    return [
        _answer(run, tone, mark, after)
        for mark, after in pairwise([*run.marks, {"mark": "end", "sample": len(run.recording)}])
        if mark["mark"] == "question"
    ]


def _answer(run: Run, tone: Tone, mark: Mark, after: Mark) -> _Answer | None:
    at = find(run.question.pcm, run.recording, run.rate_hz, mark["sample"])
    if at is None:
        return None
    said_ms = (at + run.question.last) * 1000 / run.rate_hz
    began_ms = tone.starts_after(said_ms)
    if began_ms is None or began_ms - said_ms > ANSWER_S * 1000:
        return None
    return _Answer(said_ms, began_ms, after["mark"] == "interruption")


def _turns(run: Run, answers: Sequence[_Answer | None]) -> Iterator[Row]:
    waits = [answer.began_ms - answer.said_ms for answer in answers if answer is not None]
    limit_ms = run.end_silence_ms + _OURS_MS
    kept = len(waits) == len(answers) > 0 and float(np.percentile(waits, 95)) <= limit_ms
    promised = f"p95 ≤ {limit_ms:.0f} ms, {len(answers)} of {len(answers)}"
    yield Row("last word → first sound of the answer", spread(waits), promised, kept)


def _interruptions(run: Run, tone: Tone) -> Iterator[Row]:
    said = [mark for mark in run.marks if mark["mark"] == "interruption"]
    if not said:
        return
    stops = []
    for mark in said:
        at = find(run.interruption.pcm, run.recording, run.rate_hz, mark["sample"])
        if at is None:
            continue
        began_ms = (at + run.interruption.first) * 1000 / run.rate_hz
        quiet_ms = tone.quiet_after(began_ms)
        if quiet_ms is not None and quiet_ms < began_ms + len(run.interruption.pcm) * 1000 / run.rate_hz:
            stops.append(quiet_ms - began_ms)
    kept = len(stops) == len(said) and float(np.percentile(stops, 95)) <= _STOPPED_MS
    promised = f"p95 ≤ {_STOPPED_MS:.0f} ms, {len(said)} of {len(said)}"
    yield Row("talked over → answer silent", spread(stops), promised, kept)


def _continuity(run: Run, tone: Tone, answers: Sequence[_Answer | None]) -> Iterator[Row]:
    """Gaps as the microphone heard them, and as the daemon counted them."""
    whole = [answer for answer in answers if answer is not None and not answer.talked_over]
    gaps = sum(
        tone.gaps(answer.began_ms + _FADE_MS, answer.began_ms + ANSWER_S * 1000 - _FADE_MS)
        for answer in whole
    )
    if whole:
        yield Row(f"gaps in {len(whole)} answers", str(gaps), "0", gaps == 0)
    heard_s = len(run.recording) / run.rate_hz
    counted = [int(run.counters[name]) for name in ("loudspeaker_underruns", "microphone_overruns")]
    yield Row(
        f"underruns and overruns in {heard_s:.0f} s",
        f"{counted[0]} and {counted[1]}",
        "0 and 0",
        sum(counted) == 0,
    )


def _path(learnt: Learnt) -> Iterator[Row]:
    """The way of the sound itself; nothing is promised of it."""
    echo = learnt.echo
    if not learnt.steady:
        yield Row("the cable alone", "sound was lost while it was measured")
    elif echo is not None:
        yield Row(
            "sound comes back",
            f"{echo.delay_ms:.1f} ms after it is said to play, at {round(echo.level_db, 1) + 0.0:.1f} dB",
        )
        yield Row("harmonics, noise", f"{echo.distortion_db:.0f} dB, {learnt.noise_dbfs:.0f} dBFS")
        yield Row("clocks differ by", f"{echo.drift_ppm:.1f} ppm")
