"""The table in the terminal, and the same for a program."""

import json
from collections.abc import Sequence
from math import isnan
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table

from appliance.service.tune.choice import Candidate, keys_of
from appliance.service.tune.score import Score
from appliance.service.tune.tuning import Tuned

# Of the table, in the order of its columns: times are milliseconds.
_HEADINGS: Final = ("speech", "least", "silence", "cut off", "unheard", "false", "delay", "95 %")


def table_of(tuned: Tuned) -> Table:
    """A row for every way to hear; the one that is recommended is marked."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("settings", no_wrap=True)
    for heading in _HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for candidate, score in _rows(tuned):
        chosen = candidate == tuned.choice.candidate
        mark = "→ " if chosen else "  "
        style = "bold" if chosen else ""
        table.add_row(mark + candidate.name, *_settings(candidate), *_results(score), style=style)
    return table


LEGEND: Final = (
    "speech: it begins at this probability and ends below the second. least: so many ms of it make a"
    " question. silence: so many ms end a turn. false: turns in which nobody asked anything. delay: ms from"
    " the last sound of a sentence to the end of its turn, of half of them and of 95 % no longer than this."
)


def as_json(tuned: Tuned, profile: str | None, sure: Sequence[str]) -> str:
    """Everything that the table shows, how sure it is, and where the profile was written."""
    rows = [
        {
            "name": candidate.name,
            "recommended": candidate == tuned.choice.candidate,
            "hearing": keys_of(candidate),
            **numbers(score),
        }
        for candidate, score in _rows(tuned)
    ]
    told = all(truth.told for truth in tuned.truths)
    return json.dumps(
        {"told": told, "tried": rows, "reasons": tuned.choice.reasons, "sure": sure, "profile": profile},
        indent=1,
        ensure_ascii=False,
    )


def numbers(score: Score) -> dict[str, float | int | None]:
    """A score by the names of the JSON."""
    return {
        "sentences": score.utterances,
        "cut_off": score.cut,
        "not_heard": score.missed,
        "false_starts": score.false_starts,
        "delay_p50_ms": _rounded(score.delay_ms()),
        "delay_p95_ms": _rounded(score.delay_ms(95)),
    }


def _rows(tuned: Tuned) -> Sequence[tuple[Candidate, Score]]:
    choice = tuned.choice
    extra: list[tuple[Candidate, Score]] = (
        [] if choice.candidate == tuned.yours else [(choice.candidate, choice.score)]
    )
    return (*tuned.tried, *extra)


def _settings(candidate: Candidate) -> tuple[str, str, str]:
    options = candidate.options
    thresholds = f"{options.speech_threshold:g}/{options.silence_threshold:g}"
    return thresholds, str(options.min_speech_ms), str(options.end_silence_ms)


def _results(score: Score) -> tuple[str, ...]:
    faults = (
        f"{score.cut}/{score.utterances}",
        f"{score.missed}/{score.utterances}",
        str(score.false_starts),
    )
    return *faults, _ms(score.delay_ms()), _ms(score.delay_ms(95))


def _ms(delay_ms: float) -> str:
    return "-" if isnan(delay_ms) else f"{delay_ms:.0f}"


def _rounded(delay_ms: float) -> float | None:
    return None if isnan(delay_ms) else round(delay_ms, 1)
