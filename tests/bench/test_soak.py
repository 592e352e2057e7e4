"""Conversations by chance hold every invariant, and what does not hold is found."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest

from appliance.conversation.machine import Phase, State
from appliance.conversation.vocabulary import AppendAudio, CancelAnswer, CommitTurn
from appliance.service.assembly import Assembly
from tests.bench.soak_provider import SoakProvider
from tests.bench.soak_run import converse, shortest
from tests.bench.soak_script import (
    SECRET_AMPLITUDE,
    End,
    Mute,
    Press,
    Reply,
    Say,
    Script,
    Stop,
    Words,
    heard_by,
    random_script,
)
from tests.bench.soak_time import VirtualLoop
from tests.bench.soak_watch import wrong_turns
from tests.service.stage import speech

SEEDS = range(30)
QUESTION = Say(500, 1200)


def script(*acts: Say | Press | Mute | Stop, reply: Reply = Reply(100, 2000, 0.0, End.COMPLETE)) -> Script:  # noqa: B008  frozen
    return Script(6000, acts, (reply,), (Words(50, None),))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_conversation_by_chance_holds_every_invariant(seed: int) -> None:
    assert converse(random_script(seed)) == []


def test_a_script_is_the_same_conversation_each_time() -> None:
    def run() -> list[tuple[int, State]]:
        states: list[tuple[int, State]] = []
        converse(random_script(4), lambda assembly, now_ms: states.append((now_ms, assembly.conductor.state)))
        return states

    assert run() == run()


# ------------------------------------------------------------------- nothing wrong goes unseen


def without_deadlines(assembly: Assembly, now_ms: int) -> None:
    assembly.conductor.tick = lambda: None  # type: ignore[method-assign]


def deaf_to_every_answer(assembly: Assembly, now_ms: int) -> None:
    assembly.answers.is_current = lambda number: False  # type: ignore[method-assign]


def sounding_on(assembly: Assembly, now_ms: int) -> None:
    """The answer of which nobody knows any more plays again."""
    if assembly.conductor.state.phase is Phase.LISTENING:
        assembly.loudspeaker._mouth.begin(99)
        assembly.loudspeaker._mouth.append(99, np.full(4800, 8000, np.int16))
        assembly.loudspeaker._mouth.play()


def streaming_at_once(assembly: Assembly, now_ms: int) -> None:
    if assembly.conductor.state is State.OPENING:
        assembly.turns.stream(assembly.near.written)


@pytest.mark.parametrize(
    ("sabotage", "reply", "seen"),
    [
        (without_deadlines, Reply(0, 0, 0.0, End.STALLED), "unanswered"),
        (without_deadlines, Reply(0, 500, 0.0, End.STALLED), "silent while it speaks"),
        (deaf_to_every_answer, Reply(0, 500, 0.0, End.COMPLETE), "unanswered"),
        (sounding_on, Reply(0, 500, 0.0, End.COMPLETE), "it sounds"),
        (streaming_at_once, Reply(0, 500, 0.0, End.COMPLETE), "leaves the box"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_conversation_is_found(
    sabotage: Callable[[Assembly, int], None], reply: Reply, seen: str
) -> None:
    found = converse(script(QUESTION, reply=reply), sabotage)
    assert any(seen in sentence for sentence in found), found


def test_a_provider_hears_no_secret_and_counts_what_was_heard() -> None:
    async def tell() -> list[str]:
        provider = SoakProvider(replies=(Reply(0, 200, 0.0, End.STALLED),)).open()
        provider._emit = lambda event: None
        provider.send(CommitTurn(1))
        provider.send(AppendAudio(speech(100)))
        provider.send(CommitTurn(2))
        provider.send(CancelAnswer(2, heard_ms=300))
        provider.send(AppendAudio(np.full(160, SECRET_AMPLITUDE, np.int16)))
        return provider.mistakes

    assert asyncio.run(tell()) == [
        "answer 1 is asked for without a sound",
        "300 ms were heard of 200 ms",
        "hears what was said while nobody might listen",
    ]


@pytest.mark.parametrize(
    ("happened", "wrong"),
    [
        (["turn_opened", "turn_committed", "turn_committed", "answer_done"], []),
        (["turn_opened", "turn_discarded"], []),
        (["turn_opened", "turn_committed"], ["turn 1: discarded 0 times and answered 0 times"]),
        (["turn_opened", "answer_done"], ["turn 1: answered, and never committed"]),
        (["turn_committed", "answer_done"], ["turn 1: opened 0 times"]),
    ],
)
def test_a_turn_is_opened_once_and_closed_once(happened: list[str], wrong: list[str]) -> None:
    assert wrong_turns([{"event": name, "turn": 1} for name in happened]) == wrong


def test_what_is_said_while_muted_is_marked_as_a_secret() -> None:
    near = heard_by(script(Say(1000, 2000), Mute(1500, 3000), Mute(1600, 400)))
    loud_ms = np.flatnonzero(np.abs(near.astype(np.int32)) == SECRET_AMPLITUDE) / 16
    assert (loud_ms.min(), round(loud_ms.max())) == (1520, 2000)


def test_the_shortest_script_is_the_one_that_still_goes_wrong() -> None:
    long = script(QUESTION, Press(2500, 300), Stop(4000), Say(4200, 90))
    short = shortest(long, lambda shorter: any(isinstance(act, Stop) for act in shorter.acts))
    assert short.acts == (Stop(4000),)


def test_in_virtual_time_nobody_waits() -> None:
    async def wait() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(wait()) == 3600
