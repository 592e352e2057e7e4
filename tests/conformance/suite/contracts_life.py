"""The session's own life, its key, and settings that not everybody has."""

import asyncio
import re
from dataclasses import replace

from appliance.conversation.vocabulary import AnswerAudio, CloseSession, Failure
from tests.conformance.suite.contract import Contract, Keep
from tests.conformance.suite.plan import CONFIG, KEY, Plan, Refusal, Reply
from tests.conformance.suite.scene import CLOSE_WITHIN_S, Scene, eventually

# To be in the middle of connecting, which nothing tells.
_ON_ITS_WAY_S = 0.1
_LONG = Plan((Reply(duration_s=4.0, paced=True),))


async def closes_in_time(scene: Scene) -> None:
    before = asyncio.all_tasks()
    await scene.begin()
    scene.ask(1)
    await scene.talk.until(AnswerAudio)
    told = len(scene.events)
    scene.peer.session.send(CloseSession())
    assert scene.running is not None
    await asyncio.wait_for(asyncio.shield(scene.running), CLOSE_WITHIN_S)
    assert [e for e in scene.events[told:] if isinstance(e, Failure)] == []
    await _nothing_is_left(scene, before)


async def closes_while_connecting(scene: Scene) -> None:
    before = asyncio.all_tasks()
    scene.peer.wire.mute()
    running = scene.start()
    await asyncio.sleep(_ON_ITS_WAY_S)
    scene.peer.session.send(CloseSession())
    await asyncio.wait_for(asyncio.shield(running), CLOSE_WITHIN_S)
    assert scene.talk.of(Failure) == []
    await _nothing_is_left(scene, before)


async def cancelled_in_time(scene: Scene) -> None:
    before = asyncio.all_tasks()
    await scene.begin()
    scene.ask(1)
    await scene.talk.until(AnswerAudio)
    assert scene.running is not None
    scene.running.cancel()
    await asyncio.wait({scene.running}, timeout=CLOSE_WITHIN_S)
    assert scene.running.cancelled()
    await _nothing_is_left(scene, before)


async def key_stays_secret(scene: Scene) -> None:
    """The door quotes the key, and the runner looks for it in every event, log line and repr of every run."""
    scene.ask(1)
    scene.start()
    await scene.talk.when(lambda: bool(scene.talk.of(Failure)) or scene.peer.goes_on)
    assert KEY not in repr(scene.peer.session)
    assert KEY not in str(scene.events)


def told_setting(value: str) -> Keep:
    """The peer is told this number."""

    async def keep(scene: Scene) -> None:
        await scene.begin()
        scene.ask(1)
        await scene.answered(1)
        assert re.search(value, scene.peer.told().words), scene.peer.told().words

    return keep


def spared_setting(value: str) -> Keep:
    """The peer, which would refuse it, is not told, and answers."""

    async def keep(scene: Scene) -> None:
        await scene.begin()
        scene.ask(1)
        await scene.answered(1)
        assert not re.search(value, scene.peer.told().words)

    return keep


async def _nothing_is_left(scene: Scene, before: "set[asyncio.Task[object]]") -> None:
    await eventually(lambda: scene.peer.wire.clients == 0, lambda: "a connection is open still")
    await eventually(lambda: not _ours(before), lambda: f"tasks are left: {_ours(before)}")


def _ours(before: "set[asyncio.Task[object]]") -> list[str]:
    """Tasks that run code of the appliance."""
    left = (task.get_coro() for task in asyncio.all_tasks() - before)
    codes = [getattr(coroutine, "cr_code", None) for coroutine in left]
    return [code.co_qualname for code in codes if code is not None and "/appliance/" in code.co_filename]


_SPEED, _TEMPERATURE, _MAXIMUM = r":\s*1\.1\b", r":\s*0\.75\b", r":\s*1234\b"

CONTRACTS = (
    Contract(
        "close",
        "Closed in mid-answer it ends within a second, and leaves no task or socket.",
        closes_in_time,
        _LONG,
    ),
    Contract("close while connecting", "The same, before its peer has said a word.", closes_while_connecting),
    Contract("cancelled task", "The same, where its task is cancelled.", cancelled_in_time, _LONG),
    Contract(
        "key",
        "The key is in no event, log line or repr, also if the peer quotes it.",
        key_stays_secret,
        Plan(refusal=Refusal.WRONG_KEY),
    ),
    Contract(
        "speed",
        "The voice speaks faster or slower.",
        told_setting(_SPEED),
        Plan(config=replace(CONFIG, speed=1.1)),
        lambda can: can.speed,
        spared_setting(_SPEED),
    ),
    Contract(
        "temperature",
        "The temperature is told.",
        told_setting(_TEMPERATURE),
        Plan(config=replace(CONFIG, temperature=0.75)),
        lambda can: can.temperature,
        spared_setting(_TEMPERATURE),
    ),
    Contract(
        "maximum length",
        "The maximum length of an answer is told.",
        told_setting(_MAXIMUM),
        Plan(config=replace(CONFIG, max_output_tokens=1234)),
        lambda can: can.max_output_tokens,
        spared_setting(_MAXIMUM),
    ),
)
