"""Why it ends is known, whatever else happens meanwhile, and it ends in time."""

import asyncio
import os
from collections.abc import Callable
from contextlib import closing
from itertools import permutations

import pytest

from appliance.errors import ApplianceError
from appliance.service.ending import CLOSE_S, WISHED_S, Ending, Why
from appliance.service.notify import Notifier
from tests.bench.soak_time import VirtualLoop

REASONS: dict[Why, Callable[[Ending], None]] = {
    Why.REPLACED: Ending.replace,
    Why.WISHED: Ending.wish,
    Why.BROKEN: lambda ending: ending.break_down(ValueError("a fault of ours")),
}


def ended_by(*reasons: Callable[[Ending], None]) -> Ending:
    """In a loop that ends before the process would."""

    async def end() -> Ending:
        ending = Ending(notifier)
        for reason in reasons:
            reason(ending)
            assert ending.begun.is_set()
        return ending

    with closing(Notifier()) as notifier, asyncio.Runner() as runner:
        return runner.run(end())


def test_until_there_is_a_reason_it_does_not_end() -> None:
    ending = ended_by()
    assert (ending.begun.is_set(), ending.why, ending.failure) == (False, None, None)


@pytest.mark.parametrize(("first", "second"), list(permutations(Why, 2)))
def test_of_two_reasons_the_greater_counts_whichever_came_first(first: Why, second: Why) -> None:
    assert ended_by(REASONS[first], REASONS[second]).why is max(first, second)


def test_of_two_faults_the_first_is_told() -> None:
    fault, other = ValueError("the first"), KeyError("what came of it")
    ending = ended_by(lambda ending: ending.break_down(fault), lambda ending: ending.break_down(other))
    assert ending.failure is fault


@pytest.mark.parametrize(
    ("why", "within_s", "exit_code"),
    [
        (Why.WISHED, WISHED_S, 0),
        (Why.REPLACED, CLOSE_S, ApplianceError.exit_code),
        (Why.BROKEN, CLOSE_S, ApplianceError.exit_code),
    ],
)
def test_the_process_is_gone_in_time_though_something_hangs(
    why: Why, within_s: float, exit_code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[tuple[float, int]] = []

    async def hang() -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        monkeypatch.setattr(os, "_exit", lambda code: gone.append((round(loop.time() - began_s, 3), code)))
        REASONS[why](Ending(notifier))
        await asyncio.sleep(2 * CLOSE_S)  # virtual

    with closing(Notifier()) as notifier, asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(hang())
    assert gone == [(within_s, exit_code)]
