"""Every question ends in an answer or in an honest word, for whoever asked and however he did."""

import asyncio

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    Asked,
    Capabilities,
    Failure,
    StopWanted,
    ToolCall,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.service.control.controls import Refused
from appliance.service.live.live_controls import LiveControls
from tests.service.event_schema import problems
from tests.service.live_stage import Act, HeldTools, Live, at, play_live, post
from tests.service.stage import OUT_RATE_HZ, ScriptedProvider, silence, speech, tone

QUESTION = (silence(500), speech(1000))  # asked at 2.3 s


class Writing(ScriptedProvider):
    """Writes a word every half second, for 8 s."""

    WORDS, WORD_MS = 16, 500.0

    def open(self) -> "Writing":
        super().open()
        self._writing: tuple[int, float] | None = None
        self._written = 0
        return self

    def _answer(self, number: int) -> None:
        self._writing = (number, self._now_ms)
        self._emit(AnswerStarted(number))

    def pass_time(self, now_ms: float) -> None:
        super().pass_time(now_ms)
        if self._writing is None:
            return
        number, began_ms = self._writing
        if now_ms - began_ms >= self.WORD_MS * (self._written + 1):
            self._written += 1
            self._emit(AnswerTranscript(number, "word " * self._written, final=False, written=True))
            if self._written == self.WORDS:
                self._emit(AnswerDone(number, complete=True))
                self._writing = None


class Refusing(ScriptedProvider):
    """Has no money for an answer."""

    def _answer(self, number: int) -> None:
        self._emit(Failure(FailureCategory.QUOTA_EXHAUSTED, "no money", answer=number))


class Empty(ScriptedProvider):
    """Has nothing to say."""

    def _answer(self, number: int) -> None:
        self._emit(AnswerStarted(number))
        self._emit(AnswerDone(number, complete=True))


class Wordless(ScriptedProvider):
    """Takes no questions in writing."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(NEAR_RATE_HZ, OUT_RATE_HZ, discards=True)


class CallingATool(ScriptedProvider):
    """Calls a tool with its first answer."""

    def _answer(self, number: int) -> None:
        self._emit(AnswerStarted(number))
        self._emit(AnswerAudio(number, tone(2000)))
        if number == 1:
            self._emit(ToolCall(number, "a call", "set_timer", "{}"))
        else:
            self._emit(AnswerDone(number, complete=True))


def ask(asking: "list[asyncio.Task[None]]") -> Act:
    """Ask in writing over the control socket; who asks is put into `asking`."""

    async def wait_for_the_answer(live: Live) -> None:
        index_now, log = live.time.index_now, live.log
        controls = LiveControls(live.assembly, log, index_now, dict, [])
        async for _ in controls.ask("hello", spoken=True):
            pass

    return lambda live: asking.append(asyncio.get_running_loop().create_task(wait_for_the_answer(live)))


def test_an_answer_in_writing_may_take_longer_than_a_spoken_one_may_keep_waiting() -> None:
    provider = Writing([])
    played = play_live(
        silence(20_000), provider=provider, acts=at((500, post(Asked("tell me a story", spoken=False))))
    )
    (done,) = played.of("answer_done")
    assert done["complete"]
    assert problems(played.events) == []


def test_who_asks_in_writing_is_told_of_a_refusal_that_comes_at_once() -> None:
    asking: list[asyncio.Task[None]] = []
    play_live(silence(3000), provider=Wordless([]), acts=at((500, ask(asking))))
    assert isinstance(asking[0].exception(), Refused)


def test_who_asks_in_writing_is_told_when_somebody_goes_on_aloud_and_stops_it() -> None:
    asking: list[asyncio.Task[None]] = []
    play_live(
        silence(1000),
        speech(3000),
        silence(3000),
        provider=ScriptedProvider([tone(100)], delay_ms=4000),
        acts=at((500, ask(asking)), (2000, post(StopWanted()))),
    )
    assert isinstance(asking[0].exception(), Refused)


def test_a_cough_over_the_failure_does_not_swallow_the_honest_sentence() -> None:
    near = (*QUESTION, silence(2480), speech(100, seed=2), silence(8000))
    played = play_live(*near, provider=Refusing([], delay_ms=1750))  # at 4.08 s, under the cough
    failed_ms = played.of("error")[0]["t_ms"]
    assert 3980 < failed_ms < 4200
    assert played.audible_ms() > failed_ms
    assert problems(played.events) == []


def test_an_empty_answer_does_not_leave_the_person_in_silence() -> None:
    played = play_live(*QUESTION, silence(6000), provider=Empty([]))
    assert played.audible_ms() < 3500
    assert problems(played.events) == []


def test_a_tool_that_ends_in_the_next_turn_is_written_down_for_its_own() -> None:
    tools = HeldTools()
    played = play_live(
        *QUESTION,
        silence(1700),
        speech(1500, seed=2),
        silence(6000),
        provider=CallingATool([]),
        tools=tools,
        acts=at((7000, tools.end)),
    )
    (call,) = played.of("tool_call")
    assert (call["turn"], call["ok"]) == (1, True)
