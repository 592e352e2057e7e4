"""What is said of two runs."""

from pathlib import Path

from tests.listening.compare import compared
from tests.listening.measures import Measure
from tests.listening.run import Record, load, save, shared
from tests.listening.test_measures import SENTENCE, case


def record(value: float, low: float, high: float, name: str = "cut off", count: int = 40) -> Record:
    measure = Measure("pause", "all", name, "%", value, (low, high), count, 2.0)
    return Record(
        "abc", "2026-01-02", "a machine", "v1", 1, 0.5, measures={"development": {"ours": [measure]}}
    )


def test_what_lies_within_the_interval_is_neither_better_nor_worse() -> None:
    text = compared(record(5, 2, 9), record(7, 3, 12))
    assert "0 worse" in text
    assert "0 better" in text


def test_what_leaves_it_is_told_with_both_values() -> None:
    worse = compared(record(5, 2, 9), record(20, 12, 30))
    assert (
        "1 worse\n  development · ours · pause · all · cut off: **5.0** (2.0…9.0), n = 40 → **20.0**" in worse
    )
    assert "1 better" in compared(record(20, 12, 30), record(5, 2, 9))


def test_a_case_or_two_are_no_news() -> None:
    assert "0 worse" in compared(record(0, 0, 79, count=1), record(100, 21, 100, count=1))


def test_numbers_that_only_one_run_has_are_counted() -> None:
    assert "1 numbers are only in the last run, 1 only in this one" in compared(
        record(5, 2, 9), record(5, 2, 9, "missed")
    )


def test_a_run_is_as_it_was_after_it_was_kept(tmp_path: Path) -> None:
    kept = record(5, 2, 9)
    kept.cases["development"] = (40, 30)
    kept.skipped["pipecat"] = "it is not here"
    save(kept, tmp_path / "run.json")
    assert load(tmp_path / "run.json") == kept


def test_a_share_is_part_of_a_greater_one() -> None:
    from dataclasses import replace

    cases = [replace(case("turn", "pause", SENTENCE), name=f"pause-{n}") for n in range(200)]
    half, quarter = shared(cases, 2), shared(cases, 4)
    assert 70 < len(half) < 130
    assert {c.name for c in quarter} < {c.name for c in half}
    assert shared(cases, 1) == cases
