"""A peer that is not here is skipped, and the reason is said."""

from pathlib import Path

import pytest

from tests.listening.cases import Case
from tests.listening.peers import PYTHON, installed, peers
from tests.listening.results import Results
from tests.listening.run import Record, run_half
from tests.listening.scoring import Heard, Turn


@pytest.fixture(autouse=True)
def forgotten() -> None:
    installed.cache_clear()


def test_without_its_python_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PYTHON, raising=False)
    assert all(PYTHON in peer.missing() for peer in peers())


def test_a_python_that_is_not_there_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PYTHON, "/nowhere/python")
    assert peers()[0].missing() == f"pipecat-ai is not installed where {PYTHON} points to"


def test_a_run_goes_on_without_it_and_tells_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PYTHON, raising=False)
    record = Record("abc", "2026-01-02", "a machine", "v1", 1, 0.5)
    run_half(record, "development", [], peers())
    assert set(record.skipped) == {peer.name for peer in peers()}


NOISE = Case("noise-1", "hours of white", "white", "development", "noise", "", False, 60_000)


class Counting:
    """Hears a turn in everything, and how often it was asked."""

    name, version = "counting", "1"

    def __init__(self) -> None:
        self.asked = 0

    def missing(self) -> str:
        return ""

    def hears(self, case: Case) -> bool:
        return True

    def hear(self, cases: list[Case], folder: Path) -> list[tuple[Case, Heard]]:
        self.asked += len(cases)
        return [(case, Heard((Turn(100, 0, (900, 1200)),), silent_ms=((1, 2),), words="a")) for case in cases]


def test_what_was_heard_once_is_not_heard_again(tmp_path: Path) -> None:
    system = Counting()
    for _ in range(2):
        [(case, heard)] = Results(tmp_path, system, tmp_path / "set-1" / "development").of([NOISE])  # type: ignore[arg-type]  # a list is an iterator enough
        assert case == NOISE
        assert heard == Heard((Turn(100, 0, (900, 1200)),), silent_ms=((1, 2),), words="a")
    assert system.asked == 1


def test_of_a_run_that_was_broken_off_there_is_what_was_heard(tmp_path: Path) -> None:
    results = Results(tmp_path, Counting(), tmp_path / "set-1" / "development")  # type: ignore[arg-type]  # as above
    assert list(results.of([NOISE], only_kept=True)) == []
    heard = list(results.of([NOISE]))
    assert list(results.of([NOISE], only_kept=True)) == heard
