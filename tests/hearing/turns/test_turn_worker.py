"""The thread around the end-of-turn model's process: one question at a time, and never an end of hearing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from appliance.hearing.turns import turn_worker
from appliance.hearing.turns.end_of_turn import Question, Verdict
from appliance.hearing.turns.turn_process import TurnProcess
from appliance.hearing.turns.turn_worker import TurnWorker
from appliance.pcm.ring import SampleRing
from tests.hearing.turns import turn_children as children

PATIENCE_S = 20.0  # of a test whose promise is broken


class Desk:
    """A worker, and what it says."""

    def __init__(self, *commands: tuple[str, ...]) -> None:
        self.history = SampleRing.allocate(40_000)
        self.history.write(np.r_[np.zeros(8_000, np.int16), np.ones(8_000, np.int16)])
        self.said: list[str] = []
        self._news = threading.Condition()
        self._commands = list(commands)
        self.started = 0
        self.worker = TurnWorker(
            self.history, self._say, self._say, settled=self._notify, open_model=self._start
        )

    def verdict(self) -> Verdict:
        found: list[Verdict] = []

        def there() -> bool:
            found.extend(v for v in [self.worker.verdict(0)] if v is not None)
            return bool(found)

        with self._news:
            assert self._news.wait_for(there, PATIENCE_S)
        return found[0]

    def until(self, true: object) -> None:
        with self._news:
            assert callable(true)
            assert self._news.wait_for(true, PATIENCE_S)

    def _start(self) -> TurnProcess:
        self.started += 1
        return TurnProcess(self._commands.pop(0) if len(self._commands) > 1 else self._commands[0])

    def _say(self, sentence: str) -> None:
        self.said.append(sentence)
        self._notify()

    def _notify(self) -> None:
        with self._news:
            self._news.notify_all()


@contextmanager
def desk(*commands: tuple[str, ...]) -> Iterator[Desk]:
    one = Desk(*commands)
    one.worker.start()
    yield one
    one.worker.stop()
    assert not one.worker._thread.is_alive()


def question(start: int, at: int) -> Question:
    return Question(start, at, at - 1_536)


def test_it_judges_exactly_the_slice_that_it_is_asked_about() -> None:
    with desk(children.COUNTING) as d:
        d.worker.ask(question(6_000, 16_000))
        assert d.verdict() == Verdict(question(6_000, 16_000), 0.8)


def test_of_questions_that_wait_only_the_newest_is_judged() -> None:
    with desk(children.COUNTING) as d:
        for start in (0, 1_000, 7_000):
            d.worker.ask(question(start, 9_000))
        while d.verdict().question.start != 7_000:
            pass
        assert d.worker.asked == 3
        assert d.worker.judged <= 3


def test_without_a_model_it_says_so_once_and_answers_that_nobody_can_say() -> None:
    with desk(children.WITHOUT_MODEL) as d:
        for _ in range(3):
            d.worker.ask(question(0, 9_000))
            assert d.verdict().complete is None
        (sentence,) = d.said
        assert sentence.endswith("until it is installed again, silence alone ends a turn")
        assert d.started == 1


def test_a_process_that_dies_costs_one_verdict() -> None:
    with desk(children.DIES_AT_ITS_FIRST_QUESTION, children.COUNTING) as d:
        d.worker.ask(question(0, 9_000))
        assert d.verdict().complete is None
        d.worker.ask(question(8_000, 9_000))
        assert d.verdict().complete == 1
        assert d.said == []


def test_one_that_dies_again_is_told_of_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_worker, "RESTART_AFTER_S", (0.0, 0.2))
    with desk(children.DIES_AT_ONCE, children.DIES_AT_ONCE, children.COUNTING) as d:
        d.until(lambda: d.said)
        assert d.said[0].startswith("The end-of-turn model does not run: its process has ended")
        d.until(lambda: d.started == 3)
        d.worker.ask(question(8_000, 9_000))
        while d.verdict().complete is None:
            d.worker.ask(question(8_000, 9_000))
        d.until(lambda: len(d.said) == 2)
        assert d.said[1] == "the end-of-turn model runs again"


def test_a_machine_that_is_too_slow_is_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_worker, "SLOW_S", -1.0)
    with desk(children.COUNTING) as d:
        for _ in range(2 * turn_worker.SLOW_VERDICTS):
            d.worker.ask(question(0, 9_000))
            d.verdict()
        (sentence,) = d.said
        assert "on this machine; as long as it does, silence alone ends a turn" in sentence


@pytest.mark.parametrize(
    "command", [children.NEVER_READY, children.HANGS], ids=["while loading", "while judging"]
)
def test_it_ends_at_once_whatever_its_process_does(command: tuple[str, ...]) -> None:
    with desk(command) as d:
        d.worker.ask(question(0, 9_000))
        d.until(lambda: d.started == 1)
