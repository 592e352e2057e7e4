"""A session is replaced between turns: before its vendor ends it."""

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AppendAudio,
    CloseSession,
    ClosingSoon,
    ContinueAnswer,
    FailedOver,
    LinkChanged,
    LinkState,
    OpenTurn,
)
from appliance.providers.health import LONG_SESSION_S
from appliance.providers.succession import RENEWAL_PAUSE_S
from tests.providers.chain_stage import GONE, SOUND, Stage, ready, settle, spoken, stage

AT_ONCE = ClosingSoon(0.0)


def links(s: Stage) -> list[LinkState]:
    return [event.link for event in s.events if isinstance(event, LinkChanged)]


async def test_a_session_is_renewed_before_its_end_and_the_old_one_is_closed_first() -> None:
    async with stage("only", "second") as s:
        only = await ready(s, "only")
        only.says(AT_ONCE)
        again = await ready(s, "only", 2)
        assert only.told == [CloseSession()]
        assert (again.told, s.told_before) == ([], [None, None])
        assert s.of(FailedOver) == []
        assert links(s) == [LinkState.CONNECTING, LinkState.READY] * 2
        assert s.sessions["second"] == []


async def test_a_session_is_not_renewed_in_mid_turn_but_as_soon_as_it_is_answered() -> None:
    async with stage("only") as s:
        only = await ready(s, "only")
        s.turn(1)
        only.says(AT_ONCE)
        only.says(AnswerAudio(1, SOUND))
        await settle()
        assert len(s.sessions["only"]) == 1
        only.says(AnswerDone(1, complete=True))
        again = await ready(s, "only", 2)
        assert CloseSession() in only.told
        assert (again.told, len(s.of(AnswerAudio))) == ([], 1)


async def test_what_is_said_while_a_session_is_renewed_is_told_to_the_younger_one() -> None:
    async with stage("only") as s:
        (await ready(s, "only")).says(AT_ONCE)
        again = await s.session("only", 2)
        s.turn(1)
        assert again.told == []
        await ready(s, "only", 2)
        assert (again.heard, again.asked) == ([320, 320], [1])


async def test_an_answer_that_the_end_of_the_session_breaks_off_is_gone_on_with() -> None:
    async with stage("only") as s:
        only = await ready(s, "only")
        s.turn(1)
        only.says(AT_ONCE)
        only.says(AnswerAudio(1, SOUND))
        s.now_s += LONG_SESSION_S
        only.says(GONE)
        again = await ready(s, "only", 2)
        assert spoken(again) == [ContinueAnswer(1, "what was said of 1")]


async def test_a_session_is_not_renewed_while_its_answer_is_played() -> None:
    async with stage("only") as s:
        s.resting = False
        only = await ready(s, "only")
        only.says(AT_ONCE)
        await settle()
        s.chain.send(OpenTurn())
        s.chain.send(AppendAudio(SOUND))
        assert (only.heard, len(s.sessions["only"])) == ([320], 1)


async def test_a_peer_that_always_says_it_ends_at_once_is_not_opened_again_and_again() -> None:
    async with stage("only") as s:
        (await ready(s, "only")).says(AT_ONCE)
        again = await ready(s, "only", 2)
        again.says(AT_ONCE)
        await settle()
        assert len(s.sessions["only"]) == 2
        s.now_s += RENEWAL_PAUSE_S
        again.says(AT_ONCE)
        await s.session("only", 3)
