"""Words that are read late: of the beginning of what is said nothing follows for the rest."""

from collections.abc import Callable

import numpy as np
import pytest

from appliance.conversation import vocabulary as v
from appliance.conversation.interruption import Cause
from appliance.conversation.strategies import IMMEDIATE
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.ring import SampleRing
from appliance.service.floor import READ_PREFIX_MS, Floor

ONSET_MS = 500


class SlowReader:
    """Tells words when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[Pcm, Callable[[str | None], None]]] = []

    def read(self, pcm: Pcm, on_words: Callable[[str | None], None]) -> None:
        self.asked.append((pcm, on_words))


class Spoken:
    """A run of speech from `ONSET_MS` on that a slow reader reads; instants are ms after its onset."""

    def __init__(self) -> None:
        self.reader = SlowReader()
        self.causes: list[Cause | None] = []
        near = SampleRing.allocate(2 * NEAR_RATE_HZ)
        near.write(np.zeros(2 * NEAR_RATE_HZ, np.int16))
        self.floor = Floor(IMMEDIATE, near, self.reader, self._take)
        self.floor.begin(_at(0))

    def _take(self, event: v.FloorEvent) -> None:
        if isinstance(event, v.WordsRead):
            self.floor.words_read(event)
            self.floor.weigh()
        else:
            self.causes.append(self.floor.settle().cause)

    def readable(self, ms: int) -> None:
        self.floor.read(_at(ms))

    def hear(self, event: v.SpeechEvent) -> None:
        self.floor.hear(event)
        self.floor.weigh()

    def told(self, words: str | None) -> None:
        """What was asked last is read."""
        self.reader.asked[-1][1](words)


def _at(ms: int) -> int:
    return samples_of_ms(ONSET_MS + ms, NEAR_RATE_HZ)


def paused_before_the_first_words_are_read() -> Spoken:
    """“Five … five”: the words of its first 320 ms come when it has paused after 600."""
    spoken = Spoken()
    spoken.readable(320)
    spoken.hear(v.SpeechConfirmed(_at(500)))
    spoken.readable(632)
    spoken.floor.hear(v.SpeechPaused(_at(664)))
    spoken.readable(664)
    assert len(spoken.reader.asked) == 1
    return spoken


def test_nothing_in_the_beginning_of_speech_is_not_taken_for_a_cough() -> None:
    spoken = paused_before_the_first_words_are_read()
    spoken.told("")
    assert spoken.causes == []
    pcm, _ = spoken.reader.asked[-1]
    assert len(pcm) == samples_of_ms(664 + READ_PREFIX_MS, NEAR_RATE_HZ)
    spoken.told("Five five.")
    assert spoken.causes == [Cause.LENGTH]


def test_an_okay_with_which_speech_begins_is_not_taken_for_all_of_it() -> None:
    spoken = paused_before_the_first_words_are_read()
    spoken.told("Okay.")
    assert spoken.causes == []
    spoken.told("Okay, tell me.")
    assert spoken.causes == [Cause.LENGTH]


def test_a_command_is_obeyed_however_much_of_it_was_read() -> None:
    spoken = paused_before_the_first_words_are_read()
    spoken.told("Stop.")
    assert spoken.causes == [Cause.COMMAND]


def test_what_could_not_be_read_is_not_asked_again() -> None:
    spoken = paused_before_the_first_words_are_read()
    spoken.told(None)
    assert len(spoken.reader.asked) == 1
    assert spoken.causes == [Cause.LENGTH]


def only_the_beginning_was_read_when_the_time_is_up(beginning: str = "") -> Spoken:
    """There were no words in it: a cough, or speech of which the words come late."""
    spoken = paused_before_the_first_words_are_read()
    spoken.told(beginning)
    spoken.floor.decide_when_heard()
    assert spoken.causes == []
    return spoken


@pytest.mark.parametrize(
    ("words", "cause"), [("", Cause.NO_WORDS), ("Five five.", Cause.LENGTH), (None, Cause.LENGTH)]
)
def test_the_rest_of_what_began_without_a_word_is_waited_for(words: str | None, cause: Cause) -> None:
    spoken = only_the_beginning_was_read_when_the_time_is_up()
    spoken.told(words)
    assert spoken.causes == [cause]


def test_dots_are_no_words() -> None:
    spoken = only_the_beginning_was_read_when_the_time_is_up(" ... ")
    spoken.told(None)
    assert spoken.causes == [Cause.LENGTH]


def test_whoever_reads_it_for_too_long_is_not_waited_for() -> None:
    spoken = only_the_beginning_was_read_when_the_time_is_up()
    spoken.floor.decide_now()
    assert spoken.causes == [Cause.LENGTH]


def test_speech_of_which_nothing_was_read_has_the_floor_when_the_time_is_up() -> None:
    spoken = paused_before_the_first_words_are_read()
    spoken.floor.decide_when_heard()
    assert spoken.causes == [Cause.LENGTH]


def test_a_reader_is_not_waited_for_when_a_short_sound_is_over_and_the_time_is_up() -> None:
    spoken = Spoken()
    spoken.readable(200)
    spoken.hear(v.SpeechEnded(_at(400), _at(200)))
    assert spoken.causes == []
    spoken.floor.decide_when_heard()
    assert spoken.causes == [Cause.ENDED]
