"""What is kept of an answer to somebody who may still go on."""

import numpy as np

from appliance.conversation import vocabulary as v
from appliance.service.early_end import MAX_HELD, EarlyEnd

AUDIO = v.AnswerAudio(1, np.zeros(10, np.int16))
OTHER = v.LinkChanged("offline", v.LinkState.READY)


def test_without_an_early_end_everything_passes() -> None:
    early = EarlyEnd()
    assert not early.holds(AUDIO)
    early.begin(may_go_on=False)
    assert not early.holds(AUDIO)
    assert early.end() == []


def test_what_is_of_the_answer_waits_in_its_order_and_nothing_else() -> None:
    early = EarlyEnd()
    early.begin(may_go_on=True)
    started, tool = v.AnswerStarted(1, "offline"), v.ToolCall(1, "call", "set_timer", "{}")
    assert [early.holds(event) for event in (started, OTHER, AUDIO, tool)] == [True, False, True, True]
    assert early.end() == [started, AUDIO, tool]
    assert not early.waits


def test_what_was_kept_of_an_older_answer_is_dropped() -> None:
    early = EarlyEnd()
    early.begin(may_go_on=True)
    early.holds(AUDIO)
    early.begin(may_go_on=True)
    assert early.end() == []


def test_it_is_bounded() -> None:
    early = EarlyEnd()
    early.begin(may_go_on=True)
    for _ in range(MAX_HELD):
        assert not early.full
        early.holds(AUDIO)
    assert early.full
