"""Who answers is always the best who can: others stand in only as long as they must."""

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    CloseSession,
    ClosingSoon,
    CommitTurn,
    FailedOver,
    Failure,
    LinkChanged,
    LinkState,
    Ready,
)
from appliance.errors import FailureCategory
from appliance.providers.health import BACKGROUND_CAP_S, DOUBT_CAP_S, DOUBT_FIRST_S
from appliance.providers.tenure import QUIET_S
from tests.providers.chain_stage import GONE, SOUND, ScriptedSession, Stage, ready, settle, spoken, stage

REFUSED = Failure(FailureCategory.CONNECTION_FAILED, "nobody there")
LOOK = ClosingSoon(1e9)  # lets the chain look at the clock


async def answered_by_second(s: Stage) -> ScriptedSession:
    """The first provider fails turn 1, the second one answers it; a minute passes."""
    first = await ready(s, "first")
    s.turn(1)
    first.says(Failure(FailureCategory.TIMED_OUT, "mute"))
    second = await ready(s, "second")
    second.says(AnswerAudio(1, SOUND))
    second.says(AnswerDone(1, complete=True))
    s.now_s += BACKGROUND_CAP_S
    second.says(LOOK)
    return second


async def test_a_better_provider_is_tried_beside_the_session_in_use_and_then_takes_over() -> None:
    async with stage("first", "second") as s:
        second = await answered_by_second(s)
        tried = await s.session("first", 2)
        assert len(s.sessions["second"]) == 1
        s.now_s += QUIET_S
        tried.says(Ready())
        again = await ready(s, "first", 3)
        assert tried.told[-1] == second.told[-1]  # both are closed
        assert s.of(FailedOver)[-1] == FailedOver("second", "first", "failback", 0)
        s.turn(2)
        assert again.asked == [2]


async def test_a_better_provider_that_is_still_lost_takes_nothing_away() -> None:
    async with stage("first", "second") as s:
        second = await answered_by_second(s)
        (await s.session("first", 2)).says(REFUSED)
        await settle()
        s.turn(2)
        assert second.asked == [1, 2]
        links = [event for event in s.of(LinkChanged) if isinstance(event, LinkChanged)]
        news = LinkChanged("first", LinkState.DOWN, "connection_failed", "nobody there", background=True)
        assert links[-1] == news
        assert len(s.sessions["second"]) == 1


async def test_a_better_provider_waits_for_the_end_of_the_turn() -> None:
    async with stage("first", "second") as s:
        second = await answered_by_second(s)
        tried = await s.session("first", 2)
        s.turn(2)
        s.now_s += QUIET_S
        tried.says(Ready())
        await settle()
        assert (len(s.sessions["first"]), second.asked) == (2, [1, 2])


async def test_who_has_just_spoken_may_go_on_with_who_answered() -> None:
    async with stage("first", "second") as s:
        await answered_by_second(s)
        (await s.session("first", 2)).says(Ready())
        await settle()
        assert len(s.sessions["first"]) == 2


async def test_the_session_in_use_may_fail_while_a_better_provider_is_tried() -> None:
    async with stage("first", "second") as s:
        second = await answered_by_second(s)
        tried = await s.session("first", 2)
        s.turn(2)
        second.says(GONE)
        first = await ready(s, "first", 3)
        assert tried.told != []  # it was closed first
        assert first.asked == [2]


async def test_what_was_tried_is_closed_before_the_same_provider_is_opened_for_good() -> None:
    async with stage("first", "second") as s:
        second = await answered_by_second(s)
        tried = await s.session("first", 2)
        tried.lingers = True
        tried.says(Ready())
        await settle()
        second.says(GONE)
        await settle()
        assert (CloseSession() in tried.told, len(s.sessions["first"])) == (True, 2)
        tried.ends()
        await ready(s, "first", 3)


async def test_a_better_provider_waits_for_a_quiet_while_after_what_was_heard_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("appliance.providers.held_session.MID_TURN_CHECK_S", 0.0)
    async with stage("first", "second") as s:
        await answered_by_second(s)
        s.resting = False
        s.now_s += 2 * QUIET_S
        (await s.session("first", 2)).says(Ready())
        await settle()
        s.resting = True
        await settle()
        assert len(s.sessions["first"]) == 2
        s.now_s += QUIET_S
        await s.session("first", 3)


# ---------------------------------------------------------------- last resorts


async def test_a_dropped_connection_is_opened_again_before_a_last_resort_is_asked() -> None:
    async with stage("first", "offline", last_resort="offline") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(GONE)
        again = await ready(s, "first", 2)
        assert (again.heard, spoken(again)) == ([320, 320], [CommitTurn(1)])
        assert s.sessions["offline"] == []


async def test_a_connection_that_drops_twice_leaves_the_turn_to_the_last_resort() -> None:
    async with stage("first", "offline", last_resort="offline") as s:
        (await ready(s, "first")).says(GONE)
        first = await ready(s, "first", 2)
        s.turn(1)
        first.says(GONE)
        offline = await ready(s, "offline")
        assert offline.asked == [1]


async def test_whoever_is_no_last_resort_is_asked_at_once() -> None:
    async with stage("first", "second", "offline", last_resort="offline") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(GONE)
        second = await ready(s, "second")
        assert second.asked == [1]


async def test_a_stand_in_is_told_that_it_is_one_until_it_has_answered() -> None:
    async with stage("first", "second") as s:
        assert not (await ready(s, "first")).opened_with.stands_in
        s.turn(1)
        s.chain.abandon()
        second = await ready(s, "second")
        assert second.opened_with.stands_in
        second.says(AnswerDone(1, complete=True))
        second.says(ClosingSoon(0.0))
        assert not (await ready(s, "second", 2)).opened_with.stands_in


# ---------------------------------------------------------------- who opens sessions and gives no answers


async def let_down_again(s: Stage, turn: int) -> float:
    """The first provider keeps silent in this turn, the second answers it. How long until the first one is
    tried again; it takes turns, and is in use again when this returns."""
    tried = len(s.sessions["first"])
    s.turn(turn)
    s.chain.abandon()
    second = await ready(s, "second", turn)
    second.says(AnswerAudio(turn, SOUND))
    second.says(AnswerDone(turn, complete=True))
    since_s = s.now_s
    while len(s.sessions["first"]) == tried:
        s.now_s += 1.0
        second.says(LOOK)
        await settle()
    waited_s = s.now_s - since_s
    s.now_s += QUIET_S
    await ready(s, "first", tried + 1)
    await ready(s, "first", tried + 2)
    return waited_s


async def test_a_better_provider_that_is_there_and_mute_is_turned_to_ever_more_seldom() -> None:
    async with stage("first", "second") as s:
        await ready(s, "first")
        waits_s = [await let_down_again(s, turn) for turn in range(1, 9)]
        assert waits_s == [DOUBT_FIRST_S * 2**n for n in range(6)] + [DOUBT_CAP_S] * 2


async def test_one_answer_makes_up_for_all_that_did_not_come() -> None:
    async with stage("first", "second") as s:
        await ready(s, "first")
        for turn in range(1, 4):
            await let_down_again(s, turn)
        s.turn(4)
        s.sessions["first"][-1].says(AnswerDone(4, complete=True))
        first = s.sessions["first"]
        s.turn(5)
        s.chain.abandon()
        second = await ready(s, "second", 4)
        second.says(AnswerDone(5, complete=True))
        opened = len(first)
        s.now_s += DOUBT_FIRST_S
        second.says(LOOK)
        await settle()
        assert len(first) == opened + 1


async def test_whoever_stands_in_is_opened_again_before_who_is_there_and_mute() -> None:
    async with stage("first", "second") as s:
        await ready(s, "first")
        s.turn(1)
        s.chain.abandon()
        second = await ready(s, "second")
        second.says(AnswerDone(1, complete=True))
        second.says(GONE)
        await ready(s, "second", 2)
        assert len(s.sessions["first"]) == 1
