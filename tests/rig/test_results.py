"""A promise that is not kept fails its test and stands on the page."""

from pathlib import Path

import pytest

from tests.rig.results import FILE_VARIABLE, Result, Results, page, read_results


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "results"
    monkeypatch.setenv(FILE_VARIABLE, str(path))
    return path


def test_times_within_their_promise_are_met(file: Path) -> None:
    Results("tests/a.py::b").seconds("boot", [2.0, 3.04, 4.0], 5)
    assert read_results(file) == [
        Result("boot", "3 of 3; median 3.0 s, longest 4.0 s", "≤ 5 s", True, "tests/a.py::b")
    ]


def test_one_time_beyond_its_promise_fails_and_is_kept(file: Path) -> None:
    with pytest.raises(AssertionError, match=r"boot: 1 of 2; .* longest 6\.0 s, promised ≤ 5 s"):
        Results("b").seconds("boot", [2.0, 6.0], 5)
    assert [result.met for result in read_results(file)] == [False]


def test_of_twenty_times_one_may_be_beyond_the_95th_percentile(file: Path) -> None:
    Results("b").percentile("light", [0.01] * 19 + [1.0], 0.05)
    with pytest.raises(
        AssertionError, match=r"light: p50 10\.0, p95 1000\.0 ms \(n = 19\), promised p95 ≤ 50"
    ):
        Results("b").percentile("light", [0.01] * 18 + [1.0], 0.05)
    assert [result.met for result in read_results(file)] == [True, False]


def test_a_number_is_held_against_its_bound(file: Path) -> None:
    Results("b").number("exposure", 1.5, 1.5)
    with pytest.raises(AssertionError, match=r"exposure: 1\.6, promised ≤ 1\.5"):
        Results("b").number("exposure", 1.6, 1.5)
    assert [result.met for result in read_results(file)] == [True, False]


def test_what_did_not_hold_is_told(file: Path) -> None:
    with pytest.raises(AssertionError, match=r"kill: 19 of 20, promised 20 of 20\nthe 3rd"):
        Results("b").holds("kill", 19, 20, ["the 3rd"])
    assert read_results(file)[0].measured == "19 of 20"


def test_without_a_page_to_write_it_only_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FILE_VARIABLE, raising=False)
    Results("b").number("exposure", 1.0, 1.5)


def test_the_page_shows_each_result_and_what_did_not_run() -> None:
    results = [Result("boot", "2 s", "≤ 5 s", True, "a"), Result("hang", "31 s", "≤ 30 s", False, "b")]
    text = page(results, [("commit", "abc")], ["FAILED c"])
    assert "- commit: abc\n" in text
    assert "| boot | 2 s | ≤ 5 s | met | `a` |\n" in text
    assert "| hang | 31 s | ≤ 30 s | **missed** | `b` |\n" in text
    assert text.endswith("Did not run to its end:\n\n- FAILED c\n")
