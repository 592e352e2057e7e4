"""While a provider is unhealthy the next one stands by: connected, told nothing, and there at once."""

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AppendAudio,
    AskText,
    CloseSession,
    ClosingSoon,
    Configure,
    ContinueAnswer,
    DiscardTurn,
    FailedOver,
    Failure,
    HistoryItem,
    LinkChanged,
    LinkState,
    OpenTurn,
    Ready,
    SessionConfig,
)
from appliance.conversation.vocabulary import AnswerTranscript as Words
from appliance.errors import FailureCategory
from tests.providers.chain_stage import GONE, SOUND, ready, settle, spoken, stage
from tests.providers.hedge_stage import links, speak, unhealthy

QUESTION = AskText(1, "How are you?", spoken=False)


# ---------------------------------------------------------------- when there is one, and who


async def test_the_next_provider_is_connected_when_speech_starts_and_hears_nothing() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        assert s.sessions["second"] == []
        speak(s)
        second = await ready(s, "second")
        s.chain.send(AppendAudio(SOUND))
        assert (first.heard, second.told) == ([320, 320], [])
        assert links(s, "second") == [LinkState.CONNECTING, LinkState.READY]
        assert s.chain.provider == "first"
        assert s.of(FailedOver) == []


async def test_nobody_stands_by_for_who_is_well() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        second = await ready(s, "second")
        first.says(AnswerDone(1, complete=True))
        s.turn(2)
        await settle()
        assert s.sessions["second"] == [second]
        assert second.told == [CloseSession()]


async def test_nobody_stands_by_where_it_is_switched_off() -> None:
    async with stage("first", "second", hedges=False) as s:
        await unhealthy(s)
        s.turn(1)
        await settle()
        assert s.sessions["second"] == []


async def test_a_last_resort_does_not_stand_by() -> None:
    async with stage("first", "offline", last_resort="offline", hedges=True) as s:
        await unhealthy(s)
        s.turn(1)
        await settle()
        assert s.sessions["offline"] == []


async def test_who_may_not_be_used_for_the_sake_of_money_does_not_stand_by() -> None:
    async with stage("first", "dear", "third", hedges=True) as s:
        await unhealthy(s)
        s.out_of_money.add("dear")
        speak(s)
        await s.session("third")
        assert s.sessions["dear"] == []


async def test_somebody_stands_by_for_a_question_in_writing_too() -> None:
    async with stage("first", "second", hedges=True) as s:
        await unhealthy(s)
        s.chain.send(OpenTurn())
        s.chain.send(QUESTION)
        assert (await ready(s, "second")).told == []


async def test_somebody_stands_by_for_who_is_opened_while_the_person_speaks() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await ready(s, "first")
        first.says(GONE)
        speak(s)
        await s.session("first", 2)
        assert (await ready(s, "second")).told == []


async def test_who_failed_least_stands_by() -> None:
    async with stage("first", "second", "third", hedges=True) as s:
        (await ready(s, "first")).says(GONE)
        await ready(s, "first", 2)
        speak(s)
        (await s.session("second")).says(GONE)
        await s.session("third")
        s.chain.send(DiscardTurn())
        speak(s)
        await s.session("third", 2)
        assert len(s.sessions["second"]) == 1


async def test_a_standby_that_fails_costs_nobody_anything_and_leaves_its_place_to_another() -> None:
    async with stage("first", "second", "third", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        (await s.session("second")).says(Failure(FailureCategory.CONNECTION_FAILED, "nobody there"))
        third = await ready(s, "third")
        first.says(AnswerAudio(1, SOUND))
        assert (len(s.of(AnswerAudio)), third.told, s.of(FailedOver)) == (1, [], [])
        assert links(s, "second") == [LinkState.CONNECTING, LinkState.DOWN]


async def test_a_standby_that_ends_without_a_word_has_failed() -> None:
    async with stage("first", "second", hedges=True) as s:
        await unhealthy(s)
        s.turn(1)
        (await ready(s, "second")).ends()
        await settle()
        assert links(s, "second")[-1] is LinkState.DOWN
        assert s.of(FailedOver) == []


# ---------------------------------------------------------------- it takes over


async def test_it_takes_over_at_once_and_is_told_the_whole_turn() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        second = await ready(s, "second")
        first.says(GONE)
        assert (second.heard, second.asked) == ([320, 320], [1])
        assert s.of(FailedOver) == [FailedOver("first", "second", "session_closed", 40)]
        assert links(s, "second") == [LinkState.CONNECTING, LinkState.READY]
        second.says(AnswerAudio(1, SOUND))
        second.says(AnswerDone(1, complete=True))
        s.turn(2)
        assert second.asked == [1, 2]
        assert (len(s.sessions["second"]), len(s.of(AnswerAudio))) == (1, 1)


async def test_who_is_still_being_connected_takes_over_when_it_is() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        second = await s.session("second")
        first.says(GONE)
        await settle()
        second.says(Ready())
        assert (second.heard, second.asked) == ([320, 320], [1])
        waited_for = [e.background for e in s.events if isinstance(e, LinkChanged) and e.provider == "second"]
        assert links(s, "second") == [LinkState.CONNECTING, LinkState.CONNECTING, LinkState.READY]
        assert waited_for == [True, False, False]
        assert len(s.sessions["second"]) == 1


async def test_it_takes_over_from_who_keeps_silent() -> None:
    async with stage("first", "second", hedges=True) as s:
        await unhealthy(s)
        s.turn(1)
        second = await ready(s, "second")
        s.chain.abandon()
        assert second.asked == [1]
        assert s.of(Failure) == []


async def test_it_goes_on_with_an_answer_that_breaks_off() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        second = await ready(s, "second")
        first.says(AnswerAudio(1, SOUND))
        first.says(GONE)
        assert (second.heard, spoken(second)) == ([320, 320], [ContinueAnswer(1, "what was said of 1")])


async def test_who_does_not_know_the_question_does_not_go_on_with_its_answer() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.chain.send(QUESTION)
        await ready(s, "second")
        first.says(Words(1, "I am", final=False, written=True))
        first.says(GONE)
        again = await ready(s, "second", 2)
        assert again.history == (HistoryItem("user", "How are you?"),)
        assert again.told == [ContinueAnswer(1, "what was said of 1")]


async def test_the_better_provider_takes_over_again_from_who_stood_by() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        second = await ready(s, "second")
        first.says(GONE)
        second.says(AnswerDone(1, complete=True))
        await settle()
        s.now_s += 3600.0
        second.says(ClosingSoon(1e9))
        await s.session("first", 3)


async def test_a_session_that_stood_by_is_renewed_in_time() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        second = await ready(s, "second")
        second.says(ClosingSoon(0.0))
        first.says(GONE)
        second.says(AnswerDone(1, complete=True))
        await s.session("second", 2)


async def test_a_configuration_that_changes_reaches_it() -> None:
    changed = SessionConfig("be long")
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        speak(s)
        second = await ready(s, "second")
        s.chain.send(Configure(changed))
        assert first.told[-1] == Configure(changed)
        assert second.told == [Configure(changed)]
