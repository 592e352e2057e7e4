"""What GPT-Live costs: each second is told once, over all sockets of a session."""

import json

import pytest

from appliance.conversation.vocabulary import AnswerDone, UsageUnit
from appliance.providers.openai_live.backend import tokens_of
from appliance.providers.openai_live.meter import Meter
from tests.simulators.live_pair import Pair
from tests.simulators.live_script import Answer
from tests.simulators.openai_script import chirp


def test_a_bill_covers_all_time_since_the_last_one_over_all_sockets() -> None:
    meter = Meter()
    meter.sent(24_000)
    meter.received(12_000)
    assert meter.bill() == {UsageUnit.INPUT_AUDIO_MS: 1000, UsageUnit.OUTPUT_AUDIO_MS: 500}
    meter.sent(24_000)
    meter.opened()
    meter.sent(24_000)
    meter.reported(5.0)
    assert meter.bill()[UsageUnit.INPUT_AUDIO_MS] == 6000


def test_the_tokens_of_the_backend_come_on_top() -> None:
    usage = {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 40}, "output_tokens": 7}
    meter = Meter()
    meter.counted(tokens_of({"type": "response.completed", "response": {"usage": usage}}))
    meter.counted(tokens_of({"type": "response.completed", "response": {"usage": {"output_tokens": -1}}}))
    bill = meter.bill()
    assert bill[UsageUnit.INPUT_TEXT_TOKENS] == 60
    assert bill[UsageUnit.INPUT_CACHED_TEXT_TOKENS] == 40
    assert bill[UsageUnit.OUTPUT_TEXT_TOKENS] == 7
    assert UsageUnit.OUTPUT_TEXT_TOKENS not in meter.bill()


def test_the_vendors_count_never_goes_back() -> None:
    meter = Meter()
    meter.reported(10.0)
    meter.reported(4.0)
    assert meter.bill()[UsageUnit.INPUT_AUDIO_MS] == 10_000
    meter.reported(11.0)
    assert meter.bill()[UsageUnit.INPUT_AUDIO_MS] == 1000


def test_two_sockets_one_after_the_other_cost_what_both_lasted() -> None:
    """The first one lasts on after its last answer, and the vendor counts the second from 0."""
    meter, bills = Meter(), []
    seconds = 0.0
    for answer in (1, 2):
        pair = Pair(Answer(chirp(1.0)), meter=meter).ready().ask(answer).run(10.0)
        bills += [event.usage for event in pair.events if isinstance(event, AnswerDone)]
        if answer == 1:
            for frame in pair.codec.goodbye():
                for said in pair.server.receive(frame):
                    pair.give(json.dumps(said))
            seconds += pair.now_s
    bills.append(meter.bill())
    seconds += pair.now_s
    assert sum(bill[UsageUnit.INPUT_AUDIO_MS] for bill in bills) == pytest.approx(seconds * 1000, abs=200)
