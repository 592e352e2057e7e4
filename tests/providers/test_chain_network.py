"""The network goes and comes back: nobody waits for who is out of reach, nor for a back-off that is over."""

from appliance.conversation.vocabulary import (
    AnswerDone,
    FailedOver,
    Failure,
    LinkChanged,
    LinkState,
    Reach,
    Ready,
)
from appliance.errors import Cause, FailureCategory
from appliance.providers.health import EAGER_PAUSE_S, UNREACHED_CAP_S
from appliance.providers.tenure import QUIET_S
from tests.providers.chain_stage import Stage, ready, settle, stage

NO_NAMES = Failure(FailureCategory.CONNECTION_FAILED, "no names", cause=Cause.NAME_SERVER_DOWN)
TOO_EARLY = Failure(FailureCategory.CONNECTION_FAILED, "not yet valid", cause=Cause.CLOCK_NOT_SET)
AUTH = Failure(FailureCategory.AUTH_FAILED, "no such key")


def links(s: Stage, name: str) -> list[tuple[LinkState, Cause | None]]:
    news = [event for event in s.of(LinkChanged) if isinstance(event, LinkChanged)]
    return [(event.link, event.cause) for event in news if event.provider == name]


async def test_when_the_network_is_gone_the_one_who_needs_none_has_the_turn_at_once() -> None:
    async with stage("far", "offline", last_resort="offline", far=("far",)) as s:
        far = await ready(s, "far")
        s.turn(1)
        s.chain.network(Reach.MACHINE)
        offline = await ready(s, "offline")  # without that any time went by
        assert offline.asked == [1]
        assert offline.heard == far.heard
        assert links(s, "far")[-1] == (LinkState.DOWN, Cause.NETWORK_DOWN)
        assert s.of(FailedOver) == [FailedOver("far", "offline", "connection_failed", 40)]
        assert len(s.sessions["far"]) == 1


async def test_the_network_is_back_and_so_is_who_needs_it() -> None:
    async with stage("far", "offline", last_resort="offline", far=("far",)) as s:
        await ready(s, "far")
        s.chain.network(Reach.MACHINE)
        await ready(s, "offline")
        s.now_s += 3.0
        s.chain.network(Reach.INTERNET)
        s.now_s += EAGER_PAUSE_S
        s.chain.network(Reach.INTERNET)  # told twice does no harm, and lets it look at the clock
        s.now_s += EAGER_PAUSE_S
        s.sessions["offline"][0].says(AnswerDone(0, complete=True))
        tried = await s.session("far", 2)
        s.now_s += QUIET_S
        tried.says(Ready())
        await ready(s, "far", 3)
        assert links(s, "far")[-1] == (LinkState.READY, None)


async def test_who_may_only_be_reached_by_network_is_tried_in_the_second_in_which_it_is_back() -> None:
    async with stage("far", far=("far",)) as s:
        await ready(s, "far")
        s.chain.network(Reach.MACHINE)
        await settle()
        assert len(s.sessions["far"]) == 1
        assert links(s, "far")[-1] == (LinkState.BACKING_OFF, Cause.NETWORK_DOWN)
        s.chain.network(Reach.INTERNET)
        await ready(s, "far", 2)


async def test_a_network_in_the_house_is_enough_for_who_is_in_it() -> None:
    async with stage("near", "offline", last_resort="offline") as s:
        await ready(s, "near")
        s.chain.network(Reach.HOUSE)
        s.chain.network(Reach.MACHINE)
        await settle()
        assert len(s.sessions["near"]) == 1
        assert s.sessions["offline"] == []


async def test_without_a_watch_it_is_tried_now_and_then_all_the_same() -> None:
    async with stage("far", far=("far",)) as s:
        await ready(s, "far")
        s.chain.network(Reach.MACHINE)
        await settle()
        s.now_s += UNREACHED_CAP_S
        await ready(s, "far", 2)


async def test_a_name_server_that_is_late_after_the_network_came_back_costs_a_second_each() -> None:
    async with stage("far", far=("far",)) as s:
        await ready(s, "far")
        s.chain.network(Reach.MACHINE)
        s.chain.network(Reach.INTERNET)
        for nth in range(2, 8):
            session = await s.session("far", nth)
            session.says(NO_NAMES)
            s.now_s += EAGER_PAUSE_S
        await ready(s, "far", 8)


async def test_without_network_whatever_fails_on_the_way_is_put_down_to_that() -> None:
    async with stage("far", "offline", last_resort="offline", far=("far",)) as s:
        await ready(s, "far")
        s.chain.network(Reach.MACHINE)
        await ready(s, "offline")
        s.now_s += 60.0
        s.sessions["offline"][0].says(AnswerDone(0, complete=True))
        (await s.session("far", 2)).says(NO_NAMES)
        await settle()
        assert links(s, "far")[-1] == (LinkState.DOWN, Cause.NETWORK_DOWN)


async def test_a_name_server_that_is_gone_is_no_reason_to_wait_for_longer_and_longer() -> None:
    async with stage("far", far=("far",)) as s:
        for nth in range(1, 12):
            (await s.session("far", nth)).says(NO_NAMES)
            s.now_s += UNREACHED_CAP_S
        await ready(s, "far", 12)
        assert links(s, "far")[0:2] == [
            (LinkState.CONNECTING, None),
            (LinkState.DOWN, Cause.NAME_SERVER_DOWN),
        ]


async def test_once_the_clock_is_set_nobody_waits_for_the_back_off() -> None:
    async with stage("far", far=("far",)) as s:
        for nth in (1, 2):
            (await s.session("far", nth)).says(TOO_EARLY)
        await settle()
        assert len(s.sessions["far"]) == 2
        s.chain.clock_set()
        await ready(s, "far", 3)


async def test_a_refused_key_is_not_tried_again_because_the_network_came_back() -> None:
    async with stage("far", "offline", last_resort="offline", far=("far",)) as s:
        (await s.session("far")).says(AUTH)
        await ready(s, "offline")
        s.chain.network(Reach.MACHINE)
        s.chain.network(Reach.INTERNET)
        s.now_s += 60.0
        s.sessions["offline"][0].says(AnswerDone(0, complete=True))
        await settle()
        assert len(s.sessions["far"]) == 1


async def test_who_stands_by_and_cannot_be_reached_any_more_is_let_go() -> None:
    far = ("first", "second")
    async with stage(*far, "offline", last_resort="offline", hedges=True, far=far) as s:
        (await ready(s, "first")).says(Failure(FailureCategory.SESSION_CLOSED, "dropped"))
        await ready(s, "first", 2)
        s.turn(1)
        await ready(s, "second")
        s.chain.network(Reach.MACHINE)
        assert (await ready(s, "offline")).asked == [1]
        assert links(s, "second")[-1] == (LinkState.DOWN, Cause.NETWORK_DOWN)
