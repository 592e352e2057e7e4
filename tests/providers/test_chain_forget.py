"""What was said is forgotten on both sides: also by a provider that had it told."""

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AppendAudio,
    CloseSession,
    FailedOver,
    LinkChanged,
    LinkState,
    OpenTurn,
)
from tests.providers.chain_stage import SOUND, ScriptedSession, Stage, ready, settle, stage


def answer(s: Stage, session: ScriptedSession, number: int) -> None:
    s.turn(number)
    session.says(AnswerStarted(number))
    session.says(AnswerAudio(number, SOUND))
    session.says(AnswerDone(number, complete=True))


async def test_the_session_that_knows_what_was_said_is_closed_and_another_one_opened() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        answer(s, first, 1)
        s.chain.forget()
        again = await ready(s, "first", 2)
        assert first.told[-1] == CloseSession()
        assert again.told == []
        answer(s, again, 2)
        assert (again.heard, again.asked) == ([320, 320], [2])


async def test_of_a_turn_that_nobody_answered_nothing_is_told_any_more() -> None:
    async with stage("first") as s:
        await s.session("first")
        s.chain.send(OpenTurn())
        s.chain.send(AppendAudio(SOUND))
        s.chain.forget()
        again = await ready(s, "first", 2)
        await settle()
        assert again.told == []


async def test_forgetting_is_nobodys_failure() -> None:
    async with stage("first", "second") as s:
        for nth in range(1, 4):
            s.now_s += 60.0
            answer(s, await ready(s, "first", nth), nth)
            s.chain.forget()
        await ready(s, "first", 4)
        assert s.sessions["second"] == []
        assert s.of(FailedOver) == []
        links = {event.link for event in s.events if isinstance(event, LinkChanged)}
        assert links == {LinkState.CONNECTING, LinkState.READY}


async def test_before_anybody_was_there_it_changes_nothing() -> None:
    async with stage("first") as s:
        s.chain.forget()
        first = await ready(s, "first")
        answer(s, first, 1)
        assert first.asked == [1]
