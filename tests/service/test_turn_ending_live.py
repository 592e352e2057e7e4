"""The end-of-turn model as the daemon has it: in its own time, and never waited for."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from appliance.hearing.shipped_model import ModelError
from appliance.hearing.turns.end_of_turn import Question, Verdict
from appliance.pcm.ring import SampleRing
from appliance.service.ends import Ends
from appliance.service.turn_ending import TurnEnding
from appliance.settings.load import load_settings
from tests.hearing.turns.turn_models import ToldModel

PATIENCE_S = 20.0
QUESTION = Question(0, 16_000, 15_000)


def ending(said: list[str], *settings: str, opens: Any = lambda: ToldModel(lambda pcm: 0.75)) -> TurnEnding:
    near = SampleRing.allocate(32_000)
    near.write(np.zeros(20_000, np.int16))
    ends = SimpleNamespace(punctual=False, warn=said.append, tell_owner=said.append, open_turn_model=opens)
    return TurnEnding(load_settings([], settings, {}).settings, near, cast(Ends, ends))


async def until(true: Callable[[], bool]) -> None:
    """What a thread does is seen by looking."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0)


async def verdict_of(one: TurnEnding) -> Verdict:
    judge = one.judge
    assert judge is not None
    judge.ask(QUESTION)
    found: list[Verdict] = []

    def there() -> bool:
        found.extend(verdict for verdict in [judge.verdict(0)] if verdict is not None)
        return bool(found)

    await until(there)
    return found[0]


async def test_without_the_wish_for_it_there_is_no_model() -> None:
    for settings in ((), ("hearing.end_of_turn=provider",), ("conversation.auto_complete=false",)):
        one = ending([], *settings)
        await one.start()
        assert one.judge is None
        assert one.gauges() == {}
        await one.stop()


async def test_the_start_does_not_wait_for_the_model_and_the_stream_does_not_wait_for_a_verdict() -> None:
    one = ending([], "hearing.end_of_turn=model")
    await one.start()
    await one.hold()
    assert await verdict_of(one) == Verdict(QUESTION, 0.75)
    assert one.gauges()["end_of_turn_questions"] == 1
    assert one.gauges()["end_of_turn_verdicts"] == 1
    await one.stop()


async def test_the_owner_hears_of_a_missing_model_in_the_status_too() -> None:
    def missing() -> ToldModel:
        raise ModelError("The end-of-turn model x.onnx cannot be loaded: No such file")

    said: list[str] = []
    one = ending(said, "hearing.end_of_turn=model", opens=missing)
    await one.start()
    assert (await verdict_of(one)).complete is None
    await until(lambda: bool(said))
    assert "silence alone ends a turn" in said[0]
    assert said[0] in one.words((12_800, 0))
    await one.stop()


async def test_the_status_says_how_much_silence_ends_a_turn_and_whence_that_is() -> None:
    assert ending([]).words((12_800, 3)) == "800 ms of silence"
    assert ending([]).words((11_200, 20)) == "700 ms of silence; learnt from 20 pauses"
    with_model = ending([], "hearing.end_of_turn=model").words((12_800, 0))
    assert with_model == "800 ms of silence; asked after 200 ms where the model finds it complete"
