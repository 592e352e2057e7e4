"""Which rows hold, and for how long after an answer somebody may go on talking."""

import pytest

from appliance.conversation.attention import Attention, AttentionOptions, Trigger, conversing, unheeded
from appliance.conversation.interruption import Cause, Evidence
from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import State as S
from appliance.conversation.strategies import DEFERRED, IMMEDIATE, without_resume

LONG = Evidence(long=True, words="what a day")
STOP = Evidence(paused=True, words="Stop!")


def attention(follow_ups: int = 2, **more: object) -> Attention:
    return Attention(IMMEDIATE, AttentionOptions(Trigger.BUTTON, 8.0, follow_ups, **more))  # type: ignore[arg-type]


def reply(to: Attention) -> None:
    to.spoken()
    to.asked()


def test_the_trigger_open_has_the_rows_of_the_strategy_whatever_happens() -> None:
    open_to_all = Attention(IMMEDIATE, AttentionOptions())
    for _ in range(10):
        assert open_to_all.table == IMMEDIATE.table
        assert open_to_all.judge is IMMEDIATE.judge
        reply(open_to_all)


def test_who_replied_may_interrupt_until_the_replies_are_used_up() -> None:
    mine = attention(follow_ups=2)
    mine.called()
    assert mine.judge(LONG) is Cause.UNHEEDED
    reply(mine)
    assert mine.judge(LONG) is Cause.LENGTH
    reply(mine)
    assert mine.judge(LONG) is Cause.UNHEEDED
    mine.called()
    reply(mine)
    assert mine.judge(LONG) is Cause.LENGTH


def test_the_window_is_closed_once_the_replies_are_used_up() -> None:
    mine = attention(follow_ups=1)
    assert (mine.follow_up_ms, mine.follow_ups_left) == (8000, 1)
    reply(mine)
    assert (mine.follow_up_ms, mine.follow_ups_left) == (0, 0)
    mine.called()
    assert mine.follow_up_ms == 8000


def test_what_was_no_question_is_no_reply() -> None:
    mine = attention(follow_ups=1)
    mine.spoken()
    mine.spoken()
    assert mine.follow_ups_left == 1


def test_a_turn_that_goes_on_is_one_reply() -> None:
    mine = attention(follow_ups=3)
    reply(mine)
    mine.asked()
    assert mine.follow_ups_left == 2


def test_a_wake_word_that_cannot_be_heard_leaves_the_button() -> None:
    deaf = Attention(IMMEDIATE, AttentionOptions(Trigger.WAKE_WORD))
    assert (deaf.trigger, deaf.wordless) == (Trigger.BUTTON, True)
    hears = Attention(IMMEDIATE, AttentionOptions(Trigger.WAKE_WORD, word="Alexa"))
    assert (hears.trigger, hears.wordless, hears.word) == (Trigger.WAKE_WORD, False, "Alexa")


@pytest.mark.parametrize("stance", [unheeded, conversing])
def test_stop_ends_it_in_every_stance_unless_that_is_switched_off(stance: object) -> None:
    assert stance(IMMEDIATE).judge(STOP) is Cause.STOP  # type: ignore[operator]
    assert stance(IMMEDIATE, stop_word=False).judge(STOP) is not Cause.STOP  # type: ignore[operator]


@pytest.mark.parametrize(
    ("evidence", "cause"),
    [
        (Evidence(), None),
        (Evidence(reading=True, long=True), None),
        (Evidence(long=True), Cause.UNHEEDED),
        (Evidence(ended=True, words="yes"), Cause.UNHEEDED),
        (Evidence(words="stop"), None),
        (Evidence(paused=True, words="stop the timer"), None),
        (Evidence(paused=True, words="okay, stop"), Cause.STOP),
        (Evidence(ended=True, words="shush"), Cause.STOP),
    ],
    ids=str,
)
def test_of_what_others_say_only_stop_counts(evidence: Evidence, cause: Cause | None) -> None:
    assert unheeded(IMMEDIATE).judge(evidence) is cause


def test_others_are_passed_over_when_the_time_is_up() -> None:
    assert unheeded(IMMEDIATE).judge_at_deadline(LONG) is Cause.UNHEEDED
    assert unheeded(IMMEDIATE).judge_at_deadline(STOP) is Cause.STOP


@pytest.mark.parametrize(
    ("evidence", "cause"),
    [
        (Evidence(words="stop"), None),
        (Evidence(words="stop", long=True), Cause.COMMAND),
        (Evidence(words="stop the timer"), Cause.COMMAND),
        (Evidence(words="stop", paused=True), Cause.STOP),
        (Evidence(words="wait"), Cause.COMMAND),
    ],
    ids=str,
)
def test_in_a_conversation_stop_may_be_the_beginning_of_a_sentence(
    evidence: Evidence, cause: Cause | None
) -> None:
    assert conversing(IMMEDIATE).judge(evidence) is cause


def test_a_conversation_keeps_the_owner_s_strategy() -> None:
    assert conversing(DEFERRED).table[S.SPEAKING, H.SPEECH_POSSIBLE].next is S.DEFERRING
    assert conversing(IMMEDIATE).table[S.SPEAKING, H.SPEECH_POSSIBLE].next is S.DUCKED


def test_an_answer_that_is_over_because_it_stood_still_is_listened_on_after_too() -> None:
    assert conversing(without_resume(IMMEDIATE)).table[S.STILL, H.FLOOR_LEFT].next is S.FOLLOWING
