"""Turns in virtual time end well, and those that do not are seen."""

import asyncio
from collections.abc import Callable

import pytest

from appliance.conversation import vocabulary as v
from appliance.providers.chain import Chain
from tests.bench import many_links, many_turns
from tests.bench.many_person import End
from tests.bench.many_turns import Ran, rows, run

TURNS = 150


def met(ran: Ran) -> list[bool | None]:
    ran.memory_kb = ran.memory_kb or [0, 0]  # too few turns for that
    return [row.met for row in rows(ran)]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_turn_ends_and_nothing_is_left(seed: int) -> None:
    ran = run(TURNS, seed)
    assert met(ran) == [True, True], (ran.mistakes, ran.left_over)
    assert ran.account.turns == TURNS
    assert ran.account.failovers > 0
    assert ran.account.gone_on_with > 0
    assert ran.account.ends[End.INTERRUPTED] > 0


def test_every_provider_takes_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_turns, "OUTAGE_TURNS", 2 * TURNS // len(many_turns.OUT_OF_ORDER))
    ran = run(2 * TURNS, 3)
    assert met(ran) == [True, True], (ran.mistakes, ran.left_over)
    assert set(ran.account.answers) == set(many_turns.HOSTS)
    assert ran.requests > 0


def test_a_provider_that_answers_next_to_nothing_is_seen() -> None:
    ran = run(5)
    ran.account.ends[End.ANSWERED] = many_turns.TURNS
    assert met(ran)[0] is False


def test_a_seed_is_the_same_talk_each_time() -> None:
    assert run(30, 5).account == run(30, 5).account


def losing(kind: type[v.Command]) -> Callable[[Chain, v.Command | v.OpenTurn], None]:
    """A chain that forgets every thirtieth command of this kind."""
    send, told = Chain.send, [0]

    def forgetful(chain: Chain, command: v.Command | v.OpenTurn) -> None:
        told[0] += isinstance(command, kind)
        if not isinstance(command, kind) or told[0] % 30:
            send(chain, command)

    return forgetful


def test_a_lost_block_of_sound_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chain, "send", losing(v.AppendAudio))
    ran = run(30)
    assert met(ran)[0] is False
    assert any("samples" in mistake for mistake in ran.mistakes)


def test_a_turn_that_never_ends_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chain, "abandon", lambda chain: None)
    monkeypatch.setattr(many_links, "MUTE", 1.0)
    ran = run(TURNS)
    assert ran.account.ends[End.NEVER] > 0
    assert met(ran)[0] is False


def test_a_task_that_is_left_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks: list[asyncio.Task[None]] = []
    opened = Chain.run

    async def run_with_a_leak(chain: Chain) -> None:
        tasks.append(asyncio.create_task(asyncio.sleep(1e9), name="leak"))
        await opened(chain)

    monkeypatch.setattr(Chain, "run", run_with_a_leak)
    ran = run(5)
    assert ran.left_over == ["task leak"]
    assert met(ran)[1] is False


def test_memory_that_grows_is_seen() -> None:
    ran = run(5)
    ran.memory_kb = [100_000, 101_000, 106_000]
    assert met(ran)[1] is False
