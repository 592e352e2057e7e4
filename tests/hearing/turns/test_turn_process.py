"""The process that runs the end-of-turn model: it answers, or it has a name for why not."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pytest

from appliance.hearing.shipped_model import ModelError
from appliance.hearing.turns import turn_child, turn_process
from appliance.hearing.turns.log_mel import WINDOW_SAMPLES
from appliance.hearing.turns.smart_turn import SmartTurn
from appliance.hearing.turns.turn_process import ProcessLost, TurnProcess
from tests.hearing.turns import turn_children as children
from tests.recordings import recordings


@contextmanager
def running(command: tuple[str, ...]) -> Iterator[TurnProcess]:
    with closing(TurnProcess(command)) as process:
        process.await_ready()
        yield process


def test_it_says_what_the_model_says() -> None:
    whole, model = recordings()[0].pcm, SmartTurn()
    with running(turn_process.COMMAND) as process:
        for pcm in (whole, whole[: len(whole) // 2], whole[:0]):
            assert process.completeness(pcm) == pytest.approx(model.completeness(pcm), abs=1e-4)


def test_it_yields_to_everything_else() -> None:
    with running(turn_process.COMMAND) as process:
        ours, its = (os.getpriority(os.PRIO_PROCESS, number) for number in (0, process.pid))
        assert its == min(ours + turn_child.NICENESS, 19)


def test_it_knows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with running(
        children.child("say('ready')\nask()\nsay('complete %d' % ('OPENAI_API_KEY' in os.environ))\nask()")
    ) as p:
        assert p.completeness(np.zeros(10, np.int16)) == 0


def test_it_is_given_every_sample() -> None:
    with running(children.COUNTING) as process:
        assert process.completeness(np.ones(WINDOW_SAMPLES, np.int16)) == 1
        half = np.r_[np.zeros(500, np.int16), np.full(500, -3, np.int16)]
        assert process.completeness(half) == 0.5


def test_a_missing_model_is_told_in_its_own_words() -> None:
    process = TurnProcess(children.WITHOUT_MODEL)
    with closing(process), pytest.raises(ModelError, match=r"x\.onnx cannot be loaded: No such file"):
        process.await_ready()


def test_a_process_that_cannot_start_has_a_name() -> None:
    with pytest.raises(ProcessLost, match="cannot be started: No such file"):
        TurnProcess(("/nowhere/python",))


def test_a_process_that_ends_at_once_has_a_name() -> None:
    with (
        closing(TurnProcess(children.DIES_AT_ONCE)) as process,
        pytest.raises(ProcessLost, match="has ended"),
    ):
        process.await_ready()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (children.DIES_AT_ITS_FIRST_QUESTION, "has ended"),
        (children.HANGS, "does not answer"),
        (children.TALKS_NONSENSE, "answers what nobody asked"),
        (children.OUT_OF_RANGE, "answers what nobody asked"),
    ],
    ids=["dies", "hangs", "nonsense", "out of range"],
)
def test_whatever_becomes_of_a_question_has_a_name(
    command: tuple[str, ...], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_process, "VERDICT_DEADLINE_S", 0.5)
    with running(command) as process, pytest.raises(ProcessLost, match=why):
        process.completeness(np.zeros(WINDOW_SAMPLES, np.int16))


def test_it_ends_with_its_parent() -> None:
    process = TurnProcess()
    process.await_ready()
    assert process._process.stdin is not None
    process._process.stdin.close()
    assert process._process.wait(5) == 0
    process._process.stdout.close()  # type: ignore[union-attr]
