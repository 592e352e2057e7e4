"""A turn and its answer, in speech."""

import asyncio
import re
from dataclasses import replace

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    CommitTurn,
    Failure,
    Ready,
    TurnEndHeard,
    UsageUnit,
    UserTranscript,
)
from tests.conformance.suite.contract import Contract
from tests.conformance.suite.plan import CONFIG, Plan
from tests.conformance.suite.scene import Scene
from tests.conformance.suite.sound import complaint

TURN_MS = 600
# What is not to come has come by then, on loopback, where it does.
_NOTHING_COMES_S = 0.3


async def becomes_ready(scene: Scene) -> None:
    await scene.begin()
    assert scene.said[0] == Ready()
    assert scene.talk.of(Ready) == [Ready()]


async def all_sound_arrives(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await scene.answered(1)
    told = scene.peer.told()
    assert not (wrong := complaint([scene.peer.question], told.sound, told.rate_hz)), wrong


async def early_turn_is_kept(scene: Scene) -> None:
    scene.ask(1)
    scene.start()
    await scene.answered(1)
    assert isinstance(scene.said[0], Ready)
    told = scene.peer.told()
    assert not (wrong := complaint([scene.peer.question], told.sound, told.rate_hz)), wrong


async def writes_down_the_person(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await scene.answered(1)
    await scene.talk.when(lambda: any(event.final for event in scene.talk.of(UserTranscript, 1)))
    assert letters(scene.talk.heard(1)) == letters(scene.peer.understood)


async def answer_is_whole(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await scene.answered(1)
    made, heard = np.trim_zeros(scene.peer.told().made), np.trim_zeros(scene.talk.sound(1))
    assert np.array_equal(made, heard), f"{len(made)} samples were made and {len(heard)} came"
    kinds = [type(event) for event in scene.of_answer(1)]
    assert kinds[0] is AnswerStarted
    assert kinds.count(AnswerStarted) == 1
    assert scene.talk.of(AnswerTranscript, 1)[-1].final
    assert letters(scene.talk.said(1))


async def answer_ends_once(scene: Scene) -> None:
    await scene.begin()
    for answer in (1, 2):
        scene.ask(answer)
        done = await scene.answered(answer)
        assert done.complete
        assert done.usage, "nobody knows what it took"
        assert set(done.usage) <= set(UsageUnit), f"usage in words of its own: {sorted(done.usage)}"
        assert all(isinstance(count, int) and count >= 0 for count in done.usage.values())
    told = scene.peer.told()
    assert not (wrong := complaint([scene.peer.question] * 2, told.sound, told.rate_hz)), wrong
    for answer in (1, 2):
        assert isinstance(scene.of_answer(answer)[-1], AnswerDone)
        assert len(scene.talk.of(AnswerDone, answer)) == 1


async def hears_the_end(scene: Scene) -> None:
    await scene.begin()
    scene.peer.open_turn()
    scene.say(scene.peer.question)
    await scene.talk.until(TurnEndHeard)
    assert [event for event in scene.events if isinstance(event, AnswerStarted)] == []
    scene.peer.session.send(CommitTurn(1))
    await scene.answered(1)


async def leaves_the_end_to_us(scene: Scene) -> None:
    await scene.begin()
    scene.peer.open_turn()
    scene.say(scene.peer.question)
    await asyncio.sleep(_NOTHING_COMES_S)
    scene.peer.session.send(CommitTurn(1))
    await scene.answered(1)
    assert scene.talk.of(TurnEndHeard) == []
    assert scene.talk.of(Failure) == []


def letters(text: str) -> str:
    """What was said, however it is spelled."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


CONTRACTS = (
    Contract("ready", "It becomes ready, and says so first and once.", becomes_ready),
    Contract("spoken turn", "Every sample of a spoken turn arrives, in order, once.", all_sound_arrives),
    Contract(
        "early turn", "What is said before it is ready is kept, and answered once it is.", early_turn_is_kept
    ),
    Contract(
        "transcript of the person",
        "It tells what the person said.",
        writes_down_the_person,
        flag=lambda can: can.transcribes_user,
    ),
    Contract(
        "answer's sound", "Every sample of the answer comes, in order, once; its words too.", answer_is_whole
    ),
    Contract(
        "answer's end",
        "Turn by turn, an answer's end is told once and last, with what it took in units that have prices.",
        answer_ends_once,
    ),
    Contract(
        "end of turn",
        "Where it is asked to, it says when the person's turn ended, and answers only when it is asked.",
        hears_the_end,
        Plan(config=replace(CONFIG, provider_ends_turns=True), ends_turn_ms=TURN_MS),
        lambda can: can.ends_turns,
        leaves_the_end_to_us,
    ),
)
