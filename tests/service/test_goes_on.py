"""An answer that breaks off is heard as one: what came of it, and from there on what the next one says."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    CancelAnswer,
    Capabilities,
    Command,
    CommitTurn,
    ContinueAnswer,
    Failure,
    HistoryItem,
    SessionConfig,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples, samples_of_ms
from tests.service.event_schema import problems
from tests.service.stage import OUT_RATE_HZ, SENTENCE_MS, Played, ScriptedProvider, play, silence, speech

WORD_MS = 400
STORY = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NEAR = (silence(500), speech(1000))


def voice(words: int, rate_hz: int = OUT_RATE_HZ, seed: int = 1) -> Pcm:
    """So many words, no two stretches alike; never quiet, and never louder than a fade can show."""
    count = words * samples_of_ms(WORD_MS, rate_hz)
    return np.random.default_rng(seed).integers(4000, 8000, count, dtype=np.int16)


@dataclass
class Teller(ScriptedProvider):
    """Tells `words`, each just before its sound, from the `after`th on; breaks off after `breaks_after`."""

    answers: Sequence[Pcm] = ()
    words: Sequence[str] = ()
    rate_hz: int = OUT_RATE_HZ
    breaks_after: int | None = None
    mute: bool = False
    continues: bool = True
    histories: list[tuple[HistoryItem, ...]] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(NEAR_RATE_HZ, self.rate_hz, continues=self.continues)

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        self.histories.append(history)
        await super().run(config, history, emit)

    def send(self, command: Command) -> None:
        super().send(command)
        if isinstance(command, ContinueAnswer):
            self._owed = (command.answer, self._now_ms + self.delay_ms)
            self.pass_time(self._now_ms)

    def _answer(self, number: int) -> None:
        if self.mute:
            return
        self._emit(UserTranscript(number, "a story please", final=True))
        self._emit(AnswerStarted(number))
        size = samples_of_ms(WORD_MS, self.rate_hz)
        for count in range(len(self.words)):
            if count == self.breaks_after:
                self._emit(Failure(FailureCategory.SESSION_CLOSED, "gone"))
                self._over.set()
                return
            self._emit(AnswerTranscript(number, " ".join(self.words[: count + 1]), final=False))
            self._emit(AnswerAudio(number, self.answers[0][count * size : (count + 1) * size]))
        self._emit(AnswerTranscript(number, " ".join(self.words), final=True))
        self._emit(AnswerDone(number, complete=True))


def first(breaks_after: int = 4) -> Teller:
    return Teller(answers=[voice(len(STORY))], words=STORY, breaks_after=breaks_after)


def second(rate_hz: int = OUT_RATE_HZ, delay_ms: float = 300.0, after: int = 4) -> Teller:
    rest = STORY[after:]
    return Teller([voice(len(rest), rate_hz, seed=2)], words=rest, rate_hz=rate_hz, delay_ms=delay_ms)


def heard(played: Played) -> Pcm:
    """All that was heard, silence taken out."""
    return played.out[np.abs(played.out.astype(np.int32)) > 100]


def told(teller: Teller) -> Pcm:
    """The sound of the turn, as this provider was told it."""
    return np.concatenate([c.pcm for c in teller.told if isinstance(c, AppendAudio)])


def cancels(teller: Teller) -> list[int]:
    return [c.heard_ms for c in teller.told if isinstance(c, CancelAnswer)]


def test_the_answer_is_heard_as_one_to_the_sample_and_the_log_says_who_gave_it() -> None:
    one, two = first(), second()
    played = play(*NEAR, silence(7000), provider=one, successors=[two])
    size = 4 * samples_of_ms(WORD_MS, OUT_RATE_HZ)
    assert np.array_equal(heard(played), np.concatenate([voice(10)[:size], voice(6, seed=2)]))
    assert problems(played.events) == []
    assert [event["provider"] for event in played.of("answer_started")] == ["scripted", "successor-1"]
    (failover,) = played.of("failover")
    assert (failover["turn"], failover["from"], failover["to"]) == (1, "scripted", "successor-1")
    (done,) = played.of("answer_done")
    assert (done["heard_ms"], done["complete"]) == (4000, True)
    assert done["shares_ms"] == {"scripted": 1600, "successor-1": 2400}
    assert played.of("error")[1:] == []  # the first one's loss, and nothing else


def test_the_next_provider_hears_every_sample_of_the_turn_and_what_was_said() -> None:
    one, two = first(), second()
    play(*NEAR, silence(7000), provider=one, successors=[two])
    assert np.array_equal(told(one), told(two))
    assert [c for c in two.told if isinstance(c, ContinueAnswer)] == [ContinueAnswer(1, "one two three four")]
    assert two.histories == [()]


def test_what_is_remembered_and_logged_is_the_whole_answer() -> None:
    played = play(*NEAR, silence(7000), provider=first(), successors=[second()])
    assert played.assembly.history.items()[-1] == HistoryItem("assistant", " ".join(STORY))
    texts = [event["text"] for event in played.of("transcript") if event["role"] == "assistant"]
    assert texts == [" ".join(STORY)]


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_the_next_voice_may_come_at_another_rate(rate_hz: int) -> None:
    played = play(*NEAR, silence(7000), provider=first(), successors=[second(rate_hz)])
    assert abs(ms_of_samples(len(heard(played)), OUT_RATE_HZ) - 4000) <= 2
    size = 4 * samples_of_ms(WORD_MS, OUT_RATE_HZ)
    assert np.array_equal(heard(played)[:size], voice(10)[:size])


def test_a_voice_of_another_rate_is_heard_to_its_last_sample_when_it_breaks_off() -> None:
    one = Teller([voice(10, 16_000)], words=STORY, rate_hz=16_000, breaks_after=4)
    played = play(*NEAR, silence(7000), provider=one, successors=[second()])
    assert abs(ms_of_samples(len(heard(played)), OUT_RATE_HZ) - 4000) <= 2
    rest = voice(6, seed=2)
    assert np.array_equal(heard(played)[-len(rest) :], rest)


def test_an_answer_that_has_run_dry_goes_on_when_the_next_one_does() -> None:
    played = play(*NEAR, silence(9000), provider=first(1), successors=[second(delay_ms=2500, after=1)])
    (done,) = played.of("answer_done")
    assert (done["heard_ms"], done["complete"]) == (4000, True)
    assert problems(played.events) == []


def test_where_nobody_goes_on_what_came_is_heard_and_then_the_truth() -> None:
    mute = Teller([voice(1)], words=STORY, mute=True)
    played = play(*NEAR, silence(12_000), provider=first(), successors=[mute])
    (done,) = played.of("answer_done")
    assert (done["heard_ms"], done["complete"]) == (1600, False)
    assert problems(played.events) == []
    loud_ms = ms_of_samples(len(heard(played)), OUT_RATE_HZ)
    assert abs(loud_ms - 1600 - SENTENCE_MS) <= 20
    idle_ms = played.of("phase")[-1]["t_ms"]
    lost_ms = next(event["t_ms"] for event in played.of("failover"))
    assert idle_ms - lost_ms <= 1600 + 4000 + 200


# ---------------------------------------------------------------- interruptions


def interrupted(after_ms: int, one: Teller, two: Teller) -> Played:
    """The person speaks up so long after the end of the question."""
    return play(*NEAR, silence(after_ms), speech(1200, seed=3), silence(4000), provider=one, successors=[two])


def test_an_interruption_of_the_second_voice_tells_it_what_was_heard_of_its_own_part() -> None:
    two = second()
    played = interrupted(3500, first(), two)
    (interruption,) = played.of("interruption")
    assert interruption["heard_ms"] > 1700
    assert cancels(two) == [interruption["heard_ms"] - 1600]
    (item,) = [item for item in played.assembly.history.items() if "four" in item.text]
    words = item.text.split()
    assert words == list(STORY[: len(words)])
    assert abs(len(words) - interruption["heard_ms"] / WORD_MS) <= 1
    assert problems(played.events) == []


def test_an_interruption_of_the_first_voice_corrects_what_the_second_one_was_told() -> None:
    one, two = first(), second()
    played = interrupted(1700, one, two)
    (interruption,) = played.of("interruption")
    assert 400 < interruption["heard_ms"] < 1500
    words = round(interruption["heard_ms"] // WORD_MS)
    truth = (HistoryItem("user", "a story please"), HistoryItem("assistant", " ".join(STORY[:words])))
    assert two.histories == [(), truth]
    assert cancels(two) == []
    assert [c.answer for c in two.told if isinstance(c, CommitTurn)] == [2]
    assert problems(played.events) == []


def test_what_was_heard_belongs_to_the_first_voice_though_the_second_one_has_begun() -> None:
    played = interrupted(1700, first(), second())
    started = [event["provider"] for event in played.of("answer_started") if event["turn"] == 1]
    assert started == ["scripted", "successor-1"]
    done = played.of("answer_done")[0]
    assert 400 < done["heard_ms"] < 1500
    assert done["shares_ms"] == {"scripted": done["heard_ms"]}
    assert problems(played.events) == []


def test_an_interruption_while_the_next_one_is_asked_cancels_it() -> None:
    two = second(delay_ms=60_000)
    played = interrupted(1700, first(), two)
    assert two.histories[0] == ()
    assert "four" not in two.histories[1][-1].text
    assert played.of("answer_done")[0]["complete"] is False
    assert problems(played.events) == []


# ---------------------------------------------------------------- all of it came


@dataclass
class Dropping(Teller):
    """Loses its connection while its answer, of which all came, is being played."""

    lost_at_ms: float = 3500.0

    def pass_time(self, now_ms: float) -> None:
        super().pass_time(now_ms)
        if now_ms >= self.lost_at_ms and not self._over.is_set():
            self.lost_at_ms = float("inf")
            self._emit(Failure(FailureCategory.SESSION_CLOSED, "gone"))
            self._over.set()


def test_a_session_that_opens_while_the_answer_plays_is_told_all_that_will_be_heard() -> None:
    one = Dropping([voice(len(STORY))], words=STORY)
    played = play(*NEAR, silence(7000), provider=one)
    assert played.of("answer_done")[0]["complete"]
    assert one.histories[1:] == [played.assembly.history.items()]
    assert one.histories[1][-1].text == " ".join(STORY)


def test_an_interruption_after_the_loss_corrects_what_was_told() -> None:
    one = Dropping([voice(len(STORY))], words=STORY)
    played = play(*NEAR, silence(2900), speech(1200, seed=3), silence(4000), provider=one)
    (interruption,) = played.of("interruption")
    assert interruption["t_ms"] > 3500 + 500
    words = interruption["heard_ms"] // WORD_MS
    assert one.histories[-1][-1].text == " ".join(STORY[:words])
    assert cancels(one) == []
