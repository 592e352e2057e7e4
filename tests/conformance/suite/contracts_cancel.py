"""Interruptions: what is cut off, what is remembered of it, and what is forgotten."""

import asyncio

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerStarted,
    AppendAudio,
    CancelAnswer,
    CommitTurn,
    DiscardTurn,
    Failure,
    ProviderEvent,
    UserTranscript,
)
from appliance.errors import FailureCategory
from tests.conformance.suite.contract import Contract
from tests.conformance.suite.plan import Plan, Reply
from tests.conformance.suite.scene import CLOSE_WITHIN_S, Scene
from tests.conformance.suite.sound import complaint

HEARD_MS = 300
_AHEAD_MS = 100  # of what is heard came more
_TEXT = "One two three four five six seven eight nine ten eleven twelve."
_INTERRUPTED = Plan((Reply(_TEXT, duration_s=2.0, paced=True), Reply("Yes, please?")))


async def nothing_after_cancel(scene: Scene) -> None:
    await _interrupt(scene, HEARD_MS)
    before = len(scene.of_answer(1))
    scene.ask(2)
    await scene.answered(2)
    assert len(scene.of_answer(1)) == before, f"came after it: {scene.of_answer(1)[before:]}"
    assert len(scene.talk.sound(2)) > 0


async def knows_what_was_heard(scene: Scene) -> None:
    await _interrupt(scene, HEARD_MS)
    scene.ask(2)
    await scene.answered(2)
    assert len(scene.peer.told().heard) == 1
    (heard,) = scene.peer.told().heard
    if heard.endswith(" ms"):
        assert heard == f"{HEARD_MS} ms"
    else:
        assert _TEXT.startswith(heard)
        assert heard != _TEXT


async def does_not_hear_of_it(scene: Scene) -> None:
    await _interrupt(scene, HEARD_MS)
    scene.ask(2)
    await scene.answered(2)
    assert scene.peer.told().heard == ()


async def turn_goes_on_at_once(scene: Scene) -> None:
    await _goes_on_after(scene, AnswerStarted)


async def turn_goes_on_over_sound(scene: Scene) -> None:
    await _goes_on_after(scene, AnswerAudio)


async def _goes_on_after(scene: Scene, came: type[ProviderEvent]) -> None:
    await _interrupt(scene, 0, came)
    before = len(scene.of_answer(1))
    scene.say(scene.peer.more)
    scene.peer.session.send(CommitTurn(2))
    await scene.answered(2)
    assert len(scene.of_answer(1)) == before
    told = scene.peer.told()
    wrong = complaint([scene.peer.question, scene.peer.more], told.sound, told.rate_hz)
    assert not wrong, wrong
    assert told.heard == (), f"remembered, and nobody heard it: {told.heard}"
    if scene.can.transcribes_user:
        await scene.talk.when(lambda: any(event.final for event in scene.talk.of(UserTranscript, 2)))


async def forgets(scene: Scene) -> None:
    await scene.begin()
    scene.peer.open_turn()
    scene.say(scene.peer.more)
    scene.peer.session.send(DiscardTurn())
    scene.ask(1)
    await scene.answered(1)
    told = scene.peer.told()
    assert not (wrong := complaint([scene.peer.question], told.sound, told.rate_hz)), wrong


async def answers_nothing_that_was_discarded(scene: Scene) -> None:
    """It lives on, or ends the session so that the next one knows nothing of it."""
    await scene.begin()
    scene.say(scene.peer.more)
    scene.peer.session.send(DiscardTurn())
    scene.peer.session.send(AppendAudio(scene.peer.question))
    scene.peer.session.send(CommitTurn(1))
    await scene.talk.answered(1)
    if failures := scene.talk.of(Failure):
        assert [failure.category for failure in failures] == [FailureCategory.SESSION_CLOSED]
        assert failures[0].answer is None
        assert scene.running is not None
        await asyncio.wait_for(asyncio.shield(scene.running), CLOSE_WITHIN_S)
    assert [type(event) for event in scene.of_answer(1)].count(AnswerStarted) == (0 if failures else 1)


async def _interrupt(scene: Scene, heard_ms: int, came: type[ProviderEvent] = AnswerAudio) -> None:
    """The first answer is cut off from within the telling of what `came`; of its sound, once a little more
    came than was heard."""
    cut = asyncio.Event()
    enough = (heard_ms + _AHEAD_MS) * scene.can.output_rate_hz // 1000 if came is AnswerAudio else 0

    def react(event: ProviderEvent) -> None:
        if isinstance(event, came) and not cut.is_set() and len(scene.talk.sound(1)) >= enough:
            cut.set()
            scene.peer.session.send(CancelAnswer(1, heard_ms))

    await scene.begin()
    scene.talk.react = react
    scene.ask(1)
    await scene.talk.when(cut.is_set)


CONTRACTS = (
    Contract(
        "cancel",
        "Once an answer is cancelled nothing of it comes any more, and the next one is whole.",
        nothing_after_cancel,
        _INTERRUPTED,
    ),
    Contract(
        "what was heard",
        "It is told how far a cancelled answer was heard, before it answers again.",
        knows_what_was_heard,
        _INTERRUPTED,
        lambda can: can.truncates,
        does_not_hear_of_it,
    ),
    Contract(
        "turn goes on at once",
        "A turn that goes on as its answer begins is one: both halves arrive, and one answer comes.",
        turn_goes_on_at_once,
        _INTERRUPTED,
    ),
    Contract(
        "turn goes on over sound",
        "The same where sound came that nobody heard: nothing of that answer is remembered.",
        turn_goes_on_over_sound,
        _INTERRUPTED,
    ),
    Contract(
        "discard",
        "A turn that is discarded is forgotten.",
        forgets,
        flag=lambda can: can.discards,
        without=answers_nothing_that_was_discarded,
    ),
)
