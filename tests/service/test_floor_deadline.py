"""Who has the floor when the time is up: hearing has a word to say in it."""

import pytest

from appliance.conversation import vocabulary as v
from appliance.conversation.strategies import IMMEDIATE
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.pcm.ring import SampleRing
from appliance.service.floor import Floor

LATE = 11_500


class Decided:
    """A floor over which a run of speech has begun, and what it decides: True, the person has it."""

    def __init__(self) -> None:
        self.decisions: list[bool] = []
        self.floor = Floor(IMMEDIATE, SampleRing.allocate(NEAR_RATE_HZ), None, self._take)
        self.floor.begin(0)

    def _take(self, event: v.FloorEvent) -> None:
        assert isinstance(event, v.FloorDecided)
        self.decisions.append(event.taken)

    def hear(self, event: v.SpeechEvent) -> None:
        self.floor.hear(event)
        self.floor.weigh()


@pytest.mark.parametrize(
    ("said", "taken"), [(v.SpeechConfirmed(LATE), True), (v.SpeechEnded(LATE, 7_000), False)]
)
def test_what_a_busy_hearing_says_late_decides(said: v.SpeechEvent, taken: bool) -> None:
    decided = Decided()
    decided.floor.decide_when_heard()
    assert decided.decisions == []
    decided.hear(said)
    assert decided.decisions == [taken]


def test_words_that_are_read_do_not_stand_for_what_hearing_says() -> None:
    decided = Decided()
    decided.floor.decide_when_heard()
    decided.floor.words_read(v.WordsRead(0, "Five."))
    decided.floor.weigh()
    assert decided.decisions == []


def test_speech_that_goes_on_after_a_backchannel_has_the_floor_when_the_time_is_up() -> None:
    decided = Decided()
    decided.floor.words_read(v.WordsRead(0, "Okay."))
    decided.hear(v.SpeechConfirmed(8_000))
    assert decided.decisions == []
    decided.floor.decide_when_heard()
    assert decided.decisions == [True]


def test_where_hearing_says_nothing_the_answer_goes_on() -> None:
    decided = Decided()
    decided.floor.decide_when_heard()
    decided.floor.decide_now()
    assert decided.decisions == [False]
