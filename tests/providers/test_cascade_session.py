"""A question in, its words, an answer aloud: through three servers over HTTP."""

import asyncio

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AskText,
    HistoryItem,
    SessionConfig,
    UserTranscript,
)
from appliance.providers.cascade.session import CascadeSession
from tests.simulators.cascade_script import Completion, Script, Speech, Transcript, voice
from tests.simulators.cascade_server import CascadeServer
from tests.simulators.cascade_talk import CONFIG, QUESTION, stages, talking

ANSWER = "It is noon, and the sun shines. You might go out. Take a hat with you, though."


def script(**more: object) -> Script:
    return Script((Transcript("What time is it?"),), (Completion(ANSWER),), **more)  # type: ignore[arg-type]


async def test_a_spoken_question_is_answered_aloud_and_in_order() -> None:
    async with CascadeServer(script()) as server, talking(server.url) as talk:
        await talk.ask(1)
    assert server.record.violations == []
    assert np.array_equal(server.record.turns[0], QUESTION)
    assert server.record.forms[0]["language"] == "en"
    assert server.record.said() == [("user", "What time is it?")]
    assert talk.heard(1) == "What time is it?"
    assert talk.said(1) == ANSWER
    kinds = [type(event) for event in talk.events if not isinstance(event, AnswerAudio)]
    assert kinds[1:3] == [UserTranscript, AnswerStarted]
    assert kinds[-2:] == [AnswerTranscript, AnswerDone]


async def test_the_sound_is_that_of_every_piece_in_order_and_to_the_sample() -> None:
    async with CascadeServer(script()) as server, talking(server.url) as talk:
        await talk.ask(1)
    pieces = [request["input"] for request in server.record.speeches]
    assert " ".join(pieces) == ANSWER
    assert pieces[0] == "It is noon, and the sun shines."
    assert np.array_equal(talk.sound(1), np.concatenate([voice(piece) for piece in pieces]))


async def test_the_first_piece_is_spoken_while_the_rest_is_still_written() -> None:
    slowly = Script(completions=(Completion(ANSWER, pace_s=0.02),))
    async with CascadeServer(slowly) as server, talking(server.url) as talk:
        talk.append()
        await talk.ask(1)
    first = next(n for n, event in enumerate(talk.events) if isinstance(event, AnswerAudio))
    assert "You might go out" not in str(talk.events[:first])


@pytest.mark.parametrize("form", ["pcm", "wav"])
@pytest.mark.parametrize("chunk_bytes", [1, 3, 4801])
async def test_sound_that_is_cut_anywhere_comes_whole(form: str, chunk_bytes: int) -> None:
    speech = Speech(form=form, ms_per_character=5, chunk_bytes=chunk_bytes)  # type: ignore[arg-type]
    async with (
        CascadeServer(Script(completions=(Completion("Yes."),), speeches=(speech,))) as server,
        talking(server.url) as talk,
    ):
        await talk.ask(1)
    assert np.array_equal(talk.sound(1), voice("Yes.", ms_per_character=5))


@pytest.mark.parametrize("form", ["json", "text", "events", "bare events"])
async def test_words_come_in_whatever_form_the_server_has(form: str) -> None:
    words = Transcript("What time is it?", form=form)  # type: ignore[arg-type]
    async with CascadeServer(Script((words,))) as server, talking(server.url) as talk:
        await talk.ask(1)
    assert talk.heard(1) == "What time is it?"


@pytest.mark.parametrize(
    "completion",
    [
        Completion(ANSWER, whole=True),
        Completion(ANSWER, done=False),
        Completion(ANSWER, usage=False, comments=False),
        Completion(ANSWER, piece_chars=1),
        Completion(f"<think>\nHm, noon?\n</think>\n\n{ANSWER}", piece_chars=3),
        Completion("**It is noon**, and the `sun` shines. You might go out. _Take_ a hat with you, though."),
    ],
)
async def test_whatever_way_the_model_writes_the_same_is_said(completion: Completion) -> None:
    async with CascadeServer(Script(completions=(completion,))) as server, talking(server.url) as talk:
        await talk.ask(1)
    assert talk.said(1) == ANSWER
    assert server.record.violations == []


async def test_usage_of_all_three_is_told_with_the_answer() -> None:
    async with CascadeServer(script()) as server, talking(server.url) as talk:
        await talk.ask(1)
        await talk.ask(2)
    first, second = talk.of(AnswerDone)
    assert first.complete
    assert (
        first.usage
        == second.usage
        == {
            "input_audio_ms": 500,
            "input_text_tokens": 16,
            "input_cached_text_tokens": 4,
            "output_text_tokens": 7,
            "output_characters": sum(len(r["input"]) for r in server.record.speeches) // 2,
            "output_audio_ms": round(len(talk.sound(1)) / 24),
        }
    )


async def test_an_answer_that_was_cut_off_at_its_maximum_length_is_told_as_incomplete() -> None:
    cut = Script(completions=(Completion(ANSWER, finish="length"),))
    async with CascadeServer(cut) as server, talking(server.url) as talk:
        await talk.ask(1)
    assert talk.said(1) == ANSWER
    assert not talk.of(AnswerDone)[0].complete


async def test_the_dialogue_goes_on_with_what_was_said() -> None:
    history = (HistoryItem("user", "Hello."), HistoryItem("assistant", "Hello, you."))
    async with CascadeServer(script()) as server, talking(server.url, history) as talk:
        await talk.ask(1)
        await talk.ask(2)
    question = ("user", "What time is it?")
    before = [("user", "Hello."), ("assistant", "Hello, you.")]
    assert server.record.said() == [*before, question, ("assistant", ANSWER), question]
    assert server.record.chats[0]["messages"][0] == {"role": "system", "content": "Be kind."}


async def test_in_writing_the_text_comes_as_it_is_written_and_nothing_is_spoken() -> None:
    async with CascadeServer(script()) as server, talking(server.url) as talk:
        talk.session.send(AskText(1, "What time is it?", spoken=False))
        await talk.answered(1)
    transcripts = talk.of(AnswerTranscript)
    assert all(event.written for event in transcripts)
    assert len(transcripts) > 5
    assert [event.final for event in transcripts[-2:]] == [False, True]
    assert (talk.heard(1), talk.said(1)) == ("What time is it?", ANSWER)
    assert server.record.turns == []
    assert server.record.speeches == []


async def test_a_conversation_in_text_alone_has_no_sound() -> None:
    config = SessionConfig("", output="text")
    async with CascadeServer(script()) as server, talking(server.url, config=config) as talk:
        await talk.ask(1)
        talk.session.send(AskText(2, "And now?", spoken=True))
        await talk.answered(2)
    assert server.record.speeches == []
    assert talk.said(1) == talk.said(2) == ANSWER
    assert server.record.roles() == ["user", "assistant", "user"]


async def test_a_question_in_writing_that_is_to_be_answered_aloud_is() -> None:
    async with CascadeServer(script()) as server, talking(server.url) as talk:
        talk.session.send(AskText(1, "What time is it?", spoken=True))
        await talk.answered(1)
    assert len(talk.sound(1)) == sum(len(voice(r["input"])) for r in server.record.speeches)


async def test_a_turn_without_words_gets_an_answer_that_asks_to_say_it_again() -> None:
    silence = Script((Transcript(""),), (Completion("Pardon?"),))
    async with CascadeServer(silence) as server, talking(server.url) as talk:
        await talk.ask(1)
    (told,) = server.record.said()
    assert "could not be understood" in told[1]
    assert [event.text for event in talk.of(UserTranscript)] == [""]
    assert talk.said(1) == "Pardon?"


async def test_a_turn_shorter_than_a_server_takes_is_filled_up_with_silence() -> None:
    async with CascadeServer(script()) as server, talking(server.url) as talk:
        await talk.ask(1, QUESTION[:100])
    assert len(server.record.turns[0]) == 1600
    assert server.record.violations == []


async def test_pace_temperature_and_length_reach_the_servers() -> None:
    config = SessionConfig("", "de", speed=1.5, temperature=0.3, max_output_tokens=99)
    async with CascadeServer(script()) as server, talking(server.url, config=config) as talk:
        await talk.ask(1)
    assert server.record.violations == []
    assert {request["speed"] for request in server.record.speeches} == {1.5}
    chat = server.record.chats[0]
    assert (chat["temperature"], chat["max_tokens"]) == (0.3, 99)
    assert server.record.forms[0]["language"] == "de"


async def test_without_wishes_nothing_of_them_is_sent() -> None:
    async with CascadeServer(script()) as server, talking(server.url) as talk:
        await talk.ask(1)
    assert "speed" not in server.record.speeches[0]
    assert set(server.record.chats[0]) == {"model", "messages", "stream", "stream_options"}


async def test_a_voice_of_another_rate_is_answered_with_at_its_rate() -> None:
    slow = Script(completions=(Completion("Yes."),), speeches=(Speech(form="wav", rate_hz=16_000),))
    async with CascadeServer(slow) as server:
        session = CascadeSession(stages(server.url, rate_hz=16_000))
        assert session.capabilities.output_rate_hz == 16_000
        async with talking(server.url, session=session) as talk:
            await talk.ask(1)
    assert np.array_equal(talk.sound(1), voice("Yes.", 16_000))


async def test_connections_are_kept_between_questions() -> None:
    async with CascadeServer(script()) as server, talking(server.url, config=CONFIG) as talk:
        for answer in range(1, 6):
            await talk.ask(answer)
    assert (
        server.record.connections <= 4
    )  # one for each of the three, and one more to speak two pieces at once


async def test_every_piece_is_placed_on_the_sound_to_the_millisecond() -> None:
    async with CascadeServer(script()) as server, talking(server.url) as talk:
        await talk.ask(1)
    text, at_ms, places = "", 0.0, []
    for request in server.record.speeches:
        text = f"{text} {request['input']}".strip()
        at_ms += len(voice(request["input"])) / 24
        places.append((text, at_ms))
    told = [event for event in talk.of(AnswerTranscript) if event.said_by_ms is not None]
    assert [(event.text, round(event.said_by_ms or 0.0, 3)) for event in told] == places


@pytest.mark.parametrize(("idle_s", "lists"), [(60.0, 6), (10.0, 3)])
async def test_servers_that_were_not_used_for_long_are_connected_to_while_the_person_talks(
    idle_s: float, lists: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with CascadeServer(script()) as server, talking(server.url) as talk:
        loop = asyncio.get_running_loop()
        time_s = loop.time
        monkeypatch.setattr(loop, "time", lambda: time_s() + idle_s)
        await talk.ask(1)
        assert server.record.lists == lists
        assert server.record.violations == []
        monkeypatch.undo()
