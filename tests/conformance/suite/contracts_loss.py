"""Losses and refusals: one failure, with a name; nobody hangs."""

import asyncio

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    CommitTurn,
    Failure,
    LinkChanged,
    LinkState,
    Ready,
    ToolCall,
    ToolResult,
    UsageTold,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import Pcm
from tests.conformance.suite.contract import Contract, Keep
from tests.conformance.suite.contracts_tools import LENGTH, ONE, OUTPUT
from tests.conformance.suite.plan import RETRY_AFTER_S, Plan, Refusal, Reply
from tests.conformance.suite.scene import CLOSE_WITHIN_S, Scene, eventually
from tests.conformance.suite.sound import complaint

# The deadlines of five seconds, and a machine that is busy.
GIVEN_UP_WITHIN_S = 7.0
LOST = frozenset({FailureCategory.SESSION_CLOSED, FailureCategory.CONNECTION_FAILED})


async def lost_while_connecting(scene: Scene) -> None:
    scene.peer.cut()
    scene.ask(1)
    scene.start()
    await _fails_once(scene, LOST)


async def lost_while_listening(scene: Scene) -> None:
    await scene.begin()
    scene.peer.open_turn()
    scene.say(scene.peer.more)
    scene.peer.cut()
    if scene.peer.goes_on:
        await scene.talk.when(lambda: len(scene.talk.of(Ready)) == 2)
    if scene.peer.goes_on or not scene.peer.one_connection:
        scene.peer.session.send(CommitTurn(1))
    await _fails_once(scene, LOST, said=scene.peer.more)


async def lost_while_thinking(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await eventually(lambda: scene.peer.told().asked > 0, lambda: "nobody was asked")
    scene.peer.cut()
    await _fails_once(scene, LOST)


async def lost_while_speaking(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await scene.talk.until(AnswerAudio)
    scene.peer.cut()
    await _fails_once(scene, LOST)


async def lost_while_a_tool_runs(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    call = await scene.talk.until(ToolCall)
    scene.peer.cut()
    scene.peer.session.send(ToolResult(1, call.call, OUTPUT))
    await _fails_once(scene, LOST)
    assert len(scene.talk.of(ToolCall)) == 1
    assert scene.peer.told_next is None or LENGTH in scene.peer.told_next().words


async def speaks_nonsense(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await _fails_once(scene, frozenset({FailureCategory.PROTOCOL_VIOLATION}))


async def never_opens(scene: Scene) -> None:
    scene.peer.wire.mute()
    scene.ask(1)
    scene.start()
    async with asyncio.timeout(GIVEN_UP_WITHIN_S):
        await _fails_once(scene, frozenset({FailureCategory.TIMED_OUT}))


def refused(category: FailureCategory, retry_after_s: float | None = None) -> Keep:
    """Nobody is let in, and it is said why."""

    async def keep(scene: Scene) -> None:
        scene.ask(1)
        scene.start()
        failure = await _fails_once(scene, frozenset({category}), again=False)
        if failure is not None:
            assert failure.retry_after_s == retry_after_s

    return keep


async def _fails_once(
    scene: Scene, categories: frozenset[FailureCategory], *, said: Pcm | None = None, again: bool = True
) -> Failure | None:
    """One failure and nothing after it. With an answer only that one failed: the session lives, and answers
    the next, if the peer is there `again`.

    Where a loss is not the end there is none: somebody else answers, who was told all that was `said` (None:
    the question).
    """
    if scene.peer.told_next is not None:
        await scene.answered(1)
        assert scene.talk.of(Failure) == []
        told = scene.peer.told_next()
        wrong = complaint([scene.peer.question if said is None else said], told.sound, told.rate_hz)
        assert not wrong, f"of who answers instead: {wrong}"
        downs = [event for event in scene.talk.of(LinkChanged) if event.link is LinkState.DOWN]
        assert downs[0].reason in categories, downs[0]
        return None
    await scene.talk.when(lambda: bool(scene.talk.of(Failure)))
    (failure,) = scene.talk.of(Failure)
    assert failure.category in categories, failure
    assert failure.message
    if failure.answer is None:
        assert scene.running is not None
        await asyncio.wait_for(asyncio.shield(scene.running), CLOSE_WITHIN_S)
        assert [event for event in scene.events if not isinstance(event, UsageTold)][-1] is failure
    elif again:
        scene.peer.wire.mend()
        scene.ask(2)
        await scene.talk.when(lambda: bool(scene.talk.of(AnswerDone, 2)) or len(scene.talk.of(Failure)) > 1)
        assert scene.talk.of(Failure)[1:] == []
    assert scene.talk.of(AnswerDone, 1) == []
    return failure


_SPEAKS = Plan((Reply(duration_s=2.0, paced=True), Reply()))

CONTRACTS = (
    Contract("lost while connecting", "A peer that cannot be reached is one failure.", lost_while_connecting),
    Contract(
        "lost while listening",
        "A connection lost while the person talks is one failure.",
        lost_while_listening,
    ),
    Contract(
        "lost while thinking",
        "A connection lost before the answer is one failure.",
        lost_while_thinking,
        Plan((Reply(silent=True), Reply())),
    ),
    Contract(
        "lost while speaking",
        "A connection lost in mid-answer is one failure.",
        lost_while_speaking,
        _SPEAKS,
    ),
    Contract(
        "lost while a tool runs",
        "A connection lost while a tool runs is one failure, and the tool ran once.",
        lost_while_a_tool_runs,
        ONE,
        lambda can: can.tools,
    ),
    Contract(
        "nonsense",
        "What no protocol allows, in mid-turn, is one failure: protocol_violation.",
        speaks_nonsense,
        Plan((Reply(nonsense=True, duration_s=2.0), Reply())),
    ),
    Contract(
        "mute peer",
        f"Who lets us in and says nothing is given up within {GIVEN_UP_WITHIN_S:g} s: timed_out.",
        never_opens,
    ),
    Contract(
        "wrong key",
        "A key that is refused is auth_failed.",
        refused(FailureCategory.AUTH_FAILED),
        Plan(refusal=Refusal.WRONG_KEY),
    ),
    Contract(
        "no money left",
        "An account without money is quota_exhausted.",
        refused(FailureCategory.QUOTA_EXHAUSTED),
        Plan(refusal=Refusal.NO_MONEY),
    ),
    Contract(
        "asked too often",
        f"Who is asked too often is rate_limited, with its own wish when to come again ({RETRY_AFTER_S} s).",
        refused(FailureCategory.RATE_LIMITED, RETRY_AFTER_S),
        Plan(refusal=Refusal.TOO_OFTEN),
    ),
)
