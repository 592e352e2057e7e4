"""What is told and asked in writing, and answers that are."""

from dataclasses import replace

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerTranscript,
    AskText,
    Configure,
    ContinueAnswer,
    HistoryItem,
    Ready,
    UserTranscript,
)
from tests.conformance.suite.contract import Contract
from tests.conformance.suite.plan import Plan
from tests.conformance.suite.scene import Scene

WRITTEN = "What time is it in Vienna?"
OTHERWISE = "Answer like a pirate from here on."
PAST = (HistoryItem("user", "My cat is called Minka."), HistoryItem("assistant", "What a fine name."))
SAID = "It is a quarter past four, and the sun"


async def question_in_writing(scene: Scene) -> None:
    await scene.begin()
    scene.peer.session.send(AskText(1, WRITTEN, spoken=True))
    await scene.answered(1)
    said = [event.text for event in scene.talk.of(UserTranscript, 1) if event.final]
    assert said == [WRITTEN]
    assert len(scene.talk.sound(1)) > 0
    assert not scene.peer.reads or WRITTEN in scene.peer.told().words


async def early_question(scene: Scene) -> None:
    scene.peer.session.send(AskText(1, WRITTEN, spoken=True))
    scene.start()
    await scene.answered(1)
    assert isinstance(scene.said[0], Ready)
    assert [event.text for event in scene.talk.of(UserTranscript, 1) if event.final] == [WRITTEN]


async def answer_in_text(scene: Scene) -> None:
    await scene.begin()
    scene.peer.session.send(AskText(1, WRITTEN, spoken=False))
    await scene.answered(1)
    assert scene.talk.of(AnswerAudio, 1) == []
    written = scene.talk.of(AnswerTranscript, 1)[-1]
    assert written.written
    assert written.final
    assert written.text


async def goes_on_with_an_answer(scene: Scene) -> None:
    await scene.begin()
    scene.peer.open_turn()
    scene.say(scene.peer.question)
    scene.peer.session.send(ContinueAnswer(1, SAID))
    await scene.answered(1)
    assert SAID in scene.peer.told().words
    assert len(scene.talk.sound(1)) > 0


async def ignores_what_it_cannot_go_on_with(scene: Scene) -> None:
    await scene.begin()
    scene.peer.session.send(ContinueAnswer(1, SAID))
    scene.ask(2)
    await scene.answered(2)
    assert scene.of_answer(1) == []


async def is_told_the_history(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await scene.answered(1)
    words = scene.peer.told().words
    places = [words.find(item.text) for item in PAST]
    assert -1 not in places
    assert places == sorted(places)


async def other_instructions(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await scene.answered(1)
    assert OTHERWISE not in scene.peer.told().words
    scene.peer.session.send(Configure(replace(scene.plan.config, instructions=OTHERWISE)))
    scene.ask(2)
    await scene.answered(2)
    assert OTHERWISE in scene.peer.told().words


async def other_output(scene: Scene) -> None:
    await scene.begin()
    scene.ask(1)
    await scene.answered(1)
    scene.peer.session.send(Configure(replace(scene.plan.config, output="text")))
    scene.ask(2)
    await scene.answered(2)
    assert len(scene.talk.sound(1)) > 0
    assert scene.talk.of(AnswerAudio, 2) == []
    assert scene.talk.of(AnswerTranscript, 2)[-1].written


CONTRACTS = (
    Contract(
        "question in writing",
        "A question in writing is said back to the letter, and answered aloud.",
        question_in_writing,
        flag=lambda can: can.text_in,
    ),
    Contract(
        "early question",
        "One that is asked before it is ready is kept, said back once, and answered.",
        early_question,
        flag=lambda can: can.text_in,
    ),
    Contract(
        "answer in text",
        "An answer that is wanted in text alone has no sound, also where it is made by a voice.",
        answer_in_text,
        flag=lambda can: can.text_in and can.text_out,
    ),
    Contract(
        "goes on with another's answer",
        "It is told the words with which another provider began, and goes on.",
        goes_on_with_an_answer,
        flag=lambda can: can.continues,
        without=ignores_what_it_cannot_go_on_with,
    ),
    Contract(
        "history", "It is told what was said before, in order.", is_told_the_history, Plan(history=PAST)
    ),
    Contract("other instructions", "Instructions change between turns.", other_instructions),
    Contract(
        "other output",
        "From one turn to the next it answers in text alone.",
        other_output,
        flag=lambda can: can.text_out,
    ),
)
