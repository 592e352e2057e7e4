"""Whatever does not come, in whatever state: it goes on, though nobody looks unless he was asked to."""

from collections.abc import Callable

import pytest

from appliance.conversation.machine import Happening, State
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerStarted,
    FailedOver,
    Hedged,
    LinkChanged,
    LinkState,
    ToolCall,
)
from appliance.pcm.formats import Pcm
from tests.service.event_schema import problems
from tests.service.live_stage import HeldTools, Live, at, play_live, post
from tests.service.stage import Played, ScriptedProvider, silence, speech, tone

NEVER_MS = 1e9
# Longer than every deadline of the conversation, one after the other.
TAIL_MS = 60_000.0
QUESTION = (silence(500), speech(1000))  # asked at 2.3 s
COUGH = speech(150, seed=2)


class Stalling(ScriptedProvider):
    """Sends its answer, and never that it is done."""

    def _answer(self, number: int) -> None:
        self._emit(AnswerStarted(number))
        self._emit(AnswerAudio(number, self.answers[0]))


class CallingATool(ScriptedProvider):
    """Calls a tool, and says nothing more."""

    def _answer(self, number: int) -> None:
        self._emit(AnswerStarted(number))
        self._emit(ToolCall(number, "a call", "set_timer", "{}"))


class LateReader:
    """Reads "stop", as late as the test says."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[str | None], None]] = []

    def read(self, pcm: Pcm, on_words: Callable[[str | None], None]) -> None:
        self._waiting.append(on_words)

    def tell(self, live: Live) -> None:
        waiting, self._waiting = self._waiting, []
        for on_words in waiting:
            on_words("stop")


def comes_to_rest(played: Played) -> bool:
    return played.state is State.IDLE and problems(played.events) == []


@pytest.mark.parametrize(("answer_ms", "cough_ms"), [(1000, 1700), (9000, 9700)])
def test_an_answer_that_stalls_under_a_cough_is_given_up(answer_ms: int, cough_ms: int) -> None:
    near = (*QUESTION, silence(cough_ms), COUGH, silence(4000))
    played = play_live(*near, provider=Stalling([tone(answer_ms)]), tail_ms=TAIL_MS)
    assert comes_to_rest(played)
    assert not played.of("answer_done")[0]["complete"]


def test_an_answer_without_a_loudspeaker_is_given_up() -> None:
    provider = ScriptedProvider([tone(1000)], delay_ms=3000)
    played = play_live(
        *QUESTION,
        silence(4000),
        provider=provider,
        acts=at((3000, Live.unplug_loudspeaker)),
        tail_ms=TAIL_MS,
    )
    assert comes_to_rest(played)
    assert played.of("answer_audible") == []


def test_a_second_provider_that_takes_over_under_a_cough_has_its_deadline() -> None:
    played = play_live(
        *QUESTION,
        silence(2500),
        COUGH,
        silence(4000),
        provider=ScriptedProvider([tone(1000)], delay_ms=NEVER_MS),
        acts=at((4100, post(FailedOver("first", "second", "timed_out", 0)))),
        tail_ms=TAIL_MS,
    )
    assert comes_to_rest(played)


def test_who_is_opened_just_before_the_deadline_is_not_to_blame_for_the_time_that_others_took() -> None:
    played = play_live(
        *QUESTION,
        silence(8000),
        provider=ScriptedProvider([tone(1000)], delay_ms=7000),
        acts=at((2300 + 5900, post(LinkChanged("second", LinkState.CONNECTING)))),
        tail_ms=TAIL_MS,
    )
    assert comes_to_rest(played)
    assert played.of("answer_done")[0]["complete"]


def test_who_is_opened_in_the_background_makes_nobody_wait() -> None:
    played = play_live(
        *QUESTION,
        silence(8000),
        provider=ScriptedProvider([tone(1000)], delay_ms=NEVER_MS),
        acts=at((2300 + 5900, post(LinkChanged("second", LinkState.CONNECTING, background=True)))),
        tail_ms=TAIL_MS,
    )
    assert comes_to_rest(played)
    assert played.of("phase")[-1]["t_ms"] < 2300 + 6000 + 500


def test_who_is_asked_beside_the_first_is_in_the_log() -> None:
    played = play_live(
        *QUESTION,
        silence(8000),
        provider=ScriptedProvider([tone(1000)], delay_ms=3000),
        acts=at((2300 + 2000, post(Hedged("first", "second", 1800)))),
        tail_ms=TAIL_MS,
    )
    assert comes_to_rest(played)
    (hedge,) = played.of("hedge")
    assert (hedge["turn"], hedge["first"], hedge["second"], hedge["replayed_ms"]) == (
        1,
        "first",
        "second",
        1800,
    )


def test_two_providers_that_are_lost_in_turns_do_not_keep_the_person_waiting() -> None:
    pairs = [("first", "second"), ("second", "first")] * 6
    lost = [
        (4000 * number, post(FailedOver(origin, target, "session_closed", 0)))
        for number, (origin, target) in enumerate(pairs, 1)
    ]
    played = play_live(
        *QUESTION,
        silence(50_000),
        provider=ScriptedProvider([tone(1000)], delay_ms=NEVER_MS),
        acts=at(*lost),
        tail_ms=TAIL_MS,
    )
    assert comes_to_rest(played)
    assert played.of("phase")[-1]["t_ms"] < 8000 + 6000 + 500  # each of the two had its time once


def test_a_tool_that_never_ends_is_given_up_and_so_is_its_answer() -> None:
    played = play_live(
        *QUESTION, silence(4000), provider=CallingATool([]), tools=HeldTools(), tail_ms=2 * TAIL_MS
    )
    assert comes_to_rest(played)
    (call,) = played.of("tool_call")
    assert not call["ok"]


def test_after_a_tool_that_ended_under_a_cough_the_answer_has_its_deadline() -> None:
    tools = HeldTools()
    played = play_live(
        *QUESTION,
        silence(2500),
        COUGH,
        silence(4000),
        provider=CallingATool([]),
        tools=tools,
        acts=at((4100, tools.end)),
        tail_ms=TAIL_MS,
    )
    assert comes_to_rest(played)
    assert played.of("tool_call")[0]["ok"]


@pytest.mark.parametrize("read_ms", [4200, 4550], ids=["before its turn ended", "after its turn ended"])
def test_a_word_that_is_read_late_leaves_nobody_listening_for_ever(read_ms: float) -> None:
    reader = LateReader()
    played = play_live(
        *QUESTION,
        silence(1700),
        speech(350, seed=2),
        silence(6000),
        answers=[tone(9000), tone(300)],
        reader=reader,
        settings=["interruption.confirm_ms=1500"],
        acts=at((read_ms, reader.tell)),
        tail_ms=TAIL_MS,
    )
    assert comes_to_rest(played)


def test_an_answer_over_speech_of_which_nothing_more_is_heard_goes_on_in_time() -> None:
    played = play_live(
        *QUESTION,
        silence(1700),
        speech(1500, seed=2),
        silence(6000),
        answers=[tone(4000)],
        acts=at((3400, Live.starve_microphone)),
        tail_ms=TAIL_MS,
    )
    (interruption,) = played.of("interruption")
    assert (interruption["decision"], interruption["cause"]) == ("rejected", "undecided")
    assert 1200 <= interruption["t_ms"] - interruption["onset_ms"] <= 1300
    assert comes_to_rest(played)


def test_hearing_is_not_waited_for_once_it_is_decided() -> None:
    near = (*QUESTION, silence(1700), COUGH, silence(6000))
    played = play_live(*near, answers=[tone(4000)], tail_ms=TAIL_MS)
    assert [event["decision"] for event in played.of("interruption")] == ["rejected"]
    assert (State.SPEAKING, Happening.UNHEARD) not in played.assembly.conductor.ignored
