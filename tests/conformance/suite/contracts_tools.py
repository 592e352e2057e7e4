"""Tools: called, told, and never run twice."""

import json
from dataclasses import replace

from appliance.conversation.vocabulary import (
    AnswerDone,
    CancelAnswer,
    CommitTurn,
    ToolCall,
    ToolDeclaration,
    ToolRan,
    ToolResult,
)
from tests.conformance.suite.contract import Contract
from tests.conformance.suite.plan import CONFIG, Call, Plan, Reply
from tests.conformance.suite.scene import Scene

_SCHEMA = '{"type":"object","properties":{"seconds":{"type":"number"}},"required":["seconds"]}'
TIMER = ToolDeclaration("set_timer", "Sets a timer.", _SCHEMA)
WITH_TOOLS = replace(CONFIG, tools=(TIMER,))
LENGTH, OTHER_LENGTH = "5 minutes", "1 minute"
OUTPUT, OTHER_OUTPUT = (f'{{"length": "{length}"}}' for length in (LENGTH, OTHER_LENGTH))
CALL = Call("set_timer", '{"seconds": 300.0}')
ONE = Plan((Reply("", 0.0, (CALL,), then="It will ring."),), WITH_TOOLS)
TWO = Plan(
    (Reply("", 0.0, (CALL, Call("set_timer", '{"seconds": 60.0}')), then="Both will ring."),), WITH_TOOLS
)


async def one_call(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    call = await scene.talk.until(ToolCall)
    assert (call.answer, call.name) == (1, "set_timer")
    assert json.loads(call.arguments) == {"seconds": 300}
    scene.peer.session.send(ToolResult(1, call.call, OUTPUT))
    await scene.answered(1)
    assert LENGTH in scene.peer.told().words
    assert len(scene.talk.of(ToolCall)) == 1
    assert len(scene.talk.of(AnswerDone)) == 1
    assert len(scene.talk.sound(1)) > 0


async def two_calls(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await scene.talk.when(lambda: len(scene.talk.of(ToolCall)) == 2)
    first, second = scene.talk.of(ToolCall)
    assert first.call != second.call
    scene.peer.session.send(ToolResult(1, second.call, OTHER_OUTPUT))
    scene.peer.session.send(ToolResult(1, first.call, OUTPUT))
    await scene.answered(1)
    assert LENGTH in scene.peer.told().words
    assert OTHER_LENGTH in scene.peer.told().words
    assert len(scene.talk.of(ToolCall)) == 2
    assert len(scene.talk.of(AnswerDone)) == 1


async def ran_elsewhere(scene: Scene) -> None:
    await scene.begin()
    scene.peer.open_turn()
    scene.say(scene.peer.question)
    scene.peer.session.send(ToolRan("elsewhere-1", CALL.name, CALL.arguments, OUTPUT))
    scene.peer.session.send(CommitTurn(1))
    await scene.answered(1)
    assert scene.talk.of(ToolCall) == []
    assert LENGTH in scene.peer.told().words


async def cancelled_while_it_runs(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    call = await scene.talk.until(ToolCall)
    scene.peer.session.send(CancelAnswer(1, 0))
    before = len(scene.of_answer(1))
    scene.peer.session.send(ToolResult(1, call.call, OUTPUT))
    scene.say(scene.peer.more)
    scene.peer.session.send(CommitTurn(2))
    await scene.answered(2)
    assert len(scene.of_answer(1)) == before
    assert len(scene.talk.of(ToolCall)) == 1
    assert not scene.peer.reads or LENGTH in scene.peer.told().words


CONTRACTS = (
    Contract(
        "tool",
        "A tool is called, and the answer goes on with its result.",
        one_call,
        ONE,
        lambda can: can.tools,
    ),
    Contract(
        "two tools at once",
        "Two tools are called for one answer, which goes on when both results are told, in any order.",
        two_calls,
        TWO,
        lambda can: can.tools,
    ),
    Contract(
        "cancel while a tool runs",
        "A turn that goes on while a tool runs is one, and its answer knows what the tool gave.",
        cancelled_while_it_runs,
        Plan((*ONE.replies, Reply("It is set, and here is more.")), WITH_TOOLS),
        lambda can: can.tools,
    ),
    Contract(
        "tool that ran elsewhere",
        "It is told what a tool gave when another provider called it, and does not call it again.",
        ran_elsewhere,
        Plan(config=WITH_TOOLS),
        lambda can: can.tools,
    ),
)
