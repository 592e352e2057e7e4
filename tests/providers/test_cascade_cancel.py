"""An interruption stops all three servers at once, and the dialogue keeps what was heard."""

import asyncio

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AskText,
    CancelAnswer,
    CommitTurn,
    ContinueAnswer,
    DiscardTurn,
    Failure,
    ProviderEvent,
    UsageTold,
    UsageUnit,
    UserTranscript,
)
from appliance.providers.cascade.dialogue import GO_ON
from tests.simulators.cascade_script import MS_PER_CHARACTER, Completion, Script, Speech, Transcript
from tests.simulators.cascade_server import CascadeServer
from tests.simulators.cascade_talk import Talk, talking

ANSWER = "It is noon, and the sun shines. You might go out. Take a hat with you, though."
OF_ANSWERS = (AnswerStarted, AnswerAudio, AnswerTranscript, AnswerDone)


def of_answer(talk: Talk, answer: int) -> list[ProviderEvent]:
    return [event for event in talk.events if isinstance(event, OF_ANSWERS) and event.answer == answer]


def asked(*questions: str, **more: object) -> Script:
    return Script(tuple(map(Transcript, questions)), (Completion(ANSWER),), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("event_kind", [UserTranscript, AnswerStarted, AnswerTranscript, AnswerAudio])
async def test_nothing_of_an_answer_comes_after_its_cancel(event_kind: type[ProviderEvent]) -> None:
    slowly = Script(completions=(Completion(ANSWER, pace_s=0.005),), speeches=(Speech(pace_s=0.005),))
    async with CascadeServer(slowly) as server, talking(server.url) as talk:
        at: list[int] = []

        def interrupt(event: ProviderEvent) -> None:
            if isinstance(event, event_kind) and not at:
                talk.session.send(CancelAnswer(1, 40))
                at.append(len(of_answer(talk, 1)))

        talk.react = interrupt
        talk.append()
        talk.session.send(CommitTurn(1))
        await talk.until(event_kind)
        talk.react = lambda _: None
        await talk.ask(2)
    assert len(of_answer(talk, 1)) == at[0]
    assert len(talk.of(AnswerDone, 2)) == 1
    assert server.record.violations == []


@pytest.mark.parametrize("event_kind", [AnswerStarted, AnswerTranscript, AnswerAudio])
async def test_an_answer_of_which_nothing_was_heard_is_forgotten_to_the_letter(
    event_kind: type[ProviderEvent],
) -> None:
    """Also what the model had sent already when the answer was cancelled."""
    async with CascadeServer(asked("What time", "is it?")) as server, talking(server.url) as talk:
        cancelled = asyncio.Event()

        def interrupt(event: ProviderEvent) -> None:
            if isinstance(event, event_kind) and not cancelled.is_set():
                cancelled.set()
                talk.session.send(CancelAnswer(1, 0))

        talk.react = interrupt
        talk.append()
        talk.session.send(CommitTurn(1))
        await talk.when(cancelled.is_set)
        await talk.ask(2)
    assert server.record.said() == [("user", "What time is it?")]


async def test_a_cancel_breaks_off_the_model_and_the_voice() -> None:
    slowly = Script(completions=(Completion(ANSWER, pace_s=0.5),), speeches=(Speech(pace_s=0.5),))
    async with CascadeServer(slowly) as server, talking(server.url) as talk:
        talk.append()
        talk.session.send(CommitTurn(1))
        await talk.until(AnswerAudio)
        talk.session.send(CancelAnswer(1, 40))
        await server.broken_off("/chat/completions")
        await server.broken_off("/audio/speech")


async def test_what_a_cancelled_answer_cost_is_told_though_no_other_follows() -> None:
    slowly = Script(completions=(Completion(ANSWER),), speeches=(Speech(pace_s=0.5),))
    async with CascadeServer(slowly) as server, talking(server.url) as talk:
        talk.append()
        talk.session.send(CommitTurn(1))
        await talk.until(AnswerAudio)
        talk.session.send(CancelAnswer(1, 40))
        told = await talk.until(UsageTold)
    assert told.answer == 1
    assert {
        UsageUnit.INPUT_AUDIO_MS,
        UsageUnit.OUTPUT_CHARACTERS,
        UsageUnit.OUTPUT_AUDIO_MS,
    } <= told.usage.keys()
    assert all(told.usage.values())


async def test_what_was_counted_is_told_when_the_session_is_closed_in_mid_answer() -> None:
    slowly = Script(completions=(Completion(ANSWER),), speeches=(Speech(pace_s=0.5),))
    async with CascadeServer(slowly) as server, talking(server.url) as talk:
        talk.append()
        talk.session.send(CommitTurn(1))
        await talk.until(AnswerAudio)
    (told,) = talk.of(UsageTold)
    assert told.usage[UsageUnit.INPUT_AUDIO_MS] > 0


async def test_a_cancel_while_the_words_are_made_does_not_lose_them() -> None:
    slowly = Script((Transcript("What time", delay_s=0.3), Transcript("is it?")), (Completion(ANSWER),))
    async with CascadeServer(slowly) as server, talking(server.url) as talk:
        talk.append()
        talk.session.send(CommitTurn(1))
        talk.session.send(CancelAnswer(1, 0))
        await talk.ask(2)
    assert (talk.heard(1), talk.heard(2)) == ("What time", "is it?")
    assert server.record.said() == [("user", "What time is it?")]


@pytest.mark.parametrize(
    ("heard_characters", "kept"),
    [
        (8, "It is"),  # the characters of "It is no"
        (len("It is noon, and the sun shines."), "It is noon, and the sun shines."),
        (len("It is noon, and the sun shines. You might"), "It is noon, and the sun shines. You might"),
    ],
)
async def test_the_model_is_told_what_was_heard_of_an_answer(heard_characters: int, kept: str) -> None:
    async with CascadeServer(asked("Well?", "And then?")) as server, talking(server.url) as talk:
        await talk.ask(1)
        talk.session.send(CancelAnswer(1, heard_characters * MS_PER_CHARACTER))
        await talk.ask(2)
    assert server.record.said() == [("user", "Well?"), ("assistant", kept), ("user", "And then?")]


async def test_a_turn_that_goes_on_is_one_turn_though_its_answer_was_made_already() -> None:
    script = asked("What time", "is it?", "And the date?")
    async with CascadeServer(script) as server, talking(server.url) as talk:
        await talk.ask(1)
        talk.session.send(CancelAnswer(1, 0))
        await talk.ask(2)
        await talk.ask(3)
    assert server.record.said() == [
        ("user", "What time is it?"),
        ("assistant", ANSWER),
        ("user", "And the date?"),
    ]


async def test_a_turn_that_is_committed_again_without_a_sound_is_asked_again() -> None:
    async with CascadeServer(asked("What time is it?")) as server, talking(server.url) as talk:
        await talk.ask(1)
        talk.session.send(CancelAnswer(1, 0))
        talk.session.send(CommitTurn(2))
        await talk.answered(2)
    assert len(server.record.turns) == 1
    assert server.record.said() == [("user", "What time is it?")]


async def test_what_is_discarded_is_not_part_of_the_next_turn() -> None:
    async with CascadeServer(asked("What time is it?")) as server, talking(server.url) as talk:
        talk.append()
        talk.session.send(DiscardTurn())
        await talk.ask(1)
    assert len(server.record.turns) == 1
    assert len(server.record.turns[0]) == 8000


async def test_a_turn_that_went_on_and_is_discarded_is_forgotten_whole() -> None:
    async with CascadeServer(asked("Never mind", "What time is it?")) as server, talking(server.url) as talk:
        await talk.ask(1)
        talk.session.send(CancelAnswer(1, 0))
        talk.append()
        talk.session.send(DiscardTurn())
        await talk.ask(2)
    assert server.record.said() == [("user", "What time is it?")]


async def test_a_cancel_of_a_turn_that_was_discarded_does_not_bring_it_back() -> None:
    async with CascadeServer(asked("Never mind", "What time is it?")) as server, talking(server.url) as talk:
        talk.append()
        talk.session.send(CommitTurn(1))
        talk.session.send(CancelAnswer(1, 0))
        talk.session.send(DiscardTurn())
        talk.session.send(CancelAnswer(1, 0))
        server.script = asked("What time is it?")
        await talk.ask(2)
        assert talk.of(AnswerDone, 2)
    assert server.record.said() == [("user", "What time is it?")]


async def test_a_discard_after_an_answer_that_was_heard_forgets_nothing_of_it() -> None:
    async with CascadeServer(asked("Well?", "And then?")) as server, talking(server.url) as talk:
        await talk.ask(1)
        talk.session.send(CancelAnswer(1, 8 * MS_PER_CHARACTER))
        talk.session.send(DiscardTurn())
        await talk.ask(2)
    assert server.record.said() == [("user", "Well?"), ("assistant", "It is"), ("user", "And then?")]


async def test_what_was_written_was_read_and_is_kept() -> None:
    async with CascadeServer(asked("And then?")) as server, talking(server.url) as talk:
        talk.session.send(AskText(1, "Well?", spoken=False))
        await talk.answered(1)
        talk.session.send(CancelAnswer(1, 0))
        talk.session.send(DiscardTurn())
        await talk.ask(2)
    assert server.record.said() == [("user", "Well?"), ("assistant", ANSWER), ("user", "And then?")]


async def test_an_answer_of_somebody_else_is_gone_on_with() -> None:
    async with CascadeServer(asked("Well?", "And then?")) as server, talking(server.url) as talk:
        talk.append()
        talk.session.send(ContinueAnswer(1, "I would say that"))
        await talk.answered(1)
        first = server.record.said()
        await talk.ask(2)
    assert first == [("user", "Well?"), ("assistant", "I would say that"), ("user", GO_ON)]
    assert server.record.said()[1] == ("assistant", f"I would say that {ANSWER}")
    assert server.record.violations == []


async def test_closing_in_mid_answer_leaves_nothing_behind() -> None:
    slowly = Script(completions=(Completion(ANSWER, pace_s=0.5),), speeches=(Speech(pace_s=0.5),))
    tasks = asyncio.all_tasks()
    async with CascadeServer(slowly) as server:
        async with talking(server.url) as talk:
            talk.append()
            talk.session.send(CommitTurn(1))
            await talk.until(AnswerAudio)
            talk.append()
        await server.broken_off("/audio/speech")
    assert asyncio.all_tasks() == tasks
    assert talk.of(Failure) == []
