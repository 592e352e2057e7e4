"""Whatever a server of the cascade does wrong has a name, fails the answer in time, and tells no key."""

import asyncio

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AppendAudio,
    CloseSession,
    CommitTurn,
    Failure,
    ProviderEvent,
    Ready,
)
from appliance.errors import FailureCategory
from appliance.providers.cascade import openai_speaking, openai_writing
from appliance.providers.cascade.session import MAX_EARLY_COMMANDS, CascadeSession
from tests.simulators.cascade_script import Completion, Script, Speech, Transcript, Trouble
from tests.simulators.cascade_server import CascadeServer
from tests.simulators.cascade_talk import KEY, QUESTION, Talk, failure_of, stages, talking

Category = FailureCategory
QUOTA = '{"error": {"message": "You exceeded your quota", "type": "insufficient_quota", "code": null}}'
CUT = Trouble(after_bytes=300, drop=True)


async def failed(script: Script) -> Failure:
    """How the first answer fails; the session lives on."""
    async with CascadeServer(script) as server, talking(server.url) as talk:
        await talk.ask(1)
        (failure,) = talk.of(Failure)
        assert failure.answer == 1
        assert talk.of(AnswerDone) == []
        assert KEY not in str(talk.events)
    return failure


@pytest.mark.parametrize("stage", ["transcripts", "completions", "speeches"])
@pytest.mark.parametrize(
    ("trouble", "category"),
    [
        (Trouble(401), Category.AUTH_FAILED),
        (Trouble(402), Category.QUOTA_EXHAUSTED),
        (Trouble(403, "<html>no</html>"), Category.AUTH_FAILED),
        (Trouble(404, '{"detail": "no such model"}'), Category.MODEL_UNAVAILABLE),
        (Trouble(422, '{"detail": [{"loc": ["body"]}]}'), Category.MODEL_UNAVAILABLE),
        (Trouble(429), Category.RATE_LIMITED),
        (Trouble(429, QUOTA), Category.QUOTA_EXHAUSTED),
        (Trouble(500), Category.MODEL_UNAVAILABLE),
        (Trouble(503), Category.CONNECTION_FAILED),
        (Trouble(302, headers={"location": "https://elsewhere.example"}), Category.MODEL_UNAVAILABLE),
        (Trouble(drop=True), Category.SESSION_CLOSED),
    ],
)
async def test_a_refusal_by_any_of_the_three_has_its_name(
    stage: str, trouble: Trouble, category: Category
) -> None:
    kinds = {"transcripts": Transcript, "completions": Completion, "speeches": Speech}
    script = Script(**{stage: (kinds[stage](trouble=trouble),)})  # type: ignore[arg-type]
    assert (await failed(script)).category is category


async def test_retry_after_is_told_with_the_failure() -> None:
    limited = Trouble(429, headers={"retry-after": "7"})
    failure = await failed(Script(completions=(Completion(trouble=limited),)))
    assert (failure.category, failure.retry_after_s) == (Category.RATE_LIMITED, 7.0)


@pytest.mark.parametrize(
    ("completion", "category", "words"),
    [
        (Completion("Well.", error="server_error"), Category.MODEL_UNAVAILABLE, "it broke"),
        (Completion("Well.", error="rate_limit_exceeded"), Category.RATE_LIMITED, "it broke"),
        (Completion("Well, then.", trouble=CUT), Category.SESSION_CLOSED, "broke"),
        (Completion(trouble=Trouble(garbage=b"data: {nonsense\n\n")), Category.PROTOCOL_VIOLATION, "no JSON"),
        (Completion(trouble=Trouble(garbage=b"data: []\n\n")), Category.PROTOCOL_VIOLATION, "no object"),
        (
            Completion(trouble=Trouble(garbage=b"x" * 2_000_000)),
            Category.PROTOCOL_VIOLATION,
            "a line of more",
        ),
        (Completion(trouble=Trouble(garbage=b": hello\n\n")), Category.SESSION_CLOSED, "in mid-answer"),
        (Completion(""), Category.MODEL_UNAVAILABLE, "wrote nothing"),
        (Completion("**"), Category.MODEL_UNAVAILABLE, "wrote nothing"),
    ],
)
async def test_a_model_that_breaks_off_fails_the_answer(
    completion: Completion, category: Category, words: str
) -> None:
    failure = await failed(Script(completions=(completion,)))
    assert failure.category is category
    assert words in failure.message


@pytest.mark.parametrize(
    ("speech", "category", "words"),
    [
        (Speech(content_type="audio/mpeg"), Category.PROTOCOL_VIOLATION, "audio/mpeg"),
        (Speech(form="wav", rate_hz=22_050), Category.MODEL_UNAVAILABLE, "rate_hz = 22050"),
        (Speech(trouble=Trouble(garbage=b"RIFF____WAVE")), Category.PROTOCOL_VIOLATION, "without sound"),
        (Speech(trouble=CUT), Category.SESSION_CLOSED, "broke"),
    ],
)
async def test_a_voice_that_cannot_be_played_fails_the_answer(
    speech: Speech, category: Category, words: str
) -> None:
    failure = await failed(Script(speeches=(speech,)))
    assert failure.category is category
    assert words in failure.message


@pytest.mark.parametrize("stage", ["completions", "speeches"])
async def test_a_server_that_falls_silent_is_not_waited_for(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_writing, "SILENCE_S", 0.2)
    monkeypatch.setattr(openai_speaking, "SILENCE_S", 0.2)
    kinds = {"completions": Completion, "speeches": Speech}
    mute = Trouble(after_bytes=100, mute=True)
    failure = await failed(Script(**{stage: (kinds[stage](trouble=mute),)}))  # type: ignore[arg-type]
    assert failure.category is Category.TIMED_OUT


async def test_what_was_heard_before_a_loss_was_told_as_it_came() -> None:
    text = "It is noon, and the sun shines. You might go out."
    second = Speech(trouble=Trouble(503))
    script = Script(completions=(Completion(text),), speeches=(Speech(), second))
    async with CascadeServer(script) as server, talking(server.url) as talk:
        await talk.ask(1)
    assert talk.of(AnswerAudio)
    assert talk.of(Failure)[0].category is Category.CONNECTION_FAILED


async def test_the_next_question_is_answered_after_a_failure() -> None:
    script = Script(completions=(Completion(trouble=Trouble(500)), Completion("Noon.")))
    async with CascadeServer(script) as server, talking(server.url) as talk:
        await talk.ask(1)
        talk.append()
        talk.session.send(CommitTurn(2))
        await talk.until(AnswerDone, 2)
    assert talk.said(2) == "Noon."
    assert server.record.violations == []


# ---------------------------------------------------------------------- opening


async def test_a_key_that_is_refused_is_known_at_once() -> None:
    async with CascadeServer(Script(api_key="sk-another")) as server:
        failure = await failure_of(server.url)
    assert failure.category is Category.AUTH_FAILED
    assert "***" in failure.message  # the server had quoted it


async def test_a_server_that_is_not_there_is_known_at_once() -> None:
    async with CascadeServer() as server:
        url = server.url
    assert (await failure_of(url)).category is Category.CONNECTION_FAILED


@pytest.mark.parametrize("status", [404, 405, 429])
async def test_a_server_without_a_list_of_models_is_used_all_the_same(status: int) -> None:
    async with CascadeServer(Script(models=Trouble(status))) as server, talking(server.url) as talk:
        await talk.ask(1)
    assert talk.of(Failure) == []


async def test_closing_does_not_wait_for_a_server_that_does_not_answer() -> None:
    async with CascadeServer(Script(models=Trouble(mute=True))) as server:
        talk = Talk(CascadeSession(stages(server.url)))
        running = asyncio.create_task(talk.run())
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running}, timeout=1)
        assert running.cancelled()
    assert talk.of(Ready) == []


async def test_commands_before_ready_are_kept_and_bounded() -> None:
    async with CascadeServer() as server:
        talk = Talk(CascadeSession(stages(server.url)))
        talk.append()
        talk.session.send(CommitTurn(1))
        running = asyncio.create_task(talk.run())
        await talk.answered(1)
        running.cancel()
        await asyncio.wait({running})
    assert len(server.record.turns[0]) == len(QUESTION)
    flooded = Talk(CascadeSession(stages(server.url)))
    for _ in range(MAX_EARLY_COMMANDS + 1):
        flooded.session.send(AppendAudio(QUESTION[:1]))
    await flooded.run()
    assert flooded.of(Failure)[0].category is Category.TIMED_OUT


async def test_a_server_that_takes_no_goodbye_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async with CascadeServer() as server:
        made = stages(server.url)
        monkeypatch.setattr(made.writing, "close", asyncio.Event().wait)
        talk = Talk(CascadeSession(made))
        running = asyncio.create_task(talk.run())
        await talk.until(Ready)
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, 1.0)
        monkeypatch.undo()
        await made.writing.close()


async def test_a_mistake_of_ours_ends_the_session_and_is_not_hidden() -> None:
    async with CascadeServer() as server:
        talk = Talk(CascadeSession(stages(server.url)))

        def break_down(event: ProviderEvent) -> None:
            if isinstance(event, AnswerAudio):
                raise ZeroDivisionError

        talk.react = break_down
        running = asyncio.create_task(talk.run())
        talk.append()
        talk.session.send(CommitTurn(1))
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(running, 5.0)
